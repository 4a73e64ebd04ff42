"""Tables of the auth service. All keys are texts."""

import time

from sqlalchemy import Float, ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from shared.id_generation.unified_id_generator import UnifiedIdGenerator


class Base(DeclarativeBase):
    """The tables of one database."""


class AuthUser(Base):
    """An account. ``user_id`` is what the other services know the user by."""

    __tablename__ = "auth_users"

    id: Mapped[str] = mapped_column(
        String(128),
        primary_key=True,
        default=lambda: UnifiedIdGenerator.generate_base_id("auth_user"),
    )
    user_id: Mapped[str] = mapped_column(
        String(128),
        unique=True,
        default=lambda: UnifiedIdGenerator.generate_base_id("user"),
    )
    email: Mapped[str] = mapped_column(String(320), unique=True)
    salt: Mapped[str] = mapped_column(String(64))
    password_hash: Mapped[str] = mapped_column(String(128))
    created_at: Mapped[float] = mapped_column(Float, default=time.time)

    sessions: Mapped[list["AuthSession"]] = relationship(back_populates="user")


class AuthSession(Base):
    """A log-in. It is valid until it expires or is revoked."""

    __tablename__ = "auth_sessions"

    session_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    auth_user_id: Mapped[str] = mapped_column(ForeignKey("auth_users.id"))
    device_id: Mapped[str] = mapped_column(String(128))
    refresh_token: Mapped[str] = mapped_column(String(128), unique=True)
    expires_at: Mapped[float] = mapped_column(Float)
    revoked: Mapped[bool] = mapped_column(default=False)

    user: Mapped[AuthUser] = relationship(back_populates="sessions")


class PasswordReset(Base):
    """A request for a new password, open until it is used."""

    __tablename__ = "password_resets"

    id: Mapped[str] = mapped_column(
        String(128),
        primary_key=True,
        default=lambda: UnifiedIdGenerator.generate_base_id("password_reset"),
    )
    auth_user_id: Mapped[str] = mapped_column(ForeignKey("auth_users.id"))
    reset_token: Mapped[str] = mapped_column(String(128), unique=True)
    used: Mapped[bool] = mapped_column(default=False)


class AuditLog(Base):
    """Who did what. Rows are written and never changed."""

    __tablename__ = "audit_log"

    id: Mapped[str] = mapped_column(
        String(128),
        primary_key=True,
        default=lambda: UnifiedIdGenerator.generate_base_id("audit_log"),
    )
    auth_user_id: Mapped[str] = mapped_column(ForeignKey("auth_users.id"))
    action: Mapped[str] = mapped_column(String(64))
    request_id: Mapped[str] = mapped_column(String(128))
    event_id: Mapped[str] = mapped_column(String(128))
    created_at: Mapped[float] = mapped_column(Float, default=time.time)
