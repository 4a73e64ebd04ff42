"""What to write instead: never a name that is not surely bound, never an argument that may be None."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest

from flake8_ssot_ids.ids.remedies import base, operation_of, slug
from flake8_ssot_ids.model import FileReport

Judge = Callable[..., FileReport]


def remedy(report: FileReport) -> str:
    """The source in the last backquotes of the only message."""
    found = report.findings[-1]
    return found.message.split("`")[-2].removeprefix("lambda: ").removeprefix("UnifiedIdGenerator.")


def in_function(parameters: str, body: str, before: str = "") -> str:
    return f"import uuid\n{before}def f({parameters}):\n    " + body.replace("\n", "\n    ") + "\n"


USER = 'generate_session_id(user_id, "app")'
PLAIN = 'generate_base_id("session")'
#: The format stays.
KEPT = "generate_uuid()"


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ("user_id", USER),
        ("user_id: str", USER),
        ("a, /, user_id, *b", USER),
        ("*, user_id", USER),
        ("user_id='x'", USER),
        ("", PLAIN),
        ("user", PLAIN),
        ("user_id=None", PLAIN),
        ("*, user_id=None", PLAIN),
        ("user_id: str | None", PLAIN),
        ("user_id: Optional[str]", PLAIN),
        ("user_id: 'str | None'", PLAIN),
        ("user_id: typing.Any", PLAIN),
        ("user_id: object", PLAIN),
        ("*user_id", PLAIN),
        ("**user_id", PLAIN),
    ],
)
def test_a_parameter_is_used_where_it_cannot_be_none(parameters: str, expected: str, judge: Judge) -> None:
    assert remedy(judge(in_function(parameters, "session_id = str(uuid.uuid4())"))) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("user_id = None\nsession_id = str(uuid.uuid4())", PLAIN),
        ("del user_id\nsession_id = str(uuid.uuid4())", PLAIN),
        ("user_id = d.get('user')\nsession_id = str(uuid.uuid4())", PLAIN),
        ("if not user_id:\n    session_id = str(uuid.uuid4())", PLAIN),
        ("session_id = a if user_id else str(uuid.uuid4())", PLAIN),
        ("session_id = user_id or str(uuid.uuid4())", PLAIN),
        # What comes later, or is not known to be None, does no harm.
        ("session_id = str(uuid.uuid4())\nuser_id = g()", USER),
        ("user_id = user_id or g()\nsession_id = str(uuid.uuid4())", USER),
        ("for user_id in x:\n    session_id = str(uuid.uuid4())", USER),
        ("with g() as user_id:\n    session_id = str(uuid.uuid4())", USER),
        ("if user_id := g():\n    session_id = str(uuid.uuid4())", USER),
        ("match x:\n    case user_id:\n        session_id = str(uuid.uuid4())", USER),
        ("session_id = user_id and str(uuid.uuid4())", USER),
    ],
)
def test_a_parameter_that_is_bound_again(body: str, expected: str, judge: Judge) -> None:
    assert remedy(judge(in_function("user_id", body))) == expected


@pytest.mark.parametrize(
    "body",
    [
        "match x:\n    case [*user_id]:\n        session_id = str(uuid.uuid4())",
        "match x:\n    case {**user_id}:\n        session_id = str(uuid.uuid4())",
        "import user_id\nsession_id = str(uuid.uuid4())",
        "from x import y as user_id\nsession_id = str(uuid.uuid4())",
        "def user_id(): pass\nsession_id = str(uuid.uuid4())",
        "class user_id: pass\nsession_id = str(uuid.uuid4())",
        "try: pass\nexcept E as user_id:\n    pass\nsession_id = str(uuid.uuid4())",
    ],
)
def test_one_that_something_else_than_an_id_is_bound_to(body: str, judge: Judge) -> None:
    assert remedy(judge(in_function("user_id", body))) == PLAIN


@pytest.mark.parametrize(
    "expression",
    [
        '"{a.key}_{uid}".format(a=a, uid=uuid.uuid4())',
        '"{0.key}_{1}".format(a, uuid.uuid4())',
        '"{}-{}".format(*a, uuid.uuid4())',
        '"{b}-{uid}".format(uid=uuid.uuid4(), **a)',
        '"%(b)s_%(uid)s" % {"uid": uuid.uuid4(), **a}',
        '"%s_%s" % (*a, uuid.uuid4())',
        '"-".join([*a, str(uuid.uuid4())])',
    ],
)
def test_a_text_that_is_not_known_keeps_its_format(expression: str, judge: Judge) -> None:
    (found,) = judge(in_function("a", f"session_id = {expression}")).findings
    wanted = "call `UnifiedIdGenerator.generate_uuid()` instead"
    assert found.message.partition("; ")[2] == wanted


@pytest.mark.parametrize("key", ["1", "None", "1.5", "b'k'", "(1, 'k')", "...", "True", "'k_id'"])
def test_a_key_that_is_no_text_says_nothing(key: str, judge: Judge) -> None:
    lines = [
        f"x = {{{key}: str(uuid.uuid4())}}",
        f"y[{key}] = str(uuid.uuid4())",
        f"y.setdefault({key}, str(uuid.uuid4()))",
        f"z = y.get({key}, str(uuid.uuid4()))",
        f"z = y.pop({key}, str(uuid.uuid4()))",
        f"setattr(y, {key}, str(uuid.uuid4()))",
        f"x = {{{key}: uuid.uuid4}}",
        f"y[{key}] = uuid.uuid4",
    ]
    found = judge("import uuid\n" + "\n".join(lines) + "\n").findings
    assert [(one.span.start.row, one.code) for one in found] == [
        *((row, "SID102") for row in range(2, 8)),
        *((row, "SID105") for row in range(8, 10)),
    ]
    text = 'generate_base_id("k")' if key == "'k_id'" else "generate_uuid()"
    calls = [one.message.split("`")[-2].partition(".")[2] for one in found]
    assert calls == [text] * 6 + ["generate_uuid"] * 2


@pytest.mark.parametrize(
    ("custom", "parameters", "expected"),
    [
        ("make_session", "", "make_session()"),
        ("make_session()", "", "make_session()"),
        ("make_session", "user_id", "make_session()"),
        ("make_session(kind='x')", "", "make_session(kind='x')"),
        ("make_session(user_id)", "user_id", "make_session(user_id)"),
        ("make_session(kind=user_id)", "user_id", "make_session(kind=user_id)"),
        ("make_session(user_id)", "", PLAIN),
        ("make_session(kind=user_id)", "", PLAIN),
        ("make_session(user_id.key)", "user_id=None", PLAIN),
    ],
)
def test_a_role_of_the_policy(custom: str, parameters: str, expected: str, judge: Judge) -> None:
    source = in_function(parameters, "session_id = str(uuid.uuid4())")
    assert remedy(judge(source, roles={"session_id": custom})) == expected


def test_a_role_of_the_policy_is_for_the_whole_id(judge: Judge) -> None:
    source = in_function("", "session_id = f'web_{uuid.uuid4()}'\nother_id = str(uuid.uuid4())")
    found = judge(source, roles={"session_id": "make_session"}).findings
    assert [one.message.split("`")[-2].partition(".")[2] for one in found] == [
        'generate_base_id("web")',
        'generate_base_id("other")',
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("websocket_id", "generate_websocket_connection_id(user_id)"),
        ("ws_id", "generate_websocket_connection_id(user_id)"),
        ("connection_id", "generate_websocket_connection_id(user_id)"),
        ("websocket_connection_id", "generate_websocket_connection_id(user_id)"),
        ("client_id", "generate_websocket_client_id(user_id)"),
        ("ws_client_id", "generate_websocket_client_id(user_id)"),
        ("websocket_client_id", "generate_websocket_client_id(user_id)"),
        ("websockets_id", 'generate_base_id("websockets")'),
        ("db_connection_id", 'generate_base_id("db_connection")'),
    ],
)
def test_roles_that_know_their_user(name: str, expected: str, judge: Judge) -> None:
    assert remedy(judge(in_function("user_id", f"{name} = str(uuid.uuid4())"))) == expected
    without = f'generate_base_id("{name.removesuffix("_id")}")'
    assert remedy(judge(in_function("", f"{name} = str(uuid.uuid4())"))) == without


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("[a_id, b_id] = str(uuid.uuid4()), str(uuid.uuid4())", ["a", "b"]),
        ("[a_id, b_id] = [str(uuid.uuid4()), str(uuid.uuid4())]", ["a", "b"]),
        ("self.a_id, self.b_id = str(uuid.uuid4()), str(uuid.uuid4())", ["a", "b"]),
        ("self.a_id, b_id = [str(uuid.uuid4()), str(uuid.uuid4())]", ["a", "b"]),
        ("x['a_id'], b_id = str(uuid.uuid4()), str(uuid.uuid4())", ["a", "b"]),
        ("x[0], b_id = str(uuid.uuid4()), str(uuid.uuid4())", ["", "b"]),
        ("a_id, *b_id = str(uuid.uuid4()), str(uuid.uuid4())", ["a", ""]),
    ],
)
def test_names_at_the_same_place(body: str, expected: list[str], judge: Judge) -> None:
    found = judge(in_function("self, x", body)).findings
    calls = [one.message.split("`")[-2].partition(".")[2] for one in found]
    assert calls == [f'generate_base_id("{word}")' if word else "generate_uuid()" for word in expected]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("user_id = g()\nfrom x import *\nsession_id = str(uuid.uuid4())\n", PLAIN),
        ("from x import *\nsession_id = str(uuid.uuid4())\n", PLAIN),
        ("user_id = g()\nif c:\n    from x import *\nsession_id = str(uuid.uuid4())\n", PLAIN),
        ("from x import *\nuser_id = g()\nsession_id = str(uuid.uuid4())\n", USER),
        ("user_id = g()\nfrom x import y\nsession_id = str(uuid.uuid4())\n", USER),
        ("user_id = g()\nsession_id = str(uuid.uuid4())\nfrom x import *\n", USER),
        ("from x import *\ndef f(user_id):\n    session_id = str(uuid.uuid4())\n", USER),
    ],
)
def test_a_star_import_may_bind_the_name(source: str, expected: str, judge: Judge) -> None:
    assert remedy(judge(f"import uuid\n{source}")) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import uuid\ndef f(user_id):\n    def g():\n        session_id = str(uuid.uuid4())\n", USER),
        (
            "import uuid\ndef f(user_id):\n    def g(user_id=None):\n        session_id = str(uuid.uuid4())\n",  # noqa: E501
            PLAIN,
        ),
        (
            "import uuid\ndef f(user_id):\n def g():\n  session_id = str(uuid.uuid4())\n  user_id = 1\n",
            PLAIN,
        ),
        ("import uuid\ndef f(user_id):\n    class A:\n        session_id = str(uuid.uuid4())\n", PLAIN),
        (
            "import uuid\ndef f(user_id):\n class A:\n  def g(self):\n   session_id = str(uuid.uuid4())\n",
            USER,
        ),
        ("import uuid\nuser_id = 1\nsession_id = str(uuid.uuid4())\n", USER),
        ("import uuid\nuser_id = 1\ndef f(): return dict(session_id=str(uuid.uuid4()))\n", PLAIN),
        ("import uuid\ng = lambda user_id: dict(session_id=str(uuid.uuid4()))\n", USER),
        ("import uuid\n[dict(session_id=str(uuid.uuid4())) for user_id in x]\n", USER),
        ("import uuid\n[a for user_id in dict(session_id=str(uuid.uuid4()))]\n", PLAIN),
        ("import uuid\ndef f(user_id, session_id=str(uuid.uuid4())): pass\n", PLAIN),
        ("import uuid\n@g(session_id=str(uuid.uuid4()))\ndef f(user_id): pass\n", PLAIN),
    ],
)
def test_only_names_of_scopes_around_count(source: str, expected: str, judge: Judge) -> None:
    assert remedy(judge(source)) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('f"websocket_setup_{uuid.uuid4()}"', 'generate_base_id("websocket_setup")'),
        ('f"ws_{uuid.uuid4()}"', "generate_websocket_connection_id(user_id)"),
        ('f"client_{uuid.uuid4()}"', "generate_websocket_client_id(user_id)"),
        ('f"order_1a_{uuid.uuid4()}"', 'generate_base_id("order_1a")'),
        ('f"_order_{uuid.uuid4()}"', KEPT),
        ('f"order__{uuid.uuid4()}"', KEPT),
        ('f"order{uuid.uuid4()}"', KEPT),
        ('f"Order-{uuid.uuid4()}"', KEPT),
        ('f"1a-2b_{uuid.uuid4()}"', KEPT),
        ('f"{kind}_{uuid.uuid4()}"', KEPT),
        ('f"{kind}_x_{uuid.uuid4()}"', KEPT),
        ('f"{self.kind}_{uuid.uuid4()}"', KEPT),
        ('f"{g()}_{uuid.uuid4()}"', KEPT),
        ('f"{kind.value}_{uuid.uuid4()}"', KEPT),
        ('f"{kind!r}_{uuid.uuid4()}"', KEPT),
        ('f"{kind:>8}-{uuid.uuid4()}"', KEPT),
        ('f"{kind}_{uuid.uuid4()}_x"', KEPT),
        ('f"Order-{uuid.uuid4()}-part"', KEPT),
        ('f"{kind[0]}_b_{uuid.uuid4()}"', KEPT),
        ('kind["it\'s"] + "_b_" + str(uuid.uuid4())', KEPT),
        # No expression of the program is dropped.
        ('f"a_{int(time.time())}_{uuid.uuid4()}"', KEPT),
        ('f"a_{datetime.now():%Y%m%d}_{uuid.uuid4()}"', KEPT),
        ('f"{kind}_{timestamp}_{uuid.uuid4()}"', KEPT),
        ('f"{kind}_{self.ts}_{uuid.uuid4()}"', KEPT),
        ('f"{kind}_{uuid.uuid4()}_{time.time_ns()}"', KEPT),
        # Text that the generator would not write stays.
        ('f"session:{uuid.uuid4()}"', KEPT),
        ('f"https://a.org/order/{uuid.uuid4()}"', KEPT),
        ('f"created the id {uuid.uuid4()}"', KEPT),
        ('f"{uuid.uuid4()} was made"', KEPT),
        ('f"{{}}{kind}_{uuid.uuid4()}"', KEPT),
        ("'a\"' + kind + str(uuid.uuid4())", KEPT),
        ('"é_" + str(uuid.uuid4())', KEPT),
    ],
)
def test_a_literal_prefix_names_the_id(expression: str, expected: str, judge: Judge) -> None:
    assert remedy(judge(in_function("user_id, kind, self", f"x_id = {expression}"))) == expected


def test_every_remedy_is_python(judge: Judge) -> None:
    names = ("session_id", "token", "id", "_", "class_id", "x" * 200 + "_id", "jti", "__id", "éa_id")
    heads = (
        "",
        'f"{self.a.b}_{{"',
        '"a" +',
        "'\"' + kind +",
        '"\\n" + kind +',
        'kind + "{x}" +',
        "f'{kind!r:>8}' +",
    )
    for name in names:
        for head in heads:
            value = (
                f"{head} str(uuid.uuid4())"
                if not head.startswith('f"{self')
                else f"{head} + uuid.uuid4().hex"
            )
            for found in judge(in_function("user_id, self, kind", f"{name} = {value}")).findings:
                for text in found.message.split("; ")[-1].split("`")[1::2]:
                    ast.parse(text, mode="eval")


@pytest.mark.parametrize(
    ("role", "subject", "expected"),
    [
        ("session_id", None, "session"),
        ("jti", None, "jwt_token"),
        ("id", "auth_user", "auth_user"),
        ("id", None, "id"),
        (None, "auth_user", "auth_user"),
        (None, None, "id"),
        ("uuid", None, "id"),
        ("user_uuid", None, "user"),
        ("2fa_id", None, "id"),
        ("été_2_id", None, "t_2"),
        ("_id", None, "id"),
        ("new_id", None, "id"),
        ("new_id", "volume", "volume"),
        ("random_uuid", None, "id"),
        ("uuid_str", None, "id"),
        ("my_new_uuid4_hex", "snapshot", "snapshot"),
        ("trace_uuid_hex", None, "trace"),
        ("replayuuid", None, "replay"),
        # Not of these forms: the words say something.
        ("new_session_id", None, "new_session"),
        ("message_text", None, "message_text"),
        ("unique_suffix", None, "unique_suffix"),
        ("a_id", None, "a"),
        ("android", None, "android"),
        ("paid", None, "paid"),
    ],
)
def test_base(role: str | None, subject: str | None, expected: str) -> None:
    assert base(role, subject) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ws_", "ws"),
        ("Web Socket/", "web_socket"),
        ("a--b__c", "a_b_c"),
        ("1-2-a3", "a3"),
        ("", ""),
        (None, ""),
        ("ü", ""),
        ("a" * 100, "a" * 63),
        ("a" * 62 + "_b", "a" * 62),
    ],
)
def test_slug(text: str | None, expected: str) -> None:
    assert slug(text) == expected


TRIPLE = "thread_id, run_id, request_id = UnifiedIdGenerator.generate_user_context_ids"


@pytest.mark.parametrize(
    "body",
    [
        "thread_id = str(uuid.uuid4())\nrun_id = uuid.uuid4().hex[:8]\nrequest_id = str(uuid.uuid4())",
        "s.request_id = f'req_{uuid.uuid4()}'\ns.run_id = f'run_{uuid.uuid4()}'\ns.thread_id = str(uuid.uuid4())",  # noqa: E501
        "return C(thread_id=str(uuid.uuid4()), run_id=RunID(str(uuid.uuid4())), request_id=a or str(uuid.uuid1()))",  # noqa: E501
        "return {'thread_id': f'thread_{uuid.uuid4()}', 'run_id': str(uuid.uuid4()), 'request_id': str(uuid.uuid4())}",  # noqa: E501
    ],
)
def test_the_ids_of_one_context_come_from_one_call(body: str, judge: Judge) -> None:
    report = judge(in_function("user_id, a", body))
    assert len(report.findings) == 3
    for finding in report.findings:
        assert finding.message.endswith(f'take them from one call: `{TRIPLE}(user_id, "f")`')


@pytest.mark.parametrize(
    ("parameters", "body"),
    [
        ("user_id", "thread_id = str(uuid.uuid4())\nrun_id = str(uuid.uuid4())"),
        (
            "user_id",
            "thread_id = str(uuid.uuid4())\nrun_id = str(uuid.uuid4())\nrequest_id = f'{x}_{uuid.uuid4()}'",
        ),
        (
            "user_id",
            "thread_id = str(uuid.uuid4())\nrun_id = str(uuid.uuid4())\nrequest_id = f'job_{uuid.uuid4()}'",
        ),
        ("user_id", "thread_id = str(uuid.uuid4())\nrun_id = str(uuid.uuid4())\nrequest_id = uuid.uuid4"),
        (
            "user_id",
            "thread_id = str(uuid.uuid4())\nrun_id = str(uuid.uuid4())\nlambda request_id=uuid.uuid4: 0",
        ),
        (
            "user_id",
            "thread_id = str(uuid.uuid4())\nrun_id = str(uuid.uuid4())\ndef g(): request_id = str(uuid.uuid4())",  # noqa: E501
        ),
        (
            "user_id=None",
            "thread_id = str(uuid.uuid4())\nrun_id = str(uuid.uuid4())\nrequest_id = str(uuid.uuid4())",
        ),
        ("", "thread_id = str(uuid.uuid4())\nrun_id = str(uuid.uuid4())\nrequest_id = str(uuid.uuid4())"),
    ],
)
def test_ids_that_are_no_context_are_made_one_by_one(parameters: str, body: str, judge: Judge) -> None:
    assert not any(TRIPLE in found.message for found in judge(in_function(parameters, body)).findings)


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [
        ("start", "start"),
        ("Manager._startRun", "startrun"),
        ("Outer.Context.__init__", "context"),
        ("__call__", "context"),
        ("a_very_long_name_of_a_function", "a_very_long_name_o"),
        ("a_very_long_names_of", "a_very_long_names"),
        *(
            (f"{verb}_order", "order")
            for verb in (
                "generate",
                "make",
                "create",
                "new",
                "get",
                "build",
                "start",
                "open",
                "begin",
                "init",
                "initialize",
                "setup",
                "set_up",
                "run",
                "do",
                "handle",
            )
        ),
        ("handle", "handle"),
        ("handle__order", "order"),
        ("Orders._handle_order", "order"),
        ("handled_order", "handled_order"),
        ("run_do_order", "do_order"),
        ("process_order", "process_order"),
    ],
)
def test_the_operation_is_named_after_the_function(symbol: str, expected: str) -> None:
    assert operation_of(symbol) == expected
