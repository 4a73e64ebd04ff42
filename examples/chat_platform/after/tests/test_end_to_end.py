"""Register, log in, open a socket, run an agent, clean up: over real sockets, with two users at a time."""

from netra_backend.app.core.websocket_transport import connect
from shared.id_generation.unified_id_generator import UnifiedIdGenerator


def test_a_user_from_the_first_day_to_the_last(platform, person, running):
    alice = person("alice")

    async def scene():
        socket = await connect(platform.server.port)
        opened = await socket.request({"type": "connect", "token": alice.token})
        assert opened["type"] == "connect"
        message = {
            "type": "chat",
            "text": "what is up today",
            "message_id": UnifiedIdGenerator.generate_base_id("msg"),
            "request_id": UnifiedIdGenerator.generate_base_id("request"),
        }
        answer = await socket.request(message)
        assert answer["text"] == "triage: what is up today (5 facts)"
        assert answer["message_id"] == message["message_id"]
        assert answer["request_id"] == message["request_id"]
        again = await socket.request({"type": "chat", "text": "and then", "thread_id": answer["thread_id"]})
        assert again["thread_id"] == answer["thread_id"]
        assert again["run_id"] != answer["run_id"]
        closed = await socket.request({"type": "close"})
        assert closed["closed"]
        await socket.close()
        assert platform.history(alice.user_id, answer["thread_id"]) == [
            "what is up today",
            "triage: what is up today (5 facts)",
            "and then",
            "triage: and then (2 facts)",
        ]

    running(scene)
    assert len(platform.work_off_jobs()) == 2
    assert len(platform.export(alice.user_id)["threads"]) == 1
    assert platform.clean_up(alice.user_id) == {
        "sockets": 0,
        "agents": 1,
        "executions": 2,
        "contexts": 0,
        "jobs": 0,
        "threads": 1,
    }
    platform.auth.logout(alice.token)
    assert platform.forget_sessions()["sessions"] == 1


def test_two_users_do_not_see_each_other(platform, person, running):
    alice, bob = person("alice"), person("bob")

    async def scene():
        hers = await connect(platform.server.port)
        his = await connect(platform.server.port)
        await hers.request({"type": "connect", "token": alice.token})
        await his.request({"type": "connect", "token": bob.token})
        await hers.request({"type": "hold", "name": "draft", "value": "hers"})
        held = await his.request({"type": "hold", "name": "draft", "value": "his"})
        assert len(held["held"]) == 1
        message = {"type": "chat", "text": "hello", "request_id": UnifiedIdGenerator.generate_base_id("req")}
        answer = await hers.request(message)
        assert platform.history(bob.user_id, answer["thread_id"]) == []
        await hers.request({"type": "close"})
        await hers.close()
        still = await his.request({"type": "hold", "name": "cursor", "value": 3})
        assert len(still["held"]) == 2
        await his.close()

    running(scene)
    assert platform.connections.close_user(alice.user_id) == 0
    assert platform.connections.close_user(bob.user_id) == 1


def test_a_socket_is_resumed_by_its_user_alone(platform, person, running):
    alice, bob = person("alice"), person("bob")

    async def scene():
        socket = await connect(platform.server.port)
        opened = await socket.request({"type": "connect", "token": alice.token})
        await socket.close()
        for token, kind in ((bob.token, "error"), (alice.token, "resume")):
            socket = await connect(platform.server.port)
            resume = {"type": "resume", "token": token, "connection_id": opened["connection_id"]}
            assert (await socket.request(resume))["type"] == kind
            await socket.close()

    running(scene)


def test_who_is_not_logged_in_gets_no_socket(platform, person, running):
    alice = person("alice")
    platform.auth.logout(alice.token)

    async def scene():
        socket = await connect(platform.server.port)
        answer = await socket.request({"type": "connect", "token": alice.token})
        assert answer["type"] == "error"
        assert answer["error_id"].startswith("err_")
        await socket.close()

    running(scene)
