"""Tables of the backend. All keys are texts."""

import time
import uuid
from typing import Any

from sqlalchemy import Float, ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """The tables of one database."""


class ChatThread(Base):
    """What one user talks about."""

    __tablename__ = "threads"

    id: Mapped[str] = mapped_column(String(128), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(128), index=True)
    title: Mapped[str] = mapped_column(String(200), default="")


class AgentRun(Base):
    """One run of an agent in a thread."""

    __tablename__ = "runs"

    id: Mapped[str] = mapped_column(String(128), primary_key=True)
    thread_id: Mapped[str] = mapped_column(ForeignKey("threads.id"))
    request_id: Mapped[str] = mapped_column(String(128))
    execution_id: Mapped[str] = mapped_column(String(128))
    status: Mapped[str] = mapped_column(String(16), default="running")


class ChatMessage(Base):
    """What was said in a thread."""

    __tablename__ = "messages"

    id: Mapped[str] = mapped_column(
        String(128),
        primary_key=True,
        default=lambda: str(uuid.uuid4()),
    )
    thread_id: Mapped[str] = mapped_column(ForeignKey("threads.id"))
    author: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(String)
    created_at: Mapped[float] = mapped_column(Float, default=time.time)


class ToolCall(Base):
    """A tool that a run has used."""

    __tablename__ = "tool_calls"

    id: Mapped[str] = mapped_column(String(50), primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id"))
    tool: Mapped[str] = mapped_column(String(64))


def new_message(**kwargs: Any) -> ChatMessage:
    """A message, with an id at once and not only when it is stored."""
    if "id" not in kwargs:
        kwargs["id"] = str(uuid.uuid4())
    return ChatMessage(**kwargs)
