"""Text for people: colours, display widths, harmless control characters, paths, output encoding."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

TAB_WIDTH = 4
RESET = "\x1b[0m"
BOLD = "\x1b[1m"
RED = "\x1b[1;91m"
BLUE = "\x1b[1;94m"
CYAN = "\x1b[36m"

# Control characters would move the cursor, direction marks would swap text; both are shown
# as a visible stand-in of width one.
_STAND_INS = {code: 0x2400 + code for code in range(0x20)}
_STAND_INS[0x7F] = 0x2421
_STAND_INS.update(dict.fromkeys(range(0x80, 0xA0), 0xFFFD))
_STAND_INS.update(
    dict.fromkeys([0x2028, 0x2029, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], 0xFFFD)
)


class OutputError(Exception):
    """Standard output takes no more, for a reason other than that its reader has gone: a full disk."""


class Palette:
    """Colour codes, or nothing at all."""

    __slots__ = ("blue", "bold", "cyan", "red", "reset")

    def __init__(self, enabled: bool) -> None:
        """Choose the codes."""
        self.bold, self.red, self.blue, self.cyan, self.reset = (
            (BOLD, RED, BLUE, CYAN, RESET) if enabled else ("", "", "", "", "")
        )


def wants_colour(choice: str, stream: TextIO | None, environ: Mapping[str, str] = os.environ) -> bool:
    """Decide on colour: ``choice`` (always, never, auto), then NO_COLOR, FORCE_COLOR, the terminal."""
    if choice != "auto":
        return choice == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return is_terminal(stream) and environ.get("TERM") != "dumb"


def is_terminal(stream: TextIO | None) -> bool:
    """Tell whether a person looks at the stream."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def harmless(text: str) -> str:
    """Make control characters and direction marks visible instead of effective."""
    return text if text.isascii() and text.isprintable() else text.translate(_STAND_INS)


def cells(text: str) -> list[tuple[str, int]]:
    """Split a line into what is shown and how many columns of the terminal it takes, by character."""
    from unicodedata import category, east_asian_width

    shown: list[tuple[str, int]] = []
    column = 0
    for char in text:
        if char == "\t":
            width = TAB_WIDTH - column % TAB_WIDTH
            shown.append((" " * width, width))
        else:
            safe = harmless(char)
            if safe == char and category(char) in ("Mn", "Me", "Cf"):
                width = 0
            else:
                width = 2 if east_asian_width(safe) in "WF" else 1
            shown.append((safe, width))
        column += width
    return shown


def display_path(path: str, cwd: str | None = None) -> str:
    """Shorten a path that lies below the working directory to a relative one."""
    base = (cwd if cwd is not None else os.getcwd()).rstrip(os.sep) + os.sep
    return path[len(base) :] if path.startswith(base) and path != base else path


def encode(text: str, encoding: str | None) -> bytes:
    """Encode for an output stream without ever failing.

    File names that are not text in the locale keep their own bytes; what the encoding does not
    know is written as an escape.
    """
    try:
        return text.encode(encoding or "utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode(encoding or "utf-8", "backslashreplace")


def write(stream: TextIO, text: str) -> None:
    """Write text to a standard stream; raises BrokenPipeError, never UnicodeEncodeError."""
    raw = getattr(stream, "buffer", None)
    if raw is None:  # replaced by a text buffer, as tests do
        stream.write(text)
        return
    stream.flush()
    data = encode(text, stream.encoding)
    raw.write(data if os.linesep == "\n" else data.replace(b"\n", os.linesep.encode()))
    raw.flush()


def forget_stdout() -> None:
    """Point standard output nowhere, so that the interpreter does not complain at its end."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError, AttributeError):
        pass


def say(text: str) -> None:
    """Write one line to standard error; a closed or broken stderr is no reason to stop."""
    if sys.stderr is not None:
        try:
            write(sys.stderr, text + "\n")
        except (OSError, ValueError):
            return
