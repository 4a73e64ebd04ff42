"""C04 and C11: the generator's websocket ids pass the target's own checks, and can be routed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from flake8_ssot_ids.compliance.inside.target import WEBSOCKETS, Fact, Probed, prefix_of, several, shown
from flake8_ssot_ids.compliance.inside.typed import checker

_MANY = 500


def checks(target: Probed) -> Iterator[Fact]:
    """C04: the typed check takes connection and client ids."""
    name, accepts = checker(target, "websocket")
    for method in WEBSOCKETS:
        text = target.make(method, "user_1")
        # That an id does not parse is C11's to say, that there is no check C08's.
        if accepts is not None and target.parse(text) is not None and not accepts(text):
            yield name, f"it refuses {shown(text)}, which `{target.real(method)}` has made"


def routes(target: Probed) -> Iterator[Fact]:
    """C11: fixed prefix, parsable, sortable, two users never the same route."""
    for name in WEBSOCKETS:
        method = target.real(name)
        first_id = target.make(name, "user_1")
        made = [first_id, *several(partial(target.make, name, "user_1"), _MANY - 1)]
        if any(target.parse(text) is None for text in made):
            yield method, f"an id such as {shown(made[0])} does not parse"
            continue
        if len({prefix_of(target, text) for text in made}) != 1:
            yield method, "the ids of one user do not share one prefix"
        if sorted(made) != made:
            yield method, "the text order of its ids is not the order in which they were made"
        for first, second in target.pairs:
            ids = target.make(name, first), target.make(name, second)
            one, other = (prefix_of(target, text) for text in ids)
            if one.split("_")[0] != other.split("_")[0]:
                yield method, f"its ids have no fixed prefix: {shown(one)}, {shown(other)}"
            if one == other:
                yield method, f"the users {shown(first)} and {shown(second)} share the route {shown(one)}"
