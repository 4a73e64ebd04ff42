"""C12: An id costs at most 1.25 times `str(uuid.uuid4())`, and memory stays flat.

The one timed contract: a ratio within one process.
"""

from flake8_ssot_ids.pytest_plugin import BoundCheck

CONTRACT = "C12"


def test_c12_an_id_is_cheap(ssot_check: BoundCheck) -> None:
    ssot_check.assert_holds()
