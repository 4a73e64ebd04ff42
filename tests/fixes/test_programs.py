"""Small programs do after ``fix --unsafe-fixes`` what they did before; each shows one kind of reader or patch."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fixes.conftest import RUNTIME, Workshop

Files = dict[str, str]
#: What stands beside each program: a module that makes an id.
SHOP = """\
import uuid


class Order:
    def __init__(self):
        self.order_id = str(uuid.uuid4())


ORDER_ID = uuid.uuid4().hex


def new_order_id():
    return str(uuid.uuid4())


def order():
    return {"order_id": str(uuid.uuid4())}
"""
#: Kind -> main module, and other modules. A program that ends with an error has changed.
PROGRAMS: dict[str, tuple[str, Files]] = {
    "a result that is cut where it is called": (
        "import shop\nassert len({shop.new_order_id()[:8] for _ in range(40)}) > 30\n", {},
    ),
    "a result that is cut one name later": (
        "from shop import new_order_id\norder_id = new_order_id()\nassert '-' in order_id[:9]\n", {},
    ),
    "a constant that is a number elsewhere": ("import shop\nassert int(shop.ORDER_ID, 16)\n", {}),
    "an attribute that is cut elsewhere": (
        "from shop import Order\ndef shard(order: Order):\n    return order.order_id[:4]\n"
        "assert len({shard(Order()) for _ in range(40)}) > 25\n", {},
    ),
    "a key that is parsed elsewhere": ("import uuid\nimport shop\nuuid.UUID(shop.order()['order_id'])\n", {}),
    "a key that goes through JSON": (
        "import json, uuid\nimport shop\nuuid.UUID(json.loads(json.dumps(shop.order()))['order_id'])\n", {},
    ),
    "a validator of its own": (
        "import shop\nfrom checks import is_uuid\nassert is_uuid(shop.order()['order_id'])\n",
        {"checks.py": "import uuid\ndef is_uuid(text):\n    return str(uuid.UUID(text)) == text\n"},
    ),
    "a pattern elsewhere": (
        "import re, shop\nassert re.fullmatch('[0-9a-f-]{36}', shop.order()['order_id'])\n", {},
    ),
    "a length elsewhere": ("import shop\norder = shop.Order()\nassert len(order.order_id) == 36\n", {}),
    "a typed field elsewhere": (
        "import shop, typing, uuid\nclass Row(typing.NamedTuple):\n    order_id: uuid.UUID\n"
        "row = Row(*map(Row.__annotations__['order_id'], [shop.order()['order_id']]))\n", {},
    ),
    "the module through another": ("import shop\nassert shop.uuid.NAMESPACE_DNS\n", {}),
    "the module replaced": (
        "import types, shop\nshop.uuid = types.SimpleNamespace(uuid4=lambda: 'fixed')\n"
        "assert shop.order()['order_id'] == 'fixed'\n", {},
    ),
    "the source replaced for all": (
        "import uuid, shop\nuuid.uuid4 = lambda: 'fixed'\nassert shop.order()['order_id'] == 'fixed'\n", {},
    ),
    "the source patched by a text": (
        "from unittest import mock\nimport shop\nwith mock.patch('shop.uuid.uuid4', return_value='fixed'):\n"
        "    assert shop.order()['order_id'] == 'fixed'\n", {},
    ),
    "the source patched by a computed text": (
        "from unittest import mock\nimport shop\nwith mock.patch(f'{shop.__name__}.uuid.uuid4', return_value='a'):\n"
        "    assert shop.order()['order_id'] == 'a'\n", {},
    ),
    "the source patched on the object": (
        "from unittest import mock\nimport shop\nwith mock.patch.object(shop.uuid, 'uuid4', return_value='a'):\n"
        "    assert shop.order()['order_id'] == 'a'\n", {},
    ),
    "several at once": (
        "from unittest import mock\nimport shop, types\nfake = types.SimpleNamespace(uuid4=lambda: 'a')\n"
        "with mock.patch.multiple('shop', uuid=fake):\n    assert shop.order()['order_id'] == 'a'\n", {},
    ),
    "a fixture of a conftest": (
        "import conftest, test_shop\n",
        {
            "conftest.py": "import uuid\nuuid.uuid4 = lambda: uuid.UUID(int=1)\n",
            "test_shop.py": "import shop\nassert shop.order()['order_id'].endswith('0001')\n",
        },
    ),
    "a name read by its text": ("import shop\nassert vars(shop)['uuid']\nassert shop.uuid\n", {}),
}  # fmt: skip


def ends_well(folder: Path) -> tuple[bool, str]:
    environment = {**os.environ, "PYTHONPATH": str(RUNTIME), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "main.py"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode == 0, done.stderr


@pytest.mark.parametrize(("main", "files"), PROGRAMS.values(), ids=PROGRAMS)
def test_a_program_does_what_it_did(main: str, files: Files, workshop: Callable[..., Workshop]) -> None:
    made = workshop({"main.py": main, "shop.py": SHOP, **files})
    well, told = ends_well(made.folder)
    assert well, told
    for name in ("main.py", "shop.py", *files):
        path = made.folder / name
        plan = made.planner().plan(str(path), path.read_bytes(), unsafe=True)
        assert plan.refused == ""
        if plan.new is not None:
            path.write_bytes(plan.new)
    well, told = ends_well(made.folder)
    assert well, (made.folder / "shop.py").read_text() + told


#: Programs in which nobody minds: what was an id is one of the generator's.
FREE = {
    "printed": "import shop\nprint(shop.order()['order_id'])\n",
    "compared": "import shop\nassert shop.order()['order_id'] != shop.order()['order_id']\n",
    "cut for a log": "import logging, shop\nlogging.info(shop.order()['order_id'][:8])\n",
    "another name is parsed": "import uuid, shop\nshop.order()\nuuid.UUID(int=3)\nother = uuid.UUID(hex='0' * 32)\n",
    "split at what is in no id": "import shop\nassert shop.order()['order_id'].split('/')\n",
    "not empty": "import shop\nassert len(shop.order()['order_id']) > 0\n",
}


@pytest.mark.parametrize("main", FREE.values(), ids=FREE)
def test_where_nobody_minds_the_format_is_new(main: str, workshop: Callable[..., Workshop]) -> None:
    made = workshop({"main.py": main, "shop.py": SHOP})
    path = made.folder / "shop.py"
    plan = made.planner().plan(str(path), path.read_bytes(), unsafe=True)
    assert [verdict.decision for verdict in plan.verdicts] == ["text"] * 4
    assert plan.new is not None
    path.write_bytes(plan.new)
    assert ends_well(made.folder)[0]
