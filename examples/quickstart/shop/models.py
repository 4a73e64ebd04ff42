"""The names imported on their own, and handed on without a call."""

from dataclasses import dataclass, field
from uuid import UUID, uuid1, uuid4


@dataclass
class Basket:
    id: UUID = field(default_factory=uuid4)
    trace_id: str = field(default_factory=lambda: uuid4().hex)


def stamp() -> str:
    return str(uuid1())[:13]
