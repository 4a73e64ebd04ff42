"""Accounts, sessions and tokens."""

import pytest

from auth_service.auth_core.core.jwt_handler import InvalidTokenError
from auth_service.auth_core.services.auth_service import AuthError
from shared.id_generation.unified_id_generator import UnifiedIdGenerator
from shared.types.typed_ids import UserID


def test_a_session_ends_with_its_token(platform, person):
    alice = person("alice")
    assert platform.auth.verify(alice.token).session_id == alice.session_id
    platform.auth.logout(alice.token)
    with pytest.raises(InvalidTokenError):
        platform.auth.verify(alice.token)


def test_a_device_keeps_its_id(platform, person):
    device = {
        "device_id": UnifiedIdGenerator.generate_base_id("device"),
        "push_id": UnifiedIdGenerator.generate_base_id("push"),
    }
    alice = person("alice", device=device)
    assert platform.auth.sessions.find(alice.session_id).device_id == device["device_id"]
    other = person("other")
    assert platform.auth.sessions.find(other.session_id).device_id not in ("", device["device_id"])


def test_a_guest_has_a_session_that_is_not_stored(platform):
    guest = platform.auth.sessions.create_guest_session()
    assert guest["user_id"] == "guest"
    assert platform.auth.sessions.find(guest["session_id"]) is None


def test_tokens_are_told_apart_by_their_ids(platform):
    tokens = platform.auth.tokens
    made = [
        tokens.create_access_token(
            UserID(UnifiedIdGenerator.generate_base_id("user")),
            session_id=UnifiedIdGenerator.generate_base_id("session"),
        ),
        tokens.create_service_token("backend"),
        tokens.create_id_token(user_id=UserID(UnifiedIdGenerator.generate_base_id("user"))),
    ]
    assert len({tokens.decode(token)["jti"] for token in made}) == 3
    assert "nonce" in tokens.decode(made[2])
    tokens.revoke(made[0])
    with pytest.raises(InvalidTokenError):
        tokens.decode(made[0])


def test_another_provider_must_send_back_state_and_nonce(platform):
    request = platform.auth.accounts.begin_oauth("example")
    assert request.correlation_id.startswith("example_")
    assert platform.auth.accounts.finish_oauth(request.oauth_state, request.nonce) == request
    with pytest.raises(AuthError) as refused:
        platform.auth.accounts.finish_oauth(request.oauth_state, request.nonce)
    assert refused.value.error_id


def test_a_password_is_reset_once(platform, person):
    alice = person("alice")
    token = platform.auth.accounts.request_password_reset(alice.email)
    platform.auth.accounts.reset_password(token, "a new one")
    assert platform.auth.login(alice.email, "a new one")
    with pytest.raises(AuthError):
        platform.auth.accounts.reset_password(token, "another one")


def test_what_was_done_is_in_the_audit_log(platform, person):
    person("alice")
    rows = platform.auth.export_audit()
    assert [row["action"] for row in rows] == ["register", "login"]
    assert len({row["event_id"] for row in rows}) == 2


def test_a_user_is_found_by_the_id_that_others_know(platform, person):
    alice = person("alice")
    assert platform.auth.get_user(alice.user_id).email == alice.email
    assert platform.auth.get_user(UserID(UnifiedIdGenerator.generate_base_id("user"))) is None
    assert platform.auth.get_user("somebody") is None
