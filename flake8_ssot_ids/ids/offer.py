"""What the approved generator offers to one file: what it is called, and which calls of it bind."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from flake8_ssot_ids.policy.approved import generators_for
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.semantics.project.project import Project

TYPE_CHECKING = False  # a check that needs to read no generator loads nothing of this
if TYPE_CHECKING:
    from flake8_ssot_ids.semantics.classes.classes import ClassSource

#: The method that gives a UUID of version 4.
UUID_METHOD = "generate_uuid"
#: What it offers is known, since it is made together with this package.
RUNTIME = "ssot_ids.UnifiedIdGenerator"


@dataclass(frozen=True, slots=True)
class Offer:
    """What the generator offers.

    ``dotted`` is its name in the policy, empty where none is configured. ``source`` is what its source says;
    None where that was not read, and it is taken to have what the runtime's generator has, unless ``unread``
    says why it could not be read. ``methods`` are the names that the house gives to methods.
    """

    dotted: str = ""
    source: ClassSource | None = None
    methods: Mapping[str, str] = field(default_factory=dict)
    unread: str = ""

    @property
    def name(self) -> str:
        """The last part of its name."""
        return self.dotted.rpartition(".")[2]

    @property
    def follows_source(self) -> bool:
        """Whether its UUIDs come from ``uuid.uuid4``, so that who replaces that changes them, too."""
        return self.dotted == RUNTIME

    def lacks(self, method: str) -> bool:
        """Whether it surely has no such method, by the name that the runtime gives to it."""
        source = self.source
        return (
            source is not None and source.complete and self.methods.get(method, method) not in source.methods
        )

    def problem(self, text: str, local: str) -> str | None:
        """Why a call in ``text`` of the generator, there called ``local``, does not bind to what it has."""
        source = self.source
        if source is None:
            return None
        from flake8_ssot_ids.semantics.classes.method import problem_with

        for node in ast.walk(ast.parse(text.partition(" = ")[2] or text)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and ast.unparse(node.func.value) == local
            ):
                name = node.func.attr
                method = source.methods.get(name)
                if method is None:
                    return f"`{local}` has no `{name}`" if source.complete else None
                if method.kind in ("property", "attribute"):
                    continue
                problem = problem_with(method, node, "class")
                if problem is not None:
                    return f"`{local}.{name}` {problem}"
        return None


def offer_for(policy: Policy, path: str, project: Project | None) -> Offer:
    """What the generator offers that the file ``path`` may import; its source is read once."""
    allowed = generators_for(policy, path)
    if not allowed:
        return Offer(methods=policy.api)
    dotted = allowed[0]
    if project is None:
        return Offer(dotted, methods=policy.api)
    home = project.home(path)
    if dotted == RUNTIME and not project.is_ours(dotted, home):
        return Offer(dotted, methods=policy.api)
    from flake8_ssot_ids.ids.signatures import sources_of

    sources = sources_of(project, home)
    outer, sources.touched = sources.touched, set()
    owner = sources.class_of(dotted)
    project.depend_on(sources.touched)
    sources.touched = outer
    if isinstance(owner, str):
        return Offer(dotted, methods=policy.api, unread=owner)
    return Offer(dotted, owner, policy.api)
