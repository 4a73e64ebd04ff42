"""Agents that exist, by kind."""

from dataclasses import dataclass
from enum import Enum

from shared.id_generation.unified_id_generator import UnifiedIdGenerator


class AgentType(Enum):
    """What an agent is good at."""

    TRIAGE = "triage"
    RESEARCH = "research"


@dataclass
class Agent:
    """Somebody who answers. Agents of the house serve all users."""

    agent_id: str
    agent_type: AgentType
    user_id: str | None

    def answer(self, text: str, facts: list[str]) -> str:
        """What it says; there is no model behind it."""
        return f"{self.agent_type.value}: {text} ({len(facts)} facts)"


class AgentRegistry:
    """All agents of this process."""

    def __init__(self) -> None:
        self._agents: dict[str, Agent] = {}

    def register_for_user(self, agent_type: AgentType, user_id: str) -> Agent:
        """An agent that serves one user."""
        agent_id = UnifiedIdGenerator.generate_agent_execution_id(agent_type.value, user_id)
        return self._add(Agent(agent_id, agent_type, user_id))

    def register_for_house(self, agent_type: AgentType) -> Agent:
        """An agent that serves everybody."""
        agent_id = UnifiedIdGenerator.generate_base_id(agent_type.value)
        return self._add(Agent(agent_id, agent_type, None))

    def of_user(self, user_id: str) -> list[Agent]:
        """The agents that serve this user alone."""
        return [agent for agent in self._agents.values() if agent.user_id == user_id]

    def retire(self, agent_id: str) -> bool:
        """Forget an agent; whether there was one."""
        return self._agents.pop(agent_id, None) is not None

    def _add(self, agent: Agent) -> Agent:
        self._agents[agent.agent_id] = agent
        return agent
