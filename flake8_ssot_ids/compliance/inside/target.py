"""The generator and its kin as the policy names them, imported; what is missing is a clear problem."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from typing import Any

Facts = dict[str, list[tuple[str, str]]]

#: Texts that callers have put where a user id, a type or an operation belongs.
HOSTILE = (
    "user_1", "", " ", "a:b", "x_y_z", "ÄÖÜ", "日本", "x\n; DROP TABLE users", "../../etc/passwd", "A" * 5000,
    "user_1_1700000000000_1000000000_abcdef01", "\x00", "\ud800", "123", "__", "-", "NONE", "\u2028",
)  # fmt: skip
#: Pairs of users that careless ids take for one.
PAIRS = (
    ("user_12345678_alice", "user_12345678_bob"),
    ("12345678-aaaa", "12345678-bbbb"),
    ("a:b", "a"),
    ("alice", "Alice"),
    ("user_1", "user_11"),
    ("user_1_1700000000000_1000000000_abcdef01", "user_1_1700000000000_1000000000_abcdef02"),
)


class TargetProblem(Exception):  # noqa: N818 - never leaves this package
    """The target lacks something that the contract needs."""


class Target:
    """What the probes ask of the target.

    Args:
        question: what the suite says; see :meth:`flake8_ssot_ids.compliance.probes.Probes.question`.
    """

    def __init__(self, question: dict[str, Any]) -> None:
        self.question = question
        self.api: dict[str, str] = question["api"]
        if not question["generators"]:
            raise TargetProblem(
                'the policy names no generator; write `generator = "package.module.Class"` into it'
            )
        self.name: str = question["generators"][0]
        self.generator = self.imported(self.name, "generator")

    def imported(self, dotted: str, what: str) -> Any:
        """The thing at a dotted path.

        Raises:
            TargetProblem: it cannot be imported; the reason is the import error.
        """
        parts = dotted.split(".")
        for split in range(len(parts), 0, -1):
            module = ".".join(parts[:split])
            try:
                found: Any = importlib.import_module(module)
            except ModuleNotFoundError as error:
                if split > 1 and error.name is not None and (f"{module}.").startswith(f"{error.name}."):
                    continue
                raise TargetProblem(f"the {what} `{dotted}` cannot be imported: {error}") from None
            except Exception as error:
                raise TargetProblem(
                    f"the {what} `{dotted}` cannot be imported: {type(error).__name__}: {error}"
                ) from None
            for part in parts[split:]:
                if not hasattr(found, part):
                    raise TargetProblem(f"the {what} `{dotted}` does not exist: no `{part}` in `{module}`")
                found = getattr(found, part)
            return found
        raise TargetProblem(f"the {what} `{dotted}` cannot be imported")

    def part(self, key: str, usual: str) -> Any:
        """A thing beside the generator: as the policy says, else ``usual`` from where that lives."""
        if key in self.api:
            return self.imported(self.api[key], key)
        for module in (self.name.rpartition(".")[0], getattr(self.generator, "__module__", "").split(".")[0]):
            try:
                found = getattr(importlib.import_module(module), usual, None)
            except (ImportError, ValueError):
                continue
            if found is not None:
                return found
        raise TargetProblem(
            f'no {key} is named; write `{key} = "package.module.{usual}"` into [tool.ssot-ids.api]'
        )

    def method(self, owner: Any, name: str) -> Callable[..., Any]:
        """The method that the house calls ``name`` or, as ``[tool.ssot-ids.api]`` says, something else."""
        real = self.api.get(name, name)
        if isinstance(owner, type):
            for cls in owner.__mro__:
                raw = cls.__dict__.get(real)
                if raw is not None:
                    if inspect.isfunction(raw):
                        owner = self.instance(owner)
                    break
        found = getattr(owner, real, None)
        if not callable(found):
            kind = owner if isinstance(owner, type) else type(owner)
            raise TargetProblem(
                f"`{kind.__name__}` has no method `{real}`; if the house calls it something else, write "
                f'`{name} = "…"` into [tool.ssot-ids.api]'
            )
        made: Callable[..., Any] = found
        return made

    @staticmethod
    def instance(cls: Any) -> Any:
        """An instance of ``cls``, made without arguments; what is no class is one already."""
        if not isinstance(cls, type):
            return cls
        try:
            return cls()
        except Exception as error:
            raise TargetProblem(
                f"`{cls.__name__}` cannot be made without arguments: {type(error).__name__}: {error}"
            ) from None

    # -- the generator's methods, by what they are for ---------------------------------------------

    def make(self, name: str, *arguments: Any) -> Any:
        """What the generator's method ``name`` gives."""
        return self.method(self.generator, name)(*arguments)

    def parse(self, text: Any) -> Any:
        """The parts of an id, None for what is refused."""
        return self.make("parse_id", text)

    def context(self, user: str | None, operation: str = "chat") -> tuple[str, str, str]:
        """Thread, run and request id of one context."""
        found = self.make("generate_user_context_ids", user, operation)
        thread, run, request = found
        return thread, run, request

    @property
    def manager(self) -> Any:
        """The class that makes and takes apart run ids."""
        return self.part("manager", "UnifiedIDManager")

    def of_manager(self, name: str, *arguments: Any) -> Any:
        """What the manager's method ``name`` gives."""
        return self.method(self.manager, name)(*arguments)


def field(parts: Any, name: str) -> Any:
    """A field of parsed parts, whether an attribute or a key."""
    if isinstance(parts, dict):
        return parts.get(name)
    return getattr(parts, name, None)


def prefix_of(target: Target, text: str) -> str:
    """All of an id before its time, counter and random part."""
    found = field(target.parse(text), "prefix")
    return found if isinstance(found, str) else "_".join(text.split("_")[:-3])


def shown(value: object) -> str:
    """A value, short and harmless."""
    text = ascii(value)
    return text if len(text) <= 80 else f"{text[:77]}…"
