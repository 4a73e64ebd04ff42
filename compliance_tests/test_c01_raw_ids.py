"""C01: No raw id source anywhere in the target, outside of dated exemptions.

Production and tests are counted apart: one row each.
"""

from flake8_ssot_ids.pytest_plugin import BoundCheck

CONTRACT = "C01"


def test_c01_no_id_is_made_behind_the_generators_back(ssot_check: BoundCheck) -> None:
    ssot_check.assert_holds()
