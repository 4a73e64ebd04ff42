"""What a file replaces by name, read off its bytes."""

from __future__ import annotations

import pytest

from flake8_ssot_ids.semantics.glance.replaced import replaced_in

IMPORTS = {"shop": "pkg.shop", "uuid": "uuid", "pkg": "pkg"}
FOUND = {
    "patch('pkg.shop.uuid.uuid4')": "pkg.shop.uuid.uuid4",
    "patch('pkg.shop.uuid')": "pkg.shop.uuid",
    "mocker.patch('pkg.shop.uuid4', return_value=1)": "pkg.shop.uuid4",
    "monkeypatch.setattr('uuid.uuid4', fake)": "uuid.uuid4",
    "monkeypatch.setattr(uuid, 'uuid4', fake)": "uuid.uuid4",
    "monkeypatch.setattr(shop, 'uuid', fake)": "pkg.shop.uuid",
    "patch.object(shop.uuid, 'uuid4')": "pkg.shop.uuid.uuid4",
    "patch.multiple('pkg.shop', uuid=fake)": "pkg.shop.uuid",
    "patch.multiple(shop, uuid4=fake)": "pkg.shop.uuid4",
    "setattr(pkg.shop, 'uuid4', fake)": "pkg.shop.uuid4",
    "shop.uuid = fake": "pkg.shop.uuid",
    "    uuid.uuid4 = fake": "uuid.uuid4",
    "patch(f'{MODULE}.uuid.uuid4')": "",
    "patch(MODULE + '.uuid.uuid4')": "",
    "patch.dict('sys.modules', {'uuid': fake})": "",
    "sys.modules['uuid'] = fake": "",
}
SILENT = [
    "import uuid",
    "x = uuid.uuid4()",
    "x = shop.uuid.UUID(text)",
    "row = {'uuid': 1}",
    "row['uuid'] = fake",
    "self.uuid = fake",
    "item.uuid = uuid.uuid4()",
    "shop.uuid == fake",
    "setattr(row, 'uuid', 1)",
    "patch('pkg.shop.UUID')",
    "patch('pkg.shop.other')",
    "monkeypatch.setattr(shop, 'other', fake)",
    "patch.object(shop, 'uuid_of')",
    "getattr(shop, 'uuid')",
    "x.uuid: str = ''",
    "f(uuid=1)",
]


@pytest.mark.parametrize(("row", "target"), FOUND.items(), ids=FOUND)
def test_what_is_replaced(row: str, target: str) -> None:
    assert target in [one.target for one in replaced_in(f"\n{row}\n".encode(), IMPORTS)]


@pytest.mark.parametrize("row", SILENT)
def test_what_replaces_nothing(row: str) -> None:
    assert list(replaced_in(f"\n{row}\n".encode(), IMPORTS)) == []


def test_as_many_replace_nothing() -> None:
    assert len(SILENT) >= len(FOUND)
