"""Signed tokens (PyJWT, HS256)."""

import secrets
import time
from typing import Any

import jwt

from shared.id_generation.unified_id_generator import UnifiedIdGenerator

ALGORITHM = "HS256"


class InvalidTokenError(Exception):
    """A token is not ours, has expired or has been revoked."""


class JWTHandler:
    """Signs tokens and reads them. The id of each token is its ``jti``, by which it can be revoked."""

    def __init__(self, secret: str, issuer: str = "netra-auth", ttl: float = 3600.0) -> None:
        self._secret = secret
        self._issuer = issuer
        self._ttl = ttl
        self._revoked: set[str] = set()
        self.key_id = UnifiedIdGenerator.generate_base_id("key")

    def create_access_token(self, user_id: str, session_id: str) -> str:
        """What a user shows to other services."""
        payload: dict[str, Any] = {"sub": user_id, "sid": session_id}
        payload["jti"] = UnifiedIdGenerator.generate_base_id("jwt_token")
        return self._sign(payload)

    def create_service_token(self, service: str) -> str:
        """What a service shows to another."""
        return self._sign({"sub": service, "jti": UnifiedIdGenerator.generate_base_id("jwt_token")})

    def create_id_token(self, user_id: str, nonce: str | None = None) -> str:
        """What a log-in with another provider ends with."""
        return self._sign(
            {
                "sub": user_id,
                "jti": UnifiedIdGenerator.generate_base_id("id_token"),
                "nonce": nonce or secrets.token_urlsafe(32),
            }
        )

    def decode(self, token: str) -> dict[str, Any]:
        """The claims of a token that is ours and valid now. InvalidTokenError otherwise."""
        try:
            claims = jwt.decode(
                token,
                self._secret,
                algorithms=[ALGORITHM],
                issuer=self._issuer,
                options={"require": ["jti", "exp"]},
            )
        except jwt.PyJWTError as error:
            raise InvalidTokenError(str(error)) from error
        if claims["jti"] in self._revoked:
            raise InvalidTokenError("revoked")
        return claims

    def revoke(self, token: str) -> None:
        """Refuse a token from now on."""
        self._revoked.add(self.decode(token)["jti"])

    def _sign(self, payload: dict[str, Any]) -> str:
        expires = int(time.time() + self._ttl)
        claims = {**payload, "iss": self._issuer, "exp": expires}
        return jwt.encode(claims, self._secret, algorithm=ALGORITHM, headers={"kid": self.key_id})
