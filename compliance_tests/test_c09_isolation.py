"""C09: Two users' ids never meet.

Under threads, processes, fork and in fresh interpreters, in the bridge and in session keys.
"""

from flake8_ssot_ids.pytest_plugin import BoundCheck

CONTRACT = "C09"


def test_c09_two_users_never_meet(ssot_check: BoundCheck) -> None:
    ssot_check.assert_holds()
