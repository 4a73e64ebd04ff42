"""For whom something is executed, and what it is called."""

from shared.id_generation.unified_id_generator import UnifiedIdGenerator


class UserExecutionContext:
    """One request of one user: nothing in it may be seen by another."""

    def __init__(self, user_id: str, thread_id: str, run_id: str, request_id: str) -> None:
        self.user_id = user_id
        self.thread_id = thread_id
        self.run_id = run_id
        self.request_id = request_id
        self.context_id = UnifiedIdGenerator.generate_base_id("context")

    @classmethod
    def for_user(cls, user_id: str, operation: str) -> "UserExecutionContext":
        """A fresh context for something that a user does."""
        return cls(**UnifiedIdGenerator.create_user_execution_context_factory(user_id, operation))

    @property
    def correlation_id(self) -> str:
        """What ties log lines and shared state of this context together."""
        return self.context_id


class AgentExecutionContext:
    """One execution of an agent for a user."""

    def __init__(self, agent_type: str, user_id: str, execution_id: str | None = None) -> None:
        self.agent_type = agent_type
        self.user_id = user_id
        self.execution_id = execution_id or UnifiedIdGenerator.generate_agent_execution_id(agent_type=self.agent_type, user_id=self.user_id)


class MaintenanceContext:
    """An execution that belongs to no user."""

    def __init__(self, task: str, execution_id: str | None = None) -> None:
        self.task = task
        self.execution_id = execution_id or UnifiedIdGenerator.generate_base_id("execution")
