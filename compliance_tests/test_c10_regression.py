"""C10: The number of raw ids can only fall, and every call of the generator binds.

Against the baseline, and the baseline against the base branch.
"""

from flake8_ssot_ids.pytest_plugin import BoundCheck

CONTRACT = "C10"


def test_c10_no_raw_id_comes_back(ssot_check: BoundCheck) -> None:
    ssot_check.assert_holds()
