"""Makes execution contexts and keeps them until they are released."""

from netra_backend.app.agents.base.execution_context import UserExecutionContext
from shared.id_generation.unified_id_generator import UnifiedIdGenerator
from shared.types.typed_ids import RequestID, RunID, ensure_run_id


class AgentExecutionContextManager:
    """The contexts that are in use, by run. What agents share within a context lies under its correlation."""

    def __init__(self) -> None:
        self._contexts: dict[RunID, UserExecutionContext] = {}
        self._shared: dict[str, dict[str, str]] = {}

    def create_agent_execution(self, user_id: str) -> UserExecutionContext:
        """The context of an agent's run in a thread of its own."""
        thread_id, run_id, request_id = UnifiedIdGenerator.generate_user_context_ids(user_id, "agent_execution")
        run_id = RunID(run_id)
        request_id = RequestID(request_id)
        return self._keep(UserExecutionContext(user_id, thread_id, run_id, request_id))

    def create_background_run(self, user_id: str) -> UserExecutionContext:
        """The context of something that goes on when the user has left."""
        thread_id, run_id, request_id = UnifiedIdGenerator.generate_user_context_ids(user_id, "background_run")
        return self._keep(UserExecutionContext(user_id, thread_id, run_id, request_id))

    def open_scratch(self, context: UserExecutionContext) -> dict[str, str]:
        """What the agents of a context share; made when it is first asked for."""
        session_id = UnifiedIdGenerator.generate_base_id("session")
        return self._shared.setdefault(
            context.correlation_id, {"session_id": session_id, "user_id": context.user_id}
        )

    def get(self, run_id: str) -> UserExecutionContext | None:
        """The context of a run that has not been released."""
        return self._contexts.get(ensure_run_id(run_id, accept="both"))

    def release(self, run_id: str) -> bool:
        """Forget a context and what was shared in it; whether there was one."""
        context = self._contexts.pop(ensure_run_id(run_id, accept="both"), None)
        if context is None:
            return False
        self._shared.pop(context.correlation_id, None)
        return True

    def release_user(self, user_id: str) -> int:
        """Forget all contexts of a user; how many there were."""
        runs = [run_id for run_id, context in self._contexts.items() if context.user_id == user_id]
        return sum(self.release(run_id) for run_id in runs)

    def _keep(self, context: UserExecutionContext) -> UserExecutionContext:
        self._contexts[ensure_run_id(context.run_id, accept="both")] = context
        return context
