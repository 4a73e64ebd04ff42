"""Distrust of our own output: what has to hold of every file before it is written.

It parses; outside of the edits the syntax tree is what it was; no name is unbound; the findings that were
fixed are gone and no other one has come.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from flake8_ssot_ids.model import Finding, Span
from flake8_ssot_ids.rules.codes import CUT_ID
from flake8_ssot_ids.semantics.module.bindings import Flow
from flake8_ssot_ids.semantics.module.occurrences import rows_with
from flake8_ssot_ids.semantics.module.scopes import CLASS, FUNCTION, MODULE, UNBOUND, Hits, Scope
from flake8_ssot_ids.semantics.module.syntax import statements

_IMPORTS = (ast.Import, ast.ImportFrom)


def difference(
    old: ast.Module,
    new: ast.Module,
    replaced: Mapping[ast.AST, str],
    added: Collection[str],
    removed: Collection[ast.stmt] = (),
    spared: Callable[[ast.stmt, ast.stmt], bool] = lambda _, __: False,
) -> str | None:
    """Where the trees differ, apart from nodes of ``old`` in ``replaced`` and from imports; None: nowhere.

    Args:
        old: the tree before.
        new: the tree after.
        replaced: the expressions and statements that were rewritten, with what was written.
        added: source lines of the statements that were inserted.
        removed: the statements of ``old`` that were taken out.
        spared: whether a statement of ``old`` and one of ``new`` need no look, see :class:`SameRows`.
    """
    inserted = Counter(ast.dump(statement) for line in added for statement in ast.parse(line).body)
    pending: list[tuple[object, object]] = [(old, new)]
    while pending:
        before, after = pending.pop()
        if isinstance(before, ast.AST) and before in replaced:
            body = ast.parse(replaced[before]).body
            wanted = (
                body[0].value if isinstance(before, ast.expr) and isinstance(body[0], ast.Expr) else body[0]
            )
            if not isinstance(after, ast.AST) or ast.dump(after) != ast.dump(wanted):
                return f"line {getattr(before, 'lineno', '?')}: it is not what was written"
            continue
        if isinstance(before, ast.stmt) and isinstance(after, ast.stmt) and spared(before, after):
            continue
        if isinstance(before, ast.AST) and isinstance(after, ast.AST):
            if type(before) is not type(after):
                return f"line {getattr(before, 'lineno', '?')}: another kind of syntax"
            pending += ((getattr(before, name, None), getattr(after, name, None)) for name in before._fields)
        elif isinstance(before, list) and isinstance(after, list):
            first = _without_imports([item for item in before if item not in removed], Counter())
            second = _without_imports(after, inserted)
            if len(first) != len(second):
                return f"line {_line(before)}: another number of parts"
            pending += zip(first, second, strict=True)
        elif type(before) is not type(after) or before != after:
            return "a constant or a name has changed"
    return None


class SameRows:
    """Whether two statements are the same by the text on their rows, in which nothing was to be edited.

    Args:
        old: the rows of the text before.
        new: the rows of the text after.
        edited: the places of all that was to be written, replaced or taken out of the old text.
    """

    def __init__(self, old: Sequence[str], new: Sequence[str], edited: Iterable[Span]) -> None:
        self._old = old
        self._new = new
        self._edited = Hits(row for span in edited for row in range(span.start.row, span.end.row + 1))

    def __call__(self, before: ast.stmt, after: ast.stmt) -> bool:
        """Whether ``before`` in the old text and ``after`` in the new one need no look."""
        first, last = _rows_of(before)
        start, end = _rows_of(after)
        return (
            last - first == end - start
            and (before.col_offset, before.end_col_offset) == (after.col_offset, after.end_col_offset)
            and not self._edited.between(first, last)
            and self._old[first - 1 : last] == self._new[start - 1 : end]
        )


def _rows_of(statement: ast.stmt) -> tuple[int, int]:
    """The first row of a statement, decorators included, and the last one."""
    decorators = getattr(statement, "decorator_list", ())
    first = min((one.lineno for one in decorators), default=statement.lineno)
    return first, statement.end_lineno or statement.lineno


def _without_imports(items: Sequence[object], inserted: Counter[str]) -> list[object]:
    kept: list[object] = []
    for item in items:
        if isinstance(item, _IMPORTS):
            continue
        if inserted and isinstance(item, ast.stmt):
            key = ast.dump(item) if isinstance(item, ast.Assign) else ""
            if key and inserted[key]:
                inserted[key] -= 1
                continue
        kept.append(item)
    return kept


def _line(items: Sequence[object]) -> object:
    return next((item.lineno for item in items if isinstance(item, ast.stmt)), "?")


def changed_imports(
    old: ast.Module, new: ast.Module, added: Collection[str], removed: Collection[str]
) -> str | None:
    """Whether the imports differ by other bindings than ``added`` and ``removed`` (``dotted as name``)."""
    before, after = Counter(_bindings(old)), Counter(_bindings(new))
    if after - before != Counter(added) or before - after != Counter(removed):
        return "the imports have changed in another way than was meant"
    return None


def binding(dotted: str, local: str) -> str:
    """What one import binds, as :func:`changed_imports` counts it."""
    return f"{dotted} as {local}"


def _bindings(tree: ast.Module) -> Iterable[str]:
    for node in statements(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield binding(alias.name, alias.asname or alias.name)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                source = "." * node.level + (node.module or "")
                yield binding(f"{source}.{alias.name}", alias.asname or alias.name)


def unbound(tree: ast.Module, text: str, wanted: Collection[str], package: str) -> list[tuple[str, int]]:
    """The reads of the names in ``wanted`` that may find nothing, with their rows."""
    hits = Hits(rows_with(text, wanted, ()))
    flow = Flow(tree, watched=frozenset(wanted), attributes=frozenset(), hits=hits, package=package).run()
    found = []
    for node, load in flow.loads.items():
        bindings = set(load.bindings)
        for owner in load.owners:
            bindings |= owner.injected.get(node.id, set())
        good = bool(bindings) and UNBOUND not in bindings
        if not good and load.onward is not None:
            good = _further(load.onward, node.id)
        if not good:
            found.append((node.id, node.lineno))
    return found


def _further(scope: Scope, name: str) -> bool:
    """Whether a scope around ``scope``, which has not bound ``name`` so far, surely binds it by its end."""
    current: Scope | None = scope
    if name in scope.declared:
        current = scope.declared[name]
    elif scope.kind in (FUNCTION, MODULE):
        if name in scope.bound:
            return False
        current = scope.parent
    while current is not None:
        if current.kind is not CLASS:
            bindings = current.at_end(name)
            if bindings - {UNBOUND}:
                return UNBOUND not in bindings
        current = current.parent
    return False


def unexpected(
    before: Collection[Finding],
    after: Iterable[Finding],
    fixed: Iterable[Finding],
    rewritten: Collection[Span] = (),
    kept: Iterable[Finding] = (),
) -> list[Finding]:
    """The findings after the edits that are neither among those before nor left over by them.

    One within which something was ``rewritten`` is the same, though its text is another one. Of those that
    were fixed, ``kept`` have their format: what was cut before still is, and now has the code of that.
    """
    left = Counter(_key(finding) for finding in before)
    left.subtract(_key(finding) for finding in fixed)
    changed: Counter[tuple[str, str]] = Counter()
    for finding in before:
        span = finding.id_span
        if left[_key(finding)] > 0 and any(
            span.start <= one.start and one.end <= span.end for one in rewritten
        ):
            left[_key(finding)] -= 1
            changed[finding.code, finding.symbol] += 1
    cut = Counter(finding.symbol for finding in kept)
    surplus = []
    for finding in after:
        key = _key(finding)
        if left[key] > 0:
            left[key] -= 1
        elif changed[key[:2]] > 0:
            changed[key[:2]] -= 1
        elif finding.code == CUT_ID and cut[finding.symbol] > 0:
            cut[finding.symbol] -= 1
        else:
            surplus.append(finding)
    return surplus


def _key(finding: Finding) -> tuple[str, str, str]:
    return finding.code, finding.symbol, finding.expression
