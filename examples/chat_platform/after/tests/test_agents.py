"""Agents, their contexts and executions."""

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
from netra_backend.app.core.jobs import Job, JobQueue
from shared.id_generation.unified_id_generator import UnifiedIdGenerator


def test_contexts_of_two_users_share_nothing():
    manager = AgentExecutionContextManager()
    alice = manager.create_agent_execution(user_id=UnifiedIdGenerator.generate_base_id("user"))
    bob = manager.create_agent_execution(user_id=UnifiedIdGenerator.generate_base_id("user"))
    manager.open_scratch(alice)["note"] = "hers"
    assert "note" not in manager.open_scratch(bob)
    assert manager.get(alice.run_id) is alice
    assert manager.release(alice.run_id)
    assert manager.open_scratch(bob)["user_id"] == bob.user_id


def test_all_contexts_of_a_user_are_released():
    manager = AgentExecutionContextManager()
    user_id = UnifiedIdGenerator.generate_base_id("user")
    made = [manager.create_agent_execution(user_id), manager.create_background_run(user_id)]
    assert len({context.thread_id for context in made}) == 2
    assert len({context.correlation_id for context in made}) == 2
    manager.create_agent_execution(user_id=UnifiedIdGenerator.generate_base_id("user"))
    assert manager.release_user(user_id) == 2
    assert manager.release_user(UnifiedIdGenerator.generate_base_id("user")) == 0


def test_a_context_can_be_made_outside_the_manager():
    context = UserExecutionContext.for_user(
        user_id=UnifiedIdGenerator.generate_base_id("user"),
        operation="export",
    )
    assert context.thread_id.startswith("thread_export_")
    given = UserExecutionContext(
        user_id=UnifiedIdGenerator.generate_base_id("user"),
        thread_id=context.thread_id,
        run_id=context.run_id,
        request_id=context.request_id,
    )
    assert given.correlation_id != context.correlation_id


def test_an_execution_keeps_the_id_that_it_is_given():
    user_id = UnifiedIdGenerator.generate_base_id("user")
    assert AgentExecutionContext("triage", user_id, execution_id="mine").execution_id == "mine"
    assert AgentExecutionContext("triage", user_id).execution_id
    assert MaintenanceContext("sweep").execution_id != MaintenanceContext("sweep").execution_id


def test_agents_of_a_user_are_retired():
    registry = AgentRegistry()
    supervisor = SupervisorAgentRegistry(registry)
    user_id = UnifiedIdGenerator.generate_base_id("user")
    agent = supervisor.agent_for(user_id, AgentType.RESEARCH)
    assert supervisor.agent_for(user_id, AgentType.RESEARCH) is agent
    registry.register_for_house(AgentType.TRIAGE)
    registry.register_for_user(AgentType.TRIAGE, UnifiedIdGenerator.generate_base_id("user"))
    socket_key = UnifiedIdGenerator.generate_base_id("socket")
    first = supervisor.attach_socket(user_id=user_id, connection_id=socket_key)
    second = supervisor.reset_socket(user_id=user_id, connection_id=socket_key)
    assert first.request_id != second.request_id
    assert supervisor.session_of(user_id).setups == [second]
    assert supervisor.clean_up(user_id) == 1
    assert registry.of_user(user_id) == []


def test_executions_are_tracked():
    executions = ExecutionRegistry()
    user_id = UnifiedIdGenerator.generate_base_id("user")
    record = executions.start("triage", UnifiedIdGenerator.generate_base_id("run"), user_id, ["plan", "act"])
    executions.start(
        "triage",
        UnifiedIdGenerator.generate_base_id("run"),
        UnifiedIdGenerator.generate_base_id("user"),
        steps=[],
    )
    assert len(set(record.step_ids)) == 2
    assert executions.heartbeat(record.execution_id)["status"] == "running"
    executions.finish(record.execution_id)
    assert executions.forget_user(record.user_id) == 1


def test_tools_are_called_in_batches():
    dispatcher = ToolDispatcher({"search": str.split})
    first, second = dispatcher.dispatch("search", "one two"), dispatcher.dispatch("search", "three")
    assert (first.facts, second.facts) == (["one", "two"], ["three"])
    assert first.tool_call_id != second.tool_call_id
    assert first.receipt != second.receipt
    batch_id = UnifiedIdGenerator.generate_base_id("batch")
    dispatcher.dispatch("search", "four", batch_id=batch_id)
    assert dispatcher.log[-1][1] == batch_id


def test_jobs_are_done_in_their_order():
    queue = JobQueue()
    user_id = UnifiedIdGenerator.generate_base_id("user")
    first = queue.put("summary", user_id)
    queue.put_all(["mail", "index"], user_id)
    queue.put("summary", user_id=UnifiedIdGenerator.generate_base_id("user"))
    assert queue.run_next() == first
    assert queue.drop_user(user_id) == 2
    job = Job(kind="mail", user_id=user_id, job_id=UnifiedIdGenerator.generate_base_id("job"))
    assert job != Job("mail", user_id)
