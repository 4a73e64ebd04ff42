"""What broke in real migrations, one by one, and each sink that keeps a format, with its place."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable

import pytest

Make = Callable[..., object]
START = "session_id = str(uuid.uuid4())"


def manual(workshop: Make, text: str, name: str = "app.py", **more: str) -> list[tuple[str, str, str]]:
    files = {
        f"{key.replace('__', '/')}.py".replace("app/init", "app/__init__"): value
        for key, value in more.items()
    }
    found: list[tuple[str, str, str]] = workshop({**files, name: text}).manual(name)  # type: ignore[attr-defined]
    return found


def fixed(workshop: Make, text: str | bytes, **rest: str) -> str:
    after: str = workshop(text, **rest).fixed()  # type: ignore[attr-defined]
    return after


# ------------------------------------------------------------------------ each sink, in the same file

SINKS = {
    "parsed as a UUID": ("uuid.UUID(session_id)", "parsed-as-uuid", "it is parsed as a UUID", "5:5"),
    "sliced": ("x = session_id[:8]", "sliced", "it is sliced later: `session_id[:8]`", "5:9"),
    "the last part": ('x = session_id.split("-")[-1]', "split", "it is taken apart later", "5:9"),
    "a prefix as a check of the owner": (
        "x = session_id.startswith(user)", "prefix-matched", "it is matched by a part of it", "5:9",
    ),
    "its length": ("x = len(session_id) == 36", "length-checked", "its length is checked", "5:9"),
    "a number": ("x = int(session_id, 16)", "to-number", "a number is made of it", "5:9"),
    "a pattern of UUIDs": (
        're.match("^[0-9a-f]{8}-[0-9a-f]{4}", session_id)', "matched-as-uuid", "it is matched as a UUID", "5:5",
    ),
    "its type": ("x = isinstance(session_id, uuid.UUID)", "type-checked", "its type is checked", "5:9"),
}  # fmt: skip


@pytest.mark.parametrize(("line", "kind", "reason", "place"), SINKS.values(), ids=SINKS)
def test_a_reader_of_the_old_format_makes_a_finding_manual(
    workshop: Make, line: str, kind: str, reason: str, place: str
) -> None:
    ((found, why, where),) = manual(
        workshop, f"import re\nimport uuid\ndef f(user):\n    {START}\n    {line}\n"
    )
    assert (found, where) == (kind, place)
    assert why.startswith(reason)


@pytest.mark.parametrize(
    "line",
    [
        "x = session_id == user",
        "x = {session_id: 1}",
        'x = session_id.split("/")',
        'x = session_id.replace("\\r", "")',
        'logger.info("session %s", session_id[:8])',
        'print(f"session {session_id[:8]}")',
        "x = session_id in known",
        "x = other[:8]",
        "uuid.UUID(other)",
        "x = isinstance(session_id, str)",
        "x = len(session_id) > 0",
        'x = re.match("^x", other)',
    ],
)
def test_a_reader_of_any_id_does_not(workshop: Make, line: str) -> None:
    text = f"import re\nimport uuid\ndef f(user, known, other, logger):\n    {START}\n    {line}\n"
    after = fixed(workshop, text)
    assert 'session_id = UnifiedIdGenerator.generate_base_id("session")\n    ' + line in after


TYPED = {
    "a column of 36 characters": (
        "class Session(Base):\n    id = Column(String(36), default=lambda: str(uuid.uuid4()))\n", "narrow-column",
    ),
    "a column of 50 characters": (
        "class Session(Base):\n    id = Column(String(50), default=lambda: str(uuid.uuid4()))\n", "narrow-column",
    ),
    "a column of UUIDs": (
        "class Session(Base):\n    id = Column(UUID(as_uuid=False), default=lambda: str(uuid.uuid4()))\n",
        "narrow-column",
    ),
    "a field of type UUID": (
        "class Session(BaseModel):\n    session_id: uuid.UUID = Field(default_factory=uuid.uuid4)\n", "uuid-object",
    ),
    "a field of the class that it flows to": (
        "class Session(BaseModel):\n    session_id: uuid.UUID\ndef f():\n"
        "    return Session(session_id=str(uuid.uuid4()))\n",
        "uuid-typed",
    ),
    "an object that is used as one": ("def f():\n    x_id = uuid.uuid4()\n    return x_id.bytes\n", "uuid-object"),
    "an annotated object": ("x_id: uuid.UUID = uuid.uuid4()\n", "uuid-object"),
    "an object": ("x_id = uuid.uuid4()\n", "uuid-object"),
    "a number": ("x_id = uuid.uuid4().int\n", "not-text"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "kind"), TYPED.values(), ids=TYPED)
def test_where_text_does_not_fit_nothing_is_written(workshop: Make, text: str, kind: str) -> None:
    head = "import uuid\nfrom pydantic import BaseModel, Field\nfrom sqlalchemy import UUID, Column, String\n"
    assert [found for found, _, _ in manual(workshop, head + text)] == [kind]


def test_a_wide_column_takes_it(workshop: Make) -> None:
    text = (
        "import uuid\nclass Session(Base):\n    id = Column(String(128), default=lambda: str(uuid.uuid4()))\n"
    )
    assert 'lambda: UnifiedIdGenerator.generate_base_id("session")' in fixed(workshop, text)


# ------------------------------------------------------------------------------ what is no id at all

NO_IDS = {
    "a file": 'filename = f"{uuid.uuid4()}.txt"',
    "a path": 'p = f"/tmp/{uuid.uuid4().hex}"',
    "an address": 'contact = f"user_{uuid.uuid4().hex[:8]}@example.com"',
    "a table": "table_name = uuid.uuid4().hex",
    "a password": "password = uuid.uuid4().hex",
    "a state of OAuth": "state = uuid.uuid4().hex",
    "a nonce": "nonce = uuid.uuid4().hex",
    "a refresh token": "refresh_token = str(uuid.uuid4())",
    "a trace": "trace_id = uuid.uuid4().hex",
    "a span": "span_id = uuid.uuid4().hex[:16]",
    "the owner of a lock": "lock_owner = str(uuid.uuid4())",
    "the token of a lock": 'lock_token = f"commit:{uuid.uuid4().hex}"',
    "filler": "content = uuid.uuid4().hex * 20",
    "what matches nothing": "nonexistent_id = str(uuid.uuid4())",
    "an address later": 'x = uuid.uuid4().hex[:8]\nemail = f"user_{x}@example.com"',
    "a path by division": "p = folder / uuid.uuid4().hex",
    "the name of an index later": 'unique_id = uuid.uuid4().hex[:8]\nindex_name = f"b-{unique_id}"',
    "the name of a bucket later": 'unique_id = uuid.uuid4().hex[:8]\nbucket_name = f"b-{unique_id}"',
    "a file later": 'x = uuid.uuid4().hex[:8]\nname = f"report_{x}.json"',
}


@pytest.mark.parametrize("line", NO_IDS.values(), ids=NO_IDS)
def test_what_is_no_id_is_never_written(workshop: Make, line: str) -> None:
    ((kind, _, _),) = manual(workshop, f"import uuid\nfrom app import folder\n{line}\n")
    assert kind in (
        "no-id",
        "no-evidence",
        "text-around",
        "secret",
        "foreign-standard",
        "not-text",
        "arithmetic",
    )


@pytest.mark.parametrize(
    "line",
    [
        'file_id = f"file_{uuid.uuid4()}"',
        'url = f"/api/sessions/{uuid.uuid4()}"',
        "state_id = str(uuid.uuid4())",
        "table_id = str(uuid.uuid4())",
        "token_id = str(uuid.uuid4())",
        'x = str(uuid.uuid4())\nurl = f"https://example.com/users/{x}"',
        "owner_id = str(uuid.uuid4())",
        "span = str(uuid.uuid4())",
        'job_id = str(uuid.uuid4())\nfilename = f"{job_id}.json"',
    ],
)
def test_what_only_sounds_so_is(workshop: Make, line: str) -> None:
    assert "uuid4" not in fixed(workshop, f"import uuid\n{line}\n")


# --------------------------------------------------------------------- what broke in the field, by number


def test_1_the_import_is_not_written_inside_the_docstring(workshop: Make) -> None:
    docstring = '"""Sessions.\n\nfrom x import y\nimport z\n"""\n'
    text = f"{docstring}\nimport os\nimport uuid\n\n{START}\nprint(os, session_id)\n"
    after = fixed(workshop, text)
    assert ast.get_docstring(ast.parse(after), clean=False) == ast.literal_eval(docstring)
    assert after.startswith(f"{docstring}\nimport os\n\nfrom ssot_ids import UnifiedIdGenerator\n\n")


def test_1_the_import_is_there_where_a_default_is_evaluated_at_once(workshop: Make) -> None:
    text = "import uuid\ndef f(o):\n    return getattr(o, 'session_id', str(uuid.uuid4()))\n"
    after = fixed(workshop, text)
    assert after.startswith("from ssot_ids import UnifiedIdGenerator\n")


def test_1_no_local_import_unbinds_an_earlier_use(workshop: Make) -> None:
    text = (
        "from ssot_ids import UnifiedIdGenerator\nimport uuid\ndef f():\n"
        "    run_id = UnifiedIdGenerator.generate_base_id('run')\n    job_id = str(uuid.uuid4())\n"
        "    return run_id, job_id\n"
    )
    after = fixed(workshop, text)
    assert after.count("import") == 1


def test_1_the_same_import_is_not_written_twice_and_the_dead_one_goes(workshop: Make) -> None:
    text = (
        "import uuid\n\na_id = str(uuid.uuid4())\ndef f():\n    b_id = str(uuid.uuid4())\n    return b_id\n"
    )
    after = fixed(workshop, text)
    assert after.count("import ") == 1
    assert "uuid" not in after


def test_2_several_lines_keep_their_indentation(workshop: Make) -> None:
    text = (
        "import uuid\nclass A:\n    def f(self, user_id: str):\n        if user_id:\n"
        "            thread_id = str(\n                uuid.uuid4()\n            )\n"
        "            run_id = str(uuid.uuid4())\n            request_id = str(uuid.uuid4())\n"
        "            return thread_id, run_id, request_id\n"
    )
    row = "            thread_id, run_id, request_id = UnifiedIdGenerator.generate_user_context_ids(user_id, "
    assert row in fixed(workshop, text)


def test_3_no_double_quotes_in_a_double_quoted_text(workshop: Make) -> None:
    after = fixed(workshop, 'import uuid\nkey = f"a {dict(session_id=str(uuid.uuid4()))}"\n')
    assert """key = f"a {dict(session_id=UnifiedIdGenerator.generate_base_id('session'))}\"""" in after


HOUSE = """\
class HouseIds:
    @classmethod
    def generate_base_id(cls, prefix):
        return prefix

    def generate_websocket_connection_id(self, user_id):
        return user_id

    @staticmethod
    def generate_session_id(user_id):
        return user_id
"""


def test_4_only_calls_that_exist_are_written(workshop: Make) -> None:
    """No such method, an instance method on the class, another number of arguments: the plain call."""
    text = (
        "import uuid\ndef f(user_id: str, agent_type: str):\n    connection_id = str(uuid.uuid4())\n"
        "    session_id = str(uuid.uuid4())\n    execution_id = str(uuid.uuid4())\n"
        "    return connection_id, session_id, execution_id\n"
    )
    after = workshop({"app.py": text, "house.py": HOUSE}, generator='"house.HouseIds"').fixed()  # type: ignore[attr-defined]
    for word in ("connection", "session", "execution"):
        assert f'{word}_id = HouseIds.generate_base_id("{word}")' in after


def test_4_where_not_even_the_plain_call_exists_nothing_is_written(workshop: Make) -> None:
    house = "class HouseIds:\n    @classmethod\n    def make(cls):\n        return ''\n"
    found = workshop(
        {"app.py": f"import uuid\n{START}\n", "house.py": house}, generator='"house.HouseIds"'
    ).manual()  # type: ignore[attr-defined]
    assert [(kind, reason) for kind, reason, _ in found] == [
        ("no-such-call", "`HouseIds` has no `generate_base_id`; `HouseIds` has no `generate_uuid`")
    ]


def test_5_each_service_imports_its_own_generator(workshop: Make) -> None:
    zones = "".join(
        f'[[zone]]\nname = "{name}"\npaths = ["{name}/**"]\nservice = "{name}"\n' for name in ("auth", "chat")
    )
    own = HOUSE.replace("HouseIds", "OwnIds")
    files = {f"{name}/ids.py": own for name in ("auth", "chat")}
    files |= {f"{name}/app.py": f"import uuid\n{START}\n" for name in ("auth", "chat")}
    made = workshop(files, zones, generator='["auth.ids.OwnIds", "chat.ids.OwnIds"]')
    assert made.fixed("auth/app.py").startswith("from auth.ids import OwnIds\n")  # type: ignore[attr-defined]
    assert made.fixed("chat/app.py").startswith("from chat.ids import OwnIds\n")  # type: ignore[attr-defined]


def test_6_a_value_that_is_cut_later_stays(workshop: Make) -> None:
    text = f"import uuid\ndef f():\n    {START}\n    shard = session_id[:8]\n    return shard\n"
    assert [kind for kind, _, _ in manual(workshop, text)] == ["sliced"]


def test_8_one_triple_where_one_is_needed(workshop: Make) -> None:
    text = (
        "import uuid\ndef f(user_id: str):\n    thread_id = str(uuid.uuid4())\n    run_id = str(uuid.uuid4())\n"
        "    request_id = str(uuid.uuid4())\n    return thread_id, run_id, request_id\n"
    )
    assert fixed(workshop, text).count("UnifiedIdGenerator.") == 1


def test_9_prefixes_are_not_nested(workshop: Make) -> None:
    text = (
        'import uuid\ndef f(run):\n    completion_id = f"chatcmpl-{run.id if run else str(uuid.uuid4())}"\n'
        "    return completion_id\n"
    )
    assert """{run.id if run else str(UnifiedIdGenerator.generate_uuid())}\"""" in fixed(workshop, text)


def test_9_an_empty_text_is_still_no_id(workshop: Make) -> None:
    text = "import uuid\ndef f(job_id=''):\n    return job_id or str(uuid.uuid4())\n"
    assert "return job_id or UnifiedIdGenerator.generate_base_id(" in fixed(workshop, text)


def test_10_tests_that_ask_for_the_format_stay(workshop: Make) -> None:
    text = textwrap.dedent(
        """\
        import uuid

        def test_it():
            job_id = str(uuid.uuid4())
            assert len(job_id) == 36
        """
    )
    assert [kind for kind, _, _ in manual(workshop, text, "tests/test_it.py")] == ["length-checked"]
