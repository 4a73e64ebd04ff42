"""C06: Every id of every public method of the generator parses back to its parts.

For hostile, empty, non-text and missing inputs.
"""

from flake8_ssot_ids.pytest_plugin import BoundCheck

CONTRACT = "C06"


def test_c06_every_id_parses_back(ssot_check: BoundCheck) -> None:
    ssot_check.assert_holds()
