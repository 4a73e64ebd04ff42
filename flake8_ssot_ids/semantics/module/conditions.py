"""Conditions that are known: what is for type checkers only is never run, and neither is ``if False:``."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from flake8_ssot_ids.semantics.module.privates import Privates
from flake8_ssot_ids.semantics.module.scopes import CLASS, UNBOUND, Binding, Bindings, Scope

FLAG = "TYPE_CHECKING"
#: What stands for True where types are checked, and is False where the code is run.
_FLAGS = frozenset({f"typing.{FLAG}", f"typing_extensions.{FLAG}"})
_ALIAS = re.compile(r"\s+as\s+(\w+)")
_OWNER = re.compile(r"(\w+)[\s\\]*\.[\s\\]*\Z")
_SET = re.compile(r"[\"']|\s*(?::[^=\n]*)?=(?!=)")
_GLOBAL = re.compile(r"\bglobal\b([^\n]*)")
_WORD = re.compile(r"\w+")
#: So far from the flag its owner may begin.
_NEAR = 100


def is_flag(dotted: str) -> bool:
    """Whether a dotted name is the flag that only type checkers take for True."""
    return dotted in _FLAGS


def flag_words(text: str) -> frozenset[str]:
    """The names in ``text`` that conditions on the flag are written with; none where it may be set."""
    at = text.find(FLAG)
    found = {FLAG} if at >= 0 else set()
    if "MYPY" in text:
        found.add("MYPY")
    while at >= 0:
        after = at + len(FLAG)
        before = text[max(0, at - _NEAR) : at]
        set_by_owner = before.endswith((".", "'", '"')) and _SET.match(text, after)
        if set_by_owner or _GLOBAL.search(before.rpartition("\n")[2]):
            # Who sets it out of sight may set it to True.
            return frozenset()
        owner, alias = _OWNER.search(before), _ALIAS.match(text, after)
        found.update(match[1] for match in (owner, alias) if match is not None)
        at = text.find(FLAG, after)
    if found - {FLAG}:
        declared = {word for names in _GLOBAL.findall(text) for word in _WORD.findall(names)}
        return frozenset() if declared & found else frozenset(found)
    return frozenset(found)


class Conditions(Privates):
    """The part of a walk that knows conditions.

    Args:
        flags: names that such conditions are written with.
        is_flag: whether a dotted name is the flag of type checkers.
    """

    scope: Scope

    def __init__(self, flags: frozenset[str], is_flag: Callable[[str], bool]) -> None:
        super().__init__()
        self.flags = flags
        self._is_flag = is_flag
        #: Branches of conditional expressions that are never evaluated.
        self.unrun: set[ast.expr] = set()

    def _truth(self, test: ast.expr) -> bool | None:
        """What a condition is where the code is run; None: either."""
        negated = False
        while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            test, negated = test.operand, not negated
        truth: bool | None = None
        if isinstance(test, ast.Constant):
            truth = bool(test.value)
        elif isinstance(test, ast.BoolOp):
            decisive = isinstance(test.op, ast.Or)
            ways = [self._truth(value) for value in test.values]
            truth = decisive if decisive in ways else None if None in ways else not decisive
        elif self.flags and self._is_false(test):
            truth = False
        return truth if truth is None else truth is not negated

    def _is_false(self, test: ast.expr) -> bool:
        """Whether this surely is the flag."""
        after = ""
        if isinstance(test, ast.Attribute) and test.attr == FLAG:
            test, after = test.value, f".{FLAG}"
        if not isinstance(test, ast.Name) or test.id not in self.flags:
            return False
        bindings = self._in_force(self._named(test.id)) - {UNBOUND}
        return bool(bindings) and all(self._is_unset(binding, after) for binding in bindings)

    def _is_unset(self, binding: Binding, after: str) -> bool:
        if binding.kind == "import":
            return self._is_flag(binding.dotted + after)
        if binding.kind == "star":
            return not after and self._is_flag(f"{binding.dotted}.{binding.name}")
        value = binding.value
        return not after and isinstance(value, ast.Constant) and not value.value

    def _in_force(self, name: str) -> Bindings:
        scope: Scope | None = self.scope
        while scope is not None:
            bindings = scope.state.get(name)
            if bindings is not None and (scope.kind is not CLASS or scope is self.scope):
                return bindings | scope.injected.get(name, set())
            scope = scope.parent
        return frozenset()
