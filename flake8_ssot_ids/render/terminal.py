"""Text for people: colours, display widths, paths, output encoding.

Whoever prints gives lines, and everything in them is data: :meth:`Palette.shown` makes it harmless. Only
the marks of a palette become something else, so that no caller can forget to escape.
"""

from __future__ import annotations

import os
import sys

from flake8_ssot_ids.system.escapes import TABLE, harmless, line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import TextIO

    from flake8_ssot_ids.model import SsotIdsError

TAB_WIDTH = 4
RESET = "\x1b[0m"
BOLD = "\x1b[1m"
RED = "\x1b[1;91m"
BLUE = "\x1b[1;94m"
CYAN = "\x1b[36m"
#: Becomes a tab. Like the marks of the colours it is half a character, which no encoding has.
TAB = chr(0xD900)
_COLOURS = {chr(0xD901 + at): code for at, code in enumerate((RESET, BOLD, RED, BLUE, CYAN))}


class OutputError(Exception):
    """Standard output takes no more, for a reason other than that its reader has gone: a full disk."""


class Palette:
    """Marks that :meth:`shown` turns into colours, or nothing at all."""

    __slots__ = ("_table", "blue", "bold", "cyan", "red", "reset")

    def __init__(self, enabled: bool) -> None:
        """Choose the marks."""
        colours = _COLOURS if enabled else {}
        self._table = {**TABLE, **{ord(mark): text for mark, text in ((TAB, "\t"), *colours.items())}}
        marks = [*_COLOURS] if enabled else [""] * len(_COLOURS)
        self.reset, self.bold, self.red, self.blue, self.cyan = marks

    def shown(self, text: str) -> str:
        """One line as it is printed: coloured, and all else in it :func:`harmless`."""
        return line(text, self._table)

    def rows(self, lines: Iterable[str]) -> Iterator[str]:
        """The same of many lines, each with its end."""
        return (f"{self.shown(text)}\n" for text in lines)


PLAIN = Palette(False)


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


def cells(text: str) -> list[tuple[str, int]]:
    """Split a line into what is shown and how many columns of the terminal it takes, by character."""
    # Here, since a command is more than one character. A tab is not over yet.
    text = "\t".join(map(harmless, text.split("\t")))
    from unicodedata import category, east_asian_width

    shown: list[tuple[str, int]] = []
    column = 0
    for char in text:
        if char == "\t":
            width = TAB_WIDTH - column % TAB_WIDTH
            shown.append((" " * width, width))
        else:
            width = 2 if east_asian_width(char) in "WF" else 1
            if category(char) in ("Mn", "Me", "Cf"):
                width = 0
            shown.append((char, width))
        column += width
    return shown


def display_path(path: str, cwd: str | None = None) -> str:
    """Shorten a path that lies below the working directory to a relative one."""
    base = (cwd if cwd is not None else os.getcwd()).rstrip(os.sep) + os.sep
    if not path.startswith(base) or path == base:
        return path
    relative = path[len(base) :]
    # Nothing would be wrong with such a name, but at the beginning of a line it is a command.
    return f".{os.sep}{relative}" if relative.lstrip().startswith("::") else relative


def encode(text: str, encoding: str | None) -> bytes:
    """Encode for an output stream without ever failing.

    File names that are not text in the locale keep their own bytes; what the encoding does not
    know is written as an escape.
    """
    try:
        return text.encode(encoding or "utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode(encoding or "utf-8", "backslashreplace")


def to_utf8(text: str) -> bytes:
    """Encode for a file; see :func:`encode`."""
    return encode(text, "utf-8")


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


def say(text: str, palette: Palette = PLAIN) -> None:
    """Write one line to standard error; a closed or broken stderr is no reason to stop."""
    if sys.stderr is not None:
        try:
            write(sys.stderr, palette.shown(text) + "\n")
        except (OSError, ValueError):
            return


def say_error(error: SsotIdsError) -> None:
    """Write what is wrong to standard error, one thing a line."""
    for text in error.lines:
        say(f"error: {text}")


def say_crash() -> None:
    """Write the traceback of the exception that is being handled to standard error."""
    from traceback import format_exc

    for text in format_exc().splitlines():
        say(text)
