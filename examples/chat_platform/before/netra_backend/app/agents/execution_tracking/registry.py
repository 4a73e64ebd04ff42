"""Executions of agents: which run, since when, and how they ended."""

import time
import uuid
from dataclasses import dataclass, field


@dataclass
class ExecutionRecord:
    """One execution."""

    execution_id: str
    agent_name: str
    run_id: str
    user_id: str
    started_at: float = field(default_factory=time.time)
    step_ids: list[str] = field(default_factory=list)
    status: str = "running"


class ExecutionRegistry:
    """The executions of this process."""

    def __init__(self) -> None:
        self._records: dict[str, ExecutionRecord] = {}

    def start(self, agent_name: str, run_id: str, user_id: str, steps: list[str]) -> ExecutionRecord:
        """Note that an agent begins a run."""
        execution_id = f"{agent_name}_{run_id}_{int(time.time() * 1000)}_{uuid.uuid4().hex[:8]}"
        record = ExecutionRecord(execution_id, agent_name, run_id, user_id)
        record.step_ids = [f"{step}_{uuid.uuid4().hex[:4]}" for step in steps]
        self._records[execution_id] = record
        return record

    def finish(self, execution_id: str, status: str = "done") -> None:
        """Note how it ended."""
        self._records[execution_id].status = status

    def heartbeat(self, execution_id: str) -> dict[str, str]:
        """A sign of life, as it goes to the dashboard."""
        record = self._records[execution_id]
        return {
            "beat_id": str(uuid.uuid4()).replace("-", ""),
            "execution_id": execution_id,
            "status": record.status,
        }

    def of_user(self, user_id: str) -> list[ExecutionRecord]:
        """The executions for a user."""
        return [record for record in self._records.values() if record.user_id == user_id]

    def forget_user(self, user_id: str) -> int:
        """Forget the executions for a user; how many there were."""
        records = self.of_user(user_id)
        for record in records:
            del self._records[record.execution_id]
        return len(records)
