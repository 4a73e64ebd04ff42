"""Realistic violations, at least one for each contract."""

from __future__ import annotations

from dataclasses import dataclass

from tests.compliance.judging import (
    AUTH,
    BRIDGE,
    CONTEXT,
    GENERATOR,
    JWT,
    MANAGER,
    MANAGER_OF_CONTEXTS,
    MODELS,
    POLICY,
    SESSIONS,
    SOCKETS,
    TYPED,
)

RAW = ["C01", "C10"]
SUBCLASS = """

class _Library(UnifiedIdGenerator):
    pass


class UnifiedIdGenerator(_Library):
"""


@dataclass(frozen=True)
class Plant:
    """What is changed where, what turns red, and a part of what the contract says about it."""

    name: str
    red: list[str]
    says: str
    changes: list[tuple[str, str, str]]


def generator(name: str, red: list[str], says: str, body: str, head: str = "") -> Plant:
    """A generator of the house's own, of which one method is bad."""
    body = "\n".join(f"    {line}" if line.strip() else "" for line in body.strip("\n").split("\n"))
    return Plant(name, red, says, [(GENERATOR, "", f"\n{head}{SUBCLASS}{body}\n")])


def typed(name: str, red: list[str], says: str, kind: str, body: str) -> Plant:
    return Plant(name, red, says, [(TYPED, "", f"\n\ndef ensure_{kind}_id(value, **options):\n    {body}\n")])


def manager(name: str, red: list[str], says: str, body: str) -> Plant:
    head = "\n\nclass _Library(UnifiedIDManager):\n    pass\n\n\nclass UnifiedIDManager(_Library):\n"
    body = "\n".join(f"    {line}" for line in body.strip("\n").split("\n"))
    return Plant(name, red, says, [(MANAGER, "", f"{head}{body}\n")])


PLANTS = [
    # C01: outside of the critical modules.
    Plant(
        "a raw id in a job",
        RAW,
        "netra_backend/app/core/jobs.py",
        [
            (
                "netra_backend/app/core/jobs.py",
                "",
                "\nimport uuid\n\n\ndef extra():\n    return str(uuid.uuid4())\n",
            )
        ],
    ),
    Plant(
        "a raw id in a test",
        RAW,
        "tests/test_auth.py",
        [("tests/test_auth.py", "", "\n\ndef test_raw():\n    import uuid\n    assert uuid.uuid4().hex\n")],
    ),
    # C02
    Plant(
        "a session id of its own",
        ["C01", "C02", "C10"],
        "session_manager.py",
        [
            (SESSIONS, "import secrets\n", "import secrets\nimport uuid\n"),
            (SESSIONS, 'UnifiedIdGenerator.generate_session_id(user_id, "auth")', "str(uuid.uuid4())"),
        ],
    ),
    Plant(
        "an OAuth state from uuid4",
        ["C01", "C02", "C10"],
        "SID401 `oauth_state` is a secret",
        [
            (AUTH, "import secrets\n", "import secrets\nimport uuid\n"),
            (AUTH, "oauth_state = secrets.token_urlsafe(32)", "oauth_state = uuid.uuid4().hex"),
        ],
    ),
    Plant(
        "a reset token from the generator",
        ["C02"],
        "SID401 `reset_token` is a secret",
        [
            (
                AUTH,
                "reset_token = secrets.token_urlsafe(32)",
                'reset_token = UnifiedIdGenerator.generate_base_id("reset")',
            )
        ],
    ),
    Plant(
        "the generator of another service",
        ["C02"],
        "the generator of the service `netra_backend`",
        [
            (
                POLICY,
                'generator = "shared.id_generation.unified_id_generator.UnifiedIdGenerator"',
                'generator = ["shared.id_generation.unified_id_generator.UnifiedIdGenerator", '
                '"auth_service.ids.AuthIds", "netra_backend.ids.BackendIds"]',
            ),
            ("auth_service/ids.py", "", "from ssot_ids import UnifiedIdGenerator as AuthIds\n"),
            ("netra_backend/ids.py", "", "from ssot_ids import UnifiedIdGenerator as BackendIds\n"),
            (JWT, "import jwt\n", "import jwt\nfrom netra_backend.ids import BackendIds\n"),
        ],
    ),
    Plant(
        "a model's default that is no id",
        ["C02"],
        "a fresh `AuditLog.id` is 'audit-1'",
        [
            (MODELS, "import time\n", "import itertools\nimport time\n"),
            (MODELS, "class Base(", "_NUMBERS = itertools.count(1)\n\n\nclass Base("),
            (
                MODELS,
                'lambda: UnifiedIdGenerator.generate_base_id("audit_log")',
                'lambda: f"audit-{next(_NUMBERS)}"',
            ),
        ],
    ),
    # C03
    Plant(
        "a context's id cut for a key",
        ["C03"],
        "`self.context_id[:8]` is",
        [(CONTEXT, "return self.context_id\n", "return self.context_id[:8]\n")],
    ),
    Plant(
        "a thread's id cut for a route",
        ["C03"],
        "so one can be taken for the other",
        [
            (
                MANAGER_OF_CONTEXTS,
                "    def release_user(",
                "    def shard_of(self, context):\n"
                '        return self._shared.get(context.thread_id.split("_")[1])\n\n'
                "    def release_user(",
            )
        ],
    ),
    Plant(
        "a factory that gives two users one context",
        ["C03"],
        "is an id of two contexts",
        [
            (
                GENERATOR,
                "",
                "\n_make, _made = create_user_execution_context_factory, {}\n\n\n"
                "def create_user_execution_context_factory(user_id, operation):\n"
                "    context = _made.setdefault(operation, _make(user_id, operation))\n"
                '    return {**context, "user_id": user_id}\n',
            )
        ],
    ),
    Plant(
        "a raw id in the execution context",
        ["C01", "C03", "C10"],
        "execution_context.py",
        [
            (CONTEXT, "from shared", "import uuid\n\nfrom shared"),
            (CONTEXT, 'UnifiedIdGenerator.generate_base_id("context")', "uuid.uuid4().hex[:12]"),
        ],
    ),
    # C04
    Plant(
        "a raw id in a websocket module",
        ["C01", "C04", "C10"],
        "websocket_message_handler.py",
        [
            (SOCKETS, "from typing import Any\n", "from typing import Any\nimport uuid\n"),
            (SOCKETS, 'UnifiedIdGenerator.generate_base_id("message")', 'f"msg_{uuid.uuid4().hex[:8]}"'),
        ],
    ),
    typed(
        "a check of sockets that asks for the old form",
        ["C04"],
        "ensure_websocket_id: it refuses",
        "websocket",
        "raise ValueError(value)",
    ),
    # C05
    Plant(
        "the ids of a context made one by one",
        ["C05"],
        "SID306",
        [
            (
                MANAGER_OF_CONTEXTS,
                "thread_id, run_id, request_id = "
                'UnifiedIdGenerator.generate_user_context_ids(user_id, "background_run")',
                'thread_id = UnifiedIdGenerator.generate_base_id("thread")\n'
                '        run_id = UnifiedIdGenerator.generate_base_id("run")\n'
                '        request_id = UnifiedIdGenerator.generate_base_id("request")',
            )
        ],
    ),
    manager(
        "a run for anything",
        ["C05"],
        "which is no thread id",
        "@staticmethod\n"
        "def generate_run_id(thread_id):\n"
        "    try:\n"
        "        return _Library.generate_run_id(thread_id)\n"
        "    except ValueError:\n"
        '        return _Library.generate_run_id(_Library.generate_thread_id("any"))',
    ),
    # C06
    generator(
        "a method whose ids do not parse",
        ["C06"],
        "which its own parse_id refuses",
        "@staticmethod\n"
        "def generate_tool_execution_id(tool_name, user_id=None):\n"
        '    return f"{tool_name}-{_Library.generate_base_id()}"',
    ),
    generator(
        "a method that puts any text into its ids",
        ["C06"],
        "generate_message_id('a:b', 'user_1'): gives",
        '@staticmethod\ndef generate_message_id(message_type="", user_id=None):\n'
        '    return f"msg{message_type}_" + _Library.generate_base_id("x").removeprefix("x_")',
    ),
    # C07
    manager(
        "a damaged run id is taken",
        ["C07"],
        "validate_run_id: it takes the damaged run id",
        '@staticmethod\ndef validate_run_id(run_id):\n    return str(run_id).startswith("run_thread_")',
    ),
    manager(
        "a run leads to another thread",
        ["C07"],
        "leads back to",
        "@staticmethod\ndef extract_thread_id(run_id):\n"
        "    found = _Library.extract_thread_id(run_id)\n"
        '    return None if found is None else found[:-8] + "00000000"',
    ),
    # C08
    typed("any text is a session's id", ["C08"], "ensure_session_id: it takes", "session", "return value"),
    typed("a user's id is refused", ["C08"], "ensure_user_id: it refuses", "user", "raise ValueError(value)"),
    # C09
    Plant(
        "a bridge that looks at eight characters",
        ["C09"],
        "matches",
        [
            (
                BRIDGE,
                "",
                "\n\nclass _Library(IdMigrationBridge):\n    pass\n\n\nclass IdMigrationBridge(_Library):\n"
                "    def find_matching_ids(self, target, candidates, *, owner=None):\n"
                "        return [text for text in candidates if text[:8] == target[:8]]\n",
            )
        ],
    ),
    generator(
        "session ids without their user",
        ["C09"],
        "share the key",
        '@staticmethod\ndef generate_session_id(user_id=None, session_type="user"):\n'
        '    return _Library.generate_session_id("all", session_type)',
    ),
    generator(
        "forked processes that make the same ids",
        ["C09"],
        "were given by two processes",
        "@classmethod\ndef generate_websocket_connection_id(cls, user_id=None):\n"
        "    import itertools\n"
        "    if not hasattr(cls, 'numbers'):\n"
        "        cls.numbers = itertools.count(1_000_000_000)\n"
        "    made = _Library.generate_websocket_connection_id(user_id)\n"
        '    prefix = made.rsplit("_", 3)[0]\n'
        '    return f"{prefix}_1700000000000_{next(cls.numbers)}_00000000"',
    ),
    # C10
    Plant(
        "a call with a wrong argument",
        ["C10"],
        "SID305",
        [(SESSIONS, '(user_id, "auth")', '(user_id, kind="auth")')],
    ),
    Plant(
        "a call of a method that does not exist",
        ["C10"],
        "has no `generate_event_id`",
        [(SESSIONS, 'UnifiedIdGenerator.generate_base_id("evt")', "UnifiedIdGenerator.generate_event_id()")],
    ),
    Plant(
        "a row of the baseline that matches nothing",
        ["C10"],
        "ssot-ids-baseline.txt:1: this row matches nothing any more",
        [
            (POLICY, 'src = ["."]\n', 'src = ["."]\nbaseline = "ssot-ids-baseline.txt"\n'),
            ("ssot-ids-baseline.txt", "", "shared/gone.py | SID102 | f | uuid.uuid4() | 1\n"),
        ],
    ),
    Plant(
        "a baseline that cannot be read",
        ["C10"],
        "ssot-ids-baseline.txt",
        [
            (POLICY, 'src = ["."]\n', 'src = ["."]\nbaseline = "ssot-ids-baseline.txt"\n'),
            ("ssot-ids-baseline.txt", "", "<<<<<<< HEAD\n"),
        ],
    ),
    # C11
    generator(
        "a socket's route without its user",
        ["C11"],
        "share the route",
        "@staticmethod\ndef generate_websocket_connection_id(user_id=None):\n"
        '    return _Library.generate_websocket_connection_id("all")',
    ),
    generator(
        "sockets' ids that do not parse",
        ["C11"],
        "does not parse",
        "@staticmethod\ndef generate_websocket_client_id(user_id=None):\n"
        '    return _Library.generate_websocket_client_id(user_id).replace("_", "-")',
    ),
    # C12
    generator(
        "a generator that sleeps",
        ["C12"],
        "times as much as",
        '@staticmethod\ndef generate_base_id(prefix="id"):\n'
        "    time.sleep(0.002)\n    return _Library.generate_base_id(prefix)",
        "import time\n",
    ),
    generator(
        "a generator that keeps each id",
        ["C12"],
        "blocks of memory behind",
        '@staticmethod\ndef generate_base_id(prefix="id"):\n'
        "    made = _Library.generate_base_id(prefix)\n    _KEPT.append(made)\n    return made",
        "_KEPT = []\n",
    ),
]
