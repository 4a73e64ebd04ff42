"""C04: The websocket modules are free of raw ids, and the target's own checks take the generator's.

One row a module, then the typed checks.
"""

from flake8_ssot_ids.pytest_plugin import BoundCheck

CONTRACT = "C04"


def test_c04_websocket_ids_come_from_the_generator(ssot_check: BoundCheck) -> None:
    ssot_check.assert_holds()
