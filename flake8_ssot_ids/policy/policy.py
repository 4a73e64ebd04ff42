"""The policy of a project: which generator is approved, and what is checked where.

This module holds the values and answers questions about paths and codes; reading and
validating a configuration file is in :mod:`flake8_ssot_ids.policy.load`, which is only
imported when one is loaded.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from functools import cached_property

from flake8_ssot_ids.policy.globs import Globs, starts_with_wildcard
from flake8_ssot_ids.policy.kinds import posix
from flake8_ssot_ids.policy.settings import Exemption, Settings, Zone
from flake8_ssot_ids.system import clock

TYPE_CHECKING = False
if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping

    from flake8_ssot_ids.model import Scope

#: Folders of code that others wrote; a zone such as ``**/auth.py`` does not mean what is in them.
_OF_OTHERS = frozenset((".git", ".hg", ".svn", ".bzr", "__pypackages__", "node_modules", "site-packages"))


@dataclass(frozen=True)
class Policy(Settings):
    """All settings that are in force; :func:`flake8_ssot_ids.policy.load.load_policy` makes one.

    ``root`` is an absolute folder; all globs are relative to it and use ``/``. ``src``
    and ``baseline`` are absolute. ``select`` and ``exclude`` include what their
    ``extend-`` keys and the command line add. Two policies are equal if all settings
    are; where these came from (``origin``, ``provenance``) does not matter, nor does the
    day. ``day`` is the one that exemptions are judged by; :func:`load_policy` sets it where
    there are exemptions, so that one run has one day. Without it, it is today at each question.
    """

    root: str = field(kw_only=True)
    origin: str | None = field(default=None, compare=False)
    day: datetime.date | None = field(default=None, compare=False)
    provenance: Mapping[str, str] = field(default_factory=dict, compare=False)

    __hash__ = None  # type: ignore[assignment]  # it holds mappings

    def __getstate__(self) -> dict[str, object]:
        """Return the settings without the compiled patterns: those differ in each process."""
        return {item.name: self.__dict__[item.name] for item in fields(self)}

    # paths

    def relative(self, path: str) -> str:
        """Return the path relative to ``root`` with ``/``; it starts with ``../`` outside.

        A relative path is taken to be relative to the working directory.
        """
        path = posix(path)
        prefix = self._prefix
        if path.startswith(prefix) and "/." not in path and "//" not in path and path[-1] != "/":
            return path[len(prefix) :]
        path = posix(os.path.abspath(path))
        if path.startswith(prefix) and path != prefix:
            return path[len(prefix) :]
        try:
            return posix(os.path.relpath(path, self.root))
        except ValueError:  # another drive of Windows
            return path

    def scope_of(self, path: str) -> Scope:
        """Say whether a file is test code or production code."""
        return "test" if self._tests.matches(self.relative(path)) else "production"

    def zone_of(self, path: str) -> Zone | None:
        """Return the first zone, in the order of the configuration, that the file lies in."""
        if not self.zones:
            return None
        relative = self.relative(path)
        return next((zone for globs, zone in self._zones if globs.matches(relative)), None)

    def exemptions_of(self, path: str) -> tuple[Exemption, ...]:
        """Return the exemptions whose path covers the file, expired ones included."""
        if not self.exemptions:
            return ()
        relative = self.relative(path)
        return tuple(exemption for globs, exemption in self._exemptions if globs.matches(relative))

    def allows_raw(self, path: str) -> bool:
        """May the file use id sources: is it allowed to, or is it the generator's own module?"""
        relative = self.relative(path)
        return relative in self.generator_files or self._raw.matches(relative)

    @cached_property
    def generator_files(self) -> frozenset[str]:
        """Where the modules of the approved generators would be, relative to ``root``.

        Nothing is read: a generator that its package only re-exports needs ``allow-raw-in``.
        """
        found: set[str] = set()
        for dotted in self.generators:
            parts = dotted.split(".")[:-1]
            while len(parts) > 1 and parts[-1][:1].isupper():  # a class within a class
                parts.pop()
            for folder in self.src:
                module = "/".join((folder.rstrip("/"), *parts))
                found.update((self.relative(f"{module}.py"), self.relative(f"{module}/__init__.py")))
        return frozenset(found)

    def excluded(self, path: str, is_dir: bool) -> bool:
        """Is the path, or a folder between ``root`` and it, excluded and no part of a critical zone?"""
        return self._excluded.matches(self.relative(path), is_dir) and not self.is_critical(path, is_dir)

    def is_critical(self, path: str, is_dir: bool, *, others: bool = False) -> bool:
        """Is the file in a critical zone, or may the folder hold files that are?

        A pattern that begins with a wildcard does not reach into folders such as ``node_modules``,
        except with ``others``.
        """
        if not self._critical:
            return False
        relative = self.relative(path)
        return any(
            (spelled_out or others or _OF_OTHERS.isdisjoint(relative.split("/")))
            and (globs.may_match_below(relative) if is_dir else globs.matches(relative))
            for globs, spelled_out in self._critical
        )

    # codes

    def selected(self, code: str, *, preview: bool = False) -> bool:
        """Is the code on? The longest prefix decides; ``ignore`` wins between equal ones.

        ``preview`` says that its rule is one: it also needs :attr:`preview`, or its whole code
        in ``select``.
        """
        chosen = _longest(code, self.select)
        if preview and not self.preview and chosen < len(code):
            return False
        return chosen > 0 and chosen > _longest(code, self.ignore)

    @cached_property
    def may_preview(self) -> bool:
        """Can a rule in preview be on at all?"""
        return self.preview or any(len(code) == _WHOLE_CODE for code in self.select)

    def ignored_in_file(self, path: str) -> tuple[str, ...]:
        """Return the code prefixes that ``per-file-ignores`` silences in the file."""
        if not self.per_file_ignores:
            return ()
        relative = self.relative(path)
        found: dict[str, None] = {}
        for globs, negated, codes in self._ignores:
            if globs.matches(relative) is not negated:
                found.update(dict.fromkeys(codes))
        return tuple(found)

    def exempted_in_file(self, path: str) -> tuple[str, ...]:
        """Return the code prefixes that exemptions in force silence in the file."""
        if not self.exemptions:
            return ()
        day = self.day or clock.today()
        found = (item.codes for item in self.exemptions_of(path) if item.holds_on(day))
        return tuple(dict.fromkeys(code for codes in found for code in codes))

    # identity

    def digest(self) -> str:
        """Return a hex key of all settings that can change a finding of a file.

        Which files are checked (``exclude``), the baseline and the contracts that do not
        apply have no part in it, nor have the names of configuration files. It changes on
        the day after the last one of an exemption.
        """
        return self._digest

    @cached_property
    def _digest(self) -> str:
        import hashlib

        day = (self.day or clock.today()) if self.exemptions else None
        settings = (
            self.root,
            self.generators,
            sorted(set(self.allow_raw_in)),
            self.src,
            sorted(set(self.select)),
            sorted(set(self.ignore)),
            self.preview,
            sorted((pattern, sorted(set(codes))) for pattern, codes in self.per_file_ignores),
            sorted(set(self.test_paths)),
            self.name_hashes,
            [(z.name, sorted(set(z.paths)), z.tier, z.phase, z.service) for z in self.zones],
            sorted(
                (
                    *(e.path, sorted(set(e.codes)), e.reason),
                    "" if e.until is None else e.until.isoformat(),
                    day is not None and e.holds_on(day),
                )
                for e in self.exemptions
            ),
            [(r.pattern, r.rewrite, r.where, r.level) for r in self.recipes],
            sorted(self.roles.items()),
            sorted(self.api.items()),
        )
        return hashlib.blake2b(ascii(settings).encode("ascii"), digest_size=16).hexdigest()

    # compiled once a process

    @cached_property
    def _prefix(self) -> str:
        return self.root.rstrip("/") + "/"

    @cached_property
    def _tests(self) -> Globs:
        return Globs(self.test_paths, anywhere=True)

    @cached_property
    def _raw(self) -> Globs:
        return Globs(self.allow_raw_in, anywhere=False)

    @cached_property
    def _excluded(self) -> Globs:
        return Globs(self.exclude, anywhere=True)

    @cached_property
    def _zones(self) -> list[tuple[Globs, Zone]]:
        return [(Globs(zone.paths, anywhere=False), zone) for zone in self.zones]

    @cached_property
    def _critical(self) -> list[tuple[Globs, bool]]:
        """The patterns of critical zones, each with whether its first folder is spelled out."""
        return [
            (Globs((path,), anywhere=False), not starts_with_wildcard(path))
            for zone in self.zones
            if zone.tier == "critical"
            for path in zone.paths
        ]

    @cached_property
    def _exemptions(self) -> list[tuple[Globs, Exemption]]:
        return [(Globs((item.path,), anywhere=False), item) for item in self.exemptions]

    @cached_property
    def _ignores(self) -> list[tuple[Globs, bool, tuple[str, ...]]]:
        return [
            (Globs((pattern.removeprefix("!"),), anywhere=True), pattern.startswith("!"), codes)
            for pattern, codes in self.per_file_ignores
        ]


_WHOLE_CODE = len("SID000")


def _longest(code: str, prefixes: tuple[str, ...]) -> int:
    return max((len(prefix) for prefix in prefixes if code.startswith(prefix)), default=0)
