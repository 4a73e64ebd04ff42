"""One file on its way from what it is to what it shall be."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from flake8_ssot_ids.findings.engine import check_tree, span_of, uses_in
from flake8_ssot_ids.fixes.edits.importnames import EditedModule, asked_names
from flake8_ssot_ids.fixes.edits.mentions import Mentions
from flake8_ssot_ids.fixes.evidence.readers import Readers
from flake8_ssot_ids.ids.inspection import Inspection
from flake8_ssot_ids.ids.offer import Offer
from flake8_ssot_ids.ids.uses import Use
from flake8_ssot_ids.model import Finding, Span, SsotIdsError, UnreadableError
from flake8_ssot_ids.policy.approved import generators_for
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.recipes.astgrep import Document
from flake8_ssot_ids.recipes.house import house_of
from flake8_ssot_ids.semantics.glance.facts import Fact, facts_of
from flake8_ssot_ids.semantics.module.parents import WholeParents
from flake8_ssot_ids.semantics.project.project import Project
from flake8_ssot_ids.source.edits import Offsets, TextEdit
from flake8_ssot_ids.source.sourcefile import Lines, SourceFile, decode, parse, unix, why_not_python


class NoGeneratorError(SsotIdsError):
    """There is nothing to write: no generator is approved, or its source cannot be read."""


class FileState:
    """One file on its way: its tree, places and findings; the closer look is made when it is needed."""

    def __init__(
        self,
        path: str,
        data: bytes,
        policy: Policy,
        project: Project,
        readers: Readers,
    ) -> None:
        """Read and check the file.

        Raises:
            UnreadableError: it is no Python.
        """
        self.path = path
        self.data = data
        self.policy = policy
        self.project = project
        self.readers = readers
        other = why_not_python(path, data)
        if other:
            raise UnreadableError(other)
        self.source: SourceFile = decode(data)
        self.tree = parse(data)
        self.text = unix(self.source.text)
        self.lines = Lines(self.source.text)
        self.offsets = Offsets(self.source.text)
        self.mentions = Mentions(self.tree, self.text)
        project.start()
        words = project.words_for(path, data)
        #: The raw uses in it.
        self.uses: list[Use]
        self.uses, parents = known = uses_in(self.tree, self.text, path, policy, project, words)
        #: The parent of each node.
        self.parents = WholeParents(self.tree, parents)
        house = house_of(policy)
        report = check_tree(
            self.tree, self.text, path, policy, project, words=words, house=house, known=known
        )
        self.findings: list[Finding] = [*report.findings]
        #: The call in a function that hands vectors to a store.
        self.stores: dict[ast.AST, ast.Call | None] = {}
        #: Whether a comment stands in an expression.
        self.commented: dict[ast.AST, bool] = {}
        #: The edits that import the generator, by the name that it gets.
        self.importing: dict[str, TextEdit] = {}

    def after(self, data: bytes) -> FileState:
        """What is to become of it.

        Raises:
            UnreadableError: it would be no Python any more.
        """
        return FileState(self.path, data, self.policy, self.project, self.readers)

    @cached_property
    def inspection(self) -> Inspection:
        """A closer look at it."""
        return Inspection(self.tree, self.text, self.path, self.policy, self.project, self.uses, follows=True)

    @cached_property
    def module(self) -> EditedModule:
        """The module as its imports are edited."""
        generator, mentions = self.generator, self.mentions
        methods = frozenset(generator.methods)
        asked = asked_names(mentions, {generator.dotted, generator.canonical}, methods)
        used = {
            node.id for use in self.uses for node in ast.walk(use.reference) if isinstance(node, ast.Name)
        }
        flow, resolver = self.inspection.names_walked(asked, used)
        return EditedModule(
            self.tree,
            self.lines,
            self.offsets,
            mentions,
            flow,
            resolver.values_of,
            methods,
            generator.dotted,
        )

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
        offer = Offer(dotted, owner, self.policy.api)
        return Generator(dotted, sources.canonical(dotted), offer, self.readers.leads_to(module, self.path))

    @cached_property
    def facts(self) -> list[Fact]:
        """What its own text says of the names in it."""
        return facts_of(self.data, every=True)

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
    offer: Offer
    in_cycle: bool

    @property
    def methods(self) -> Mapping[str, object]:
        """What its source defines, by name."""
        return self.offer.source.methods if self.offer.source is not None else {}
