"""C07: A run id leads back to its thread and to no other; a damaged run id is refused."""

from flake8_ssot_ids.pytest_plugin import BoundCheck

CONTRACT = "C07"


def test_c07_a_run_leads_back_to_its_thread(ssot_check: BoundCheck) -> None:
    ssot_check.assert_holds()
