"""C08: each typed id accepts its own kind and refuses every other."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

from flake8_ssot_ids.compliance.inside.target import WEBSOCKETS, Fact, Probed, TargetProblem, shown

#: The kinds, the type of each, and the key in ``[tool.ssot-ids.api]`` for one that is called otherwise.
KINDS = {
    "user": ("UserID", "user-id"),
    "thread": ("ThreadID", "thread-id"),
    "run": ("RunID", "run-id"),
    "request": ("RequestID", "request-id"),
    "session": ("SessionID", "session-id"),
    "websocket": ("WebSocketID", "websocket-id"),
}
_A = {kind: f"a {kind}" for kind in KINDS} | {"agent execution": "an agent execution"}


def matrix(target: Probed) -> Iterator[Fact]:
    """Offer an id of each kind to each type."""
    # That an id does not parse is for other contracts to say.
    made = [(kind, text) for kind, text in ids(target) if target.parse(text) is not None]
    elsewhere = "C04" not in target.question["not_applicable"]
    for kind in KINDS:
        if kind == "websocket" and not elsewhere and not target.has(WEBSOCKETS[0]):
            continue  # a house without sockets
        name, accepts = checker(target, kind)
        if accepts is None:
            yield name, "it checks nothing, so it takes ids of every kind"
            continue
        for other, text in made:
            taken = accepts(text)
            if taken and other != kind:
                yield name, f"it takes {shown(text)}, which is the id of {_A[other]}"
            elif not taken and other == kind and not (kind == "websocket" and elsewhere):
                # That the check for websockets refuses its own kind is what C04 is about.
                yield name, f"it refuses {shown(text)}, which is the generator's own id of {_A[kind]}"


def ids(target: Probed) -> Iterator[tuple[str, str]]:
    """The generator's ids, by kind."""
    yield "user", target.make("generate_base_id", "user")
    thread, run, request = target.context("user_1")
    yield from (("thread", thread), ("run", run), ("request", request))
    yield "session", target.make("generate_session_id", "user_1", "auth")
    if target.has(WEBSOCKETS[0]) or "C04" not in target.question["not_applicable"]:
        yield "websocket", target.make(WEBSOCKETS[0], "user_1")
    yield "agent execution", target.make("generate_agent_execution_id", "triage", "user_1")


def checker(target: Probed, kind: str) -> tuple[str, Callable[[object], bool] | None]:
    """What the check of ``kind`` is called, and the check; None where the type checks nothing."""
    usual, key = KINDS[kind]
    ensure = f"ensure_{kind}_id"
    found: Any = None
    name = ensure
    if key in target.api:
        name = target.api[key]
        found = target.imported(name, key)
        home = importlib.import_module(name.rpartition(".")[0])
        found = getattr(home, ensure, None) or found
    else:
        if "typed-ids" not in target.api:
            raise TargetProblem(
                'no typed ids are named; write `typed-ids = "package.module"` into [tool.ssot-ids.api]'
            )
        module = target.imported(target.api["typed-ids"], "module of typed ids")
        found = getattr(module, ensure, None)
        if found is None:
            name = usual
            found = getattr(module, usual, None)
        if found is None:
            raise TargetProblem(f"`{target.api['typed-ids']}` has neither `{ensure}` nor `{usual}`")
    if hasattr(found, "__supertype__"):
        return name, None
    return name, lambda value: _accepts(found, value)


def _accepts(check: Any, value: object) -> bool:
    try:
        answer = check(value)
    except (ValueError, TypeError):
        return False
    except Exception as error:
        # pydantic's and others' own errors of validation.
        if "Valid" in type(error).__name__ or "Invalid" in type(error).__name__:
            return False
        raise
    return answer is not None and answer is not False
