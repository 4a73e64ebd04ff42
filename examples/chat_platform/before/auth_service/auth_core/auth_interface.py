"""What the other services may ask the auth service."""

import uuid
from dataclasses import dataclass

from sqlalchemy import select

from auth_service.auth_core.core.jwt_handler import InvalidTokenError, JWTHandler
from auth_service.auth_core.core.session_manager import SessionManager
from auth_service.auth_core.database.connection import AuthDatabase
from auth_service.auth_core.database.models import AuditLog, AuthUser
from auth_service.auth_core.services.auth_service import AuthService
from shared.id_generation.unified_id_generator import UnifiedIdGenerator
from shared.types.typed_ids import SessionID, UserID, ensure_session_id, ensure_user_id


@dataclass(frozen=True)
class Identity:
    """Who showed a token."""

    user_id: UserID
    session_id: SessionID


class AuthInterface:
    """The door of the auth service."""

    def __init__(self, database_url: str, secret: str, ttl: float = 3600.0) -> None:
        self.database = AuthDatabase(database_url)
        self.database.create_tables()
        self.sessions = SessionManager(self.database, ttl)
        self.tokens = JWTHandler(secret, ttl=ttl)
        self.accounts = AuthService(self.database, self.sessions)

    def login(self, email: str, password: str, device: dict[str, str] | None = None) -> tuple[str, str]:
        """The id of a new session and a token for it."""
        session = self.accounts.login(email, password, device)
        with self.database.transaction() as transaction:
            user_id = transaction.get_one(AuthUser, session.auth_user_id).user_id
        return session.session_id, self.tokens.create_access_token(user_id, session.session_id)

    def verify(self, token: str) -> Identity:
        """Whose token it is. InvalidTokenError if its session has ended."""
        claims = self.tokens.decode(token)
        user_id = ensure_user_id(claims["sub"])
        session_id = ensure_session_id(claims["sid"])
        if self.sessions.find(session_id) is None:
            raise InvalidTokenError("the session has ended")
        return Identity(user_id=user_id, session_id=session_id)

    def logout(self, token: str) -> None:
        """End the session of a token."""
        self.sessions.revoke(self.verify(token).session_id)
        self.tokens.revoke(token)

    def get_user(self, user_id: str) -> AuthUser | None:
        """A user by the id from another service; None for a text that is no user's id."""
        try:
            key = str(uuid.UUID(user_id))
        except ValueError:
            return None
        return self.find_by_uuid(key)

    def find_by_uuid(self, uuid: str) -> AuthUser | None:
        """A user by what is in the table."""
        with self.database.transaction() as transaction:
            return transaction.scalars(select(AuthUser).where(AuthUser.user_id == uuid.strip())).first()

    def export_audit(self, numbered: bool = False) -> list[dict[str, str]]:
        """The audit log, oldest first; with numbers of its own for who gets a copy."""
        with self.database.transaction() as transaction:
            entries = transaction.scalars(select(AuditLog).order_by(AuditLog.created_at)).all()
        rows = [{"action": entry.action, "event_id": entry.event_id} for entry in entries]
        if numbered:
            for row, number in zip(rows, UnifiedIdGenerator.generate_batch_ids("audit"), strict=True):
                row["number"] = number
        return rows

    def close(self) -> None:
        """Give back what is open."""
        self.database.close()
