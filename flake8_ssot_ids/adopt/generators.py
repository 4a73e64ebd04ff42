"""Which classes of a project may be its one approved generator, and what speaks for each."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from flake8_ssot_ids.adopt.code import ProjectCode
from flake8_ssot_ids.adopt.layout import Repository
from flake8_ssot_ids.adopt.signals import words_of
from flake8_ssot_ids.render.statistics import counted

RUNTIME = "ssot_ids"
RUNTIME_GENERATOR = "UnifiedIdGenerator"
#: Without any of these in its bytes, a module defines no candidate. Each begins with plain text: it is fast.
_MAY_DEFINE = (
    re.compile(rb"class \w*(?:Id|ID|Identifier)s?(?:Generator|Manager|Factory|Service|Provider|Maker)\b"),
    re.compile(rb"ssot_ids\b"),
    re.compile(rb"def (?:generate|new|make|create|next)_\w*?ids?\b"),
)
_CLASS = re.compile(r"(?:Id|ID|Identifier)s?(?:Generator|Factory|Service|Provider|Maker|Manager)$")
_MODULES = frozenset((
    "ids", "id_generation", "id_generator", "id_factory", "identifiers", "idgen", "id_gen", "id_utils",
))  # fmt: skip
_METHOD = re.compile(r"(?:generate|new|make|create|next)_(?:\w+_)?ids?$|generate$|__call__$|get_id$")
#: Ids of a foreign standard: no generator of the house makes them.
_FOREIGN = frozenset(("generate_trace_id", "generate_span_id"))
_RAW = frozenset(
    ("uuid1", "uuid4", "uuid6", "uuid7", "uuid8", "token_hex", "token_bytes", "randbits", "urandom")
)


@dataclass(slots=True)
class Candidate:
    """A class that may be the approved generator.

    ``importers`` are the production modules of other files that import it, ``methods`` those that make ids,
    ``raw`` the number of raw ids that it is made from. ``functions`` says that it is no class but a module of
    functions. ``reexport`` is what a re-exporting module takes it from.
    """

    dotted: str
    file: str
    service: str
    methods: tuple[str, ...] = ()
    raw: int = 0
    importers: set[str] = field(default_factory=set)
    functions: bool = False
    reexport: str = ""

    @property
    def evidence(self) -> str:
        """What speaks for it, for a comment."""
        number = len(self.importers)
        parts = [f"imported by {counted(number, 'module')}" if number else "imported by no other module"]
        if self.reexport:
            parts.append(f"re-exports `{self.reexport}`")
        elif self.methods:
            shown = ", ".join(self.methods[:3]) + (", …" if len(self.methods) > 3 else "")
            kind = f"id-making {'function' if self.functions else 'method'}"
            parts.append(f"{counted(len(self.methods), kind)} ({shown})")
        if self.raw:
            parts.append(f"made from {counted(self.raw, 'raw source')}")
        return ", ".join(parts)

    @property
    def is_likely(self) -> bool:
        """Whether enough speaks for it to approve it unasked."""
        if self.reexport:
            return bool(self.importers)
        return len(self.importers) + len(self.methods) > 2

    @property
    def rank(self) -> tuple[object, ...]:
        """The greatest is the likeliest: importers, then methods, then whether its name claims it."""
        name = self.dotted.rpartition(".")[2]
        claims = name.endswith("Generator"), "Unified" in name
        return (
            not self.functions,
            len(self.importers),
            len(self.methods) + bool(self.reexport),
            *claims,
            self.raw,
        )


def find(code: ProjectCode, layout: Repository, production: Callable[[str], bool]) -> list[Candidate]:
    """All candidates, the likeliest first."""
    found: list[Candidate] = []
    files = [file for file, data in code.texts.items() if production(file) and _may_define(data)]
    for file in sorted(files):
        tree = code.tree(file)
        if tree is None or file not in code.names:
            continue
        found += _in_module(file, tree, code, layout)
    for candidate in found:
        _count_importers(candidate, code, production)
    direct = _runtime_itself(code, production)
    found += [direct] if direct is not None else []
    # Equal ranks go by name.
    found.sort(key=lambda candidate: candidate.dotted)
    found.sort(key=lambda candidate: candidate.rank, reverse=True)
    return found


def _may_define(data: bytes) -> bool:
    return any(pattern.search(data) for pattern in _MAY_DEFINE)


def _in_module(file: str, tree: ast.Module, code: ProjectCode, layout: Repository) -> list[Candidate]:
    module = code.names[file]
    found = []
    named = _id_module(file)
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            methods = _makers(node.body)
            claims = _CLASS.search(node.name) is not None
            if (
                not methods
                or set(methods) <= _FOREIGN
                or any("Error" in ast.unparse(base) for base in node.bases)
            ):
                continue
            if claims or (named and len([name for name in methods if "_id" in name]) > 1):
                found.append(
                    Candidate(
                        f"{module}.{node.name}", file, layout.service_of(file), methods, _raw_uses(node)
                    )
                )
    if not found:
        for item in code.imports(file):
            if (
                item.module.partition(".")[0] == RUNTIME
                and item.name == RUNTIME_GENERATOR
                and _only_imports(tree)
            ):
                source = f"{item.module}.{item.name}"
                found.append(
                    Candidate(f"{module}.{item.bound}", file, layout.service_of(file), reexport=source)
                )
    if not found and named:
        methods = tuple(name for name in _makers(tree.body) if name != "generate")
        if methods and not set(methods) <= _FOREIGN:
            found.append(
                Candidate(module, file, layout.service_of(file), methods, _raw_uses(tree), functions=True)
            )
    return found


def _id_module(file: str) -> bool:
    """Whether the module, or the folder that it is in, is called like a home of ids."""
    *folders, name = file.removesuffix(".py").split("/")
    return name in _MODULES or "_".join(words_of(name)) in _MODULES or (folders[-1:] or [""])[0] in _MODULES


def _only_imports(tree: ast.Module) -> bool:
    """Whether a module only hands on what it imports: such a module is the house's door to the runtime."""
    return all(
        isinstance(node, ast.Import | ast.ImportFrom | ast.Expr)
        or (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__")
        for node in tree.body
    )


def _makers(body: list[ast.stmt]) -> tuple[str, ...]:
    return tuple(
        node.name
        for node in body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (_METHOD.match(node.name) is not None)
    )


def _raw_uses(tree: ast.AST) -> int:
    return sum(
        (isinstance(node, ast.Attribute) and node.attr in _RAW)
        or (isinstance(node, ast.Name) and node.id in _RAW)
        for node in ast.walk(tree)
    )


def _count_importers(candidate: Candidate, code: ProjectCode, production: Callable[[str], bool]) -> None:
    module, _, name = candidate.dotted.rpartition(".")
    word = (candidate.dotted if candidate.functions else name).rpartition(".")[2].encode()
    for file in code.containing(word):
        if file == candidate.file or not production(file):
            continue
        for item in code.imports(file):
            if candidate.functions:
                hit = candidate.dotted in (item.module, f"{item.module}.{item.name}")
            elif item.name == name:
                hit = _leads_to(item.module, name, module, code)
            else:  # the module as a whole
                hit = module in ((item.module,) if not item.name else (f"{item.module}.{item.name}",))
            if hit:
                candidate.importers.add(file)
                break


def _leads_to(module: str, name: str, target: str, code: ProjectCode) -> bool:
    """Whether ``module.name`` is that of ``target``, directly or through re-exports."""
    seen = set()
    while (module, name) not in seen:
        if module == target:
            return True
        seen.add((module, name))
        if module not in code.files:
            return False
        source = next(
            (item for item in code.imports(code.files[module]) if item.bound == name and item.name), None
        )
        if source is None:
            return False
        module, name = source.module, source.name
    return False


def _runtime_itself(code: ProjectCode, production: Callable[[str], bool]) -> Candidate | None:
    """The installed runtime, if modules import its generator for more than to hand it on."""
    users = set()
    for file in code.containing(RUNTIME.encode()):
        tree = code.tree(file) if production(file) else None
        if tree is None or _only_imports(tree):
            continue
        if any(
            item.module == RUNTIME and item.name in ("", RUNTIME_GENERATOR) for item in code.imports(file)
        ):
            users.add(file)
    if not users:
        return None
    return Candidate(f"{RUNTIME}.{RUNTIME_GENERATOR}", "", "", importers=users, reexport=RUNTIME)


@dataclass(slots=True)
class Choice:
    """The generators to approve, in the order of the policy, and the candidates that were passed over."""

    approved: list[Candidate]
    others: list[Candidate]


def choose(candidates: list[Candidate]) -> Choice:
    """The likeliest candidate of the project, and those of other services that their own service imports.

    A module of functions is never chosen: the policy names classes. A manager of ids gives way to a generator
    of the same service. Little evidence is none: a class that one module uses for one
    kind of id may be anything.
    """
    approved: list[Candidate] = []
    services: set[str] = set()
    classes = [candidate for candidate in candidates if not candidate.functions]
    ordered = sorted(classes, key=lambda candidate: candidate.dotted.endswith("Manager"))
    for candidate in ordered:
        if candidate.service in services or not candidate.is_likely:
            continue
        if approved and not _serves_its_own(candidate):
            continue
        approved.append(candidate)
        services.add(candidate.service)
    return Choice(approved, [candidate for candidate in candidates if candidate not in approved])


def _serves_its_own(candidate: Candidate) -> bool:
    return any(file.startswith(f"{candidate.service}/") for file in candidate.importers)
