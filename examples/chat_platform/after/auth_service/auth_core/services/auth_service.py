"""Accounts: registering, passwords, log-in with another provider."""

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from auth_service.auth_core.core.session_manager import SessionManager
from auth_service.auth_core.database.connection import AuthDatabase
from auth_service.auth_core.database.models import AuditLog, AuthSession, AuthUser, PasswordReset
from shared.id_generation.unified_id_generator import UnifiedIdGenerator
from shared.utils.ids import generate_event_id


class AuthError(Exception):
    """Refused. ``error_id`` is what a user may tell the support."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.error_id = UnifiedIdGenerator.generate_base_id("error")


@dataclass
class OAuthRequest:
    """A log-in with another provider that has begun."""

    provider: str
    oauth_state: str
    nonce: str
    correlation_id: str


class AuthService:
    """What can be done with accounts."""

    def __init__(self, database: AuthDatabase, sessions: SessionManager) -> None:
        self._database = database
        self._sessions = sessions
        self._oauth: dict[str, OAuthRequest] = {}

    def register(self, email: str, password: str, request_id: str | None = None) -> AuthUser:
        """A new account."""
        request_id = request_id or UnifiedIdGenerator.generate_base_id("request")
        salt = secrets.token_hex(16)
        user = AuthUser(email=email, salt=salt, password_hash=_hash(password, salt))
        with self._database.transaction() as transaction:
            if transaction.scalars(select(AuthUser).where(AuthUser.email == email)).first():
                raise AuthError("the address is taken")
            transaction.add(user)
            transaction.flush()
            self._audit(transaction, user, "register", request_id)
        return user

    def login(self, email: str, password: str, device: dict[str, str] | None = None) -> AuthSession:
        """A session for who knows the password."""
        with self._database.transaction() as transaction:
            user = transaction.scalars(select(AuthUser).where(AuthUser.email == email)).first()
            if user is None or not secrets.compare_digest(user.password_hash, _hash(password, user.salt)):
                raise AuthError("wrong address or password")
            self._audit(transaction, user, "login", UnifiedIdGenerator.generate_base_id("login"))
        return self._sessions.create_session(user.user_id, device or {})

    def begin_oauth(self, provider: str) -> OAuthRequest:
        """Send a user to another provider; what comes back must hold the same state and nonce."""
        oauth_state = secrets.token_urlsafe(32)
        request = OAuthRequest(
            provider=provider,
            oauth_state=oauth_state,
            nonce=secrets.token_urlsafe(32),
            correlation_id=UnifiedIdGenerator.generate_base_id(provider),
        )
        self._oauth[oauth_state] = request
        return request

    def finish_oauth(self, oauth_state: str, nonce: str) -> OAuthRequest:
        """Take a user back. Each state is good for one time."""
        request = self._oauth.pop(oauth_state, None)
        if request is None or not secrets.compare_digest(request.nonce, nonce):
            raise AuthError("this log-in was not begun here")
        return request

    def request_password_reset(self, email: str) -> str:
        """The token that is sent by mail."""
        reset_token = secrets.token_urlsafe(32)
        with self._database.transaction() as transaction:
            user = transaction.scalars(select(AuthUser).where(AuthUser.email == email)).one()
            transaction.add(PasswordReset(auth_user_id=user.id, reset_token=reset_token))
        return reset_token

    def reset_password(self, reset_token: str, password: str) -> None:
        """Set a new password with the token from the mail."""
        with self._database.transaction() as transaction:
            query = select(PasswordReset).where(PasswordReset.reset_token == reset_token)
            reset = transaction.scalars(query).first()
            if reset is None or reset.used:
                raise AuthError("the token is not valid")
            reset.used = True
            user = transaction.get_one(AuthUser, reset.auth_user_id)
            user.salt = secrets.token_hex(16)
            user.password_hash = _hash(password, user.salt)

    @staticmethod
    def _audit(transaction: Session, user: AuthUser, action: str, request_id: str) -> None:
        transaction.add(
            AuditLog(auth_user_id=user.id, action=action, request_id=request_id, event_id=generate_event_id())
        )


def _hash(password: str, salt: str) -> str:
    return hashlib.scrypt(password.encode(), salt=salt.encode(), n=2**10, r=8, p=1).hex()
