"""Fetch one file of a package with pip's own index client, without building anything.

``pip download`` of a source distribution runs its build back end. This uses only the two halves of
pip that come before that: the finder, which honours index-url, extra-index-url, find-links,
certificates and proxies as the user has configured them, and the session. Runs in a process of its
own, because pip's internals are no API: whatever they do stays here.

    python pip_fetch.py PACKAGE FILENAME DESTINATION
"""

from __future__ import annotations

import sys


def fetch(package: str, filename: str, destination: str) -> None:
    """Write the index's ``filename`` to ``destination``; LookupError where no index has it."""
    from pip._internal.commands import create_command

    command = create_command("download")
    options, _ = command.parse_args(["--disable-pip-version-check", package])
    with command.main_context():
        session = command.get_default_session(options)  # type: ignore[attr-defined]
        finder = command._build_package_finder(  # type: ignore[attr-defined]
            options, session, ignore_requires_python=True
        )
        links = [c.link for c in finder.find_all_candidates(package) if c.link.filename == filename]
        if not links:
            raise LookupError(f"no configured index has {filename}")
        plain = {"Accept-Encoding": "identity"}
        response = session.get(links[0].url_without_fragment, stream=True, headers=plain)
        response.raise_for_status()
        with open(destination, "wb") as out:
            out.writelines(response.iter_content(1 << 20))


if __name__ == "__main__":
    fetch(*sys.argv[1:4])
