"""Names that are put together while the program runs."""

import importlib
import uuid


def plugin_id() -> str:
    return str(getattr(uuid, "uuid4")())


def job_id() -> str:
    return importlib.import_module("uuid").uuid4().hex
