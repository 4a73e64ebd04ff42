"""Sessions: who is logged in, on which device, until when."""

import secrets
import time
from collections.abc import Mapping

from sqlalchemy import delete, select

from auth_service.auth_core.database.connection import AuthDatabase
from auth_service.auth_core.database.models import AuthSession, AuthUser
from shared.id_generation.unified_id_generator import UnifiedIdGenerator

DAY = 24 * 3600.0


class SessionManager:
    """Opens, finds, revokes and forgets sessions."""

    def __init__(self, database: AuthDatabase, ttl: float = DAY) -> None:
        self._database = database
        self._ttl = ttl
        self.events: list[dict[str, str]] = []

    def create_session(self, user_id: str, device: Mapping[str, str]) -> AuthSession:
        """A new session of a user, named by the id that other services know."""
        session_id = UnifiedIdGenerator.generate_session_id(user_id, "auth")
        refresh_token = secrets.token_urlsafe(32)
        device_id = device.get("device_id", UnifiedIdGenerator.generate_base_id("device"))
        with self._database.transaction() as transaction:
            user = transaction.scalars(select(AuthUser).where(AuthUser.user_id == user_id)).one()
            session = AuthSession(
                session_id=session_id,
                auth_user_id=user.id,
                device_id=device_id,
                refresh_token=refresh_token,
                expires_at=time.time() + self._ttl,
            )
            transaction.add(session)
        self._tell("opened", session_id)
        return session

    def create_guest_session(self, user_id: str | None = None) -> dict[str, str]:
        """A session that is not stored: somebody looks around, perhaps a user who is not logged in."""
        session_id = UnifiedIdGenerator.generate_base_id("session")
        self._tell("guest", session_id)
        return {"session_id": session_id, "user_id": user_id or "guest"}

    def find(self, session_id: str) -> AuthSession | None:
        """The session if it is valid now."""
        with self._database.transaction() as transaction:
            session = transaction.get(AuthSession, session_id)
        if session is None or session.revoked or session.expires_at <= time.time():
            return None
        return session

    def revoke(self, session_id: str) -> bool:
        """End a session; whether there was one."""
        with self._database.transaction() as transaction:
            session = transaction.get(AuthSession, session_id)
            if session is None or session.revoked:
                return False
            session.revoked = True
        self._tell("revoked", session_id)
        return True

    def forget_ended(self) -> int:
        """Delete sessions that are revoked or have expired; how many there were."""
        ended = AuthSession.revoked | (AuthSession.expires_at <= time.time())
        with self._database.transaction() as transaction:
            return transaction.execute(delete(AuthSession).where(ended)).rowcount

    def _tell(self, what: str, session_id: str) -> None:
        self.events.append(
            {"event_id": UnifiedIdGenerator.generate_base_id("evt"), "what": what, "session_id": session_id}
        )
