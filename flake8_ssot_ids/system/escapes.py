"""What a checked repository may not say to a terminal or to the log of a CI, made visible instead.

Names, source text, configuration and errors are data. Control characters in them would move the cursor or
end a line, direction marks would swap what is read, and some beginnings of a line are commands to the
machine that keeps the log.
"""

from __future__ import annotations

import os

#: Stands for what has no sign of its own.
STAND_IN = "\ufffd"
# Line separators, direction marks, invisible signs that change how others are shown.
_MARKS = (0x061C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x2070), *range(0xFFF9, 0xFFFC))

#: By code point: the stand-in, of width one, of each character that has an effect.
TABLE: dict[int, str] = {code: chr(0x2400 + code) for code in range(0x20)}
TABLE[0x7F] = "\u2421"
TABLE.update(dict.fromkeys((*range(0x80, 0xA0), *_MARKS), STAND_IN))
# Halves of characters; and bytes of file names that an eight-bit terminal takes for control characters.
TABLE.update(dict.fromkeys((*range(0xD800, 0xDC00), *range(0xDC80, 0xDCA0)), STAND_IN))

_ESCAPES = {code: f"\\u{code:04x}" for code in (*range(0x7F, 0xA0), *_MARKS)}
_IN_C = {char: "\\" + sign for char, sign in zip('\a\b\t\n\v\f\r"\\', 'abtnvfr"\\', strict=True)}
#: What GitHub, Azure and TeamCity obey, the first two anywhere in a line.
_COMMANDS = ("##[", "##vso[", "##teamcity[")
#: What GitHub obeys at the beginning of a line, behind any white space.
_COMMAND = "::"


def harmless(text: str, table: dict[int, str] = TABLE) -> str:
    """Make control characters, direction marks, line ends and commands visible instead of effective.

    ``table`` may give other stand-ins, by code point.
    """
    if not (text.isascii() and text.isprintable()):
        text = text.translate(table)
    if "##" in text:
        for command in _COMMANDS:
            text = text.replace(command, STAND_IN + command[1:])
    return text


def line(text: str, table: dict[int, str] = TABLE) -> str:
    """Make a whole line :func:`harmless`: it is one line, and it does not begin with a command."""
    text = harmless(text, table)
    if _COMMAND in text:
        bare = text.lstrip()
        if bare.startswith(_COMMAND):
            text = text[: len(text) - len(bare)] + STAND_IN + bare[1:]
    return text


def file_name(path: str) -> str:
    """Write a path as git does, apart from letters that are not ASCII: in quotes where it must be.

    In quotes, a backslash begins an escape of C, with the bytes of the name in octal.
    """
    if harmless(path) == path and '"' not in path and (os.sep == "\\" or "\\" not in path):
        return path
    return '"' + "".join(map(_in_c, path)) + '"'


def _in_c(char: str) -> str:
    if char in _IN_C:
        return _IN_C[char]
    if char == "#" or ord(char) in TABLE:
        return "".join(f"\\{byte:03o}" for byte in char.encode("utf-8", "surrogateescape"))
    return char


def quoted(text: str) -> str:
    """Replace the same in JSON or TOML by the escapes that these have; the value stays what it is."""
    if not text.isascii() or "\x7f" in text:
        text = text.translate(_ESCAPES)
    if "##" in text:
        for command in _COMMANDS:
            text = text.replace(command, "#\\u0023" + command[2:])
    return text
