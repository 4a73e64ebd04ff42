"""Functions of the project that only return a fresh raw id: whoever calls one bypasses the generator, too.

A function is a wrapper if each of its ``return`` statements gives the id that a use in it makes, maybe
through a local name or a typed id such as ``UserID(...)``, or what another wrapper returns.
"""

from __future__ import annotations

import ast
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Protocol

from flake8_ssot_ids.ids.roles import is_type_name
from flake8_ssot_ids.ids.signatures import Sources
from flake8_ssot_ids.ids.uses import Use, uses_of
from flake8_ssot_ids.model import UnreadableError
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.semantics.classes.instances import Instances
from flake8_ssot_ids.semantics.module.allnames import AllNames, Definition
from flake8_ssot_ids.semantics.module.names import ModuleNames
from flake8_ssot_ids.semantics.module.syntax import executed, join_symbol, last_name
from flake8_ssot_ids.semantics.module.values import Value, Values
from flake8_ssot_ids.semantics.project.modules import Home
from flake8_ssot_ids.semantics.project.project import Project
from flake8_ssot_ids.semantics.states.definite import Definite
from flake8_ssot_ids.semantics.states.facts import GOOD
from flake8_ssot_ids.source.sourcefile import decode, parse, unix
from flake8_ssot_ids.system.files import read
from flake8_ssot_ids.uuids import catalog
from flake8_ssot_ids.uuids.prefilter import may_hold_use

#: So many parsed modules are kept at a time; what is known of their functions stays.
_KEPT = 12
#: A chain of wrappers longer than this is given up.
_LONGEST = 12

Canonical = Callable[[Values], Values]
#: Decorators of functions that stand for what others define.
_ABSTRACT = frozenset({"abstractmethod", "abstractproperty", "overload"})


class ProjectReads(Protocol):
    """What the modules of one project share."""

    def canonical(self, home: Home) -> Canonical:
        """For names at ``home``: replaces dotted names by those under which the things are defined."""

    def holds(self, home: Home) -> Callable[[str], str | None]:
        """For names at ``home``: the class of the instance that a dotted name stands for."""

    def sources(self, home: Home) -> Sources:
        """What classes offer."""

    def apart(self, home: Home, ask: Callable[[], bool]) -> tuple[bool, frozenset[str]]:
        """An answer, and the paths that it depends on."""


class LookedAt:
    """One module of the project, looked at for its functions; parts are made when they are asked for."""

    def __init__(
        self,
        file: str,
        tree: ast.Module,
        text: str,
        home: Home,
        reads: ProjectReads,
        uses: Callable[[], list[Use]],
        *,
        followed: bool = False,
    ) -> None:
        """``followed``: it will be asked for the flow of values, too."""
        self.file = file
        self._followed = followed
        self.tree = tree
        self.home = home
        self.text = text
        #: What all answers about its functions depended on.
        self.touched: set[str] = set()
        #: Which of its functions are wrappers, as far as that is known.
        self.wrappers: dict[Definition, bool] = {}
        self._reads = reads
        self._make_uses = uses

    @cached_property
    def functions(self) -> Mapping[str, Definition]:
        """The functions by qualified name, also lambdas that a name of the module or a class is bound to."""
        found: dict[str, Definition] = {}
        pending: list[tuple[str, ast.stmt]] = [("", statement) for statement in self.tree.body]
        while pending:
            outer, node = pending.pop()
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                found[join_symbol(outer, node.name)] = node
            elif isinstance(node, ast.ClassDef):
                inside = join_symbol(outer, node.name)
                pending += ((inside, statement) for statement in node.body)
            elif isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.Lambda):
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    if isinstance(target, ast.Name):
                        found[join_symbol(outer, target.id)] = node.value
            elif isinstance(node, (ast.If, ast.Try, ast.TryStar, ast.With)):
                pending += (
                    (outer, child) for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)
                )
                for handler in getattr(node, "handlers", ()):
                    pending += ((outer, statement) for statement in handler.body)
        return found

    @cached_property
    def raw(self) -> frozenset[ast.expr]:
        """The expressions that are a fresh raw id as they stand."""
        return frozenset(self.raw_statements)

    @cached_property
    def raw_statements(self) -> Mapping[ast.expr, ast.stmt]:
        """The same, each with the statement that it stands in."""
        return {use.shape.node: use.statement for use in self._make_uses() if use.shape.called}

    @cached_property
    def names(self) -> AllNames:
        """Every name of the module resolved."""
        canonical = self._reads.canonical(self.home)
        return AllNames(self.tree, self.text, self.home.package, canonical, apart=self._followed)

    @cached_property
    def instances(self) -> Instances:
        """What names may be instances of."""
        return Instances(self.names, self._reads.holds(self.home))


class Wrappers:
    """Tells which functions of a project are wrappers; each is looked at once.

    Args:
        project: finds the modules.
        policy: tells which modules may use id sources: what these return is approved.
        reads: what the modules share.
    """

    def __init__(self, project: Project, policy: Policy, reads: ProjectReads) -> None:
        self._project = project
        self._policy = policy
        self._reads = reads
        self._sources = catalog.attributes(policy.name_hashes)
        self._modules: OrderedDict[str, LookedAt | None] = OrderedDict()
        self._known: dict[tuple[str, str], tuple[bool, frozenset[str]]] = {}
        #: By file: the last names of all references in it that may lead to a wrapper, where that is known.
        self.words: dict[str, frozenset[str]] = {}
        self._asking: list[object] = []

    def is_wrapper(self, dotted: str, home: Home) -> bool:
        """Whether ``dotted``, the name of a function where it is defined, is a wrapper."""
        here = self._project.locate(dotted, home)
        if here is None or here[0] is None or not here[1]:
            return False
        return self.is_wrapper_in(here[0], ".".join(here[1]))

    def is_wrapper_in(self, file: str, name: str) -> bool:
        """Whether the function of this qualified name in a file is a wrapper."""
        key = (file, name)
        known = self._known.get(key)
        if known is None:
            if key in self._asking or len(self._asking) >= _LONGEST:
                return False
            self._asking.append(key)
            answer, paths = self._reads.apart(self._project.home(file), lambda: self._ask(file, name))
            self._asking.pop()
            module = self._modules.get(file)
            if module is not None:
                # What was resolved for one function is not read again for the next one.
                module.touched |= paths
                paths = frozenset(module.touched)
            known = answer, paths | {file}
            if not self._asking:
                # An answer within a circle lacks what is still being asked.
                self._known[key] = known
        self._project.depend_on(known[1])
        return known[0]

    def _ask(self, file: str, name: str) -> bool:
        module = self.module(file)
        function = module.functions.get(name) if module is not None else None
        return module is not None and function is not None and returns_fresh_id(function, module, self)

    def leads_to_wrapper(self, module: LookedAt, reference: ast.Name | ast.Attribute) -> bool:
        """Whether ``reference``, a name or attribute in ``module``, stands for a wrapper."""
        words = self.words.get(module.file)
        if words is not None and last_name(reference) not in words:
            # Nothing needs to be resolved.
            return False
        is_function = False
        for value in module.names.resolve(reference):
            function = module.names.function(value)
            if function is not None:
                is_function = True
                if self._is_own(function, module):
                    return True
            elif isinstance(value, str) and self.is_wrapper(value, module.home):
                return True
        if is_function or not isinstance(reference, ast.Attribute):
            return False
        return self._is_method(module, reference)

    def _is_own(self, function: Definition, module: LookedAt) -> bool:
        known = module.wrappers.get(function)
        if known is None:
            if function in self._asking or len(self._asking) >= _LONGEST:
                return False
            self._asking.append(function)
            known = returns_fresh_id(function, module, self)
            self._asking.pop()
            if not self._asking:
                module.wrappers[function] = known
        return known

    def _is_method(self, module: LookedAt, reference: ast.Attribute) -> bool:
        """Whether it is a method, of an instance or inherited, that is a wrapper."""
        names, attribute = module.names, reference.attr
        owners = [value for value in names.resolve(reference.value) if names.class_node(value) is not None]
        owners = owners or [*module.instances.classes_of(reference.value)]
        pending = owners[::-1]
        seen: set[Value] = set()
        while pending:
            owner = pending.pop()
            if owner in seen:
                continue
            seen.add(owner)
            node = names.class_node(owner)
            if node is None:
                if isinstance(owner, str) and self._of_class(owner, attribute, module.home):
                    return True
                continue
            function = module.functions.get(join_symbol(names.symbol_of(node), attribute))
            if function is not None:
                if self._is_own(function, module):
                    return True
            elif attribute not in names.flow.classes[node].bound:
                pending += [value for base in reversed(node.bases) for value in names.resolve(base)]
        return False

    def _of_class(self, owner: str, attribute: str, home: Home) -> bool:
        """Whether a method of a class of another module, maybe inherited, is a wrapper."""
        if not self._project.is_ours(owner, home):
            return False
        source = self._reads.sources(home).class_of(owner)
        method = source.methods.get(attribute) if not isinstance(source, str) else None
        return method is not None and self.is_wrapper(f"{method.owner}.{attribute}", home)

    def module(self, file: str) -> LookedAt | None:
        """The module in ``file``; None where that may hold what it likes, or cannot be read."""
        if file in self._modules:
            self._modules.move_to_end(file)
            return self._modules[file]
        module = self._read(file)
        self._modules[file] = module
        if len(self._modules) > _KEPT:
            self._modules.popitem(last=False)
        return module

    def _read(self, file: str) -> LookedAt | None:
        if self._policy.allows_raw(file):
            return None
        try:
            data = read(file)
            tree = parse(data)
            text = unix(decode(data).text)
        except (OSError, UnreadableError):
            return None
        home = self._project.home(file)

        def uses() -> list[Use]:
            words = self._project.words_for(file, data)
            if not words and not may_hold_use(data, self._sources):
                return []
            return uses_of(
                ModuleNames(
                    tree,
                    text,
                    package=home.package,
                    sources=self._sources,
                    attributes=self._sources | words.attributes,
                    words=words.names,
                    makers_elsewhere=words.makers,
                    expand=lambda values: self._project.expand(values, home),
                )
            )

        return LookedAt(file, tree, text, home, self._reads, uses)


def returns_fresh_id(function: Definition, module: LookedAt, wrappers: Wrappers) -> bool:
    """Whether all that ``function``, one of ``module``, returns are fresh raw ids."""
    if isinstance(function, ast.Lambda):
        called = _called_for([function.body], {}, module)
        return called is not None and all(wrappers.leads_to_wrapper(module, one) for one in called)
    if any(last_name(decorator) in _ABSTRACT for decorator in function.decorator_list):
        return False
    returned: list[ast.expr | None] = []
    assigned: dict[str, list[ast.expr | None]] = {}
    stores: dict[str, int] = {}
    for node in executed(*function.body):
        if isinstance(node, ast.Return):
            returned.append(node.value)
        elif isinstance(node, (ast.Yield, ast.YieldFrom)):
            return False
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name):
                    assigned.setdefault(target.id, []).append(node.value)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            stores[node.id] = stores.get(node.id, 0) + 1
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            stores |= dict.fromkeys(node.names, -1)
    if not returned or None in returned:
        return False
    for parameter in ast.walk(function.args):
        if isinstance(parameter, ast.arg):
            stores[parameter.arg] = -1
    # A name that something else than a plain assignment binds may be anything.
    certain = {name: values for name, values in assigned.items() if len(values) == stores.get(name)}
    called = _called_for([value for value in returned if value is not None], certain, module)
    # What the form of the function tells comes before what its calls lead to, which costs much more.
    if called is None or _ends_without_value(function):
        return False
    return all(wrappers.leads_to_wrapper(module, one) for one in called)


def _ends_without_value(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether the end of the body is reached, so that the function gives None."""
    return bool(Definite("", function.body, GOOD, lambda *_: GOOD).end)


def _called_for(
    values: Sequence[ast.expr], assigned: Mapping[str, list[ast.expr | None]], module: LookedAt
) -> list[ast.Name | ast.Attribute] | None:
    """What is called for the values, if these are fresh raw ids or come from calls; None if one does not."""
    found: list[ast.Name | ast.Attribute] = []
    for value in values:
        pending: list[ast.expr] = [value]
        seen: set[str] = set()
        while pending:
            node = pending.pop()
            if node in module.raw:
                continue
            if isinstance(node, ast.IfExp):
                pending += (node.body, node.orelse)
            elif isinstance(node, ast.Await):
                pending.append(node.value)
            elif isinstance(node, ast.Name):
                given = assigned.get(node.id, [])
                if not given or node.id in seen or None in given:
                    return None
                seen.add(node.id)
                pending += filter(None, given)
            elif isinstance(node, ast.Call):
                name = last_name(node.func)
                if len(node.args) == 1 and not node.keywords and (name == "str" or is_type_name(name)):
                    pending.append(node.args[0])
                elif isinstance(node.func, (ast.Name, ast.Attribute)):
                    found.append(node.func)
                else:
                    return None
            else:
                return None
    return found
