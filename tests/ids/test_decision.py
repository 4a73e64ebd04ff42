"""The decision on one raw id, as its own file tells it: the kind, the reason, and what the message says."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest

from flake8_ssot_ids.findings.engine import uses_in
from flake8_ssot_ids.ids.deciding import Deciding
from flake8_ssot_ids.ids.decision import Decision
from flake8_ssot_ids.ids.migration import is_migration
from flake8_ssot_ids.ids.offer import Offer
from flake8_ssot_ids.model import FileReport
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.semantics.project.words import Words

Judge = Callable[..., FileReport]


def decisions(source: str, path: str = "/project/a.py", offer: Offer | None = None) -> list[Decision]:
    text = f"import uuid\nfrom uuid import uuid4\n{source}"
    tree, policy = ast.parse(text), Policy(root="/project")
    uses, parents = uses_in(tree, text, path, policy, None, Words())
    offer = offer or Offer("ssot_ids.UnifiedIdGenerator")
    deciding = Deciding(uses, path, text, policy, offer, parents)
    return [deciding.of(use) for use in uses]


TEXT = {
    "run_id = str(uuid.uuid4())": "it is called `run_id`",
    "x = {'runId': uuid.uuid4().hex}": "it is called `run_id`",
    "f(identifier=str(uuid.uuid4()))": "it is called `identifier`",
    "x = UserID(str(uuid.uuid4()))": "it becomes a `UserID`",
    "x = f'ws_{uuid.uuid4().hex[:8]}'": "it begins with `ws_`",
    "x = run_id or str(uuid.uuid4())": "it stands for `run_id`",
    "x = self.run_id if self.run_id else str(uuid.uuid4())": "it stands for `run_id`",
    "run_id = str(uuid.uuid1())": "it is called `run_id`",
    "def new_run_id():\n    return str(uuid.uuid4())": "it is called `run_id`",
    "class A:\n    run_id: str = field(default_factory=lambda: str(uuid4()))": "it is called `run_id`",
    "claims['jti'] = str(uuid.uuid4())": "it is called `jti`",
}
UUID = {
    "x = str(uuid.uuid4())": "no-evidence",
    "key = str(uuid.uuid4())": "no-evidence",
    "params = [str(uuid.uuid4())]": "no-evidence",
    "run_id = uuid.uuid4()": "uuid-object",
    "run_id = field(default_factory=uuid4)": "uuid-object",
    "make = uuid.uuid4": "uuid-object",
    "run_id = uuid.uuid4().int": "not-text",
    "run_id = uuid.uuid4().bytes": "not-text",
    "run_id = f'run-{uuid.uuid4()}'": "text-around",
    "run_id = f'{kind}_{uuid.uuid4()}'": "text-around",
    "run_id = str(uuid.uuid4()) + suffix": "text-around",
    "run_id = str(uuid.uuid4()).upper()": "text-around",
    "run_id = (x or str(uuid.uuid4())).title()": "text-around",
    "run_id = f'a_{uuid.uuid4()}'[:63]": "text-around",
    "run_id = str(uuid.uuid4())[:MAX_LENGTH]": "text-around",
    "trace_id = uuid.uuid4().hex": "foreign-standard",
    "user_uuid = str(uuid.uuid4())": "named-format",
    "request_hex = uuid.uuid4().hex": "named-format",
    "file_name = f'a_{uuid.uuid4()}'": "no-id",
    "table_name = 'tmp_' + uuid.uuid4().hex": "no-id",
    "run_id = f'{uuid.uuid4()}.png'": "no-id",
    "open(f'a_{uuid.uuid4()}')": "no-id",
    "os.path.join(folder, str(uuid.uuid4()))": "no-id",
    "p = folder / uuid.uuid4().hex": "no-id",
    "mail = f'{uuid.uuid4()}@example.org'": "no-id",
    "Point(id=str(uuid.uuid4()), vector=v)": "vector-id",
    "x = {'id': str(uuid.uuid4()), 'embedding': v}": "vector-id",
}
MANUAL = {
    "password = uuid.uuid4().hex": "secret",
    "access_token = str(uuid.uuid4())": "secret",
    "reset_code = str(uuid.uuid4())": "secret",
    "def f(_make=uuid4):\n    pass": "injected",
    "x = uuid.uuid1()": "other-version",
    "x = uuid.uuid4 is make": "handed-on",
    "x = uuid.uuid4.__name__": "handed-on",
    "def f(x=Depends(uuid4)):\n    pass": "handed-on",
}


@pytest.mark.parametrize(("source", "evidence"), TEXT.items(), ids=TEXT)
def test_what_is_text(source: str, evidence: str) -> None:
    (found,) = decisions(source)
    assert (found.kind, found.evidence, found.reason) == ("text", evidence, None)
    assert found.text.startswith("UnifiedIdGenerator.generate_")


@pytest.mark.parametrize(("source", "kind"), UUID.items(), ids=UUID)
def test_what_keeps_its_format(source: str, kind: str) -> None:
    (found,) = decisions(source)
    assert found.reason is not None
    assert (found.kind, found.reason.kind, found.text) == ("uuid", kind, "UnifiedIdGenerator.generate_uuid")


@pytest.mark.parametrize(("source", "kind"), MANUAL.items(), ids=MANUAL)
def test_what_is_left_to_a_person(source: str, kind: str) -> None:
    (found,) = decisions(source)
    assert found.reason is not None
    assert (found.kind, found.reason.kind, found.written) == ("manual", kind, None)


MIGRATIONS = [
    ("shop/migrations/0002_fill.py", ""),
    ("migrations/versions/abc_add.py", ""),
    ("db/changes/one.py", "revision = 'a'\ndown_revision = None\n"),
    ("db/changes/one.py", "revision: str = 'a'\ndown_revision: str | None = 'b'\n"),
    ("db/changes/one.py", "class Migration(migrations.Migration):\n    pass\n"),
]
NO_MIGRATIONS = [
    ("shop/migration.py", ""),
    ("shop/migrations.py", ""),
    ("tests/test_migrations.py", ""),
    ("app/versions/one.py", ""),
    ("shop/models.py", "revision = 'a'\n"),
    ("shop/models.py", "class MigrationPlan(Base):\n    pass\n"),
]


@pytest.mark.parametrize(("path", "text"), MIGRATIONS)
def test_a_migration_is_never_written(path: str, text: str) -> None:
    assert is_migration(path, text)
    source = text + "run_id = str(uuid.uuid4())\n"
    (found,) = decisions(source, f"/project/{path}")
    assert (found.kind, found.reason.kind if found.reason else "") == ("manual", "migration")


@pytest.mark.parametrize(("path", "text"), NO_MIGRATIONS)
def test_what_only_sounds_like_a_migration(path: str, text: str) -> None:
    assert not is_migration(path, text)


def test_a_message_says_what_the_decision_is(judge: Judge) -> None:
    source = (
        "import uuid\nrun_id = str(uuid.uuid4())\nx = str(uuid.uuid4())\ny = uuid.uuid1()\nf = uuid.uuid4\n"
    )
    tails = [found.message.partition("; ")[2] for found in judge(source).findings]
    assert tails == [
        'write `UnifiedIdGenerator.generate_base_id("run")`',
        "call `UnifiedIdGenerator.generate_uuid()` instead",
        "decide by hand: it is a UUID object, not text; "
        "`UnifiedIdGenerator.generate_uuid` makes no UUID like `uuid.uuid1`",
        "pass `UnifiedIdGenerator.generate_uuid` instead",
    ]


def test_without_a_generator_no_class_is_named(judge: Judge) -> None:
    (found,) = judge("import uuid\nrun_id = str(uuid.uuid4())\n", generators=()).findings
    assert found.message.endswith("; no generator is configured: `ssot-ids init` proposes one")
