"""A class with everything that it inherits, as far as its bases can be read."""

from __future__ import annotations

import abc
import ast
import builtins
import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from flake8_ssot_ids.semantics.classes.body import UNBOUND
from flake8_ssot_ids.semantics.classes.fields import Field, Options, fields_of, options_of, parameters
from flake8_ssot_ids.semantics.classes.lookup import Found, Lookup
from flake8_ssot_ids.semantics.classes.method import Method, one_of, unknown
from flake8_ssot_ids.semantics.classes.methods import Own, gives_back, name_of, own_of

#: A class with more ancestors than this counts as one with bases that cannot be read.
_MOST = 300
_ENUMS = frozenset(
    f"enum.{name}"
    for name in ("Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "ReprEnum")
    if hasattr(enum, name)
)
_NAMED_TUPLE = ("_asdict", "_replace", "_make", "_fields", "_field_defaults", *dir(tuple))
#: What these bases bring along; they are not read.
_BASES: Mapping[str, Sequence[str]] = {
    "abc.ABC": ("register",),
    "abc.ABCMeta": dir(abc.ABCMeta),
    "typing.Generic": (),
    "typing.Protocol": (),
    "typing.NamedTuple": _NAMED_TUPLE,
    "typing.TypedDict": dir(dict),
    **{name: ("__members__", *dir(getattr(enum, name[5:]))) for name in _ENUMS},
}
_METACLASSES = frozenset({"abc.ABCMeta", "builtins.type", "enum.EnumType", "enum.EnumMeta"})
#: Class decorators that neither add a method that is called by name nor take one away.
_DECORATORS = frozenset(
    {
        *("dataclasses.dataclass", "enum.unique", "enum.verify", "functools.total_ordering"),
        *("typing.final", "typing.runtime_checkable", "typing.dataclass_transform"),
        *("typing.deprecated", "warnings.deprecated"),
    }
)
_LOOKS_UP = frozenset({"__getattr__", "__getattribute__"})
#: With these a metaclass can give a class names that its body does not show.
_MAKES = frozenset({*_LOOKS_UP, "__new__", "__init__", "__prepare__", "mro"})
_NO_MEMBERS = frozenset(
    {"enum.nonmember", "builtins.staticmethod", "builtins.classmethod", "builtins.property"}
)


@dataclass(frozen=True, slots=True)
class ClassSource:
    """What a class offers by its source.

    ``methods`` are all attributes that it, its ancestors and the code in their modules define, those of
    ``object`` and ``type`` included. Without ``complete`` it may have others: a base could not be read,
    or names are made at run time. ``enum_members`` are the names of the members of an Enum.
    ``instantiable`` is what a call of the class itself binds to (its ``self`` counts as passed, whatever
    the call is on); None: that is not known.
    """

    dotted: str
    file: str
    methods: Mapping[str, Method]
    complete: bool
    enum_members: frozenset[str] | None
    instantiable: Method | None


@dataclass(frozen=True, slots=True)
class _Ancestor:
    """A class that was read, or the name of one that is known without; neither: one that cannot be read.

    An ancestor that is not ``certain`` is so only by one of several ways through the code.
    """

    found: Found | None
    name: str = ""
    certain: bool = True


class Classes:
    """Puts classes together, each once."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._own: dict[ast.stmt, Own] = {}

    def source_of(self, found: Found) -> ClassSource:
        """The class that was ``found``."""
        assert isinstance(found.node, ast.ClassDef)
        assert found.table is not None
        ancestors = self._ancestors(found)
        methods: dict[str, list[Method]] = {}
        settled: set[str] = set()
        later: dict[str, str] = {}
        complete, doubt = True, False
        for ancestor in ancestors:
            if ancestor.found is not None:
                own = self._own_of(ancestor.found)
                of_metaclass = self._of_metaclass(ancestor.found)
                complete &= not own.open and of_metaclass is not None
                later.update(dict.fromkeys(of_metaclass or (), ancestor.found.dotted))
                later.update(dict.fromkeys(own.assigned, ancestor.found.dotted))
                defined, certain = own.methods, own.certain
                if not _LOOKS_UP.isdisjoint(defined):
                    complete = False
            elif ancestor.name:
                names = _BASES.get(ancestor.name) or dir(getattr(builtins, ancestor.name[9:], object))
                defined = {name: [unknown(name, ancestor.name)] for name in names}
                certain = {*defined}
            else:
                # What stands behind an unreadable class may be hidden by it.
                complete, doubt = False, True
                continue
            for name in defined.keys() - settled:
                methods.setdefault(name, []).extend(defined[name])
                if doubt:
                    methods[name].append(unknown(name, ""))
            if ancestor.certain:
                settled |= certain
        for name, owner in later.items():
            methods.setdefault(name, []).append(unknown(name, owner))
        instantiable = None if doubt else self._init(ancestors)
        for kind in (object, type):
            for name in dir(kind):
                methods.setdefault(name, [unknown(name, f"builtins.{kind.__name__}")])
        return ClassSource(
            found.dotted,
            found.table.file,
            {name: replace(one_of(several), name=name) for name, several in methods.items()},
            complete,
            self._members(found) if any(ancestor.name in _ENUMS for ancestor in ancestors) else None,
            instantiable,
        )

    def inherited(self, found: Found) -> list[Found | str]:
        """The class that a name after the class ``found`` is in one of its ancestors; itself if none."""
        for ancestor in self._ancestors(replace(found, rest=()))[1:]:
            if ancestor.found is None:
                if not ancestor.name:
                    break
                continue
            bounds = self._lookup.body_of(ancestor.found).names.get(found.rest[0])
            if bounds is not None:
                onward = tuple(replace(bound, names=bound.names + found.rest[1:]) for bound in bounds)
                several = self._lookup.follow(onward, ancestor.found.table, ancestor.found.dotted)
                if all(isinstance(one, Found) and isinstance(one.node, ast.ClassDef) for one in several):
                    return several
                break
        return [found]

    def _own_of(self, found: Found) -> Own:
        assert isinstance(found.node, ast.ClassDef)
        own = self._own.get(found.node)
        if own is None:
            own = self._own[found.node] = own_of(self._lookup, found)
        return own

    def _ancestors(self, found: Found) -> list[_Ancestor]:
        """The class and its ancestors in the order in which a name is looked for in them."""
        order: list[_Ancestor] = []
        pending = [_Ancestor(found)]
        while pending:
            ancestor = pending.pop()
            if ancestor.found is not None and self._changed(ancestor.found):
                order.append(_Ancestor(None))
            order.append(ancestor)
            if len(order) > _MOST:
                order.insert(0, _Ancestor(None))
                break
            if ancestor.found is not None:
                pending += reversed(self._bases(ancestor.found, ancestor.certain))
        # An ancestor comes after all that derive from it.
        last = {(ancestor.found, ancestor.name): at for at, ancestor in enumerate(order)}
        return [
            ancestor
            for at, ancestor in enumerate(order)
            if last[ancestor.found, ancestor.name] == at or (ancestor.found is None and not ancestor.name)
        ]

    def _bases(self, found: Found, certain: bool) -> list[_Ancestor]:
        """What the class derives from."""
        lookup, node, table = self._lookup, found.node, found.table
        assert isinstance(node, ast.ClassDef)
        assert table is not None
        bases: list[_Ancestor] = []
        for bounds in table.body.bases.get(node, []):
            at = len(bases)  # what may be anything may also hide what it may be instead
            name = name_of(lookup, bounds, table, _BASES)
            if name == "builtins.object":
                continue
            if name in _BASES:
                bases.append(_Ancestor(None, name, certain))
                continue
            several = lookup.follow(bounds, table)
            for one in several:
                if not isinstance(one, Found) or one.rest:
                    bases.insert(at, _Ancestor(None))
                elif isinstance(one.node, ast.ClassDef):
                    bases.append(_Ancestor(one, "", certain and len(several) == 1))
                elif one.dotted.startswith("builtins."):
                    bases.append(_Ancestor(None, one.dotted, certain and len(several) == 1))
                else:
                    bases.insert(at, _Ancestor(None))
        return bases

    def _changed(self, found: Found) -> bool:
        """Whether a decorator may have made something else of the class."""
        assert isinstance(found.node, ast.ClassDef)
        assert found.table is not None
        decorators = found.table.body.decorators.get(found.node, [])
        return any(
            name_of(self._lookup, bounds, found.table, _DECORATORS) not in _DECORATORS
            and not gives_back(self._lookup, bounds, found.table, isinstance(decorator, ast.Call))
            for bounds, decorator in zip(decorators, found.node.decorator_list, strict=True)
        )

    def _of_metaclass(self, found: Found) -> frozenset[str] | None:
        """The names that a class has from a metaclass of the project; None: it may do anything."""
        assert found.table is not None
        metaclasses = found.table.body.metaclass
        if not isinstance(found.node, ast.ClassDef) or found.node not in metaclasses:
            return frozenset()
        bounds = metaclasses[found.node]
        if bounds is None:
            return None
        if name_of(self._lookup, bounds, found.table, _METACLASSES) in _METACLASSES:
            return frozenset()
        several = self._lookup.follow(bounds, found.table)
        meta = several[0]
        if len(several) > 1 or isinstance(meta, str) or not isinstance(meta.node, ast.ClassDef) or meta.rest:
            return None
        names: set[str] = set()
        for ancestor in self._ancestors(meta):
            if ancestor.found is None:
                if ancestor.name not in _METACLASSES:
                    return None
            elif ancestor.found.dotted not in _METACLASSES:
                own = self._own_of(ancestor.found)
                if own.open or not _MAKES.isdisjoint(own.methods):
                    return None
                names.update(own.methods, own.assigned)
        return frozenset(names)

    def _members(self, found: Found) -> frozenset[str]:
        """The names of the members of the Enum that was ``found``."""
        members = set()
        body = self._lookup.body_of(found)
        assert found.table is not None
        for name, bounds in body.names.items():
            if name.startswith("__") or (name.startswith("_") and name.endswith("_")):
                continue
            for bound in bounds:
                node = bound.node
                if isinstance(node, (ast.stmt, ast.Lambda)) or bound == UNBOUND:
                    continue
                if isinstance(node, ast.Call) and node in found.table.body.calls:
                    made_by = found.table.body.calls[node][0]
                    if name_of(self._lookup, made_by, found.table, _NO_MEMBERS) in _NO_MEMBERS:
                        continue
                members.add(name)
        return frozenset(members)

    def _init(self, ancestors: Sequence[_Ancestor]) -> Method | None:
        """What a call of the first of the ``ancestors``, all of which were read, binds to."""
        made: dict[str, Method] = {}
        before: Found | None = None
        first = ancestors[0].found
        if first is None or first.dotted in _BASES:
            return None
        if any(base.name == "typing.Protocol" for base in self._bases(first, True)):
            return None  # of which there are no instances
        for ancestor in ancestors:
            found = ancestor.found
            if found is not None:
                if not ancestor.certain or not self._adds_makers(made, ancestors, found):
                    return None
                before = found
            elif ancestor.name == "typing.NamedTuple" and before is not None:
                assert isinstance(before.node, ast.ClassDef)
                fields = fields_of(before.node, False)
                arguments = None if fields is None else parameters("cls", fields)
                made.setdefault("__new__", Method("__new__", "class", arguments, before.dotted))
            elif ancestor.name.startswith("builtins."):
                kind = getattr(builtins, ancestor.name[9:], object)
                # These leave it to their __init__ what they are called with.
                lenient = isinstance(kind, type) and issubclass(kind, (BaseException, dict, list, set))
                if "__new__" not in made and not (lenient and "__init__" in made):
                    return None
            elif ancestor.name not in ("abc.ABC", "typing.Generic", "typing.Protocol"):
                return None
        if len(made) == 2:
            return _both(made["__init__"], made["__new__"])
        if made:
            return next(iter(made.values()))
        return Method("__init__", "class", parameters("self", ()), "builtins.object")

    def _adds_makers(self, made: dict[str, Method], ancestors: Sequence[_Ancestor], found: Found) -> bool:
        """Add the ``__init__`` and ``__new__`` of one class to ``made``; False if these cannot be told."""
        of_metaclass = self._of_metaclass(found)
        if of_metaclass is None or "__call__" in of_metaclass:
            return False
        own = self._own_of(found)
        for name in ("__init__", "__new__"):
            if name in own.methods and name not in made:
                if name not in own.certain:
                    return False
                made[name] = _on_class(one_of(own.methods[name]))
        if "__init__" not in made:
            options = self._dataclass(found)
            if options is None or (options and options.init):
                arguments = self._fields(ancestors, found) if options else None
                made["__init__"] = Method("__init__", "class", arguments, found.dotted)
        return True

    def _dataclass(self, found: Found) -> Options | Literal[False] | None:
        """The options of the ``dataclass`` decorator, False if there is none, None if they are not known."""
        assert isinstance(found.node, ast.ClassDef)
        assert found.table is not None
        decorators = found.table.body.decorators.get(found.node, [])
        for bounds, decorator in zip(decorators, found.node.decorator_list, strict=True):
            if name_of(self._lookup, bounds, found.table, _DECORATORS) == "dataclasses.dataclass":
                return options_of(decorator)
        return False

    def _fields(self, ancestors: Sequence[_Ancestor], of: Found) -> ast.arguments | None:
        """The parameters of the ``__init__`` that ``dataclass`` makes for the class ``of``."""
        at = next(at for at, ancestor in enumerate(ancestors) if ancestor.found == of)
        fields: list[Field] = []
        for ancestor in reversed(ancestors[at:]):
            if ancestor.found is None:
                continue
            options = self._dataclass(ancestor.found)
            if options is None or not ancestor.certain:
                return None
            if options:
                assert isinstance(ancestor.found.node, ast.ClassDef)
                more = fields_of(ancestor.found.node, options.kw_only)
                if more is None:
                    return None
                fields += more
        return parameters("self", fields)


def _on_class(method: Method) -> Method:
    """A method whose first argument the call of the class passes."""
    others = tuple(replace(other, kind="class") for other in method.others)
    return replace(method, kind="class", others=others)


def _both(init: Method, new: Method) -> Method:
    """What a call binds to that goes to ``__new__`` and then, of an instance, to ``__init__``."""
    if _takes_all(new):
        return init
    return new if _takes_all(init) else one_of((init, new))


def _takes_all(method: Method) -> bool:
    arguments = method.arguments
    return (
        arguments is not None
        and arguments.vararg is not None
        and arguments.kwarg is not None
        and not method.others
        and len(arguments.posonlyargs) + len(arguments.args) <= 1
        and not arguments.kwonlyargs
    )
