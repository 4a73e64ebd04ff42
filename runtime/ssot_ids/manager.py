"""`UnifiedIDManager`: threads and their runs, by the ids alone. It keeps no registry."""

from __future__ import annotations

from . import generator
from .grammar import IdParts, parse_id
from .policy import is_thread_id

_RUN = "run_"


class RunParts(tuple[str, IdParts, IdParts]):
    """The parts of a run id: ``thread_id``, the thread's ``thread`` parts, and the ``run`` id's own parts."""

    __slots__ = ()

    @property
    def thread_id(self) -> str:
        """The thread that the run belongs to."""
        return self[0]

    @property
    def thread(self) -> IdParts:
        """The parts of the thread id."""
        return self[1]

    @property
    def run(self) -> IdParts:
        """The parts of the run id itself; its prefix is ``run_`` and the thread id."""
        return self[2]

    def __repr__(self) -> str:
        return f"RunParts(thread_id={self.thread_id!r}, thread={self.thread!r}, run={self.run!r})"


class UnifiedIDManager:
    """Thread and run ids. All methods are static, so that a fresh manager is the same as any other."""

    __slots__ = ()

    @staticmethod
    def generate_thread_id(operation: str = "") -> str:
        """A new thread id: ``thread_<operation>_…``, the operation made legal and cut to 18 characters."""
        return generator.generate_thread_id(operation)

    @staticmethod
    def generate_run_id(thread_id: str) -> str:
        """A new run id ``run_<thread id>_…``. ValueError for a thread id that the generator does not make."""
        return generator.generate_run_id(thread_id)

    @staticmethod
    def extract_thread_id(run_id: object) -> str | None:
        """The thread id that a run id holds; None for anything that is no run id with one. Never raises."""
        parts = UnifiedIDManager.parse_run_id(run_id)
        return None if parts is None else parts.thread_id

    @staticmethod
    def validate_run_id(run_id: object) -> bool:
        """Whether ``run_id`` is a run id that leads back to its thread. Never raises."""
        return UnifiedIDManager.parse_run_id(run_id) is not None

    @staticmethod
    def parse_run_id(run_id: object) -> RunParts | None:
        """The parts of a run id, or None for anything that is no run id with a thread. Never raises."""
        run = parse_id(run_id)
        if run is None or run.strong or not run.prefix.startswith(_RUN):
            return None
        thread_id = run.prefix[len(_RUN) :]
        thread = parse_id(thread_id)
        if thread is None or not is_thread_id(thread_id):
            return None
        return tuple.__new__(RunParts, (thread_id, thread, run))
