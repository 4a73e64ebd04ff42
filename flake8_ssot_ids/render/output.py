"""Where results go: standard output, or a file that appears only when it is complete."""

from __future__ import annotations

import os
import stat
import sys

from flake8_ssot_ids.render import terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import BinaryIO, TypeVar

    _Part = TypeVar("_Part", str, bytes)

# Large enough that system calls do not matter, small enough that memory does not.
_CHUNK_CHARACTERS = 1 << 16


def to_people(
    lines: Iterable[str],
    palette: terminal.Palette = terminal.PLAIN,
    encode: Callable[[str], bytes] | None = None,
) -> None:
    """Write lines to standard output, harmless; see :func:`to_stdout`."""
    to_stdout(palette.rows(lines), encode)


def to_stdout(parts: Iterable[str], encode: Callable[[str], bytes] | None = None) -> None:
    """Write text that is harmless already to standard output; ``encode`` replaces the stream's encoding.

    A reader that has gone, as ``head`` does, needs no more; it does not change what the run does and its exit
    code. Raises OutputError when writing fails for another reason.
    """

    def send(chunk: str) -> None:
        raw = getattr(sys.stdout, "buffer", None)
        if encode is None or raw is None:
            terminal.write(sys.stdout, chunk)
        else:
            _send_bytes(encode(chunk), raw)

    _send_each(_chunks(parts), send)


def bytes_to_stdout(parts: Iterable[bytes]) -> None:
    """Write bytes to standard output as they are; see :func:`to_stdout`."""

    def send(part: bytes) -> None:
        raw = getattr(sys.stdout, "buffer", None)
        if raw is None:  # replaced by a text buffer, as tests do
            sys.stdout.write(part.decode("utf-8", "surrogateescape"))
        else:
            _send_bytes(part, raw)

    _send_each(parts, send)


def _send_bytes(data: bytes, raw: BinaryIO) -> None:
    sys.stdout.flush()
    raw.write(data)
    raw.flush()


def _send_each(parts: Iterable[_Part], send: Callable[[_Part], None]) -> None:
    if sys.stdout is None:
        return
    for part in parts:
        try:
            send(part)
        except BrokenPipeError:
            terminal.forget_stdout()
            return
        except OSError as error:
            raise terminal.OutputError(f"standard output: {error.strerror or error}") from error


def diff_to_stdout(parts: Iterable[bytes]) -> None:
    """Write a diff: as it is for a program such as ``git apply``, harmless for a person at a terminal."""
    if not terminal.is_terminal(sys.stdout):
        bytes_to_stdout(parts)
        return
    for part in parts:
        text = part.decode("utf-8", "surrogateescape").replace("\t", terminal.TAB)
        to_people(text.removesuffix("\n").split("\n") if text else ())


def to_file(path: str, parts: Iterable[str], encode: Callable[[str], bytes]) -> None:
    """Replace a file by the text, completely or not at all; missing folders are made.

    The mode of an existing file stays, a link stays a link, and what is no regular file (a
    pipe, ``/dev/null``) is written to directly. Raises OSError.
    """
    target = os.path.realpath(path)
    try:
        mode: int | None = os.stat(target).st_mode
    except FileNotFoundError:
        mode = None
    if mode is not None and not stat.S_ISREG(mode):
        with open(target, "wb") as stream:
            stream.writelines(encode(chunk) for chunk in _chunks(parts))
        return
    from flake8_ssot_ids.system import atomic

    def write(descriptor: int) -> None:
        atomic.write_all(descriptor, (encode(chunk) for chunk in _chunks(parts)))
        if mode is not None:
            os.chmod(descriptor if os.chmod in os.supports_fd else target, stat.S_IMODE(mode))

    folder = os.path.dirname(target)
    os.makedirs(folder, exist_ok=True)
    atomic.write_new(folder, write, lambda made: os.replace(made, target), mode=0o666)


def written(path: str, parts: Iterable[str], encode: Callable[[str], bytes]) -> bool:
    """Do what :func:`to_file` does, or say why that cannot be; whether it was done."""
    try:
        to_file(path, parts, encode)
    except OSError as error:
        terminal.say(f"error: {path}: {error.strerror or error}")
        return False
    return True


def _chunks(parts: Iterable[str]) -> Iterable[str]:
    pending: list[str] = []
    size = 0
    for part in parts:
        pending.append(part)
        size += len(part)
        if size >= _CHUNK_CHARACTERS:
            yield "".join(pending)
            pending.clear()
            size = 0
    if pending:
        yield "".join(pending)
