"""Makes execution contexts and keeps them until they are released."""

import uuid

from netra_backend.app.agents.base.execution_context import UserExecutionContext
from shared.types.typed_ids import RequestID, RunID, ensure_run_id


class AgentExecutionContextManager:
    """The contexts that are in use, by run. What agents share within a context lies under its correlation."""

    def __init__(self) -> None:
        self._contexts: dict[RunID, UserExecutionContext] = {}
        self._shared: dict[str, dict[str, str]] = {}

    def create_agent_execution(self, user_id: str) -> UserExecutionContext:
        """The context of an agent's run in a thread of its own."""
        thread_id = f"thread_{uuid.uuid4().hex[:12]}"
        run_id = RunID(f"run_{uuid.uuid4().hex[:12]}")
        request_id = RequestID(f"req_{uuid.uuid4().hex[:12]}")
        return self._keep(UserExecutionContext(user_id, thread_id, run_id, request_id))

    def create_background_run(self, user_id: str) -> UserExecutionContext:
        """The context of something that goes on when the user has left."""
        thread_id = f"thread_{uuid.uuid4().hex[:16]}"
        run_id = f"run_{uuid.uuid4().hex[:12]}"
        request_id = f"req_{uuid.uuid4().hex[:12]}"
        return self._keep(UserExecutionContext(user_id, thread_id, run_id, request_id))

    def open_scratch(self, context: UserExecutionContext) -> dict[str, str]:
        """What the agents of a context share; made when it is first asked for."""
        session_id = f"session_{uuid.uuid4().hex[:12]}"
        return self._shared.setdefault(
            context.correlation_id, {"session_id": session_id, "user_id": context.user_id}
        )

    def get(self, run_id: str) -> UserExecutionContext | None:
        """The context of a run that has not been released."""
        return self._contexts.get(ensure_run_id(run_id))

    def release(self, run_id: str) -> bool:
        """Forget a context and what was shared in it; whether there was one."""
        context = self._contexts.pop(ensure_run_id(run_id), None)
        if context is None:
            return False
        self._shared.pop(context.correlation_id, None)
        return True

    def release_user(self, user_id: str) -> int:
        """Forget all contexts of a user; how many there were."""
        runs = [run_id for run_id, context in self._contexts.items() if context.user_id == user_id]
        return sum(self.release(run_id) for run_id in runs)

    def _keep(self, context: UserExecutionContext) -> UserExecutionContext:
        self._contexts[ensure_run_id(context.run_id)] = context
        return context
