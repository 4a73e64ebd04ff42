"""The generator and its kin as the policy names them, imported; what is missing is a clear problem."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from time import monotonic
from typing import Any

#: What speaks against a check: where, and what is wrong there.
Fact = tuple[str, str]

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

#: So long, in seconds, ids are made.
_SECONDS = 2.0
#: The methods whose ids name sockets.
WEBSOCKETS = ("generate_websocket_connection_id", "generate_websocket_client_id")


class TargetProblem(Exception):  # noqa: N818 - never leaves this package
    """The target lacks something that the contract needs."""


class Probed:
    """What the probes ask of the target.

    Args:
        question: what the suite says; see :meth:`flake8_ssot_ids.compliance.probes.Probes.question`.
    """

    def __init__(self, question: dict[str, Any]) -> None:
        self.question = question
        self._instances: dict[type, Any] = {}
        self.api: dict[str, str] = question["api"]
        if not question["generators"]:
            raise TargetProblem(
                "the policy names no generator; write "
                '`generator = "package.module.Class"` into [tool.ssot-ids]'
            )
        #: The first generator of the policy makes the platform's ids; each of them can parse its own.
        self.name: str = question["generators"][0]
        self.generator = self.imported(self.name, "generator")
        self.generators = {self.name: self.generator}
        for dotted in question["generators"][1:]:
            self.generators[dotted] = self.imported(dotted, "generator")

    def imported(self, dotted: str, what: str) -> Any:
        """The thing at a dotted path.

        Raises:
            TargetProblem: it cannot be imported; the reason is the import error.
        """
        parts = dotted.split(".")
        absent: ModuleNotFoundError | None = None
        for split in range(len(parts), 0, -1):
            module = ".".join(parts[:split])
            try:
                found: Any = importlib.import_module(module)
            except ModuleNotFoundError as error:
                if split > 1 and error.name is not None and (f"{module}.").startswith(f"{error.name}."):
                    absent = error
                    continue
                raise TargetProblem(f"the {what} `{dotted}` cannot be imported: {missing(error)}") from None
            except BaseException as error:
                # Also SystemExit: a script that runs on import is a target as well.
                raise TargetProblem(f"the {what} `{dotted}` cannot be imported: {said(error)}") from None
            for part in parts[split:]:
                if not hasattr(found, part) and absent is not None and hasattr(found, "__path__"):
                    raise TargetProblem(f"the {what} `{dotted}` cannot be imported: {missing(absent)}")
                if not hasattr(found, part):
                    raise TargetProblem(f"the {what} `{dotted}` does not exist: no `{part}` in `{module}`")
                found = getattr(found, part)
            return found
        raise AssertionError(dotted)  # the first part of a path is never passed over

    def part(self, key: str, usual: str) -> Any:
        """A thing beside the generator: as the policy says, else ``usual`` from where that lives."""
        if key in self.api:
            return self.imported(self.api[key], key)
        for module in (self.name.rpartition(".")[0], getattr(self.generator, "__module__", "").split(".")[0]):
            try:
                found = getattr(importlib.import_module(module), usual, None)
            except (ImportError, ValueError):
                continue  # it is only a guess
            if found is not None:
                return found
        raise TargetProblem(
            f'no {key} is named; write `{key} = "package.module.{usual}"` into [tool.ssot-ids.api]'
        )

    def method(self, owner: Any, name: str) -> Callable[..., Any]:
        """The method that the house calls ``name`` or, as ``[tool.ssot-ids.api]`` says, something else."""
        real = self.real(name)
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

    def has(self, name: str) -> bool:
        """Whether the generator has the method at all."""
        return callable(getattr(self.generator, self.real(name), None))

    def real(self, name: str) -> str:
        """What the house calls a method of the generator or its kin."""
        return self.api.get(name, name)

    def instance(self, cls: Any) -> Any:
        """The one instance of ``cls``, made without arguments; what is no class is one already."""
        if not isinstance(cls, type):
            return cls
        if cls not in self._instances:
            try:
                self._instances[cls] = cls()
            except Exception as error:
                raise TargetProblem(
                    f"`{cls.__name__}` cannot be made without arguments: {said(error)}; name an instance "
                    "of it, such as `package.module.generator`, in the policy"
                ) from None
        return self._instances[cls]

    # -- the generator's methods, by what they are for ---------------------------------------------

    def make(self, name: str, *arguments: Any) -> Any:
        """What the generator's method ``name`` gives.

        Raises:
            TargetProblem: there is no such method, or it does not take that.
        """
        method = self.method(self.generator, name)
        try:
            return method(*arguments)
        except Exception as error:
            raise TargetProblem(f"`{self.real(name)}{shown(arguments)}` raises {said(error)}") from None

    def parse(self, text: Any) -> Any:
        """The parts of an id, None for what is refused."""
        return self.parse_by(self.generator, text)

    def parse_by(self, owner: Any, text: Any) -> Any:
        """The parts of an id as one generator reads it; None for what it refuses, by an exception too."""
        method = self.method(owner, "parse_id")
        try:
            return method(text)
        except (ValueError, TypeError):
            return None

    def is_valid_by(self, owner: Any, text: Any) -> bool:
        """Whether one generator calls the text an id."""
        method = self.method(owner, "is_valid_id")
        try:
            return bool(method(text))
        except (ValueError, TypeError):
            return False

    def is_made_by_one(self, text: Any) -> bool:
        """Whether one of the policy's generators parses the id."""
        return any(self.parse_by(owner, text) is not None for owner in self.generators.values())

    @property
    def parses_its_own(self) -> bool:
        """Whether the generator parses its plain ids; if not, C06 says so and nobody else has to."""
        return self.parse(self.make("generate_base_id", "probe")) is not None

    def context(self, user: str | None, operation: str = "chat") -> tuple[str, str, str]:
        """Thread, run and request id of one context."""
        found = self.make("generate_user_context_ids", user, operation)
        if not isinstance(found, (tuple, list)) or len(found) != len(("thread", "run", "request")):
            raise TargetProblem(f"`generate_user_context_ids` gives {shown(found)}, not three ids")
        thread, run, request = found
        return thread, run, request

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The pairs of users that the generator makes contexts for; that it refuses one is C06's to say."""
        found = [pair for pair in PAIRS if all(self._takes(user) for user in pair)]
        if not found:
            self.context(PAIRS[0][0])  # says why
            self.context(PAIRS[0][1])
        return found

    def _takes(self, user: str) -> bool:
        try:
            self.context(user)
        except TargetProblem:
            return False
        return True

    @property
    def manager(self) -> Any:
        """The class that makes and takes apart run ids."""
        return self.part("manager", "UnifiedIDManager")

    def of_manager(self, name: str, *arguments: Any) -> Any:
        """What the manager's method ``name`` gives; what that raises passes through."""
        return self.method(self.manager, name)(*arguments)

    @property
    def extracts(self) -> bool:
        """Whether the runs of fresh contexts lead back to their threads; if not, C07 says so."""
        thread, run, _ = self.context("probe")
        return bool(self.refuse_to_none("extract_thread_id", run) == thread)

    def refuse_to_none(self, name: str, *arguments: Any) -> Any:
        """What the manager's method gives; None also where it refuses by an exception."""
        try:
            return self.of_manager(name, *arguments)
        except (ValueError, TypeError, AttributeError, KeyError):
            return None


def field(parts: Any, name: str) -> Any:
    """A field of parsed parts, whether an attribute or a key."""
    if isinstance(parts, dict):
        return parts.get(name)
    return getattr(parts, name, None)


def several(make: Callable[[], str], most: int) -> list[str]:
    """Ids, as they are made; fewer where that is slow, since a slow generator breaks C12 and nothing else."""
    end = monotonic() + _SECONDS
    made = [make()]
    while len(made) < most and monotonic() < end:
        made.append(make())
    return made


def prefix_of(target: Probed, text: str) -> str:
    """All of an id before its time, counter and random part."""
    found = field(target.parse(text), "prefix")
    return found if isinstance(found, str) else "_".join(text.split("_")[:-3])


def said(error: BaseException) -> str:
    """The kind of an exception and its text."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def missing(error: ModuleNotFoundError) -> str:
    """The import error, and what to do if it is of a package that is not installed."""
    return (
        f"{error}; it runs in the environment of this suite, so install what the project needs there, or "
        "correct `src` in the policy"
    )


def shown(value: object) -> str:
    """A value, short and harmless."""
    text = ascii(value)
    return text if len(text) <= 80 else f"{text[:77]}…"
