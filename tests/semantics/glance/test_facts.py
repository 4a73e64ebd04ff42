"""What the bytes of a file say of the values that names hold: rows that say something, and others."""

from __future__ import annotations

import pytest

from flake8_ssot_ids.semantics.glance import facts
from flake8_ssot_ids.semantics.glance.facts import facts_of, folded

#: Row of source -> kind, name, owner, and the exact name of a function or constant.
SAYS = {
    "uuid.UUID(run_id)": (facts.PARSED, "run_id", "", ""),
    "UUID(str(self.job.runId))": (facts.PARSED, "run_id", "job", ""),
    "is_valid_uuid(row['run-id'])": (facts.PARSED, "run_id", "row", ""),
    "parse_uuid(row.get('run_id', ''))": (facts.PARSED, "run_id", "row", ""),
    "UUID(json.loads(text)['run_id'])": (facts.PARSED, "run_id", "", ""),
    "uuid.UUID(new_run_id())": (facts.PARSED, "new_run_id", "", "new_run_id"),
    "uuid.UUID(hex=run_id)": (facts.PARSED, "run_id", "", ""),
    "UUID(row.split(',')[1])": (facts.PARSED, "row", "", ""),
    "run_id: UUID": (facts.TYPED, "run_id", "", ""),
    "run_id: uuid.UUID | None = None": (facts.TYPED, "run_id", "", ""),
    "def f(a, run_id: Optional[UUID4] = None):": (facts.TYPED, "run_id", "", ""),
    "isinstance(run_id, (str, UUID))": (facts.TYPED, "run_id", "", ""),
    "run_id = Column(UUID(as_uuid=True))": (facts.COLUMN, "run_id", "", ""),
    "run_id: Mapped[str] = mapped_column(sa.Uuid, primary_key=True)": (facts.COLUMN, "run_id", "", ""),
    "run_id = models.UUIDField(primary_key=True)": (facts.TYPED, "run_id", "", ""),
    "sa.Column('run_id', UUID, nullable=False)": (facts.COLUMN, "run_id", "", ""),
    "run_id = Column(String(36), index=True)": (facts.COLUMN, "run_id", "", ""),
    "run_id: str = Field(max_length=36)": (facts.COLUMN, "run_id", "", ""),
    "'run_id uuid not null,'": (facts.SQL, "run_id", "", ""),
    "'WHERE run_id = %s::uuid'": (facts.SQL, "run_id", "", ""),
    "'SELECT run_id::uuid'": (facts.SQL, "run_id", "", ""),
    "'CAST(run_id AS uuid)'": (facts.SQL, "run_id", "", ""),
    "run_id[:8]": (facts.SLICED, "run_id", "", ""),
    "run.run_id[-SHORT:]": (facts.SLICED, "run_id", "run", ""),
    "new_run_id()[:8]": (facts.SLICED, "new_run_id", "", "new_run_id"),
    "RUN_ID[4:]": (facts.SLICED, "run_id", "", "RUN_ID"),
    "run_id.split('-')": (facts.SPLIT, "run_id", "", ""),
    "run_id.count('-')": (facts.SPLIT, "run_id", "", ""),
    "run_id.isalnum()": (facts.SEARCHED, "run_id", "", ""),
    "len(run_id) == 36": (facts.MEASURED, "run_id", "", ""),
    "63 - len(run_id) - 4": (facts.MEASURED, "run_id", "", ""),
    "re.match('[0-9a-f]{8}-', run_id)": (facts.MATCHED, "run_id", "", ""),
    "re.fullmatch(r'.{36}', run_id)": (facts.MATCHED, "run_id", "", ""),
    "int(run_id, 16)": (facts.NUMBER, "run_id", "", ""),
    "bytes.fromhex(run_id)": (facts.NUMBER, "run_id", "", ""),
    "struct.pack('32s', run_id.encode())": (facts.PACKED, "run_id", "", ""),
    "run_id = await shop.new_run_id()": (facts.MADE, "run_id", "new_run_id", "new_run_id"),
}
SILENT = [
    "run_id = uuid.uuid4()",
    "uuid.uuid5(uuid.NAMESPACE_DNS, run_id)",
    "generate_uuid(run_id)",
    "make_uuid(run_id)",
    "def parse_uuid(run_id):",
    "class UUID(run_id):",
    "from uuid import UUID",
    "run_id: str",
    "run_id: dict[str, int] = {}  # UUID",
    "run_id = Column(String(200))",
    "run_id: str = Field(max_length=200)",
    "# the run_id is a valid uuid, as ever",
    "run_id == other",
    "run_id in known",
    "run_id.split('/')",
    "run_id.replace('\\n', '')",
    "run_id.strip()",
    "run_id.lower()",
    "len(run_id) > 0",
    "len(run_id) == 1",
    "len(runs) == 36",
    "names[:8]",
    "text.split('-')",
    "logger.info('run %s', run_id[:8])",
    "print(run_id[:8])",
    "raise ValueError(run_id[:8])",
    "re.match(r'[\\w-]+', run_id)",
    "re.match('[a-zA-Z0-9_-]+', run_id)",
    "int(run_id)",
    "int(count, 10)",
    "f(run_id)",
    "x = run_id",
    "store[run_id] = 1",
    "json.dumps({'run_id': run_id})",
    "str(run_id)",
    "isinstance(run_id, str)",
    "uuid.UUID(int=0)",
]


@pytest.mark.parametrize(("row", "said"), SAYS.items(), ids=SAYS)
def test_what_a_row_says(row: str, said: tuple[str, str, str, str]) -> None:
    found = facts_of(f"import x\n{row}\n".encode())
    assert (*said, 2) in [(fact.kind, fact.name, fact.owner, fact.exact, fact.row) for fact in found]


@pytest.mark.parametrize("row", SILENT)
def test_what_says_nothing(row: str) -> None:
    assert [fact for fact in facts_of(f"import x\n{row}\n".encode()) if fact.kind != facts.MADE] == []


def test_as_many_say_nothing() -> None:
    assert len(SILENT) >= len(SAYS)


def test_other_names_count_where_all_are_asked_for() -> None:
    data = b"key = make()\nkey[2:]\nrow.split('-')\n"
    assert facts_of(data) == []
    assert [(fact.kind, fact.name) for fact in facts_of(data, every=True)] == [
        (facts.SLICED, "key"),
        (facts.SPLIT, "row"),
    ]


def test_what_belongs_to_the_class_around() -> None:
    data = b"class Job:\n    run_id: UUID\n    def f(self):\n        return self.run_id[:4]\n"
    assert [(fact.kind, fact.owner) for fact in facts_of(data)] == [
        (facts.TYPED, "job"),
        (facts.SLICED, "job"),
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("threadId", "thread_id"), ("X-Thread-ID", "x_thread_id"), ("_THREAD_ID", "thread_id"), ("a1B", "a1_b")],
)
def test_names_are_folded(name: str, expected: str) -> None:
    assert folded(name) == expected
