"""C03: contexts come from the approved factory, and those of two users never look alike."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from flake8_ssot_ids.compliance.inside.target import Fact, Probed, field, shown
from flake8_ssot_ids.semantics.flow.sinks import Sink

_SLOTS = ("thread_id", "run_id", "request_id")
_PLACES = {"thread": 0, "run": 1, "request": 2}


def factory(target: Probed) -> Iterator[Fact]:
    """What is wrong with the factory alone: what its generator does is for other contracts to say."""
    make = target.part("context-factory", "create_user_execution_context_factory")
    contexts = [(user, make(user, "chat")) for pair in target.pairs for user in (*pair, pair[0])]
    ids = [target.context("probe"), target.context("probe")]
    parse = all(target.parse(text) is not None for text in ids[0])
    differ = not set(ids[0]) & set(ids[1])
    leads_back = target.extracts
    seen: set[str] = set()
    for user, context in contexts:
        if field(context, "user_id") != user:
            yield (
                "context factory",
                f"the context of {shown(user)} says {shown(field(context, 'user_id'))}",
            )
        for slot in _SLOTS:
            text = field(context, slot)
            if not isinstance(text, str) or (parse and target.parse(text) is None):
                yield "context factory", f"its {slot} is {shown(text)}, which is no id of the generator"
            elif differ and text in seen:
                yield "context factory", f"{shown(text)} is an id of two contexts"
            else:
                seen.add(text)
        run, thread = field(context, "run_id"), field(context, "thread_id")
        found = target.refuse_to_none("extract_thread_id", run)
        if leads_back and found != thread:
            yield "context factory", f"its run leads back to {shown(found)}, not to {shown(thread)}"


def two_users(target: Probed) -> Iterator[Fact]:
    """Make contexts of pairs of users, and cut their ids as the code does."""
    told: set[str] = set()
    for first, second in target.pairs:
        one, other = target.context(first), target.context(second)
        if set(one) & set(other):
            return  # C09 says so
        for cut in target.question["cuts"]:
            if cut["where"] in told:
                continue
            at = _PLACES.get(cut["slot"])
            for place in range(len(_SLOTS)) if at is None else (at,):
                parts = _apply(cut, one[place]), _apply(cut, other[place])
                if parts[0] is not None and parts[0] == parts[1]:
                    told.add(cut["where"])
                    yield (
                        cut["where"],
                        f"{cut['detail']} is {shown(parts[0])} for {shown(first)} and {shown(second)}, "
                        "so one can be taken for the other; keep the id whole",
                    )
                    break


def _apply(cut: dict[str, Any], text: str) -> str | None:
    """The part of ``text`` that the code keeps; None where the cut cannot be done to it."""
    bounds = cut["bounds"]
    sink = Sink(
        cut["kind"],
        ast.Constant(None),
        cut["detail"],
        bounds=tuple(bounds) if isinstance(bounds, list) else bounds,
        method=cut["method"],
        text=cut["text"],
        limit=cut["limit"],
        index=cut["index"],
    )
    return sink.apply(text)
