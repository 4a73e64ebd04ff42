"""The supervisor's agents: which serve a user, and through which socket they speak."""

import uuid
from dataclasses import dataclass, field

from netra_backend.app.agents.registry import Agent, AgentRegistry, AgentType


@dataclass
class SocketSetup:
    """An agent has been tied to a socket."""

    user_id: str
    connection_id: str
    request_id: str
    run_id: str


@dataclass
class UserAgentSession:
    """The agents of one user."""

    user_id: str
    agents: dict[AgentType, Agent] = field(default_factory=dict)
    setups: list[SocketSetup] = field(default_factory=list)


class SupervisorAgentRegistry:
    """One session a user. No user gets at another's agents."""

    def __init__(self, registry: AgentRegistry) -> None:
        self._registry = registry
        self._sessions: dict[str, UserAgentSession] = {}

    def session_of(self, user_id: str) -> UserAgentSession:
        """The session of a user, made when it is first asked for."""
        return self._sessions.setdefault(user_id, UserAgentSession(user_id))

    def agent_for(self, user_id: str, agent_type: AgentType) -> Agent:
        """The user's agent of a kind, made when it is first asked for."""
        session = self.session_of(user_id)
        if agent_type not in session.agents:
            session.agents[agent_type] = self._registry.register_for_user(agent_type, user_id)
        return session.agents[agent_type]

    def attach_socket(self, user_id: str, connection_id: str) -> SocketSetup:
        """Let the user's agents speak through a socket."""
        setup = SocketSetup(
            user_id=user_id,
            connection_id=connection_id,
            request_id=f"websocket_setup_{uuid.uuid4().hex[:8]}",
            run_id=f"websocket_run_{uuid.uuid4().hex[:8]}",
        )
        self.session_of(user_id).setups.append(setup)
        return setup

    def reset_socket(self, user_id: str, connection_id: str) -> SocketSetup:
        """Let the user's agents speak through this socket and no other."""
        setup = SocketSetup(
            user_id=user_id,
            connection_id=connection_id,
            request_id=f"websocket_reset_{uuid.uuid4().hex[:8]}",
            run_id=f"websocket_run_{uuid.uuid4().hex[:8]}",
        )
        self.session_of(user_id).setups[:] = [setup]
        return setup

    def clean_up(self, user_id: str) -> int:
        """Retire the agents of a user; how many there were."""
        session = self._sessions.pop(user_id, UserAgentSession(user_id))
        return sum(self._registry.retire(agent.agent_id) for agent in session.agents.values())
