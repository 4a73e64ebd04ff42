"""The only place that turns uses into findings: it orders, locates, fingerprints and filters them.

:func:`check_source` starts from bytes, :func:`check_tree` from a tree that someone else parsed
(flake8). Neither knows a disk, apart from the modules that a :class:`Project` reads.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace

from flake8_ssot_ids.findings.glance import Glance, inspecting
from flake8_ssot_ids.findings.identity import LONG, Fingerprints, Row
from flake8_ssot_ids.findings.suppress import Suppressions
from flake8_ssot_ids.ids.deciding import Deciding
from flake8_ssot_ids.ids.offer import offer_for
from flake8_ssot_ids.ids.uses import Use, path_to, uses_of
from flake8_ssot_ids.model import FileReport, Finding, Position, Span, UnreadableError
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.rules.codes import HOUSE_RECIPE, UNREADABLE
from flake8_ssot_ids.rules.registry import rule, rules
from flake8_ssot_ids.rules.rule import Hit, Rule, instead
from flake8_ssot_ids.semantics.module.names import ModuleNames
from flake8_ssot_ids.semantics.module.values import SHADOWED, Values
from flake8_ssot_ids.semantics.project.modules import Home
from flake8_ssot_ids.semantics.project.project import Project
from flake8_ssot_ids.semantics.project.words import Words
from flake8_ssot_ids.source.fstrings import locate
from flake8_ssot_ids.source.sourcefile import Lines, decode, parse, unix, why_not_python
from flake8_ssot_ids.uuids import catalog

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from flake8_ssot_ids.ids.inspection import Inspection
    from flake8_ssot_ids.rules.rule import Finder

_MODULE_SYMBOL = "<module>"
_NOTHING = Words()


def check_source(
    data: bytes,
    path: str,
    policy: Policy,
    project: Project | None = None,
    *,
    all_files: bool = False,
    noqa: bool = True,
    house: Finder | None = None,
) -> FileReport:
    """Check one file.

    Args:
        data: the bytes of the file.
        path: its path, as findings show it.
        policy: what counts where.
        project: follows names into other modules; None: they stand for nothing.
        all_files: parse also a file that can hold no use.
        noqa: honour suppressing comments.
        house: finds what the recipes of the policy name; it needs a project.

    A file that may hold a use and does not parse gives one SID990, and so does one that is not called like
    a Python file; nothing is raised for bad input.
    """
    if is_exempt(path, policy):
        return FileReport(path, judged=False)
    other = why_not_python(path, data)
    if other:
        return FileReport(path, True, (unreadable(path, policy, other),))
    look = Glance(data, path, policy, project, house)
    if not (all_files or look.may_find):
        return FileReport(path, judged=False)
    try:
        # Nothing here holds the tree, so that it goes as soon as it has been looked at.
        return check_tree(
            parse(data),
            decode(data).text,
            path,
            policy,
            project,
            words=look.words,
            noqa=noqa,
            house=look.house,
        )
    except UnreadableError as error:
        return FileReport(path, True, (unreadable(path, policy, error.reason, error.row, error.column),))


def is_exempt(path: str, policy: Policy) -> bool:
    """Whether the file may hold what it likes: a stub, the generator, or as the policy says."""
    return path.endswith(".pyi") or policy.allows_raw(path)


def check_tree(
    tree: ast.Module,
    text: str,
    path: str,
    policy: Policy,
    project: Project | None = None,
    *,
    words: Words = _NOTHING,
    noqa: bool = True,
    comments: bool = True,
    house: Finder | None = None,
    known: tuple[list[Use], Mapping[ast.AST, ast.AST]] | None = None,
) -> FileReport:
    """Check a parsed module; ``text`` is its source without a BOM. The tree is only read.

    Without ``comments``, nothing is asked of them: no finding is suppressed by one, and
    ``noqa_row`` is the finding's own row. ``known`` is what :func:`uses_in` has said of the module.
    """
    text = unix(text)
    uses, parents = known or uses_in(tree, text, path, policy, project, words)
    closer: list[tuple[Rule, Callable[[Inspection], Iterable[Hit]]]] = []
    if project is not None:
        closer = [(one, one.inspect) for one in inspecting(policy) if one.inspect]
        if house is not None and policy.selected(HOUSE_RECIPE):
            closer.append((rule(HOUSE_RECIPE), house))
    if not uses and not closer:
        return FileReport(path, judged=True)
    reporter = _Reporter(text, path, policy, parents, comments)
    reporter.add_uses(uses, project)
    if closer and project is not None:
        from flake8_ssot_ids.ids.inspection import Inspection

        inspection = Inspection(tree, text, path, policy, project, uses)
        for closer_rule, inspect in closer:
            reporter.add_hits(closer_rule, inspect(inspection), inspection)
        inspection.finish()
        del inspection
    # A tree takes a hundred times as much memory as its file; the findings need none of it.
    del tree, uses, parents, known
    return reporter.report(noqa and comments)


def uses_in(
    tree: ast.Module, text: str, path: str, policy: Policy, project: Project | None, words: Words
) -> tuple[list[Use], Mapping[ast.AST, ast.AST]]:
    """The raw uses in a module, and the parents of the nodes that were looked at.

    ``text`` is its source with ``\n`` line ends; ``words`` are those that the project says to look for.
    """
    home = project.home(path) if project is not None else Home("", ())
    sources = catalog.attributes(policy.name_hashes)

    def expand(values: Values) -> Values:
        return values if project is None else project.expand(values, home)

    names = ModuleNames(
        tree,
        text,
        package=home.package,
        sources=sources,
        attributes=sources | words.attributes,
        words=words.names,
        makers_elsewhere=words.makers,
        expand=expand,
    )
    uses = uses_of(names)
    if uses and project is not None:
        uses = [_shadowed(use, home, policy, project) for use in uses]
    return uses, names.flow.parents


def _shadowed(use: Use, home: Home, policy: Policy, project: Project) -> Use:
    """The use, marked where a module of the project stands in the place of the source's own."""
    file = project.shadow_of(use.spelling.partition(".")[0], home)
    return use if file is None else replace(use, via=SHADOWED, shadow=policy.relative(file))


def unreadable(path: str, policy: Policy, reason: str, row: int = 1, column: int = 1) -> Finding:
    """The finding for a file that may hold a use and cannot be read as Python."""
    here = Position(row, column)
    span = Span(here, here)
    return Finding(
        path=path,
        code=UNREADABLE,
        name=rule(UNREADABLE).name,
        message=f"this file may hold raw ids and cannot be checked: {reason}",
        span=span,
        id_span=span,
        noqa_row=row,
        scope=policy.scope_of(path),
        symbol=_MODULE_SYMBOL,
        fingerprint=Row(policy.relative(path), UNREADABLE, _MODULE_SYMBOL, "", 0).fingerprint,
    )


@dataclass(frozen=True, slots=True)
class _Located:
    """What a rule has found, before it is located in its line, counted and filtered."""

    span: Span
    id_span: Span
    rule: Rule
    message: str
    symbol: str
    role: str | None
    prefix: str | None
    source: str | None


class _Reporter:
    """Makes findings of what was found in one file."""

    def __init__(
        self,
        text: str,
        path: str,
        policy: Policy,
        parents: Mapping[ast.AST, ast.AST],
        comments: bool,
    ) -> None:
        self._whole = text
        self._text = text if comments else ""
        self._comments = comments
        self._lines = Lines(text)
        self._path = path
        self._relative = policy.relative(path)
        self._policy = policy
        self._parents = parents
        self._rules = [
            rule
            for rule in rules()
            if rule.matches is not None and (not rule.preview or policy.selected(rule.code, preview=True))
        ]
        self._found: list[_Located] = []
        self._ordinals: dict[tuple[str, str, str], int] = {}
        self._expressions: dict[Span, str] = {}
        self._fingerprint = Fingerprints(self._relative)

    def add_uses(self, uses: list[Use], project: Project | None) -> None:
        """Take what the first rule that matches says of each use."""
        if not uses:
            return
        offer = offer_for(self._policy, self._path, project)
        deciding = Deciding(uses, self._path, self._whole, self._policy, offer, self._parents)
        for use in uses:
            rule = next((rule for rule in self._rules if rule.matches and rule.matches(use)), None)
            if rule is None:
                continue
            assert rule.message is not None, rule.code
            span = self._span(use.reference, self._parents)
            whole = use.shape.node
            prefix = use.shape.prefix
            self._found.append(
                _Located(
                    span,
                    span if whole is use.reference else self._span(whole, self._parents),
                    rule,
                    rule.message(use, instead(use, deciding.of(use), offer)),
                    use.symbol,
                    use.role,
                    (prefix.rstrip("_-:./ ") or None) if prefix else None,
                    use.spelling,
                )
            )
        deciding.forget()

    def add_hits(self, rule: Rule, hits: Iterable[Hit], inspection: Inspection) -> None:
        """Take what ``rule`` has found in a closer look."""
        for hit in hits:
            parents = inspection.names.flow.parents
            span = self._span(hit.node, parents)
            id_span = span if hit.whole is None else self._span(hit.whole, parents)
            self._found.append(
                _Located(span, id_span, rule, hit.message, hit.symbol, hit.role, None, hit.source)
            )

    def report(self, noqa: bool) -> FileReport:
        """All findings in source order, and apart those that a comment or the policy silences.

        It is the end: nothing is kept of the tree and of what was found.
        """
        self._parents = {}
        self._lines.memory.clear()
        suppressions = Suppressions(self._lines, self._text)
        policy = self._policy
        silent = (*policy.ignored_in_file(self._path), *policy.exempted_in_file(self._path))
        findings: list[Finding] = []
        suppressed: list[Finding] = []
        self._found.sort(key=lambda found: (found.span, found.rule.code), reverse=True)
        while self._found:
            found = self._found.pop()
            finding = self._finding(found, suppressions)
            if not policy.selected(finding.code):
                continue
            if finding.code.startswith(silent) or (
                noqa and suppressions.suppressed_by(found.span.start.row, finding.code)
            ):
                suppressed.append(finding)
            else:
                findings.append(finding)
        return FileReport(self._path, True, tuple(findings), tuple(suppressed))

    def _finding(self, found: _Located, suppressions: Suppressions) -> Finding:
        code = found.rule.code
        row = found.span.start.row
        symbol = found.symbol or _MODULE_SYMBOL
        expression = self._expression(found.id_span)
        key = (code, symbol, expression)
        ordinal = self._ordinals.get(key, 0)
        self._ordinals[key] = ordinal + 1
        return Finding(
            path=self._path,
            code=code,
            name=found.rule.name,
            message=found.message,
            span=found.span,
            id_span=found.id_span,
            noqa_row=suppressions.noqa_row(row) if self._comments else row,
            scope=self._policy.scope_of(self._path),
            symbol=symbol,
            role=found.role,
            prefix=found.prefix,
            source=found.source,
            expression=expression,
            ordinal=ordinal,
            fingerprint=self._fingerprint.of(code, symbol, expression, ordinal),
        )

    def _expression(self, span: Span) -> str:
        """The text of an expression; that of a long one is made once for all the ids in it."""
        known = self._expressions.get(span)
        if known is None:
            known = normalised(self._lines.segment(span))
            if len(known) > LONG:
                self._expressions[span] = known
        return known

    def _span(self, node: ast.expr | ast.stmt, parents: Mapping[ast.AST, ast.AST]) -> Span:
        return span_of(node, parents, self._lines)


def span_of(node: ast.expr | ast.stmt, parents: Mapping[ast.AST, ast.AST], lines: Lines) -> Span:
    """The real place of ``node``, also inside of an f-string."""
    chain = path_to(node, parents)
    if chain is not None and isinstance(chain[0], ast.JoinedStr) and len(chain) > 1:
        first, start, last, end = locate(lines, chain[0], chain)
    else:
        first, start = node.lineno, node.col_offset
        last, end = node.end_lineno or first, node.end_col_offset or start
    column = lines.column
    return Span(Position(first, column(first, start)), Position(last, column(last, end)))


def normalised(expression: str) -> str:
    """The text of an expression in a form that a formatter does not change.

    White space, comments, line joins and the kind of quotes go; so do trailing commas.
    """
    if "\n" in expression:
        expression = re.sub(r"#[^\n\"']*(?=\n)", "", expression)
    text = re.sub(r"[\s\\]+", "", expression).replace("'", '"')
    return re.sub(r",(?=[)\]}])", "", text)
