"""The one source of ids of a platform: make, recognise, validate, translate and test them.

Nothing here needs more than the standard library. What is not needed at every start is loaded when it is
first asked for, so that the import stays at a few milliseconds.
"""

from __future__ import annotations

from .generator import (
    UnifiedIdGenerator,
    configure,
    create_user_execution_context_factory,
    current_policy,
)
from .grammar import IdParts, format_id, parse_id
from .manager import UnifiedIDManager
from .observer import NullObserver, Observer, set_observer
from .policy import IdPolicy, Kind, PolicyError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import bridge as bridge
    from . import explain as explain
    from . import recognise as recognise
    from . import testing as testing
    from . import typed as typed
    from . import validation as validation
    from .bridge import Alias, IdMigrationBridge, MissingKeyError
    from .recognise import classify
    from .typed import (
        AgentExecutionID,
        InvalidIdError,
        RequestID,
        RunID,
        SessionID,
        ThreadID,
        UserID,
        WebSocketID,
        ensure_agent_execution_id,
        ensure_request_id,
        ensure_run_id,
        ensure_session_id,
        ensure_thread_id,
        ensure_user_id,
        ensure_websocket_id,
    )
    from .validation import Validation, validate

__version__ = "0.1.0"

__all__ = [
    "AgentExecutionID",
    "Alias",
    "IdMigrationBridge",
    "IdParts",
    "IdPolicy",
    "InvalidIdError",
    "Kind",
    "MissingKeyError",
    "NullObserver",
    "Observer",
    "PolicyError",
    "RequestID",
    "RunID",
    "SessionID",
    "ThreadID",
    "UnifiedIDManager",
    "UnifiedIdGenerator",
    "UserID",
    "Validation",
    "WebSocketID",
    "classify",
    "configure",
    "create_user_execution_context_factory",
    "current_policy",
    "ensure_agent_execution_id",
    "ensure_request_id",
    "ensure_run_id",
    "ensure_session_id",
    "ensure_thread_id",
    "ensure_user_id",
    "ensure_websocket_id",
    "format_id",
    "parse_id",
    "set_observer",
    "validate",
]

_LATER = {
    "bridge": ("Alias", "IdMigrationBridge", "MissingKeyError"),
    "recognise": ("classify",),
    "validation": ("Validation", "validate"),
    "typed": (
        "InvalidIdError",
        *(name for name in __all__ if name.startswith("ensure_") or name.endswith("ID")),
    ),
}
_MODULES = (*_LATER, "explain", "testing")
"""What ``import ssot_ids`` alone gives too, as in ``ssot_ids.testing.deterministic()``."""


def __getattr__(name: str) -> object:
    if name in _MODULES:
        from importlib import import_module

        return import_module(f"{__name__}.{name}")  # which puts it here, so that it is asked for once
    for module, names in _LATER.items():
        if name in names:
            value = getattr(__getattr__(module), name)
            globals()[name] = value  # asked for once
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_MODULES})
