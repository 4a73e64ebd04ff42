"""`UnifiedIdGenerator`: the one place where ids are made."""

from __future__ import annotations

from contextvars import ContextVar

from . import core as _core
from . import observer as _observer
from .grammar import IdParts, brief, parse_id
from .policy import IdPolicy, PolicyError, is_thread_id, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypedDict
    from uuid import UUID

    class UserExecutionContext(TypedDict):
        """What `create_user_execution_context_factory` gives."""

        user_id: str | None
        thread_id: str
        run_id: str
        request_id: str


BATCH_MAX = 1_000_000
"""Most ids of one `generate_batch_ids`."""

_policy = IdPolicy()
_override: ContextVar[Replacement | None] = ContextVar("ssot_ids_core", default=None)


class Replacement:
    """A core and a key for user tags that stand in for the process's own in one context.

    See `ssot_ids.testing.deterministic`.
    """

    __slots__ = ("core", "tag_key")

    core: _core.Core
    tag_key: bytes | None

    def __init__(self, core: _core.Core, tag_key: bytes | None) -> None:
        self.core = core
        self.tag_key = tag_key


def configure(policy: IdPolicy) -> IdPolicy:
    """Put ``policy`` in force in this process; returns the one before. PolicyError if it is none."""
    global _policy
    if not isinstance(policy, IdPolicy):
        raise PolicyError([f"policy: {brief(policy)} is not an IdPolicy"])
    before, _policy = _policy, policy
    return before


def current_policy() -> IdPolicy:
    """The policy in force."""
    return _policy


class UnifiedIdGenerator:
    """Makes every id: unique, in the order of time, of one spelling (see `ssot_ids.grammar`).

    All methods are static, safe under threads, asyncio, fork and spawn, and total: whatever text or object
    comes in, the id is legal. A prefix is made legal where it is not; of a user only the policy's tag shows.
    """

    __slots__ = ()

    @staticmethod
    def generate_base_id(prefix: str = "id") -> str:
        """An id with this prefix: ``prefix_timestamp_counter_random``."""
        replacement = _override.get()
        core = _core.PROCESS if replacement is None else replacement.core
        head, size, kind, clean = _policy.head(prefix)
        timestamp, counter = core.take()
        if _observer._observer is not None:
            _tell(kind, clean, 1)
        return f"{head}{timestamp}_{counter}_{core.entropy(size).hex()}"

    @staticmethod
    def generate_uuid(kind: str | None = None) -> UUID:
        """A UUID of version 4, for what must stay one: the type, format and distribution of `uuid.uuid4`.

        It comes from `uuid.uuid4` itself, so that a test that replaces that is still heard. ``kind`` is what
        the observer is told. It needs no argument, so that it can be the default of a column or a field.
        """
        import uuid  # the ids above need none of it

        replacement = _override.get()
        if replacement is None:
            made = uuid.uuid4()
        else:
            made = uuid.UUID(bytes=replacement.core.entropy(16), version=4)
        if _observer._observer is not None:
            _, _, told, clean = _policy.head("uuid" if kind is None else kind)
            _tell(told, clean, 1)
        return made

    @staticmethod
    def generate_websocket_connection_id(user_id: str | None = None) -> str:
        """An id of a websocket connection: ``ws_conn_<tag>_…``."""
        return _make("ws_conn", "", user_id)

    @staticmethod
    def generate_websocket_client_id(user_id: str | None = None) -> str:
        """An id of a websocket client: ``ws_client_<tag>_…``."""
        return _make("ws_client", "", user_id)

    @staticmethod
    def generate_session_id(user_id: str | None = None, session_type: str = "user") -> str:
        """An id of a session: ``session_<type>_<tag>_…``, strong by default."""
        return _make("session", session_type, user_id)

    @staticmethod
    def generate_agent_execution_id(agent_type: str, user_id: str | None = None) -> str:
        """An id of one execution of an agent: ``agent_<type>_<tag>_…``."""
        return _make("agent", agent_type, user_id)

    @staticmethod
    def generate_tool_execution_id(tool_name: str, user_id: str | None = None) -> str:
        """An id of one execution of a tool: ``tool_<name>_<tag>_…``."""
        return _make("tool", tool_name, user_id)

    @staticmethod
    def generate_message_id(message_type: str = "", user_id: str | None = None) -> str:
        """An id of a message: ``message_<type>_<tag>_…``; without a user there is no tag."""
        if user_id is None:
            return UnifiedIdGenerator.generate_base_id(_named("message", message_type))
        return _make("message", message_type, user_id)

    @staticmethod
    def generate_user_context_ids(
        user_id: str | None = None, operation: str = "context"
    ) -> tuple[str, str, str]:
        """The ids of one context of a user: thread, run, request.

        They have consecutive counters, one time and one random part, so they can be matched to each other and
        to nothing else; the run id holds the whole thread id. ``operation`` is cut to 18 characters. The ids
        do not show the user, who only says for whom they are.
        """
        del user_id  # which the seed's callers pass, and no part of a thread id has room for
        replacement = _override.get()
        core = _core.PROCESS if replacement is None else replacement.core
        thread_head, size, _, clean = _policy.head(_named("thread", operation))
        timestamp, counter = core.take(3)
        random = core.entropy(size).hex()
        thread_id = f"{thread_head}{timestamp}_{counter}_{random}"
        if _observer._observer is not None:
            for kind in ("thread", "run", "request"):
                _tell(kind, clean, 1)
        return (
            thread_id,
            f"run_{thread_id}_{timestamp}_{counter + 1}_{random}",
            f"request{thread_head[6:]}{timestamp}_{counter + 2}_{random}",
        )

    @staticmethod
    def generate_batch_ids(prefix: str, count: int) -> list[str]:
        """``count`` ids with this prefix and consecutive counters. ValueError unless it is 0 to 1,000,000."""
        if type(count) is not int or not 0 <= count <= BATCH_MAX:
            raise ValueError(f"count: {brief(count)} is not a number from 0 to {BATCH_MAX}")
        if not count:
            return []
        replacement = _override.get()
        core = _core.PROCESS if replacement is None else replacement.core
        head, size, kind, clean = _policy.head(prefix)
        timestamp, first = core.take(count)
        if _observer._observer is not None:
            _tell(kind, clean, count)
        head = f"{head}{timestamp}_"
        entropy = core.entropy
        return [f"{head}{counter}_{entropy(size).hex()}" for counter in range(first, first + count)]

    @staticmethod
    def parse_id(text: object) -> IdParts | None:
        """The parts of an id, or None for every other text. Never raises."""
        return parse_id(text)

    @staticmethod
    def is_valid_id(text: object, kind: str | None = None) -> bool:
        """Whether ``text`` is an id (of this kind), as `validate` says. Never raises."""
        from .validation import validate

        return validate(text, kind).ok

    @staticmethod
    def create_user_execution_context_factory(
        user_id: str | None, operation: str = "context"
    ) -> UserExecutionContext:
        """A fresh context of a user: a dict with ``user_id``, ``thread_id``, ``run_id``, ``request_id``."""
        return create_user_execution_context_factory(user_id, operation)


def create_user_execution_context_factory(
    user_id: str | None, operation: str = "context"
) -> UserExecutionContext:
    """A fresh context of a user: a dict with ``user_id`` as given, ``thread_id``, ``run_id``, ``request_id``.

    Every call gives new ids: two calls for one user are two contexts.
    """
    thread_id, run_id, request_id = UnifiedIdGenerator.generate_user_context_ids(user_id, operation)
    return {"user_id": user_id, "thread_id": thread_id, "run_id": run_id, "request_id": request_id}


def generate_thread_id(operation: str = "") -> str:
    """A new thread id; see `UnifiedIDManager.generate_thread_id`."""
    return UnifiedIdGenerator.generate_base_id(_named("thread", operation))


def generate_run_id(thread_id: str) -> str:
    """A new run id that holds ``thread_id``; see `UnifiedIDManager.generate_run_id`."""
    if not is_thread_id(thread_id):
        raise ValueError("thread_id: not a thread id that the generator makes")
    return UnifiedIdGenerator.generate_base_id("run_" + text_of(thread_id))


def _make(kind: str, name: object, user_id: object) -> str:
    """An id of ``kind``, named by text from anywhere, with the tag of a user, which is never cut off."""
    policy = _policy
    replacement = _override.get()
    core = _core.PROCESS if replacement is None else replacement.core
    tag = policy.tag(user_id, None if replacement is None else replacement.tag_key)
    tail = f"_{tag}_" if tag else "_"
    room = 64 - len(tail)
    head, size, label, clean = policy.head(_named(kind, name))
    head = head[:room].rstrip("_")
    if policy.declares:  # whose kinds' names may reach into the tag, or be longer than what is left
        size, label = policy.measure(head + tail[:-1])
    timestamp, counter = core.take()
    if _observer._observer is not None:
        _tell(label, clean, 1)
    return f"{head}{tail}{timestamp}_{counter}_{core.entropy(size).hex()}"


def _named(kind: str, name: object) -> str:
    """A kind and a name as one prefix, not yet made legal; what the name says already is not said twice."""
    text = text_of(name)
    if text == kind or text.startswith(kind + "_"):
        return text
    return f"{kind}_{text}" if text else kind


def _tell(kind: str, clean: bool, count: int) -> None:
    _observer.tell("generated", kind, count)
    if not clean:
        _observer.tell("sanitised", kind)
