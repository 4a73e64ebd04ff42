"""Which of several approved generators a file may import: services do not reach into each other."""

from __future__ import annotations

import os

from flake8_ssot_ids.policy.policy import Policy


def generators_for(policy: Policy, path: str) -> tuple[str, ...]:
    """The approved generators that the file may import, in the order of the policy.

    Where a generator lies in the file's own service, those of other services are not for it. Services are
    those of the policy's zones.
    """
    zone = policy.zone_of(path)
    service = zone.service if zone is not None else None
    if service is None or len(policy.generators) < 2:
        return policy.generators
    services = {dotted: service_of(policy, dotted) for dotted in policy.generators}
    if service not in services.values():
        return policy.generators
    return tuple(dotted for dotted in policy.generators if services[dotted] in (service, None))


def service_of(policy: Policy, dotted: str) -> str | None:
    """The service that the module of a generator belongs to; None where no zone says."""
    file = file_of(policy, dotted)
    zone = policy.zone_of(file) if file is not None else None
    return zone.service if zone is not None else None


def file_of(policy: Policy, dotted: str) -> str | None:
    """The file below the ``src`` roots that the path of a class leads into; None if there is none."""
    parts = dotted.split(".")[:-1]
    while parts:
        for root in policy.src:
            stem = os.path.join(root, *parts)
            for file in (f"{stem}.py", os.path.join(stem, "__init__.py")):
                if os.path.isfile(file):
                    return file
        parts.pop()
    return None
