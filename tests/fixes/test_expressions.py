"""Nothing around an id is lost or moved: expressions are run before and after, with sources that count."""

from __future__ import annotations

import ast
import random
import re
import types
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fixes.conftest import Workshop

FIXED = uuid.UUID("01234567-89ab-4cde-8f01-23456789abcd")
TEXT_ID = re.compile(r"[a-z][a-z0-9_]*_\d{13}_\d{10}_[0-9a-f]{8,32}")

#: Ways to spell an id, to put something around it, and to do something to the whole.
CORES = (
    "str(uuid.uuid4())", "uuid.uuid4().hex", "uuid.uuid4().hex[:8]", "str(uuid.uuid4())[:13]",
    'str(uuid.uuid4()).replace("-", "")', 'str(uuid.uuid4()).split("-")[0]', 'f"{uuid.uuid4()}"',
    'f"{uuid.uuid4()!s:.8}"', '"%s" % uuid.uuid4()', '"{}".format(uuid.uuid4())',
)  # fmt: skip
AROUND = (
    "{}", '"web_" + {}', "note('a') + {}", "{} + note('b')", '{} + ".txt"', "f\"web_{{{}}}\"", "f\"{{{}}}-{{note('c')}}\"",
    "\"%s_%s\" % (note('d'), {})", "\"{{}}-{{}}\".format({}, note('e'))", "\"_\".join([\"web\", {}])",
    "\"_\".join([note('f'), {}, note('g')])", "(note('h') or {})", "({} if note('i') else note('j'))",
    "[note('k'), {}, note('l')][1]", "{{note('m'): {}}}.popitem()[1]", "\"web_%(x)s\" % {{\"x\": {}, \"y\": note('n')}}",
    "\"{{0}}_{{1}}\".format(\"web\", {}, note('o'))", '"Web-" + {}', '"é_" + {}', "\"web_\" + {} + \"_\" + note('p')",
)  # fmt: skip
AFTER = (
    "{}", "({}).upper()", "({})[:63]", "({}).encode().decode()", "note('z') + ({})", "({}).ljust(90, '.')", "len({})",
    "({}).rstrip('x')", "tuple([{}])", "({}).title()",
)  # fmt: skip
NAMES = ("order_id", "key", "value", "file_name", "self.run_id", "row['job_id']", "name")


def expressions() -> list[str]:
    """Many of all combinations, the same ones each time."""
    every = [after.format(around.format(core)) for core in CORES for around in AROUND for after in AFTER]
    valid = []
    for text in random.Random(20261201).sample(every, 420):  # noqa: S311 - no secret
        try:
            ast.parse(text, mode="eval")
        except SyntaxError:
            continue  # quotes in quotes, which this version of Python does not take
        valid.append(text)
    return valid


def module(texts: list[str]) -> str:
    """A function for each expression, which assigns it to one of the names and returns it."""
    lines = [
        "import uuid",
        "",
        "seen = []",
        "",
        "def note(word):",
        "    seen.append(word)",
        "    return word",
        "",
    ]
    for at, text in enumerate(texts):
        name = NAMES[at % len(NAMES)]
        lines += [f"def f{at}(self, row):", f"    {name} = {text}", f"    return {name}", ""]
    return "\n".join(lines)


def run(source: str, monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, list[str]]]:
    """What each function returns, and what it has called."""
    monkeypatch.setattr(uuid, "uuid4", lambda: FIXED)
    space: dict[str, object] = {}
    exec(compile(source, "app.py", "exec"), space)
    seen: list[str] = space["seen"]  # type: ignore[assignment]
    found: list[tuple[object, list[str]]] = []
    functions = [value for name, value in space.items() if re.fullmatch(r"f\d+", name)]
    for function in functions:
        seen.clear()
        value = function(types.SimpleNamespace(), {})  # type: ignore[operator]
        found.append((value, [*seen]))
    return found


@pytest.mark.parametrize("unsafe", [False, True])
def test_the_text_around_and_all_that_happens_stay(
    unsafe: bool, workshop: Callable[..., Workshop], monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = expressions()
    assert len(texts) > 300
    made = workshop(module(texts))
    path = Path(made.folder, "app.py")
    plan = made.planner().plan(str(path), path.read_bytes(), unsafe=unsafe)
    assert plan.refused == ""
    assert plan.new is not None
    assert [verdict.kind for verdict in plan.manual] == []
    before = run(path.read_text(), monkeypatch)
    after = run(plan.new.decode(), monkeypatch)
    assert len(before) == len(after) == len(texts)
    others = 0
    for text, (old, called), (new, still) in zip(texts, before, after, strict=True):
        assert called == still, text
        if old != new:
            others += 1
            if isinstance(old, tuple) and isinstance(new, tuple):
                (old,), (new,) = old, new
            # All that was there is the id, with a prefix that the generator writes, too.
            head = "web_" if "web_" in str(old) else ""
            assert isinstance(new, str), text
            assert TEXT_ID.fullmatch(new), text
            assert str(new).startswith(head), text
            assert str(old).startswith(head), text
            assert re.fullmatch(r"[0-9a-f-]+", str(old).removeprefix(head)), text
    assert (others > 4) is unsafe
    assert (others == 0) is not unsafe
