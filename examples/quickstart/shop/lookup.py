"""Nothing in here makes an id: there must be no finding."""

import uuid
from collections.abc import Callable

HELP = "ids once came from uuid.uuid4(), see uuid4 in the old code"


def parse(text: str) -> uuid.UUID:
    return uuid.UUID(text)


def twice(uuid4: Callable[[], str]) -> list[str]:
    return [uuid4(), uuid4()]


def first(rows: list[dict[str, str]]) -> list[str]:
    return [uuid["uuid4"] for uuid in rows]


class Vendor:
    def uuid4(self) -> str:
        return "constant"

    def both(self) -> tuple[str, str]:
        uuid = self
        return uuid.uuid4(), self.uuid4()
