"""``--zone``: only the files of some zones of the policy."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from flake8_ssot_ids.policy.policy import Policy


def add_zone(target: argparse._ActionsContainer) -> None:
    """Add ``--zone``."""
    target.add_argument(
        "--zone",
        action="append",
        metavar="NAME",
        help="only files of this zone of the configuration; repeat it for more zones",
    )


class Zones:
    """The zones that ``--zone`` names; without any, all files are wanted."""

    def __init__(self, options: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
        self._names: list[str] = options.zone or []
        self._parser = parser

    def __bool__(self) -> bool:
        return bool(self._names)

    def refuse_unknown(self, policies: Iterable[Policy]) -> None:
        """End with a usage error where none of the policies has a zone of such a name."""
        known = dict.fromkeys(zone.name for policy in policies for zone in policy.zones)
        for name in self._names:
            if name not in known:
                there = f"zones: {', '.join(known)}" if known else "the configuration has no zones"
                self._parser.error(f"argument --zone: there is no zone {name!r} ({there})")

    def of(self, policy: Policy, files: Sequence[str]) -> Sequence[str]:
        """Those of the files that lie in one of the zones."""
        if not self._names:
            return files
        return [path for path in files if (zone := policy.zone_of(path)) and zone.name in self._names]
