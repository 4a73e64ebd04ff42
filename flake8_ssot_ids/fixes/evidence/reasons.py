"""What the end of a value's way is as a reason to keep its format."""

from __future__ import annotations

from flake8_ssot_ids.ids.purpose import Reason
from flake8_ssot_ids.semantics.flow.sinks import (
    ARITHMETIC,
    LENGTH_CHECKED,
    MATCHED_AS_UUID,
    NARROW_COLUMN,
    NOT_FOLLOWED,
    PARSED_AS_UUID,
    PATCHED,
    PREFIX_MATCHED,
    SLICED,
    SPLIT,
    TO_NUMBER,
    TYPE_CHECKED,
    UUID_ATTRIBUTE,
    UUID_TYPED,
    Sink,
)

#: What each kind of sink is in a reason; ``{}`` is the place as code.
REASONS = {
    PARSED_AS_UUID: "it is parsed as a UUID: {}",
    UUID_ATTRIBUTE: "it is used as a UUID object: {}",
    UUID_TYPED: "it is typed as a UUID: {}",
    NARROW_COLUMN: "it goes where an SSOT id does not fit: {}",
    LENGTH_CHECKED: "its length is checked: {}",
    MATCHED_AS_UUID: "it is matched as a UUID: {}",
    TYPE_CHECKED: "its type is checked: {}",
    SLICED: "it is sliced later: {}",
    SPLIT: "it is taken apart later: {}",
    PREFIX_MATCHED: "it is matched by a part of it: {}",
    TO_NUMBER: "a number is made of it: {}",
    ARITHMETIC: "it is calculated with: {}",
    PATCHED: "a test replaces its source by name: {}",
    NOT_FOLLOWED: "this file hands values on too often to follow this one to its end",
}


def of_sink(sink: Sink) -> Reason:
    """Why the format of a value that goes there must not change."""
    return Reason(sink.kind, REASONS[sink.kind].format(sink.detail), sink.node)
