"""A callable as its source defines it, and whether a call binds to it."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["static", "class", "instance", "property", "attribute", "function"]
On = Literal["class", "instance", "function"]

#: Expressions whose value surely is no instance of a class that a project defines.
_NO_INSTANCE = (
    *(ast.Constant, ast.JoinedStr, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.Lambda, ast.Compare),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)


@dataclass(frozen=True, slots=True)
class Method:
    """One callable attribute of a class, or a function of a module.

    ``arguments`` is None for what may take anything, because its signature is not known. ``owner`` is
    the dotted path of the class, or of the module, that defines it. ``others`` are what the name may
    stand for instead, by the way that is taken through conditional code. ``plain`` marks an attribute
    whose value surely cannot be called.
    """

    name: str
    kind: Kind
    arguments: ast.arguments | None
    owner: str
    others: tuple[Method, ...] = ()
    plain: bool = False


def one_of(methods: Sequence[Method]) -> Method:
    """The method that is one of these; of those that anything binds to one is enough."""
    flat = {one: None for method in methods for one in (replace(method, others=()), *method.others)}
    first, *others = flat
    return replace(first, others=tuple(others))


def unknown(name: str, owner: str) -> Method:
    """An attribute of which nothing is known but its name."""
    return Method(name, "attribute", None, owner)


def problem_with(method: Method, call: ast.Call, on: On) -> str | None:
    """Why ``call`` does not bind to ``method``, as the predicate of a sentence; None: it may bind.

    ``on`` says what the method is taken from: ``G.make(…)``, ``G().make(…)`` or ``make(…)``. A call is
    at fault only if it raises TypeError whatever ``*xs`` and ``**kw`` hold, and whichever of ``others``
    the name stands for; or if it passes to ``self`` on the class what cannot be the instance.
    """
    first = _problem(method, call, on)
    if first is None or any(_problem(other, call, on) is None for other in method.others):
        return None
    return first


def _problem(method: Method, call: ast.Call, on: On) -> str | None:
    if method.plain:
        return "is a plain value, no method"
    if method.kind == "property" and on == "class":
        return "is a property, called on the class"
    arguments = method.arguments
    if arguments is None or method.kind in ("property", "attribute"):
        return None
    if method.kind == "class" or (method.kind == "instance" and on == "instance"):
        return _unbound(arguments, call, 1)
    problem = _unbound(arguments, call, 0)
    if method.kind == "instance" and on == "class" and (problem or _instead_of_self(arguments, call)):
        return "is an instance method, called on the class"
    return problem


def _instead_of_self(arguments: ast.arguments, call: ast.Call) -> bool:
    """Whether a call on the class passes to ``self`` what surely is meant for something else."""
    names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    if names[:1] != ["self"] or not call.args:
        return False
    value = call.args[0]
    if isinstance(value, _NO_INSTANCE):
        return True
    name = value.attr if isinstance(value, ast.Attribute) else getattr(value, "id", "")
    return name in names[1:] or any(name == argument.arg for argument in arguments.kwonlyargs)


def _unbound(arguments: ast.arguments, call: ast.Call, implied: int) -> str | None:
    """Why the call does not bind to ``arguments``, ``implied`` of which the method itself passes."""
    positional = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    only = len(arguments.posonlyargs)
    required = len(positional) - len(arguments.defaults)
    plain = [value for value in call.args if not isinstance(value, ast.Starred)]
    filled = len(plain) + implied
    starred = len(plain) < len(call.args)
    named = [keyword.arg for keyword in call.keywords if keyword.arg is not None]
    doubled = len(named) < len(call.keywords)
    keyword_only = [argument.arg for argument in arguments.kwonlyargs]
    by_keyword = {*positional[only:], *keyword_only}

    if filled > len(positional) and arguments.vararg is None:
        return _too_many(len(positional) - implied, len(plain), starred)
    for name in named:
        if name in positional[only:filled]:
            return f"is given `{name}` twice"
        if name not in by_keyword and arguments.kwarg is None:
            if name in positional[:only]:
                return f"takes `{name}` by position only"
            free = [other for other in (*positional[filled:], *keyword_only) if other not in named]
            return f"takes no argument `{name}`" + (f"; it has {_listed(free)}" if free else "")
    # What *xs holds fills the parameters up to the first that a keyword names.
    reach = filled
    if starred:
        reach = next(
            (at for at in range(max(filled, only), len(positional)) if positional[at] in named),
            len(positional),
        )
    missing = [
        name
        for at, name in enumerate(positional[:required])
        if at >= reach and (at < only or (name not in named and not doubled))
    ]
    if not doubled:
        missing += (
            name
            for name, default in zip(keyword_only, arguments.kw_defaults, strict=True)
            if default is None and name not in named
        )
    return f"misses {_listed(missing)}" if missing else None


def _too_many(taken: int, given: int, more: bool) -> str:
    if taken < 0:
        return "has no parameter for the object that it is called on"
    limit = "no positional argument" if not taken else f"at most {taken} positional argument"
    plural = "s" if taken > 1 else ""
    least = "at least " if more else ""
    return f"takes {limit}{plural}, {least}{given} {'is' if given == 1 else 'are'} given"


def _listed(names: Sequence[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return " and ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1])))
