"""What messages tell people to write really runs: against the runtime's own generator."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ssot_ids import UnifiedIdGenerator, parse_id

from flake8_ssot_ids.ids.remedies import slug
from flake8_ssot_ids.model import FileReport
from flake8_ssot_ids.rules.registry import rules

Judge = Callable[..., FileReport]
CASES = Path(__file__).resolve().parents[1] / "cases"
REMEDY = re.compile(r"`((?:lambda: )?UnifiedIdGenerator\.[^`]+)`")


class Anything:
    """A value of the program that is checked: any attribute of it is one, too."""

    def __getattr__(self, name: str) -> Anything:
        return self

    def __call__(self, *_: object, **__: object) -> Anything:
        return self

    def __str__(self) -> str:
        return "Some thing"

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return format(str(self), spec if spec[1:].isdigit() else "")


class Names(dict[str, object]):
    """The names that are bound where a remedy is written."""

    def __missing__(self, name: str) -> object:
        return Anything()


NAMES: dict[str, object] = {"user_id": "u-1", "agent_type": "data", "UnifiedIdGenerator": UnifiedIdGenerator}


def programs() -> Iterator[str]:
    """All acceptance cases, all examples of rules, and one program a role and parameter list."""
    for file in sorted(CASES.glob("*.txt")):
        yield from re.split(r"^(?:===|###) .*$", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    for rule in rules():
        yield rule.example
    roles = ["session_id", "connection_id", "ws_id", "client_id", "execution_id", "agent_id", "thread_id"]
    roles += ["run_id", "request_id", "jti", "id", "_", "class_", "x" * 90 + "_id", "été_id", "2fa"]
    values = ["str(uuid.uuid4())", "f'ws_{uuid.uuid4().hex[:8]}'", "f'client_{uuid.uuid4()}'", "uuid.uuid4"]
    values += [
        "f'{kind}_{uuid.uuid4().hex}'",
        "f'{self.a.b}-x-{kind}_{uuid.uuid4()}'",
        "f'Ünï 9{uuid.uuid4()}'",
        "f'{g()}-{kind!r}-{kind:>12}_{time.time()}_{uuid.uuid4()}_{uuid.uuid4()}'",
        "f'{kind}:{uuid.uuid4()}'",
        "'A %s' % kind + str(uuid.uuid4())",
    ]
    for parameters in ("", "user_id", "user_id, agent_type", "self, kind, user_id=None"):
        for role in roles:
            for value in values:
                yield f"import uuid\ndef f({parameters}):\n    return {{{role!r}: {value}}}\n"


def remedies(judge: Judge) -> set[str]:
    found: set[str] = set()
    for program in programs():
        for finding in judge(program).findings:
            found |= set(REMEDY.findall(finding.message.split("; ")[-1]))
    # A UUID has no parts, and what is passed is no call.
    return {one for one in found if "generate_uuid" not in one}


def bind(source: str) -> tuple[str, ast.Call]:
    """The method that ``source`` calls, and the call; TypeError or AttributeError if none fits."""
    call = ast.parse(source, mode="eval").body
    assert isinstance(call, ast.Call)
    assert isinstance(call.func, ast.Attribute)
    signature = inspect.signature(getattr(UnifiedIdGenerator, call.func.attr))
    signature.bind(*call.args, **{keyword.arg or "": keyword.value for keyword in call.keywords})
    return call.func.attr, call


def test_every_remedy_binds_to_the_generator_and_makes_an_id_of_its_prefix(judge: Judge) -> None:
    every = remedies(judge)
    assert len(every) > 20
    methods = set()
    for remedy in sorted(every):
        source = remedy.removeprefix("lambda: ")
        method, call = bind(source)
        methods.add(method)
        if ":>{" in source:
            continue  # a stand-in is no width
        made = eval(source, Names(NAMES))  # noqa: S307 - what the product prints is what is tested
        parts = parse_id(made)
        assert parts is not None, remedy
        if isinstance(call.args[0], ast.Constant):
            # The linter's idea of a legal prefix is the generator's own: nothing is made legal afterwards.
            assert parts.prefix == call.args[0].value, remedy
        elif method == "generate_base_id":
            text = eval(ast.unparse(call.args[0]), Names(NAMES))  # noqa: S307 - as above
            assert parts.prefix == slug(str(text)), remedy
    assert methods == {
        "generate_agent_execution_id",
        "generate_base_id",
        "generate_session_id",
        "generate_websocket_client_id",
        "generate_websocket_connection_id",
    }


@pytest.mark.parametrize(
    "remedy", ["generate_base_id('a', 'b')", "generate_session_id(user='u')", "make('a')"]
)
def test_a_call_that_does_not_fit_is_seen(remedy: str) -> None:
    with pytest.raises((TypeError, AttributeError)):
        bind(f"UnifiedIdGenerator.{remedy}")
