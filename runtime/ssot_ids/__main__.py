"""``python -m ssot_ids explain ID``."""

from __future__ import annotations

import argparse
import os
import sys

from . import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

_VALID, _OTHER, _FAILED, _INTERRUPTED = 0, 1, 2, 130
_LINE_MAX = 4096
"""Bytes that are looked at of one line of standard input. No id is nearly as long."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line. Exit code: 0 all are valid ids, 1 not all are, 2 the job could not be done."""
    given = _parser().parse_args(argv)
    try:
        return _explain(given.ids, as_json=given.json)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        _forget_stdout()
        return _OTHER
    except OSError as error:
        _say(error)
        _forget_stdout()
        return _FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ssot_ids", description="Tools for the ids of ssot_ids.")
    parser.add_argument("-V", "--version", action="version", version=f"ssot-ids-runtime {__version__}")
    verbs = parser.add_subparsers(metavar="COMMAND", required=True)
    explain = verbs.add_parser(
        "explain",
        help="say what can be read from an id",
        description="Say what can be read from ids, or from texts that may be one.",
        epilog="Exit codes: 0 all are valid ids, 1 not all are, 2 the job could not be done.",
    )
    explain.add_argument(
        "ids", metavar="ID", nargs="+", help="a text; - reads one a line from standard input"
    )
    explain.add_argument("--json", action="store_true", help="print one JSON object a line")
    return parser


def _explain(ids: Sequence[str], *, as_json: bool) -> int:
    from .explain import explain, render

    if as_json:
        import json
    code, count = _VALID, 0
    for text in _texts(ids):
        told = explain(text)
        if sys.stdout is not None:
            if as_json:
                sys.stdout.write(json.dumps(told) + "\n")
            else:
                sys.stdout.write(("\n" if count else "") + render(told))
        if not told["valid"]:
            code = _OTHER
        count += 1
    if sys.stdout is not None:
        sys.stdout.flush()
    if not count:
        raise OSError("there is no id on standard input")
    return code


def _texts(ids: Sequence[str]) -> Iterator[str]:
    for text in ids:
        if text != "-":
            yield text
        elif sys.stdin is None:
            raise OSError("there is no standard input")
        else:
            yield from _lines(sys.stdin.buffer)


def _lines(stream: BinaryIO) -> Iterator[str]:
    """The lines that are not empty. Of a very long one only the beginning, so that memory stays bounded."""
    bom = b"\xef\xbb\xbf"
    while line := stream.readline(_LINE_MAX):
        line, rest, bom = line.removeprefix(bom), line, b""
        while not rest.endswith(b"\n") and (rest := stream.readline(_LINE_MAX)):
            pass
        text = line.rstrip(b"\r\n").decode("utf-8", "surrogateescape")
        if text:
            yield text


def _forget_stdout() -> None:
    """Point standard output nowhere, so that the interpreter does not complain about it at its end."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (AttributeError, OSError, ValueError):
        return


def _say(error: OSError) -> None:
    if sys.stderr is not None:
        try:
            sys.stderr.write(f"python -m ssot_ids: {error}\n")
        except OSError:
            return


if __name__ == "__main__":
    sys.exit(main())
