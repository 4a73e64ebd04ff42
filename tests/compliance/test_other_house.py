"""A house with a generator of its own: it passes what it can, the rest fails with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_ssot_ids.compliance.probes import Probes
from flake8_ssot_ids.compliance.scan import policy_of, scan
from tests.compliance.judging import evidence, put, told, write

POLICY = """\
    [tool.ssot-ids]
    generator = "house.keys.Keys"
    not-applicable = { C04 = "no sockets", C11 = "no sockets" }

    [tool.ssot-ids.api]
    generate_base_id = "fresh"
    generate_user_context_ids = "for_request"
    generate_session_id = "for_session"
    generate_agent_execution_id = "for_agent"
    parse_id = "read"
    is_valid_id = "is_key"

    [[tool.ssot-ids.zone]]
    name = "accounts"
    paths = ["house/accounts.py"]
    contracts = ["C02"]

    [[tool.ssot-ids.zone]]
    name = "execution"
    paths = ["house/execution.py"]
"""
KEYS = """\
    import itertools, os, re, time

    _KEY = re.compile(r"([a-z0-9]+)-([0-9]{13})-([0-9]+)-([0-9a-f]{8})")


    class Keys:
        def __init__(self):
            self._numbers = itertools.count(int.from_bytes(os.urandom(4), "big"))

        def fresh(self, kind="key"):
            if type(kind) is not str:
                raise TypeError(kind)
            if not (kind.isalnum() and kind.isascii() and kind.islower()):
                kind = re.sub("[^a-z0-9]", "", kind.lower()) or "key"
            return f"{kind}-{time.time_ns() // 1000000}-{next(self._numbers)}-{os.urandom(4).hex()}"

        def for_request(self, user, operation):
            if type(operation) is not str:
                raise TypeError(operation)
            return self.fresh("thread"), self.fresh("run"), self.fresh("request")

        def for_agent(self, kind, user):
            return self.fresh(kind)

        def for_session(self, user, kind):
            return self.fresh("session")

        def read(self, text):
            found = _KEY.fullmatch(text)
            if found is None:
                raise ValueError(text)
            return found.groups()

        def is_key(self, text):
            return isinstance(text, str) and _KEY.fullmatch(text) is not None
"""
ACCOUNTS = """\
    from dataclasses import dataclass, field

    from house.keys import Keys

    KEYS = Keys()


    @dataclass
    class Account:
        id: str = field(default_factory=lambda: KEYS.fresh("account"))
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    write(tmp_path, "pyproject.toml", POLICY)
    write(tmp_path, "house/__init__.py", "")
    write(tmp_path, "house/keys.py", KEYS)
    write(tmp_path, "house/accounts.py", ACCOUNTS)
    write(
        tmp_path,
        "house/execution.py",
        "from house.accounts import KEYS\n\n\ndef start():\n    return KEYS.fresh('start')\n",
    )
    return tmp_path


def broken_in(root: Path) -> dict[str, list[str]]:
    policy = policy_of(str(root))
    found = scan(str(root), policy, jobs=1)
    return evidence(found, policy, Probes(policy, found))


def test_it_passes_what_it_can_and_the_rest_fails_with_the_reason(house: Path) -> None:
    def lacks(what: str, key: str, usual: str) -> str:
        return f'no {what} named; write `{key} = "{usual}"` into [tool.ssot-ids.api]'

    manager = lacks("manager is", "manager", "package.module.UnifiedIDManager")
    factory = "package.module.create_user_execution_context_factory"
    assert broken_in(house) == {
        "C03": [lacks("context-factory is", "context-factory", factory)] * 2,
        "C05": [manager],
        "C07": [manager],
        "C08": [lacks("typed ids are", "typed-ids", "package.module")],
        "C09": [lacks("bridge is", "bridge", "package.module.IdMigrationBridge")] * 2,
    }


def test_a_row_that_its_generator_has_not_made_is_seen(house: Path) -> None:
    put(house, "house/accounts.py", 'KEYS.fresh("account")', '"account-1"')
    assert told(broken_in(house), "C02") == (
        "house/accounts.py: a fresh `Account.id` is 'account-1', which is no id of the generator"
    )


def test_a_method_that_the_policy_names_wrongly(house: Path) -> None:
    put(house, "pyproject.toml", 'parse_id = "read"', 'parse_id = "parse"')
    broken = broken_in(house)
    for contract in ("C02", "C06"):
        assert told(broken, contract) == (
            "`Keys` has no method `parse`; if the house calls it something else, write "
            '`parse_id = "…"` into [tool.ssot-ids.api]'
        )


TWO = """\
    [tool.ssot-ids]
    generator = ["front.ids.FrontIds", "auth.ids.AuthIds"]

    [tool.ssot-ids.not-applicable]
    C03 = "-"
    C04 = "-"
    C05 = "-"
    C07 = "-"
    C08 = "-"
    C09 = "-"
    C11 = "-"

    [[tool.ssot-ids.zone]]
    name = "auth"
    paths = ["auth/"]
    service = "auth"

    [[tool.ssot-ids.zone]]
    name = "front"
    paths = ["front/"]
    service = "front"
    contracts = ["C02"]
"""


@pytest.fixture
def two(tmp_path: Path) -> Path:
    write(tmp_path, "pyproject.toml", TWO)
    for service in ("auth", "front"):
        write(tmp_path, f"{service}/__init__.py", "")
        write(
            tmp_path,
            f"{service}/ids.py",
            f"from ssot_ids import UnifiedIdGenerator as {service.title()}Ids\n",
        )
        head = f"from {service}.ids import {service.title()}Ids as Ids\n"
        text = f"{head}\nFIRST = Ids.generate_base_id('first')\n"
        write(tmp_path, f"{service}/use.py", text)
    return tmp_path


def test_two_services_use_each_their_own_generator(two: Path) -> None:
    assert broken_in(two) == {}


def test_neither_service_may_import_the_others(two: Path) -> None:
    write(two, "auth/more.py", "import front.ids\n")
    write(
        two,
        "front/more.py",
        "def late():\n    from auth.ids import AuthIds\n    return AuthIds.generate_base_id('x')\n",
    )
    assert broken_in(two) == {
        "C02": [
            "auth/more.py:1: it imports `front.ids.FrontIds`, the generator of the service `front`, which is "
            "not deployed with it; use `auth.ids.AuthIds`",
            "front/more.py:2: it imports `auth.ids.AuthIds`, the generator of the service `auth`, which is "
            "not deployed with it; use `front.ids.FrontIds`",
        ]
    }


def test_each_generator_is_tried(two: Path) -> None:
    write(
        two,
        "auth/ids.py",
        "import ssot_ids\n\n\nclass AuthIds(ssot_ids.UnifiedIdGenerator):\n    @staticmethod\n"
        "    def generate_session_id(user_id=None, session_type='user'):\n        return 'session'\n",
    )
    broken = broken_in(two)
    assert sorted(broken) == ["C06"]
    assert broken["C06"][0].startswith("AuthIds.generate_session_id('user_1', 'chat'): gives 'session'")
