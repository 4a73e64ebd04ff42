"""Which resources belong to a socket."""

from collections.abc import Iterable


def find_matching_ids(channel_id: str, resource_ids: Iterable[str]) -> list[str]:
    """The resources of a channel: their ids begin as its id does."""
    head = channel_id[:8]
    return [resource_id for resource_id in resource_ids if resource_id.startswith(head)]
