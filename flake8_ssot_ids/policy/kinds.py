"""The kinds of value that a configuration key can have: checked, converted, written as TOML."""

from __future__ import annotations

import keyword
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from flake8_ssot_ids.policy import globs
from flake8_ssot_ids.system.escapes import quoted

TYPE_CHECKING = False  # as in typing, which is slow to import; so is datetime
if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterable
    from typing import Any

    from flake8_ssot_ids.model import Problem

_CODE = re.compile(r"SID[0-9]{0,3}")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
CONTRACTS = tuple(f"C{number:02}" for number in range(1, 13))


class Invalid(Exception):  # noqa: N818 - never leaves this package
    """A value was found wrong, and the problem has been noted."""


@dataclass(frozen=True, slots=True)
class Where:
    """Where a value stands (``zone[1].paths``), and the list that takes its problems."""

    key: str
    example: str
    problems: list[Problem]
    codes: frozenset[str] | None

    def note(self, message: str, hint: str | None = None) -> None:
        """Note a problem; without a hint an example is shown."""
        from flake8_ssot_ids.model import Problem

        text = f"for example `{self.example}`" if hint is None else hint
        self.problems.append(Problem(self.key, message, text))

    def refuse(self, message: str, hint: str | None = None) -> Invalid:
        """Note a problem and return the exception to raise."""
        self.note(message, hint)
        return Invalid()

    def at(self, step: int | str, example: str | None = None) -> Where:
        """Return the place of an item or of a key in this value."""
        key = f"{self.key}[{step}]" if isinstance(step, int) else f"{self.key}.{step}" if self.key else step
        return Where(key, self.example if example is None else example, self.problems, self.codes)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value: its name for readers, and its check, which may raise :class:`Invalid`.

    ``settle`` makes what the policy holds of a value that is right. It takes the value, the folder that this
    is relative to and the policy's root; both are absolute, with ``/``.
    """

    text: str
    check: Callable[[object, Where], object]
    settle: Callable[[Any, str, str], Any] = lambda value, _base, _root: value


def kind_of(value: object) -> str:
    """Name the TOML type of a value, with its article."""
    import datetime

    for types, name in (
        (bool, "a boolean"),
        (int, "an integer"),
        (float, "a float"),
        (str, "a string"),
        (datetime.datetime, "a date-time"),
        (datetime.date, "a date"),
        (datetime.time, "a time"),
        (Mapping, "a table"),
        ((list, tuple), "a list"),
    ):
        if isinstance(value, types):
            return name
    return f"a {type(value).__name__}"


def suggest(word: str, known: Iterable[str]) -> str:
    """Return the hint for an unknown word: the nearest known one, or all of them."""
    import difflib

    names = list(known)
    near = difflib.get_close_matches(word.lower().replace("_", "-"), names, 1) or difflib.get_close_matches(
        word, names, 1
    )
    return f"did you mean `{near[0]}`?" if near else _known(names)


def _known(names: list[str]) -> str:
    return "known: " + ", ".join(f"`{name}`" for name in names)


def _text(value: object, where: Where) -> str:
    if not isinstance(value, str):
        raise where.refuse(f"expected a string, found {kind_of(value)}")
    if not value.strip():
        raise where.refuse("the string is empty")
    return value


def _flag(value: object, where: Where) -> bool:
    if not isinstance(value, bool):
        raise where.refuse(f"expected true or false, found {kind_of(value)}")
    return value


def _label(value: object, where: Where) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise where.refuse(f"expected a string or an integer, found {kind_of(value)}")
    return _text(value, where)


def _glob(value: object, where: Where) -> str:
    text = _text(value, where)
    fault = globs.fault(text)
    if fault is not None:
        raise where.refuse(f"`{text}` is not a glob", fault)
    return text


def _code(value: object, where: Where) -> str:
    text = _text(value, where)
    if _CODE.fullmatch(text) is None:
        upper = text.strip().upper()
        near = "SID" if upper == "ALL" else upper if _CODE.fullmatch(upper) else None
        raise where.refuse(
            f"`{text}` is not a code or the beginning of one",
            f"did you mean `{near}`?" if near else "codes are `SID` and three digits, such as `SID103`",
        )
    if where.codes is not None and not any(code.startswith(text) for code in where.codes):
        raise where.refuse(f"no code begins with `{text}`", _known(sorted(where.codes)))
    return text


def _is_dotted(text: str) -> bool:
    return all(part.isidentifier() and not keyword.iskeyword(part) for part in text.split("."))


def _dotted(value: object, where: Where) -> str:
    text = _text(value, where)
    if "." not in text or not _is_dotted(text):
        dots = text.replace(":", ".", 1)
        hint = f"did you mean `{dots}`?" if ":" in text and _is_dotted(dots) else None
        raise where.refuse(f"`{text}` is not a dotted path `package.module.Name`", hint)
    return text


def _module(value: object, where: Where) -> str:
    text = _text(value, where)
    if not _is_dotted(text):
        raise where.refuse(f"`{text}` is not the name of a module")
    return text


def _day(value: object, where: Where) -> datetime.date:
    import datetime

    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    if not isinstance(value, str):
        raise where.refuse(f"expected a date, found {kind_of(value)}")
    if _ISO_DATE.fullmatch(value) is not None:
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            raise where.refuse(f"`{value}` is not a day of the calendar") from None
    raise where.refuse(f"`{value}` is not a date")


def _call(value: object, where: Where) -> str:
    import ast

    text = _text(value, where).strip()
    try:
        node = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        node = None
    if isinstance(node, ast.Call):
        node = node.func
    if not isinstance(node, ast.Name):
        raise where.refuse(f"`{text}` is neither a method of the generator nor a call of one")
    return text


def _name(value: object, where: Where) -> str:
    text = _text(value, where)
    if not text.isidentifier() or keyword.iskeyword(text):
        raise where.refuse(f"`{text}` is not a name")
    return text


def choice(*allowed: str) -> Kind:
    """Return the kind of a string that is one of a few."""

    def check(value: object, where: Where) -> str:
        text = _text(value, where)
        if text not in allowed:
            raise where.refuse(f"`{text}` is not allowed", suggest(text, allowed))
        return text

    return Kind("one of " + ", ".join(f'`"{item}"`' for item in allowed), check)


def list_of(kind: Kind, plural: str, *, or_one: bool = False, filled: bool = False) -> Kind:
    """Return the kind of a list; ``or_one`` also takes a bare item, ``filled`` no empty list."""

    def check(value: object, where: Where) -> tuple[object, ...]:
        if or_one and isinstance(value, str):
            return (kind.check(value, where),)
        if not isinstance(value, list | tuple):
            one = f"a {kind.text} or " if or_one else ""
            raise where.refuse(f"expected {one}a list of {plural}, found {kind_of(value)}")
        if filled and not value:
            raise where.refuse("the list is empty")
        return _all(((kind, item, where.at(index)) for index, item in enumerate(value)))

    def settle(value: tuple[Any, ...], base: str, root: str) -> tuple[Any, ...]:
        return tuple(kind.settle(item, base, root) for item in value)

    return Kind(f"{kind.text} or list of {plural}" if or_one else f"list of {plural}", check, settle)


def table_of(key: Kind, kind: Kind, text: str) -> Kind:
    """Return the kind of a table whose keys are free within ``key``."""

    def check(value: object, where: Where) -> dict[object, object]:
        if not isinstance(value, Mapping):
            raise where.refuse(f"expected a table, found {kind_of(value)}")
        rows = [(name, item, where.at(str(name))) for name, item in value.items()]
        tasks = [(which, what, at) for name, item, at in rows for which, what in ((key, name), (kind, item))]
        flat = _all(tasks)
        return dict(zip(flat[::2], flat[1::2], strict=True))

    def settle(value: Mapping[Any, Any], base: str, root: str) -> dict[Any, Any]:
        return {key.settle(name, base, root): kind.settle(item, base, root) for name, item in value.items()}

    return Kind(text, check, settle)


def _all(tasks: Iterable[tuple[Kind, object, Where]]) -> tuple[object, ...]:
    """Check each item, so that every problem is noted; then fail if one was wrong."""
    found: list[object] = []
    failed = False
    for kind, item, where in tasks:
        try:
            found.append(kind.check(item, where))
        except Invalid:
            failed = True
    if failed:
        raise Invalid
    return tuple(found)


def _negatable(value: object, where: Where) -> str:
    text = _text(value, where)
    _glob(text.removeprefix("!"), where)
    return text


def _at_any_depth(pattern: str, base: str, root: str) -> str:
    not_in = "!" * pattern.startswith("!")
    return not_in + globs.rebase(pattern.removeprefix("!"), base, root, anywhere=True)


def _from_the_top(pattern: str, base: str, root: str) -> str:
    return globs.rebase(pattern, base, root, anywhere=False)


def _absolute(path: str | None, base: str, _root: str) -> str | None:
    return None if path is None else posix(os.path.normpath(os.path.join(base, path)))


def _folders(value: tuple[str, ...], base: str, root: str) -> tuple[str | None, ...]:
    return tuple(dict.fromkeys(_absolute(path, base, root) for path in value))


def posix(path: str) -> str:
    """A path with ``/``."""
    return path.replace("\\", "/") if os.sep == "\\" else path


TEXT = Kind("string", _text)
PATH = Kind("string", _text, _absolute)
FLAG = Kind("true or false", _flag)
LABEL = Kind("string or integer", _label)
GLOB = Kind("glob", _glob, _from_the_top)
CODE = Kind("code or beginning of one", _code)
DOTTED = Kind("dotted path", _dotted)
MODULE = Kind("module", _module)
DAY = Kind("date, or string `YYYY-MM-DD`", _day)
NAME = Kind("name", _name)
CALL = Kind("method name or call", _call)
CODES = list_of(CODE, "codes")
GLOBS = list_of(GLOB, "globs")
#: A pattern without a slash matches a name at any depth.
NAME_GLOBS = list_of(Kind("glob", _glob, _at_any_depth), "globs")
FOLDERS = Kind("list of folders", list_of(TEXT, "folders").check, _folders)
NEGATABLE = Kind("glob, perhaps after `!`", _negatable, _at_any_depth)


def toml(value: object) -> str:
    """Write a value as TOML on one line; None is not a value of TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        inner = ", ".join(f"{toml_key(str(key))} = {toml(item)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    import datetime
    import json

    if isinstance(value, datetime.date):
        return value.isoformat()

    text = str(value).encode("utf-8", "replace").decode("utf-8")
    return quoted(json.dumps(text, ensure_ascii=False))


def toml_key(key: str) -> str:
    """Write a key as TOML, quoted where it must be."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else toml(key)
