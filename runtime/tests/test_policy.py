"""Kinds and policies: what cannot be is refused with all its problems; a user is shown as little as said."""

from __future__ import annotations

import copy
import hashlib
import pickle
from collections.abc import Callable
from enum import Enum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssot_ids import configure
from ssot_ids.grammar import is_prefix
from ssot_ids.policy import DEFAULT_KINDS, IdPolicy, Kind, PolicyError, key_bytes, keyed_digest, text_of

KEY = b"sixteen bytes or more"
NAMES = [
    "user",
    "session",
    "thread",
    "run",
    "request",
    "ws",
    "ws_conn",
    "ws_client",
    "agent",
    "tool",
    "message",
]
ALICE = "alice.smith@example.org"


class Mute:
    """Has no text."""

    def __str__(self) -> str:
        raise RuntimeError

    __repr__ = __str__


class Odd:
    """Gives something else than text."""

    def __str__(self) -> str:
        return 7  # type: ignore[return-value]


class Endless:
    def __str__(self) -> str:
        return str(self)


class Text(str):
    __slots__ = ()

    def __str__(self) -> str:
        raise RuntimeError

    def encode(self, *_: object) -> bytes:
        raise RuntimeError


class Bytes(bytes):
    def decode(self, *_: object) -> str:
        raise RuntimeError


def test_a_kind_is_a_name_and_a_strength() -> None:
    kind = Kind("order_line", strong=True)
    assert (kind.name, kind.strong, repr(kind)) == ("order_line", True, "Kind('order_line', strong=True)")
    assert kind == Kind("order_line", strong=True)
    assert len({kind, Kind("order_line", strong=True), Kind("order_line"), Kind("order")}) == 3
    assert kind != "order_line"
    for twin in (copy.copy(kind), copy.deepcopy(kind), pickle.loads(pickle.dumps(kind))):
        assert (type(twin), twin) == (Kind, kind)


@pytest.mark.parametrize(
    "name",
    ["", "Order", "1order", "order_", "_order", "a__b", "a-b", "a" * 64, "a\n", "\u0661", 7, None, b"a"],
)
def test_a_kind_of_no_legal_name_is_refused(name: object) -> None:
    with pytest.raises(PolicyError, match="^name: ") as caught:
        Kind(name)  # type: ignore[arg-type]
    assert len(caught.value.problems) == 1
    with pytest.raises(PolicyError) as caught:
        Kind(name, strong=1)  # type: ignore[arg-type]
    assert [problem.split(": ")[0] for problem in caught.value.problems] == ["name", "strong"]


@pytest.mark.parametrize("name", ["thread", "run", "request", "thread_x", "run_x_y", "request_1"])
def test_a_strong_kind_of_the_context_is_refused(name: str) -> None:
    with pytest.raises(PolicyError, match="^strong: "):
        Kind(name, strong=True)
    assert Kind(name).strong is False
    assert Kind("threads", strong=True).strong is True


@pytest.mark.parametrize("strong", [1, 0, None, "yes", "False"])
def test_a_strength_is_true_or_false(strong: object) -> None:
    with pytest.raises(PolicyError, match="^strong: "):
        Kind("a", strong=strong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "problems"),
    [
        ({}, []),
        ({"agent": []}, []),
        ({"agent": ("triage", "data"), "user": ["member"]}, []),
        ({"agent": ["agent", "triage", "triage"]}, []),
        (["agent"], ["legacy_names: ['agent'] is not a mapping of kinds to sequences of words"]),
        (7, ["legacy_names: 7 is not a mapping of kinds to sequences of words"]),
        (
            {"agent": "triage"},
            ["legacy_names: {'agent': 'triage'} is not a mapping of kinds to sequences of words"],
        ),
        ({"agent": 7}, ["legacy_names: {'agent': 7} is not a mapping of kinds to sequences of words"]),
        (
            {"order": ["o"], None: []},
            [
                "legacy_names: 'order' is not one of user, thread, run, request, session, ws, agent",
                "legacy_names: None is not one of user, thread, run, request, session, ws, agent",
            ],
        ),
        (
            {"agent": ["Triage", "a_b", "", 7, "9a", "a\n"]},
            [
                f"legacy_names['agent']: {name!r} is not one word of a-z and 0-9, a letter first"
                for name in ("Triage", "a_b", "", 7, "9a", "a\n")
            ],
        ),
        (
            {"agent": ["user", "conn", "tool", "member"], "user": ["member"]},
            [
                "legacy_names['agent']: 'user' stands for user already",
                "legacy_names['agent']: 'conn' stands for ws already",
                "legacy_names['agent']: 'tool' stands for another kind already",
                "legacy_names['user']: 'member' stands for agent already",
            ],
        ),
    ],
)
def test_names_of_older_ids_are_words_that_stand_for_one_kind(more: Any, problems: list[str]) -> None:
    if not problems:
        policy = IdPolicy(legacy_names=more)
        for kind, names in more.items():
            assert {policy.legacy_kind_of(name) for name in names} <= {kind}
        assert [policy.legacy_kind_of(name) for name in ("exec", "tool", "triag")] == ["agent", "", None]
        return
    with pytest.raises(PolicyError) as caught:
        IdPolicy(legacy_names=more)
    assert list(caught.value.problems) == problems


def test_what_a_house_adds_stays_with_its_policy() -> None:
    names = {"agent": ["triage"]}
    policy = IdPolicy(legacy_names=names)
    names["agent"].append("later")
    assert [policy.legacy_kind_of(name) for name in ("triage", "later")] == ["agent", None]
    assert IdPolicy().legacy_kind_of("triage") is None


def test_kinds_and_policies_cannot_be_changed() -> None:
    policy = IdPolicy(kinds=[Kind("order")], key=KEY)
    for thing, name in (
        (Kind("a"), "name"),
        (Kind("a"), "strong"),
        (policy, "kinds"),
        (policy, "user_tag"),
        (policy, "_key"),
    ):
        before = getattr(thing, name)
        with pytest.raises(AttributeError, match="immutable"):
            setattr(thing, name, before)
        with pytest.raises(AttributeError, match="immutable"):
            delattr(thing, name)
        with pytest.raises(AttributeError):
            thing.other = 1
        assert getattr(thing, name) == before
    assert type(policy.kinds) is tuple


@pytest.mark.parametrize("value", [Mute(), 10**5_000, "x" * 10_000], ids=["mute", "huge", "long"])
def test_a_value_that_cannot_be_shown_whole_is_refused_by_its_field(value: object) -> None:
    def problems(make: Callable[..., object], *args: object, **settings: object) -> list[str]:
        with pytest.raises(PolicyError) as caught:
            make(*args, **settings)
        assert all(len(problem) < 150 for problem in caught.value.problems)
        return [problem.split(": ")[0] for problem in caught.value.problems]

    assert problems(Kind, value, strong=value) == ["name", "strong"]
    assert problems(IdPolicy, kinds=[value], user_tag=value, key="short") == ["kinds[0]", "user_tag", "key"]
    assert problems(configure, value) == ["policy"]
    if not isinstance(value, str):
        assert problems(IdPolicy, kinds=value) == ["kinds"]


def test_all_problems_of_a_policy_are_told_at_once() -> None:
    with pytest.raises(PolicyError) as caught:
        IdPolicy(kinds=[Kind("a"), "b", Kind("a"), None], user_tag="all", key="short")  # type: ignore[list-item, arg-type]
    assert [problem.split(": ")[0] for problem in caught.value.problems] == [
        "kinds[1]",
        "kinds[2]",
        "kinds[3]",
        "user_tag",
        "key",
    ]
    assert str(caught.value) == "; ".join(caught.value.problems)
    assert isinstance(caught.value, ValueError)
    for twin in (pickle.loads(pickle.dumps(caught.value)), copy.copy(caught.value)):
        assert (str(twin), twin.problems) == (str(caught.value), caught.value.problems)


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"kinds": 7}, "kinds"),
        ({"kinds": None}, "kinds"),
        ({"kinds": "ab"}, "kinds[0]"),
        ({"kinds": [b"a"]}, "kinds[0]"),
        ({"user_tag": ""}, "user_tag"),
        ({"user_tag": None}, "user_tag"),
        ({"user_tag": "Digest"}, "user_tag"),
        ({"user_tag": []}, "user_tag"),
        ({"user_tag": b"digest"}, "user_tag"),
        ({"key": ""}, "key"),
        ({"key": b""}, "key"),
        ({"key": b"fifteen bytes.."}, "key"),
        ({"key": 16}, "key"),
        ({"key": bytearray(32)}, "key"),
    ],
)
def test_what_a_policy_cannot_be_is_refused_by_its_field(settings: dict[str, object], field: str) -> None:
    with pytest.raises(PolicyError) as caught:
        IdPolicy(**settings)  # type: ignore[arg-type]
    assert caught.value.problems[0].startswith(field + ": ")


def test_no_message_and_no_representation_shows_a_key() -> None:
    with pytest.raises(PolicyError) as caught:
        IdPolicy(key="too secret")
    assert "too secret" not in str(caught.value)
    policy = IdPolicy(key="a secret of the house")
    assert "secret" not in repr(policy) + str(policy)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="make one in each process"):
            pickle.dumps(policy, protocol)
    assert copy.copy(policy) is copy.deepcopy([policy])[0] is policy


def test_a_key_counts_in_bytes() -> None:
    assert key_bytes("\u00e4" * 8) == "\u00e4".encode() * 8
    assert key_bytes(b"x" * 16) == b"x" * 16
    assert IdPolicy(key="\u00e4" * 8).tag("u") == IdPolicy(key=("\u00e4" * 8).encode()).tag("u")
    assert len(IdPolicy(key="\ud800" * 6).tag("u")) == 10  # half a surrogate pair is three bytes
    with pytest.raises(ValueError, match="has 15 bytes"):
        key_bytes("x" * 15)


def test_the_kinds_of_the_generator_are_there_and_can_be_replaced() -> None:
    assert [kind.name for kind in DEFAULT_KINDS] == NAMES
    assert [kind.name for kind in DEFAULT_KINDS if kind.strong] == ["session"]
    policy = IdPolicy(kinds=iter([Kind("agent", strong=True), Kind("agent_x"), Kind("session")]))
    found = {kind.name: kind.strong for kind in policy.kinds}
    assert found == {**dict.fromkeys(NAMES, False), "agent": True, "agent_x": False}
    assert [len(kind.name) for kind in policy.kinds] == sorted(
        (len(kind.name) for kind in policy.kinds), reverse=True
    )


def test_the_longest_kind_counts_and_only_whole_segments() -> None:
    policy = IdPolicy(kinds=[Kind("ws_conn_admin", strong=True)])
    for prefix, name in {
        "ws": "ws",
        "ws_x": "ws",
        "ws_conn": "ws_conn",
        "ws_conn_admin": "ws_conn_admin",
        "ws_conn_admin_0123": "ws_conn_admin",
        "ws_conn_adminx": "ws_conn",
        "ws_connx": "ws",
        "wsx": None,
        "w": None,
        "": None,
        "user": "user",
        "users": None,
        "runs": None,
        "run_thread": "run",
    }.items():
        kind = policy.kind_of(prefix)
        assert (kind and kind.name) == name, prefix


def test_heads_are_legal_and_say_of_which_kind_they_are() -> None:
    policy = IdPolicy(kinds=[Kind("token", strong=True)])
    for prefix, head in {
        "user": ("user_", 4, "user", True),
        "session": ("session_", 16, "session", True),
        "session_auth": ("session_auth_", 16, "session", True),
        "token_x": ("token_x_", 16, "token", True),
        "Token X": ("token_x_", 16, "token", False),
        "order": ("order_", 4, "other", True),
        "": ("id_", 4, "other", False),
        "\n": ("id_", 4, "other", False),
        "x\n; DROP": ("x_drop_", 4, "other", False),
        "thread_" + "a" * 18: ("thread_" + "a" * 18 + "_", 4, "thread", True),
        "thread_" + "a" * 19: ("thread_" + "a" * 18 + "_", 4, "thread", False),
        "thread_" + "a" * 17 + "_b": ("thread_" + "a" * 17 + "_", 4, "thread", False),
        "a" * 64: ("a" * 63 + "_", 4, "other", False),
    }.items():
        assert policy.head(prefix) == policy.head(prefix) == head, prefix
    for thing in (
        None,
        7,
        Mute(),
        Odd(),
        Endless(),
        Text("User"),
        b"User",
        Bytes(b"User"),
        "\ud800",
        "x" * 10**6,
    ):
        head = policy.head(thing)
        assert is_prefix(head[0][:-1])
        assert head[0].endswith("_")


def test_what_is_remembered_of_prefixes_is_bounded() -> None:
    policy = IdPolicy()
    for number in range(5_000):
        policy.head(f"p{number}")
        policy.head(f"p{number}" + "x" * 70)
    assert 0 < len(policy._heads) <= 1024
    assert max(map(len, policy._heads)) <= 64


def test_a_tag_is_a_keyed_digest_bound_to_its_purpose() -> None:
    expected = hashlib.blake2b(ALICE.encode(), digest_size=5, key=KEY, person=b"ssot-ids-tag").hexdigest()
    policy = IdPolicy(key=KEY)
    assert policy.tag(ALICE) == expected == "1737c5590d"
    assert policy.tag(ALICE.encode()) == expected
    assert policy.tag(Text(ALICE)) == expected
    assert policy.tag(ALICE, key=b"another") != expected
    assert IdPolicy(key=KEY + b"2").tag(ALICE) != expected
    assert IdPolicy().tag(ALICE) == IdPolicy().tag(ALICE)  # one random key a process
    long = b"k" * 65
    assert keyed_digest(long, b"p", b"d", 8) == keyed_digest(hashlib.blake2b(long).digest(), b"p", b"d", 8)
    assert keyed_digest(KEY, b"p", b"d", 8) != keyed_digest(KEY, b"q", b"d", 8)


@pytest.mark.parametrize("mode", ["digest", "prefix8", "none"])
def test_no_user_is_anonymous(mode: str) -> None:
    policy = IdPolicy(user_tag=mode, key=KEY)  # type: ignore[arg-type]
    for nobody in (None, "", b"", Mute(), Odd(), Endless(), Text("")):
        assert policy.tag(nobody) == ("" if mode == "none" else "anon")


@settings(deadline=None)
@given(st.one_of(st.text(), st.binary(), st.integers(), st.text(min_size=1).map(lambda text: ALICE + text)))
def test_a_tag_shows_no_more_than_the_policy_allows(user: object) -> None:
    digest, prefix8, none = (IdPolicy(user_tag=mode, key=KEY) for mode in ("digest", "prefix8", "none"))
    text = text_of(user)
    assert none.tag(user) == ""
    data = text.encode("utf-8", "surrogatepass")
    assert digest.tag(user) == (keyed_digest(KEY, b"ssot-ids-tag", data, 5).hex() if text else "anon")
    # Whatever stands behind the first eight characters makes no difference.
    assert prefix8.tag(user) == prefix8.tag(text[:8])
    assert len(text) < 8 or prefix8.tag(user) == prefix8.tag(text[:8] + "other")
    assert len(prefix8.tag(user)) <= 8
    for tag in (digest.tag(user), prefix8.tag(user)):
        assert is_prefix("x_" + tag)


def test_prefix8_by_example() -> None:
    policy = IdPolicy(user_tag="prefix8")
    for user, tag in {
        ALICE: "alice_sm",
        "12345678901": "12345678",
        "!!!!!!!!bob": "anon",
        "a": "a",
        "\u00e4\u00f6\u00fc": "anon",
        "Bob Hope": "bob_hope",
        "_a_": "a",
        "user_17000": "user_170",
        "a\n; DROP": "a_drop",
        "\ud800\ud800x": "x",
    }.items():
        assert policy.tag(user) == tag


def test_users_get_different_tags(many: int) -> None:
    policy = IdPolicy(key=KEY)
    users = [f"user_alice_{n}" for n in range(2_000 * many)]
    tags = [policy.tag(user) for user in users]
    assert len(set(tags)) >= len(users) - 1 - many * many // 10
    assert {len(tag) for tag in tags} == {10}
    assert {*"".join(tags)} <= {*"0123456789abcdef"}


def test_the_text_of_anything() -> None:
    class Name(str, Enum):  # noqa: UP042 (whose str() is not its text)
        ALICE = "alice"

    assert text_of(Name.ALICE) == "alice"
    assert text_of(Text("a")) == "a"
    assert text_of(b"a\xff") == "a\udcff"
    assert text_of(bytearray(b"a")) == text_of(Bytes(b"a")) == "a"
    assert [text_of(value) for value in (None, 7, 1.5, True)] == ["", "7", "1.5", "True"]
    assert [text_of(value) for value in (Mute(), Odd(), Endless(), 10**5000)] == [""] * 4
    for value in (Name.ALICE, Text("a"), Bytes(b"a"), Mute()):
        assert type(text_of(value)) is str


@pytest.fixture
def tag_of(run_python: Callable[..., str]) -> Callable[[str | None], str]:
    def tag(key: str | None) -> str:
        return run_python(
            "from ssot_ids import IdPolicy, PolicyError\n"
            "try: print(IdPolicy().tag('alice'))\n"
            "except PolicyError as error: print(error)",
            env={"SSOT_IDS_KEY": key},
        ).strip()

    return tag


def test_the_key_comes_from_the_environment(tag_of: Callable[[str | None], str]) -> None:
    key = "a key of the house"
    assert tag_of(key) == IdPolicy(key=key).tag("alice")
    assert len({tag_of(None), tag_of(None), tag_of("")}) == 3  # random: means something in one process only


def test_an_illegal_key_of_the_environment_is_named(run_python: Callable[..., str]) -> None:
    printed = run_python(
        "import sys\ntry:\n import ssot_ids\nexcept ValueError as error: print(type(error).__name__, error)",
        env={"SSOT_IDS_KEY": "short"},
    )
    assert printed == "PolicyError SSOT_IDS_KEY: has 5 bytes, at least 16 are needed\n"


def test_a_key_of_one_s_own_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSOT_IDS_KEY", "another key of the house")
    assert IdPolicy(key=KEY).tag("alice") == keyed_digest(KEY, b"ssot-ids-tag", b"alice", 5).hex()
    assert IdPolicy().tag("alice") == IdPolicy(key="another key of the house").tag("alice")
    monkeypatch.setenv("SSOT_IDS_KEY", "short")
    assert IdPolicy(key=KEY).tag("alice") == keyed_digest(KEY, b"ssot-ids-tag", b"alice", 5).hex()
    with pytest.raises(PolicyError, match="^SSOT_IDS_KEY: "):
        IdPolicy()
