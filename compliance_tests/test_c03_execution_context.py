"""C03: The execution context and its manager are free of raw ids, and contexts of two users never look alike.

One row a module, then: contexts come from the approved factory, ids stay whole, and those of two users differ
also after every cut that the code applies to them.
"""

from flake8_ssot_ids.pytest_plugin import BoundCheck

CONTRACT = "C03"


def test_c03_contexts_are_isolated(ssot_check: BoundCheck) -> None:
    ssot_check.assert_holds()
