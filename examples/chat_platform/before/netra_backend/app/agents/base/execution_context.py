"""For whom something is executed, and what it is called."""

import uuid


class UserExecutionContext:
    """One request of one user: nothing in it may be seen by another."""

    def __init__(self, user_id: str, thread_id: str, run_id: str, request_id: str) -> None:
        self.user_id = user_id
        self.thread_id = thread_id
        self.run_id = run_id
        self.request_id = request_id
        self.context_id = str(uuid.uuid4())

    @classmethod
    def for_user(cls, user_id: str, operation: str) -> "UserExecutionContext":
        """A fresh context for something that a user does."""
        thread_id = f"thread_{operation}_{uuid.uuid4().hex[:12]}"
        run_id = f"run_{uuid.uuid4().hex[:12]}"
        request_id = f"req_{uuid.uuid4().hex[:12]}"
        return cls(user_id, thread_id, run_id, request_id)

    @property
    def correlation_id(self) -> str:
        """What ties log lines and shared state of this context together."""
        return self.context_id[:8]


class AgentExecutionContext:
    """One execution of an agent for a user."""

    def __init__(self, agent_type: str, user_id: str, execution_id: str | None = None) -> None:
        self.agent_type = agent_type
        self.user_id = user_id
        self.execution_id = execution_id or str(uuid.uuid4())


class MaintenanceContext:
    """An execution that belongs to no user."""

    def __init__(self, task: str, execution_id: str | None = None) -> None:
        self.task = task
        self.execution_id = execution_id or str(uuid.uuid4())
