"""What is compared: statements as a user would write them, all timed in one process."""

from __future__ import annotations

from dataclasses import dataclass

PACKAGES = ("uuid-utils", "python-ulid", "typeid-python", "nanoid")
"""The distributions of the peers, pinned in requirements.txt."""

IMPORTS = ("uuid", "uuid_utils", "ulid", "typeid", "nanoid", "ssot_ids")
"""The modules whose import is timed, each in a fresh process."""

REFERENCE = "str(uuid.uuid4())"

CANDIDATES = 100_000


@dataclass(frozen=True, slots=True)
class Maker:
    """One statement. ``per`` is how many ids one execution makes or judges."""

    statement: str
    ours: bool = False
    per: int = 1
    makes: bool = True


SETUP = f"""
import itertools, random, uuid
import nanoid, uuid_utils
from typeid import TypeID
from ulid import ULID
from ssot_ids import IdMigrationBridge, UnifiedIdGenerator, classify, parse_id, validate

user = "alice@example.org"
an_id = UnifiedIdGenerator.generate_base_id("user")
a_uuid = str(uuid.uuid4())
bridge = IdMigrationBridge()
fresh = itertools.count()

def candidates():
    # A third each of ids of other contexts, of uuids and of legacy texts; what is searched is in the middle.
    thread, run, request = UnifiedIdGenerator.generate_user_context_ids(user, "agent_execution")
    texts = []
    for number in range({CANDIDATES // 3}):
        texts.append(UnifiedIdGenerator.generate_user_context_ids(user, "agent_execution")[number % 3])
        texts.append(str(uuid.uuid4()))
        texts.append(f"req_{{random.randrange(10**9)}}")
    texts[len(texts) // 2] = run
    return thread, texts + [request] * ({CANDIDATES} - len(texts))

target, texts = candidates()
"""

MAKERS = (
    Maker(REFERENCE),
    Maker("str(uuid_utils.uuid4())"),
    Maker("str(uuid_utils.uuid7())"),
    Maker("str(ULID())"),
    Maker('str(TypeID(prefix="user"))'),
    Maker("nanoid.generate()"),
    Maker('UnifiedIdGenerator.generate_base_id("user")', ours=True),
    # What is remembered of prefixes is bounded, so this costs more, and must not grow.
    Maker('UnifiedIdGenerator.generate_base_id(f"Never seen {next(fresh)}")', ours=True),
    Maker('UnifiedIdGenerator.generate_session_id(user, "auth")', ours=True),
    Maker("UnifiedIdGenerator.generate_websocket_connection_id(user)", ours=True),
    Maker('UnifiedIdGenerator.generate_user_context_ids(user, "agent_execution")', ours=True, per=3),
    Maker('UnifiedIdGenerator.generate_batch_ids("user", 1000)', ours=True, per=1000),
    Maker("uuid.UUID(a_uuid)", makes=False),
    Maker("parse_id(an_id)", ours=True, makes=False),
    Maker('validate(an_id, "user")', ours=True, makes=False),
    Maker("classify(an_id)", ours=True, makes=False),
    Maker("classify(a_uuid)", ours=True, makes=False),
    Maker(
        "bridge.find_matching_ids(target, texts, owner=user)",
        ours=True,
        per=CANDIDATES,
        makes=False,
    ),
)
