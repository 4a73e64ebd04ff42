"""The platform: both services, sockets, agents."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import delete, select

from auth_service.auth_core.auth_interface import AuthInterface
from netra_backend.app.agents.base.execution_context import (
    AgentExecutionContext,
    MaintenanceContext,
    UserExecutionContext,
)
from netra_backend.app.agents.execution_tracking.registry import ExecutionRegistry
from netra_backend.app.agents.registry import AgentRegistry, AgentType
from netra_backend.app.agents.supervisor.agent_execution_context_manager import AgentExecutionContextManager
from netra_backend.app.agents.supervisor.agent_registry import SupervisorAgentRegistry
from netra_backend.app.agents.tool_dispatcher import ToolDispatcher
from netra_backend.app.core.id_migration_bridge import load_bridge
from netra_backend.app.core.jobs import JobQueue
from netra_backend.app.core.websocket_connection_manager import Connection, WebSocketConnectionManager
from netra_backend.app.core.websocket_message_handler import WebSocketMessageHandler
from netra_backend.app.core.websocket_transport import SocketServer
from netra_backend.app.db.connection import Database
from netra_backend.app.db.models import AgentRun, ChatMessage, ChatThread, ToolCall, new_message
from netra_backend.app.telemetry.tracing import new_traceparent
from shared.types.typed_ids import ensure_thread_id


class ChatPlatform:
    """Everything, wired together."""

    def __init__(self, auth_url: str, backend_url: str, secret: str, ttl: float = 3600.0) -> None:
        self.auth = AuthInterface(auth_url, secret, ttl)
        self.database = Database(backend_url)
        self.database.create_tables()
        self.bridge = load_bridge(self.database)
        self.connections = WebSocketConnectionManager(self.bridge)
        self.contexts = AgentExecutionContextManager()
        self.agents = SupervisorAgentRegistry(AgentRegistry())
        self.executions = ExecutionRegistry()
        self.tools = ToolDispatcher({"search": _search, "calendar": _calendar})
        self.jobs = JobQueue()
        self.handler = WebSocketMessageHandler(self.auth, self.connections, self.run_agent)
        self.server = SocketServer(self.handler.serve)

    @asynccontextmanager
    async def server_running(self) -> AsyncIterator[None]:
        """Listen for sockets meanwhile."""
        await self.server.start()
        try:
            yield
        finally:
            await self.server.stop()

    def close(self) -> None:
        """Give back what is open."""
        self.auth.close()
        self.database.close()

    async def run_agent(self, connection: Connection, message: dict[str, Any]) -> dict[str, Any]:
        """Answer a message of a user: in its thread, or in a new one."""
        user_id = connection.user_id
        context = self.contexts.create_agent_execution(user_id)
        thread_id = self._thread_for(user_id, message.get("thread_id"), context)
        self.agents.attach_socket(user_id, connection.connection_id)
        agent = self.agents.agent_for(user_id, AgentType.TRIAGE)
        execution = AgentExecutionContext(agent.agent_type.value, user_id)
        record = self.executions.start("triage", context.run_id, user_id, ["plan", "act"])
        results = self.tools.dispatch_all(message["text"])
        text = agent.answer(message["text"], [fact for result in results for fact in result.facts])
        with self.database.transaction() as transaction:
            transaction.add(
                AgentRun(
                    id=context.run_id,
                    thread_id=thread_id,
                    request_id=context.request_id,
                    execution_id=execution.execution_id,
                    status="done",
                )
            )
            transaction.flush()
            for result in results:
                transaction.add(ToolCall(id=result.tool_call_id, run_id=context.run_id, tool=result.tool))
            asked = new_message(
                id=message["message_id"], thread_id=thread_id, author="user", text=message["text"]
            )
            transaction.add_all([asked, new_message(thread_id=thread_id, author="agent", text=text)])
        self.executions.finish(record.execution_id)
        self.jobs.put("summary", user_id)
        self.contexts.release(context.run_id)
        return {
            "text": text,
            "thread_id": thread_id,
            "run_id": context.run_id,
            "message_id": asked.id,
            "traceparent": new_traceparent(),
        }

    def history(self, user_id: str, thread_id: str) -> list[str]:
        """What was said in a thread of this user, oldest first."""
        query = select(ChatMessage).join(ChatThread, ChatThread.id == ChatMessage.thread_id)
        key = self._stored_id(user_id, thread_id)
        query = query.where(ChatThread.id == key, ChatThread.user_id == user_id)
        with self.database.transaction() as transaction:
            return [row.text for row in transaction.scalars(query.order_by(ChatMessage.created_at))]

    def export(self, user_id: str) -> dict[str, Any]:
        """All that a user has said, to take along."""
        context = UserExecutionContext.for_user(user_id, "export")
        query = select(ChatThread.id).where(ChatThread.user_id == user_id)
        with self.database.transaction() as transaction:
            thread_ids = list(transaction.scalars(query))
        threads = {thread_id: self.history(user_id, thread_id) for thread_id in thread_ids}
        return {"request_id": context.request_id, "threads": threads}

    def work_off_jobs(self) -> list[str]:
        """Do what waits; the runs that it took."""
        runs = []
        while (job := self.jobs.run_next()) is not None:
            context = self.contexts.create_background_run(job.user_id)
            self.contexts.open_scratch(context)["kind"] = job.kind
            runs.append(context.run_id)
            self.contexts.release(context.run_id)
        return runs

    def forget_sessions(self) -> dict[str, Any]:
        """Delete log-ins that have ended."""
        context = MaintenanceContext("forget_sessions")
        return {"execution_id": context.execution_id, "sessions": self.auth.sessions.forget_ended()}

    def clean_up(self, user_id: str) -> dict[str, int]:
        """Forget a user: sockets, agents, contexts, jobs, threads. How many of each there were."""
        counts = {
            "sockets": self.connections.close_user(user_id),
            "agents": self.agents.clean_up(user_id),
            "executions": self.executions.forget_user(user_id),
            "contexts": self.contexts.release_user(user_id),
            "jobs": self.jobs.drop_user(user_id),
        }
        with self.database.transaction() as transaction:
            threads = select(ChatThread.id).where(ChatThread.user_id == user_id)
            runs = select(AgentRun.id).where(AgentRun.thread_id.in_(threads))
            transaction.execute(delete(ToolCall).where(ToolCall.run_id.in_(runs)))
            transaction.execute(delete(AgentRun).where(AgentRun.thread_id.in_(threads)))
            transaction.execute(delete(ChatMessage).where(ChatMessage.thread_id.in_(threads)))
            counts["threads"] = transaction.execute(
                delete(ChatThread).where(ChatThread.user_id == user_id)
            ).rowcount
        return counts

    def _thread_for(self, user_id: str, wanted: str | None, context: UserExecutionContext) -> str:
        key = None if wanted is None else self._stored_id(user_id, wanted)
        with self.database.transaction() as transaction:
            if key is None:
                transaction.add(ChatThread(id=context.thread_id, user_id=user_id))
                return context.thread_id
            thread = transaction.get(ChatThread, key)
            if thread is None or thread.user_id != user_id:
                raise ValueError("no such thread")
            return thread.id

    def _stored_id(self, user_id: str, thread_id: str) -> str:
        """The key of a thread in the table, which its user may call by its old or its new name."""
        wanted = ensure_thread_id(thread_id, accept="both")
        with self.database.transaction() as transaction:
            keys = transaction.scalars(select(ChatThread.id).where(ChatThread.user_id == user_id)).all()
        return next(iter(self.bridge.find_matching_ids(wanted, keys, owner=user_id)), wanted)


def _search(query: str) -> list[str]:
    return [f"{word} is a word" for word in query.split()]


def _calendar(query: str) -> list[str]:
    return ["today"] if "today" in query else []
