"""The generator's import: added where isort would put it; dead imports of the sources: removed."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Collection, Sequence

from flake8_ssot_ids.fixes.edits.importnames import EditedModule, Import
from flake8_ssot_ids.source.edits import TextEdit

_FUTURE, _STDLIB, _THIRD_PARTY, _FIRST_PARTY, _LOCAL = range(5)
_LONGEST_LINE = 88

# -- what is added --------------------------------------------------------------------------------


def added_import(
    module: EditedModule,
    dotted: str,
    local: str,
    is_first_party: Callable[[str], bool],
    without: Collection[Import] = (),
) -> TextEdit:
    """The edit that imports ``dotted`` as ``local`` at the top, in the block and order that isort gives it.

    ``without`` are imports that are removed at the same time.
    """
    source, _, name = dotted.rpartition(".")
    line = _line(source, name, local)
    whole = _head(module.tree)
    head = [statement for statement in whole if statement not in without]
    if whole and not head:
        return _before(module, whole[0], line)
    joined = _joined(module, head, source, name, local)
    if joined is not None:
        return joined
    place = _category(source, 0, is_first_party)
    placed = [(_category_of(statement, is_first_party), statement) for statement in head]
    same = [statement for category, statement in placed if category == place]
    if same:
        before = [statement for statement in same if _sort_key(statement) < (1, source.lower(), source)]
        if before:
            return _after(module, before[-1], line)
        return _before(module, same[0], line)
    earlier = [statement for category, statement in placed if category < place]
    later = [statement for category, statement in placed if category > place]
    if earlier:
        return _after(module, earlier[-1], f"\n{line}")
    if later:
        return _before(module, later[0], f"{line}\n")
    return _first(module, line)


def local_import(module: EditedModule, dotted: str, local: str, function: ast.AST) -> TextEdit | None:
    """The edit that imports ``dotted`` at the start of ``function``; None where it has no line of its own."""
    body: Sequence[ast.stmt] = getattr(function, "body", None) or ()
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) or not body:
        return None
    first = body[0]
    if _is_docstring(first) and len(body) > 1:
        first = body[1]
    line = module.lines.lines[first.lineno - 1]
    indentation = line[: len(line) - len(line.lstrip())]
    if _is_docstring(first) or module.lines.column(first.lineno, first.col_offset) - 1 != len(indentation):
        return None
    source, _, name = dotted.rpartition(".")
    start = module.offsets.row(_first_row(first))
    return TextEdit(start, start, f"{indentation}{_line(source, name, local)}\n")


def _line(source: str, name: str, local: str) -> str:
    return f"from {source} import {name}" + (f" as {local}" if local != name else "")


def _head(tree: ast.Module) -> list[Import]:
    """The imports at the top, up to the first statement that is none."""
    found: list[Import] = []
    for at, statement in enumerate(tree.body):
        if isinstance(statement, ast.Import | ast.ImportFrom):
            found.append(statement)
        elif not (at == 0 and _is_docstring(statement)):
            break
    return found


def _joined(
    module: EditedModule, head: Sequence[Import], source: str, name: str, local: str
) -> TextEdit | None:
    """The edit that adds the name to an import of the same module on one line."""
    for statement in head:
        if not isinstance(statement, ast.ImportFrom) or statement.level or statement.module != source:
            continue
        if statement.lineno != statement.end_lineno or statement.names[0].name == "*":
            continue
        segment = module.lines.lines[statement.lineno - 1]
        if "(" in segment or "\\" in segment:
            continue
        shown = [_shown(alias) for alias in statement.names]
        new = sorted([*shown, name if local == name else f"{name} as {local}"], key=_name_key)
        start = module.offsets.at(
            statement.lineno, module.lines.column(statement.lineno, statement.col_offset)
        )
        end = module.offsets.at(
            statement.lineno, module.lines.column(statement.lineno, statement.end_col_offset or 0)
        )
        text = f"from {source} import {', '.join(new)}"
        if len(text) <= _LONGEST_LINE:
            return TextEdit(start, end, text)
    return None


def _shown(alias: ast.alias) -> str:
    return f"{alias.name} as {alias.asname}" if alias.asname else alias.name


def _name_key(shown: str) -> tuple[int, str]:
    """isort's order of names: constants, classes, all else."""
    name = shown.partition(" ")[0]
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return kind, name


def _category(source: str, level: int, is_first_party: Callable[[str], bool]) -> int:
    if level:
        return _LOCAL
    top = source.partition(".")[0]
    if top == "__future__":
        return _FUTURE
    if top in sys.stdlib_module_names:
        return _STDLIB
    return _FIRST_PARTY if is_first_party(source) else _THIRD_PARTY


def _category_of(statement: Import, is_first_party: Callable[[str], bool]) -> int:
    if isinstance(statement, ast.ImportFrom):
        return _category(statement.module or "", statement.level, is_first_party)
    return _category(statement.names[0].name, 0, is_first_party)


def _sort_key(statement: Import) -> tuple[int, str, str]:
    """isort's order within a block: plain imports before those with ``from``, each by module."""
    if isinstance(statement, ast.Import):
        name = statement.names[0].name
        return 0, name.lower(), name
    name = statement.module or ""
    return 1, name.lower(), name


def _after(module: EditedModule, statement: ast.stmt, text: str) -> TextEdit:
    """New lines behind the row on which ``statement`` ends."""
    last = statement.end_lineno or statement.lineno
    if last < len(module.lines.lines):
        start = module.offsets.row(last + 1)
        return TextEdit(start, start, f"{text}\n")
    end = len(module.offsets.text)
    return TextEdit(end, end, f"\n{text}")


def _before(module: EditedModule, statement: ast.stmt, text: str) -> TextEdit:
    """New lines above ``statement`` and the comments that belong to it."""
    row = statement.lineno
    while (
        row > 1 and module.lines.lines[row - 2].lstrip().startswith("#") and not _is_header(module, row - 1)
    ):
        row -= 1
    start = module.offsets.row(row)
    return TextEdit(start, start, f"{text}\n")


def _is_header(module: EditedModule, row: int) -> bool:
    """Whether a comment belongs to the file: the first lines, up to an empty one."""
    return all(line.lstrip().startswith("#") for line in module.lines.lines[:row])


def _first(module: EditedModule, line: str) -> TextEdit:
    """The import as the first statement: behind the docstring, or behind the comments at the top."""
    body = module.tree.body
    if body and _is_docstring(body[0]):
        docstring = body[0]
        more = len(body) > 1
        text = f"\n{line}\n" if more and not _blank(module, (docstring.end_lineno or 1) + 1) else f"\n{line}"
        return _after(module, docstring, text)
    row = 1
    lines = module.lines.lines
    while row <= len(lines) and lines[row - 1].lstrip().startswith("#"):
        row += 1
    start = module.offsets.row(row)
    if row > 1:
        return TextEdit(start, start, f"\n{line}\n" if _blank(module, row) else f"\n{line}\n\n")
    return TextEdit(start, start, f"{line}\n\n")


def _blank(module: EditedModule, row: int) -> bool:
    lines = module.lines.lines
    return row > len(lines) or not lines[row - 1].strip()


def _is_docstring(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _first_row(statement: ast.stmt) -> int:
    decorators = getattr(statement, "decorator_list", ())
    return min((decorator.lineno for decorator in decorators), default=statement.lineno)


# -- what is removed ------------------------------------------------------------------------------


def removed_imports(
    module: EditedModule, dead: Collection[tuple[Import, ast.alias]], beside: Collection[int] = ()
) -> list[TextEdit]:
    """The edits that take the dead names out of their imports; whole rows where nothing is left.

    ``beside`` are the offsets at which something new comes, so that the empty rows around stay.
    """
    edits: list[TextEdit] = []
    statements: dict[Import, list[ast.alias]] = {}
    for statement, alias in dead:
        statements.setdefault(statement, []).append(alias)
    for statement, aliases in statements.items():
        if len(aliases) == len(statement.names):
            whole = whole_statement(module, statement, beside)
            if whole is not None:
                edits.append(whole)
        else:
            edits += _names_out(module, statement, aliases)
    return edits


def whole_statement(module: EditedModule, statement: Import, beside: Collection[int] = ()) -> TextEdit | None:
    """The edit that removes a statement, with its rows and the comment on them if nothing else is there.

    None where it cannot be told from what stands beside it.
    """
    first, last = statement.lineno, statement.end_lineno or statement.lineno
    lines = module.lines
    head = lines.lines[first - 1][: lines.column(first, statement.col_offset) - 1]
    tail = lines.lines[last - 1][lines.column(last, statement.end_col_offset or 0) - 1 :]
    if head.strip(" \t\f") or (tail.strip(" \t\f") and not tail.lstrip(" \t\f").startswith("#")):
        return _beside_others(module, statement, head, tail)
    if module.offsets.row(first) not in beside and _stands_alone(module, first, last):
        last += 1
    return TextEdit(module.offsets.row(first), module.offsets.row(last + 1), "")


def _beside_others(module: EditedModule, statement: Import, head: str, tail: str) -> TextEdit | None:
    """The edit for a statement that semicolons part from others on its row."""
    first, last = statement.lineno, statement.end_lineno or statement.lineno
    start = module.offsets.at(first, len(head) + 1)
    end_column = module.lines.column(last, statement.end_col_offset or 0)
    end = module.offsets.at(last, end_column)
    if tail.lstrip().startswith(";"):
        rest = tail.lstrip()[1:]
        if rest.strip() and not rest.lstrip().startswith("#"):
            return TextEdit(start, end + len(tail) - len(rest.lstrip()), "")
    if head.rstrip().endswith(";"):
        return TextEdit(start - len(head) + len(head.rstrip()) - 1, end, "")
    return None


def _stands_alone(module: EditedModule, first: int, last: int) -> bool:
    """Whether the rows have an empty one before and behind them, of which one would be left over."""
    lines = module.lines.lines
    return last < len(lines) and not lines[last].strip() and (first == 1 or not lines[first - 2].strip())


def _names_out(module: EditedModule, statement: Import, dead: Sequence[ast.alias]) -> list[TextEdit]:
    """The edits that remove some of the names, each with one of the commas beside it."""

    def start(alias: ast.alias) -> int:
        return module.offsets.at(alias.lineno, module.lines.column(alias.lineno, alias.col_offset))

    def end(alias: ast.alias) -> int:
        row = alias.end_lineno or alias.lineno
        return module.offsets.at(row, module.lines.column(row, alias.end_col_offset or 0))

    names = statement.names
    edits = []
    for at, alias in enumerate(names):
        if alias not in dead:
            continue
        if at + 1 < len(names):
            edits.append(TextEdit(start(alias), start(names[at + 1]), ""))
        else:
            kept = [one for one in names[:at] if one not in dead]
            if kept:
                edits.append(TextEdit(end(kept[-1]), end(alias), ""))
    # What the last one takes may hold what those before it take.
    return [edit for edit in edits if not any(_within(edit, other) for other in edits)]


def _within(inner: TextEdit, outer: TextEdit) -> bool:
    return inner is not outer and outer.start <= inner.start and inner.end <= outer.end
