"""One file on its way from what it is to what it shall be."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property

from flake8_ssot_ids.findings.engine import check_tree, span_of, uses_in
from flake8_ssot_ids.fixes.edits.importnames import Module
from flake8_ssot_ids.fixes.evidence.surroundings import Surroundings
from flake8_ssot_ids.ids.inspection import Inspection
from flake8_ssot_ids.ids.signatures import ClassSource
from flake8_ssot_ids.ids.uses import Use
from flake8_ssot_ids.model import Finding, Span, SsotIdsError, UnreadableError
from flake8_ssot_ids.policy.approved import generators_for
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.recipes.astgrep import Document
from flake8_ssot_ids.recipes.house import house_of
from flake8_ssot_ids.semantics.module.parents import Parents
from flake8_ssot_ids.semantics.project.project import Project
from flake8_ssot_ids.semantics.project.words import Words
from flake8_ssot_ids.source.edits import Offsets
from flake8_ssot_ids.source.sourcefile import Lines, SourceFile, decode, parse, unix, why_not_python


class NoGeneratorError(SsotIdsError):
    """There is nothing to write: no generator is approved, or its source cannot be read."""


class FileState:
    """One file on its way: its tree, places and findings; the closer look is made when it is needed."""

    def __init__(
        self, path: str, data: bytes, policy: Policy, project: Project, surroundings: Surroundings
    ) -> None:
        """Read and check the file.

        Raises:
            UnreadableError: it is no Python.
        """
        self.path = path
        self.data = data
        self.policy = policy
        self.project = project
        self.surroundings = surroundings
        other = why_not_python(path, data)
        if other:
            raise UnreadableError(other)
        self.source: SourceFile = decode(data)
        self.tree = parse(data)
        self.text = unix(self.source.text)
        self.lines = Lines(self.source.text)
        self.offsets = Offsets(self.source.text)
        project.start()
        self._words = project.words_for(path, data)
        self.findings = self.check(self.tree, self.text, self._words)

    def after(self, data: bytes) -> FileState:
        """What is to become of it.

        Raises:
            UnreadableError: it would be no Python any more.
        """
        return FileState(self.path, data, self.policy, self.project, self.surroundings)

    def check(self, tree: ast.Module, text: str, words: Words) -> list[Finding]:
        """The findings in this file, or in what is to become of it."""
        house = house_of(self.policy)
        report = check_tree(tree, text, self.path, self.policy, self.project, words=words, house=house)
        return [*report.findings]

    @cached_property
    def uses(self) -> list[Use]:
        """The raw uses in it."""
        return uses_in(self.tree, self.text, self.path, self.policy, self.project, self._words)[0]

    @cached_property
    def inspection(self) -> Inspection:
        """A closer look at it."""
        return Inspection(self.tree, self.text, self.path, self.policy, self.project, self.uses, follows=True)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All nodes of its tree."""
        return [*ast.walk(self.tree)]

    @cached_property
    def module(self) -> Module:
        """The module as its imports are edited."""
        methods = frozenset(self.generator.source.methods)
        names, spelled = self.inspection.names, self.generator.dotted
        return Module(self.tree, self.lines, self.offsets, names, self.nodes, methods, spelled)

    @property
    def parents(self) -> Parents:
        """The parent of each node in executed code."""
        return self.inspection.names.flow.parents

    @cached_property
    def generator(self) -> Generator:
        """The approved generator that this file may import.

        Raises:
            NoGeneratorError: none is named, or its source cannot be read.
        """
        allowed = generators_for(self.policy, self.path)
        if not allowed:
            raise NoGeneratorError("no generator is approved")
        dotted = allowed[0]
        sources = self.inspection.sources
        owner = sources.class_of(dotted)
        if isinstance(owner, str):
            raise NoGeneratorError(f"the generator `{dotted}` cannot be read: {owner}")
        module = dotted.rpartition(".")[0]
        return Generator(
            dotted, sources.canonical(dotted), owner, self.surroundings.leads_to(module, self.path)
        )

    @cached_property
    def document(self) -> Document:
        """The text as ast-grep sees it."""
        return Document(self.source.text)

    def span(self, node: ast.expr | ast.stmt) -> Span:
        """The real place of a node, also inside of an f-string."""
        return span_of(node, self.parents, self.lines)


@dataclass(frozen=True, slots=True)
class Generator:
    """The approved generator as one file sees it.

    ``dotted`` is the name in the policy, ``canonical`` that of its definition. ``in_cycle``: importing it
    runs this very file.
    """

    dotted: str
    canonical: str
    source: ClassSource
    in_cycle: bool
