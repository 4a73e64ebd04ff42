"""The word uuid does not occur in this file's code."""

from . import compat
from .compat import fresh_id


def new_payment() -> dict[str, str]:
    return {"id": f"pay_{fresh_id()}", "run_id": str(compat.fresh_id())}
