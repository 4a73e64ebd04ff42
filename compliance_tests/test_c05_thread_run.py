"""C05: Thread, run and request id of one context come from one call and lead back to each other.

Read from the code, then tried with the generator.
"""

from flake8_ssot_ids.pytest_plugin import BoundCheck

CONTRACT = "C05"


def test_c05_ids_of_a_context_are_made_together(ssot_check: BoundCheck) -> None:
    ssot_check.assert_holds()
