"""C04 and C11: the generator's websocket ids pass the target's own checks, and can be routed."""

from __future__ import annotations

from flake8_ssot_ids.compliance.inside.target import PAIRS, Facts, Target, prefix_of, shown
from flake8_ssot_ids.compliance.inside.typed import checker

_METHODS = ("generate_websocket_connection_id", "generate_websocket_client_id")
_MANY = 500


def checks(target: Target) -> Facts:
    """C04: the typed check takes connection and client ids."""
    facts: list[tuple[str, str]] = []
    name, accepts = checker(target, "websocket")
    for method in _METHODS:
        for user in ("user_1", None):
            text = target.make(method, user)
            if target.parse(text) is None:
                facts.append((method, f"it gives {shown(text)}, which its own parse_id refuses"))
            if accepts is not None and not accepts(text):
                facts.append((name, f"it refuses {shown(text)}, which `{method}` has made"))
    return {"typed checks": facts}


def routes(target: Target) -> Facts:
    """C11: fixed prefix, parsable, sortable, two users never the same route."""
    facts: list[tuple[str, str]] = []
    for method in _METHODS:
        made = [target.make(method, "user_1") for _ in range(_MANY)]
        if any(target.parse(text) is None for text in made):
            facts.append((method, f"an id such as {shown(made[0])} does not parse"))
            continue
        if len({prefix_of(target, text) for text in made}) != 1:
            facts.append((method, "the ids of one user do not share one prefix"))
        if sorted(made) != made:
            facts.append((method, "the text order of its ids is not the order in which they were made"))
        for first, second in PAIRS:
            ids = target.make(method, first), target.make(method, second)
            one, other = (prefix_of(target, text) for text in ids)
            if one.split("_")[0] != other.split("_")[0]:
                facts.append((method, f"its ids have no fixed prefix: {shown(one)}, {shown(other)}"))
            if one == other:
                facts.append(
                    (method, f"the users {shown(first)} and {shown(second)} share the route {shown(one)}")
                )
    return {"routes": facts}
