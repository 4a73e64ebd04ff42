"""Where results go: standard output, or a file that appears only when it is complete."""

from __future__ import annotations

import os
import stat
import sys

from flake8_ssot_ids.render import terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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
    stream = sys.stdout
    if stream is None:
        return
    for chunk in _chunks(parts):
        raw = getattr(stream, "buffer", None)
        try:
            if encode is None or raw is None:
                terminal.write(stream, chunk)
            else:
                stream.flush()
                raw.write(encode(chunk))
                raw.flush()
        except BrokenPipeError:
            terminal.forget_stdout()
            return
        except OSError as error:
            raise terminal.OutputError(f"standard output: {error.strerror or error}") from error


def bytes_to_stdout(parts: Iterable[bytes]) -> None:
    """Write bytes to standard output as they are; see :func:`to_stdout`."""
    stream = sys.stdout
    if stream is None:
        return
    raw = getattr(stream, "buffer", None)
    for part in parts:
        if raw is None:  # replaced by a text buffer, as tests do
            stream.write(part.decode("utf-8", "surrogateescape"))
            continue
        try:
            stream.flush()
            raw.write(part)
            raw.flush()
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
