"""C08: The target's typed ids accept the generator's own kind and refuse every other.

A matrix of six types and seven kinds.
"""

from flake8_ssot_ids.pytest_plugin import BoundCheck

CONTRACT = "C08"


def test_c08_typed_ids_refuse_every_other_kind(ssot_check: BoundCheck) -> None:
    ssot_check.assert_holds()
