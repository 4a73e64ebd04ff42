"""Tools that agents use."""

from collections.abc import Callable
from dataclasses import dataclass, field

from shared.id_generation.unified_id_generator import UnifiedIdGenerator
from shared.utils.ids import generate_event_id

Tool = Callable[[str], list[str]]


@dataclass
class ToolResult:
    """What a tool has found."""

    tool_call_id: str
    tool: str
    facts: list[str]
    receipt: str = field(default_factory=lambda: UnifiedIdGenerator.generate_base_id("receipt"))


class ToolDispatcher:
    """Calls tools by name and notes what was called."""

    def __init__(self, tools: dict[str, Tool]) -> None:
        self._tools = tools
        self.log: list[tuple[str, str, str]] = []

    def dispatch(self, tool: str, query: str, batch_id: str | None = None) -> ToolResult:
        """Call one tool. Calls that belong together are of one batch."""
        batch_id = batch_id or UnifiedIdGenerator.generate_base_id("batch")
        tool_call_id = UnifiedIdGenerator.generate_base_id(tool)
        self._note(batch_id, tool)
        if tool not in self._tools:
            return self._missing(tool)
        return ToolResult(tool_call_id, tool, self._tools[tool](query))

    def dispatch_all(self, query: str) -> list[ToolResult]:
        """Call every tool, as one batch."""
        batch_id = UnifiedIdGenerator.generate_base_id("batch")
        return [self.dispatch(tool, query, batch_id=batch_id) for tool in sorted(self._tools)]

    def _missing(self, tool: str) -> ToolResult:
        return ToolResult(UnifiedIdGenerator.generate_tool_execution_id(tool), tool, [])

    def _note(self, batch_id: str, tool: str) -> None:
        self.log.append((generate_event_id(), batch_id, tool))
