"""C04 and C11: the generator's websocket ids pass the target's own checks, and can be routed."""

from __future__ import annotations

from time import monotonic

from flake8_ssot_ids.compliance.inside.target import WEBSOCKETS, Facts, Probed, prefix_of, shown
from flake8_ssot_ids.compliance.inside.typed import checker

_MANY = 500
#: A generator that is slow breaks C12 and nothing else, so it makes fewer ids.
_SECONDS = 2.0


def checks(target: Probed) -> Facts:
    """C04: the typed check takes connection and client ids."""
    facts: list[tuple[str, str]] = []
    name, accepts = checker(target, "websocket")
    for method in WEBSOCKETS:
        text = target.make(method, "user_1")
        # That an id does not parse is C11's to say, that there is no check C08's.
        if accepts is not None and target.parse(text) is not None and not accepts(text):
            facts.append((name, f"it refuses {shown(text)}, which `{target.real(method)}` has made"))
    return {"typed checks": facts}


def routes(target: Probed) -> Facts:
    """C11: fixed prefix, parsable, sortable, two users never the same route."""
    facts: list[tuple[str, str]] = []
    for name in WEBSOCKETS:
        method = target.real(name)
        made = _several(target, name)
        if any(target.parse(text) is None for text in made):
            facts.append((method, f"an id such as {shown(made[0])} does not parse"))
            continue
        if len({prefix_of(target, text) for text in made}) != 1:
            facts.append((method, "the ids of one user do not share one prefix"))
        if sorted(made) != made:
            facts.append((method, "the text order of its ids is not the order in which they were made"))
        for first, second in target.pairs:
            ids = target.make(name, first), target.make(name, second)
            one, other = (prefix_of(target, text) for text in ids)
            if one.split("_")[0] != other.split("_")[0]:
                facts.append((method, f"its ids have no fixed prefix: {shown(one)}, {shown(other)}"))
            if one == other:
                facts.append(
                    (method, f"the users {shown(first)} and {shown(second)} share the route {shown(one)}")
                )
    return {"routes": facts}


def _several(target: Probed, name: str) -> list[str]:
    """Ids of one user, in the order in which they are made."""
    end = monotonic() + _SECONDS
    made = [target.make(name, "user_1"), target.make(name, "user_1")]
    while len(made) < _MANY and monotonic() < end:
        made.append(target.make(name, "user_1"))
    return made
