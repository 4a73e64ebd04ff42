"""docs/compliance.md lists the contracts as they are."""

from __future__ import annotations

from flake8_ssot_ids.compliance.__main__ import described
from flake8_ssot_ids.compliance.contracts import CONTRACTS
from tests.compliance.judging import ROOT


def test_the_list_is_fresh() -> None:
    guide = (ROOT / "docs" / "compliance.md").read_text(encoding="utf-8")
    head, _, rest = guide.partition("<!-- contracts: python -m flake8_ssot_ids.compliance -->\n\n")
    assert head
    assert rest == f"{described()}\n<!-- end -->\n", "put what it prints between the two comments"


def test_each_contract_has_one_module_of_the_suite() -> None:
    modules = sorted(path.name for path in (ROOT / "compliance_tests").glob("test_*.py"))
    assert [f"C{name[6:8]}" for name in modules] == [contract.id for contract in CONTRACTS]
    for name in modules:
        text = (ROOT / "compliance_tests" / name).read_text(encoding="utf-8")
        assert f'CONTRACT = "C{name[6:8]}"' in text
        assert text.startswith(f'"""C{name[6:8]}: ')
