"""The flake8 face: findings of the tree that flake8 has parsed, as flake8 wants them.

flake8 loads this module at each start, so nothing heavy is imported before a file needs it.
"""

from __future__ import annotations

import os

from flake8_ssot_ids import __version__

TYPE_CHECKING = False  # as in typing, which is slow to import
if TYPE_CHECKING:
    import argparse
    import ast
    from collections.abc import Iterator, Sequence
    from typing import Any

    from flake8_ssot_ids.policy.policy import Policy
    from flake8_ssot_ids.runs.session import Policies, Session

    Violation = tuple[int, int, str, type["SsotIdsPlugin"]]


#: The length of a whole code, such as SID103.
_WHOLE = 6
#: With so many files to check, one look at all modules is worth it, before flake8 forks.
_WORTH_A_SURVEY = 100


class ConfigurationError(Exception):
    """A configuration cannot be used. Its only argument is the text with all problems.

    flake8 shows the ``repr`` of what a plugin raises when it is made for a file, and pickles it
    where it runs with ``-j``; an exception with one text survives both.
    """

    def __repr__(self) -> str:
        """Return the problems, to stand in flake8's own sentence."""
        return f"a configuration that cannot be used:\n{self}"


class _Sessions:
    """What the files of one process share: per folder the session under the policy that governs it."""

    def __init__(
        self, config: str | None = None, codes: Sequence[str] = (), patterns: Sequence[str] = ()
    ) -> None:
        """Take the file that holds the policy, and what flake8 selects and calls a Python file."""
        self.patterns = (*patterns, "stdin", "-")
        self._config = config
        self._codes = [code for code in codes if code.startswith("SID") and len(code) == _WHOLE]
        self._policies: Policies | None = None
        self._folders: dict[str, Session] = {}
        self._known: dict[int, Session] = {}

    def of(self, folder: str) -> Session:
        """Return the session of the files of a folder.

        Raises:
            ConfigurationError: the configuration cannot be used.
        """
        found = self._folders.get(folder)
        if found is None:
            from flake8_ssot_ids.model import PolicyError
            from flake8_ssot_ids.runs.session import Policies, Session
            from flake8_ssot_ids.system import escapes

            if self._policies is None:
                self._policies = Policies(self._config)
            try:
                policy = self._policies.above(folder)
            except PolicyError as error:
                raise ConfigurationError("\n".join(map(escapes.line, error.lines))) from None
            if id(policy) not in self._known:
                self._known[id(policy)] = Session(self._with_named(policy), keeps=True)
            found = self._folders[folder] = self._known[id(policy)]
        return found

    def survey(self) -> None:
        """Look at all modules of the projects that are known by now, for all processes that come of this one.

        Without it, each process does so when following the imports of its files has cost as much.
        """
        for session in self._known.values():
            session.survey()

    def _with_named(self, policy: Policy) -> Policy:
        """The policy, with what flake8 selects by its whole code named, as a preview rule has to be.

        All other rules are none of flake8's business here: it filters what they yield.
        """
        if not self._codes:
            return policy
        from dataclasses import replace

        from flake8_ssot_ids.rules.registry import rules

        named = [rule.code for rule in rules() if rule.preview and rule.code in self._codes]
        return replace(policy, select=(*policy.select, *named))


class SsotIdsPlugin:
    """The plugin that flake8 makes one of for each file."""

    name = "flake8-ssot-ids"
    version = __version__
    #: flake8 hands options to the class; each process parses them once.
    _sessions = _Sessions()

    def __init__(self, tree: ast.Module, filename: str, lines: list[str]) -> None:
        """Take the tree and the decoded lines of one file, as flake8 has them.

        Raises:
            ConfigurationError: the configuration above the file cannot be used. flake8 reports what is
                raised here with exit code 1; what :meth:`run` raises would be a traceback.
        """
        self._tree = tree
        self._lines = lines
        self._path = os.path.abspath(filename)
        self._session = self._sessions.of(os.path.dirname(self._path))

    @classmethod
    def add_options(cls, manager: Any) -> None:
        """Register the pointer to the policy; all other settings are in the policy itself."""
        manager.add_option(
            "--ssot-ids-config",
            metavar="FILE",
            default=None,
            normalize_paths=True,
            parse_from_config=True,
            help="the file with [tool.ssot-ids] (default: the nearest one above each file)",
        )

    @classmethod
    def parse_options(cls, manager: Any, options: argparse.Namespace, filenames: Sequence[str]) -> None:
        """Take the options over; flake8 calls this once in each process that it does not fork.

        A configuration above one of the paths that cannot be used is a usage error, with exit code 2,
        before any file is read.
        """
        chosen = vars(options)
        codes = [*(chosen.get("select") or ()), *(chosen.get("extend_select") or ())]
        cls._sessions = _Sessions(options.ssot_ids_config, codes, chosen.get("filename") or ())
        paths = [options.stdin_display_name if path == "-" else path for path in filenames or ["."]]
        from flake8_ssot_ids.system.files import folder_of

        try:
            for folder in dict.fromkeys(map(folder_of, paths)):
                cls._sessions.of(folder)
        except ConfigurationError as error:
            manager.parser.error(f"{cls.name}: {error}")
        if _are_many(paths):
            cls._sessions.survey()

    def run(self) -> Iterator[Violation]:
        """Yield ``(row, column from 0, text, class)`` for each finding.

        Comments and ``per-file-ignores`` of flake8 are flake8's business; the policy's are honoured
        here, and so is what it excludes, since flake8 too leaves out an excluded file that is named.
        """
        from flake8_ssot_ids.findings.glance import Glance
        from flake8_ssot_ids.system import escapes

        session, path = self._session, self._path
        policy, project = session.policy, session.project
        text = "".join(self._lines)
        data = text.encode("utf-8", "surrogatepass")
        look = Glance(data, path, policy, project, session.house)
        other = self._why_not_python(data)
        if not (other or look.may_find):
            return
        from flake8_ssot_ids.findings.engine import check_tree, is_exempt, unreadable

        if is_exempt(path, policy) or _excluded(path, policy):
            return
        if other:
            finding = unreadable(path, policy, other)
            yield 1, 0, f"{finding.code} {finding.message}", type(self)
            return
        report = check_tree(
            self._tree, text, path, policy, project, words=look.words, comments=False, house=look.house
        )
        for finding in report.findings:
            start = finding.span.start
            said = escapes.harmless(f"{finding.code} {finding.message}")
            yield start.row, start.column - 1, said, type(self)

    def _why_not_python(self, data: bytes) -> str:
        """Why the file is not taken for Python; what flake8's own option ``filename`` names is."""
        from fnmatch import fnmatch

        from flake8_ssot_ids.source.sourcefile import why_not_python

        names = (self._path, os.path.basename(self._path))
        if any(fnmatch(name, pattern) for pattern in self._sessions.patterns for name in names):
            return ""
        return why_not_python(self._path, data)


def _are_many(paths: Sequence[str]) -> bool:
    """Tell whether the files of ``paths``, and of the folders among them, are worth a survey."""
    number = len(paths)
    for path in paths:
        for _, _, names in os.walk(path):
            number += sum(name.endswith(".py") for name in names)
            if number >= _WORTH_A_SURVEY:
                return True
    return number >= _WORTH_A_SURVEY


def _excluded(path: str, policy: Policy) -> bool:
    """Tell whether the policy leaves a file out; it has no say about files that are not below its root."""
    return not policy.relative(path).startswith("../") and policy.excluded(path, False)
