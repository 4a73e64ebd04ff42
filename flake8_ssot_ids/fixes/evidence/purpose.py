"""What the places that a value flows to make of it: what is no id, though one is put into it."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence

from flake8_ssot_ids.ids.purpose import Reason
from flake8_ssot_ids.ids.remedies import base
from flake8_ssot_ids.ids.roles import role_of
from flake8_ssot_ids.ids.uses import Use
from flake8_ssot_ids.semantics.flow.sinks import SPLIT, Sink

#: Names of what a text around an id makes of it: there an id is not only quoted, as in a path or an address.
_NO_ID_AROUND = re.compile(
    r"(?:^|_)(?:e?mail|email_address|filename|file_name|table|table_name|schema_name|database|db_name|db_path"
    r"|bucket|bucket_name|index_name|collection_name|password|passwd|username|hostname)$"
)


def is_harmless(sink: Sink) -> bool:
    """Whether a split or ``replace`` looks for what is in no id, raw or new: ``/``, a line end."""
    return sink.kind == SPLIT and bool(sink.text) and re.search(r"[\w-]", sink.text or "") is None


def glued_into(use: Use, glued: Sequence[Sink], parents: Mapping[ast.AST, ast.AST]) -> Reason | None:
    """The first text that the value is put into and that is no id: an address, a file name, a table.

    What is called an id is one, also where something is named after it.
    """
    if re.search(r"_id$", use.role or "") and base(use.role) != "id":
        return None
    for sink in glued:
        node = sink.node
        if not isinstance(node, ast.expr):
            continue
        texts = [
            inner.value
            for inner in ast.walk(node)
            if isinstance(inner, ast.Constant) and isinstance(inner.value, str)
        ]
        role, _ = role_of(node, parents, "")
        what = ""
        if _NO_ID_AROUND.search(role or ""):
            what = f"`{role}`"
        elif any(re.search(r"@[\w.-]+\.\w+", text) for text in texts):
            what = "an address"
        elif isinstance(node, ast.JoinedStr) and node.values and _ends_as_file(node.values[-1]):
            what = "a file name"
        if what:
            return Reason("no-id", f"it is put into {what}, which is no id: {sink.detail}", node)
    return None


def _ends_as_file(part: ast.expr) -> bool:
    return (
        isinstance(part, ast.Constant)
        and isinstance(part.value, str)
        and re.search(
            r"\.(?:txt|json|jsonl|csv|md|py|log|db|sqlite3?|tmp|ya?ml|png|jpe?g|pdf|zip|wav|mp3|parquet)$",
            part.value,
        )
        is not None
    )
