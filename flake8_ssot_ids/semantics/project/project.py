"""The project that a file is part of: where the file stands, and what lies behind the names in it.

The parts: :mod:`~flake8_ssot_ids.semantics.project.modules` finds and reads other modules,
:mod:`~flake8_ssot_ids.semantics.project.follow` follows names through them, and
:mod:`~flake8_ssot_ids.semantics.project.words` tells which words of a file lead to an id source at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from flake8_ssot_ids.semantics.module.values import Values
from flake8_ssot_ids.semantics.project.follow import Targets
from flake8_ssot_ids.semantics.project.modules import CostlyError, Home, Modules
from flake8_ssot_ids.semantics.project.words import Reach, Words

#: A survey costs as much as to follow imports through so many bytes of modules.
_WORTH_A_SURVEY = 1_000_000
_Answer = TypeVar("_Answer")


class Project:
    """Resolves dotted names through the modules below the ``src`` roots.

    Args:
        roots: absolute folders, as the policy's ``src`` lists them.
        sources: attribute names of the module ``uuid`` that count.
    """

    def __init__(self, roots: Iterable[str], sources: frozenset[str]) -> None:
        self.sources = sources
        #: Words of a ``Survey``: a file without them needs no look.
        self.surveyed: tuple[bytes, ...] | None = None
        #: Makes a survey, for when following the imports of files turns out to cost more.
        self.survey: Callable[[], tuple[bytes, ...] | None] | None = None
        self._spare = _WORTH_A_SURVEY
        self._modules = Modules(roots, sources)
        self._targets = Targets(self._modules)
        self._reach = Reach(self._modules, self._targets)
        #: What those who ask remember as long as the project lasts, by a name of theirs.
        self.memory: dict[str, object] = {}

    @property
    def touched(self) -> set[str]:
        """Paths that an answer depended on since the last :meth:`start`."""
        return self._modules.touched

    def start(self) -> None:
        """Forget what was touched: the answers that follow belong to another file."""
        self._modules.touched = set()

    def home(self, path: str) -> Home:
        """Where the file ``path`` stands: below the deepest root, else below its topmost package."""
        return self._modules.home(path)

    def locate(self, dotted: str, home: Home) -> tuple[str | None, tuple[str, ...], str] | None:
        """The file that ``dotted`` leads to, and the names in it; see :meth:`Modules.locate`."""
        return self._modules.locate(dotted, home.roots, False)

    def is_ours(self, dotted: str, home: Home) -> bool:
        """Whether ``dotted`` begins with a module of the project."""
        return self._modules.is_ours(dotted, home.roots)

    def shadow_of(self, module: str, home: Home) -> str | None:
        """The file of the project that is imported in the place of a module from elsewhere, if any."""
        return self._modules.shadow_of(module, home.roots)

    def is_shadow(self, path: str) -> bool:
        """Whether the file ``path`` is imported in the place of a module that has sources."""
        return self._modules.is_shadow(path)

    def apart(self, ask: Callable[[], _Answer]) -> tuple[_Answer, frozenset[str]]:
        """The answer of ``ask``, and the paths that it depends on, which :attr:`touched` does not get."""
        return self._modules.apart(ask)

    def shared(self, paths: frozenset[str]) -> frozenset[str]:
        """The same paths as the one object for them, for who remembers what an answer depended on."""
        return self._modules.shared(paths)

    def depend_on(self, paths: Iterable[str]) -> None:
        """Take note of more paths that an answer depended on."""
        self._modules.touched.update(paths)

    def expand(self, values: Values, home: Home) -> Values:
        """Replace each dotted name of the project by what it stands for."""
        return self._targets.expand(values, home)

    def words_for(self, path: str, data: bytes) -> Words:
        """The names in ``data`` that imports of project modules may have led to an id source."""
        if self.survey is not None and self.surveyed is None:
            modules = self._modules
            modules.allowance = self._spare
            try:
                return self._reach.words_for(path, data, None)
            except CostlyError:
                self.surveyed, self.survey = self.survey(), None
            finally:
                self._spare, modules.allowance = modules.allowance, None
        return self._reach.words_for(path, data, self.surveyed)
