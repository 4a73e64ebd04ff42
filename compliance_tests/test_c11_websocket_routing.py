"""C11: The generator's websocket ids can be routed.

Fixed prefix, parsable, sortable, two users never the same route.
"""

from flake8_ssot_ids.pytest_plugin import BoundCheck

CONTRACT = "C11"


def test_c11_websocket_ids_can_be_routed(ssot_check: BoundCheck) -> None:
    ssot_check.assert_holds()
