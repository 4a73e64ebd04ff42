"""The file that the configuration goes to: never overwritten, and otherwise left byte for byte as it is."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass

from flake8_ssot_ids.fixes.edits.write import replace_file
from flake8_ssot_ids.model import SsotIdsError
from flake8_ssot_ids.system import atomic
from flake8_ssot_ids.system.files import read

OWN, SHARED = "ssot-ids.toml", "pyproject.toml"


class ConfigFileError(SsotIdsError):
    """Nothing can be written here; the text says why."""


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """Where the table goes: the end of ``pyproject.toml``, which is ``old`` now, or a new file."""

    root: str
    name: str
    old: bytes | None

    @property
    def path(self) -> str:
        """The file's absolute path."""
        return os.path.join(self.root, self.name)

    def addition(self, table: str) -> bytes:
        """The bytes to add at the end: the table with the line ends of the file, after an empty line."""
        data = table.encode()
        if not self.old:
            return data
        end = b"\r\n" if self.old.partition(b"\n")[0].endswith(b"\r") else b"\n"
        gap = (b"" if self.old.endswith(b"\n") else b"\n") + b"\n"
        return (gap + data).replace(b"\n", end)

    def whole(self, table: str) -> bytes:
        """The whole file as it will be."""
        return (self.old or b"") + self.addition(table)

    def write(self, table: str) -> None:
        """Write it, completely or not at all.

        Raises:
            ConfigFileError: it has come into being, or has changed, meanwhile.
            OSError: it cannot be written.
        """
        new = self.whole(table)
        if self.old is not None:
            replace_file(self.path, self.old, new)
            return

        def write(descriptor: int) -> None:
            atomic.write_all(descriptor, (new,))
            os.fsync(descriptor)

        atomic.write_new(self.root, write, self._name, mode=0o666)

    def _name(self, made: str) -> None:
        """Give a file that is written the name of the target, which nothing else may have."""
        try:
            os.link(made, self.path)
        except FileExistsError:
            raise ConfigFileError(
                f"{self.name} has come into being meanwhile; it is never overwritten"
            ) from None
        except OSError:  # a file system without links
            if os.path.lexists(self.path):
                raise ConfigFileError(f"{self.name} exists; it is never overwritten") from None
            os.rename(made, self.path)


def find(root: str, *, output: int | None = None) -> ConfigFile:
    """The target in the folder ``root``.

    Args:
        root: absolute.
        output: the descriptor of the standard output. An empty file that it leads to is one that the shell
            has just made for ``ssot-ids init > ssot-ids.toml``.

    Raises:
        ConfigFileError: there is a configuration already, or what is there cannot be read.
    """
    own = os.path.join(root, OWN)
    if os.path.lexists(own):
        if not _is_output(own, output):
            raise ConfigFileError(f"{OWN} exists already; it is never overwritten")
        return ConfigFile(root, OWN, None)
    shared = os.path.join(root, SHARED)
    if not os.path.lexists(shared):
        return ConfigFile(root, OWN, None)
    try:
        data = read(shared)
    except OSError as error:
        raise ConfigFileError(f"{SHARED} cannot be read: {error.strerror or error}") from None
    try:
        document = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ConfigFileError(
            f"{SHARED} is not UTF-8, as TOML has to be; nothing can be added to it"
        ) from None
    except (ValueError, RecursionError) as error:
        raise ConfigFileError(f"{SHARED} is not valid TOML: {error}; nothing can be added to it") from None
    tool = document.get("tool", {})
    if not isinstance(tool, dict):
        raise ConfigFileError(f"{SHARED}: `tool` is no table; nothing can be added to it")
    if "ssot-ids" in tool:
        raise ConfigFileError(f"{SHARED} has a table [tool.ssot-ids] already; it is never overwritten")
    return ConfigFile(root, SHARED, data)


def _is_output(path: str, output: int | None) -> bool:
    if output is None:
        return False
    try:
        there, here = os.stat(path), os.fstat(output)
    except OSError:
        return False
    return there.st_size == 0 and os.path.samestat(there, here)
