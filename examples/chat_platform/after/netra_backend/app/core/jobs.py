"""Work that is done after the answer: a queue, and numbers about it."""

from collections import deque
from dataclasses import dataclass, field

from shared.id_generation.unified_id_generator import UnifiedIdGenerator


@dataclass
class Job:
    """Something to be done for a user."""

    kind: str
    user_id: str
    job_id: str = field(default_factory=lambda: UnifiedIdGenerator.generate_base_id("job"))


@dataclass
class Metric:
    """One number at one time."""

    metric_id: str
    name: str
    value: float


class JobQueue:
    """First in, first out. A job runs in one transaction."""

    def __init__(self) -> None:
        self._jobs: deque[Job] = deque()
        self.metrics: list[Metric] = []
        self.transactions: dict[str, str] = {}

    def put(self, kind: str, user_id: str) -> Job:
        """Add a job."""
        job = Job(kind, user_id)
        self._jobs.append(job)
        self._measure("waiting")
        return job

    def put_all(self, kinds: list[str], user_id: str) -> list[Job]:
        """Add jobs that belong together: their ids tell their kinds."""
        jobs = [Job(kind, user_id, job_id=UnifiedIdGenerator.generate_base_id(kind)) for kind in kinds]
        self._jobs.extend(jobs)
        return jobs

    def run_next(self) -> Job | None:
        """Do the oldest job."""
        if not self._jobs:
            return None
        job = self._jobs.popleft()
        transaction_id = UnifiedIdGenerator.generate_base_id("txn")
        self.transactions[job.job_id] = transaction_id
        self._measure("waiting")
        return job

    def drop_user(self, user_id: str) -> int:
        """Drop the jobs of a user; how many there were."""
        before = len(self._jobs)
        self._jobs = deque(job for job in self._jobs if job.user_id != user_id)
        return before - len(self._jobs)

    def _measure(self, name: str) -> None:
        metric = Metric(metric_id=UnifiedIdGenerator.generate_base_id(name), name=name, value=len(self._jobs))
        self.metrics.append(metric)
