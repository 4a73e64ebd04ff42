"""The only place that turns uses into findings: it orders, locates, fingerprints and filters them.

:func:`check_source` starts from bytes, :func:`check_tree` from a tree that someone else parsed
(flake8). Neither knows a disk, apart from the modules that a :class:`Project` reads.
"""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from hashlib import blake2b

from flake8_ssot_ids import catalog
from flake8_ssot_ids.model import FileReport, Finding, Position, Span, UnreadableError
from flake8_ssot_ids.names.fstrings import locate
from flake8_ssot_ids.names.module import ModuleNames
from flake8_ssot_ids.names.modules import Home
from flake8_ssot_ids.names.project import Project
from flake8_ssot_ids.names.resolver import Values
from flake8_ssot_ids.names.words import Words
from flake8_ssot_ids.policy import Policy
from flake8_ssot_ids.prefilter import may_hold_use
from flake8_ssot_ids.registry import UNREADABLE, rule, rules
from flake8_ssot_ids.remedies import DEFAULT_GENERATOR, Context, remedy
from flake8_ssot_ids.source import Lines, decode, parse
from flake8_ssot_ids.suppress import Suppressions
from flake8_ssot_ids.uses import Use, path_to, uses_of

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
) -> FileReport:
    """Check one file.

    Args:
        data: the bytes of the file.
        path: its path, as findings show it.
        policy: what counts where.
        project: follows names into other modules; None: they stand for nothing.
        all_files: parse also a file that can hold no use.
        noqa: honour suppressing comments.

    A file that may hold a use but is no Python gives one SID990; nothing is raised for bad input.
    """
    if is_exempt(path, policy):
        return FileReport(path, judged=False)
    sources = catalog.attributes(policy.name_hashes)
    words = _NOTHING if project is None else project.words_for(path, data)
    if not (all_files or words or may_hold_use(data, sources)):
        return FileReport(path, judged=False)
    try:
        tree = parse(data)
        text = decode(data).text
    except UnreadableError as error:
        return FileReport(path, True, (unreadable(path, policy, error.reason, error.row, error.column),))
    return check_tree(tree, text, path, policy, project, words=words, noqa=noqa)


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
) -> FileReport:
    """Check a parsed module; ``text`` is its source without a BOM. The tree is only read.

    Without ``comments``, nothing is asked of them: no finding is suppressed by one, and
    ``noqa_row`` is the finding's own row.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
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
        expand=expand,
    )
    uses = uses_of(names)
    if not uses:
        return FileReport(path, judged=True)
    return _Reporter(text, path, policy, names, comments).report(uses, noqa and comments)


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
        fingerprint=fingerprint(policy.relative(path), UNREADABLE, _MODULE_SYMBOL, "", 0),
    )


def fingerprint(path: str, code: str, symbol: str, expression: str, ordinal: int) -> str:
    """The identity of a finding, free of line numbers: the hash of its baseline row."""
    row = f"{path} | {code} | {symbol} | {expression} | {ordinal}"
    return blake2b(row.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


class _Reporter:
    """Makes findings of the uses of one file."""

    def __init__(self, text: str, path: str, policy: Policy, names: ModuleNames, comments: bool) -> None:
        self._text = text if comments else ""
        self._comments = comments
        self._lines = Lines(text)
        self._path = path
        self._relative = policy.relative(path)
        self._policy = policy
        self._names = names
        self._scope = policy.scope_of(path)
        zone = policy.zone_of(path)
        self._zone = (zone.service or zone.name) if zone is not None else "app"
        self._generator = policy.generators[0].rpartition(".")[2] if policy.generators else DEFAULT_GENERATOR
        self._ordinals: dict[tuple[str, str, str], int] = {}

    def report(self, uses: list[Use], noqa: bool) -> FileReport:
        """All findings in source order, and apart those that a comment or the policy silences."""
        suppressions = Suppressions(self._lines, self._text)
        silent = (*self._policy.ignored_in_file(self._path), *self._policy.exempt_in_file(self._path))
        findings: list[Finding] = []
        suppressed: list[Finding] = []
        for span, use in sorted(((self._span(use.reference), use) for use in uses), key=lambda pair: pair[0]):
            finding = self._finding(span, use, suppressions)
            if not self._policy.selected(finding.code):
                continue
            if finding.code.startswith(silent) or (
                noqa and suppressions.suppressed_by(span.start.row, finding.code)
            ):
                suppressed.append(finding)
            else:
                findings.append(finding)
        return FileReport(self._path, True, tuple(findings), tuple(suppressed))

    def _finding(self, span: Span, use: Use, suppressions: Suppressions) -> Finding:
        context = Context(self._generator, self._zone, self._policy.roles, use.scope)
        use = replace(use, remedy=remedy(use.shape, use.role, use.subject, context))
        found = next(
            candidate for candidate in rules() if candidate.matches is not None and candidate.matches(use)
        )
        assert found.message is not None, found.code
        id_span = span if use.shape.node is use.reference else self._span(use.shape.node)
        symbol = use.symbol or _MODULE_SYMBOL
        expression = normalised(self._lines.segment(id_span))
        key = (found.code, symbol, expression)
        ordinal = self._ordinals.get(key, 0)
        self._ordinals[key] = ordinal + 1
        prefix = use.shape.prefix
        return Finding(
            path=self._path,
            code=found.code,
            name=found.name,
            message=found.message(use),
            span=span,
            id_span=id_span,
            noqa_row=suppressions.noqa_row(span.start.row) if self._comments else span.start.row,
            scope=self._scope,
            symbol=symbol,
            role=use.role,
            prefix=(prefix.rstrip("_-:./ ") or None) if prefix else None,
            source=use.spelling,
            expression=expression,
            ordinal=ordinal,
            fingerprint=fingerprint(self._relative, found.code, symbol, expression, ordinal),
        )

    def _span(self, node: ast.expr) -> Span:
        chain = path_to(node, self._names.flow.parents)
        if chain is not None and isinstance(chain[0], ast.JoinedStr) and len(chain) > 1:
            first, start, last, end = locate(self._lines, chain[0], chain)
        else:
            first, start = node.lineno, node.col_offset
            last, end = node.end_lineno or first, node.end_col_offset or start
        column = self._lines.column
        return Span(Position(first, column(first, start)), Position(last, column(last, end)))


def normalised(expression: str) -> str:
    """The text of an expression in a form that a formatter does not change.

    White space, comments, line joins and the kind of quotes go; so do trailing commas.
    """
    if "\n" in expression:
        expression = re.sub(r"#[^\n\"']*(?=\n)", "", expression)
    text = re.sub(r"[\s\\]+", "", expression).replace("'", '"')
    return re.sub(r",(?=[)\]}])", "", text)
