"""C02: Auth models, session manager, jwt handler and auth service are free of raw ids.

One row a module, then: secrets come from `secrets`, no other service's generator is imported, and the ids of
freshly made model rows parse.
"""

from flake8_ssot_ids.pytest_plugin import BoundCheck

CONTRACT = "C02"


def test_c02_the_auth_service_is_free_of_raw_ids(ssot_check: BoundCheck) -> None:
    ssot_check.assert_holds()
