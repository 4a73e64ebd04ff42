"""Text templates around an id: a literal prefix goes into the new id, all else keeps the format of the old one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Make = Callable[..., object]
HEAD = "import uuid\n\nfrom ssot_ids import UnifiedIdGenerator as G\n\n\n"
FUNCTION = "def f(a, b, row, rest, names):\n    order_id = {}\n    return order_id\n"
NEW = "G.generate_uuid()"

#: Texts that the generator would not write: the template stays, only the source in it is replaced.
STAYS = [
    '"{a.key}_{uid}".format(a=a, uid=uuid.uuid4())',
    '"{a[0]}_{uid}".format(a=a, uid=uuid.uuid4())',
    '"{a[key]}_{uid}".format(a=a, uid=uuid.uuid4())',
    '"{0.key}_{1}".format(a, uuid.uuid4())',
    '"{0.key.other}_{1}".format(a, uuid.uuid4())',
    '"{}_{}".format(*rest, uuid.uuid4())',
    '"{}_{}_{}".format(*rest, a, uuid.uuid4())',
    '"{1}_{0}".format(uuid.uuid4(), *rest)',
    '"{where}_{uid}".format(uid=uuid.uuid4(), **names)',
    '"{where}_{uid}".format(**names, uid=uuid.uuid4())',
    '"{uid}_{where}".format(uid=uuid.uuid4(), **names)',
    '"{}_{a.key}".format(uuid.uuid4(), a=a)',
    '"{:>8}_{}".format(a, uuid.uuid4())',
    '"{:>4}_{}".format("web", uuid.uuid4())',
    '"web_{a.key}_{}".format(uuid.uuid4(), a=a)',
    '"web_{}_{}".format(*rest, uuid.uuid4())',
    '"{!r}_{}".format(a, uuid.uuid4())',
    '"{!r}_{}".format("web", uuid.uuid4())',
    '"{!a}_{}".format("web", uuid.uuid4())',
    '"{:{}}_{}".format(a, b, uuid.uuid4())',
    '"{0}_{0}".format(uuid.uuid4())',
    '"%(where)s_%(uid)s" % {"uid": uuid.uuid4(), **names}',
    '"%(where)s_%(uid)s" % {**names, "uid": uuid.uuid4()}',
    '"%(uid)s_%(where)s" % {"uid": uuid.uuid4(), **names}',
    '"%(where)s_%(uid)s" % {"uid": uuid.uuid4(), a: b}',
    '"%(where)r_%(uid)s" % {"where": a, "uid": uuid.uuid4()}',
    '"%s_%s" % (*rest, uuid.uuid4())',
    '"%s_%s" % (uuid.uuid4(), *rest)',
    '"%r_%s" % (a, uuid.uuid4())',
    '"%8s_%s" % (a, uuid.uuid4())',
    '"%d_%s" % (a, uuid.uuid4())',
    '"%*d_%s" % (3, a, uuid.uuid4())',
    '"_".join([*rest, str(uuid.uuid4())])',
    '"_".join((str(uuid.uuid4()), *rest))',
    '"_".join(str(uuid.uuid4()) for _ in rest)',
    '"_".join([str(uuid.uuid4()) for _ in rest])',
    '"{}_{}".format(a, uuid.uuid4())',
    '"{b}_{uid}".format(b=b, uid=uuid.uuid4())',
    '"{0}_{1}".format(a.key, uuid.uuid4())',
    '"{!s}_{}".format(a, uuid.uuid4())',
    '"{}_{}".format(None, uuid.uuid4())',
    '"web{:.1f}_{}".format(2.5, uuid.uuid4())',
    '"{where}_{uid}".format(where="web", uid=uuid.uuid4(), **names)',
    '"{0}_{1}".format("web", uuid.uuid4(), *rest)',
    '"{}_{}".format("web", uuid.uuid4(), *rest)',
    '"{0}_{1}".format(a, uuid.uuid4(), *rest)',
    '"{1}_{0}".format(uuid.uuid4(), a, *rest)',
    '"%s_%s" % (a, uuid.uuid4())',
    '"%(a)s_%(uid)s" % {"a": a, "uid": uuid.uuid4()}',
    '"web_%s_%s" % (None, uuid.uuid4())',
    'f"{None}_{uuid.uuid4()}"',
    'f"web_{True}_{uuid.uuid4()}"',
    'f"web_{uuid.uuid4()}_{a}"',
    '"web_" + str(uuid.uuid4()) + a',
    '"web_" + str(uuid.uuid4()) + ("_" + a())',
    '"web_%s_%s" % (uuid.uuid4(), a)',
    '"web_{}_{}".format(uuid.uuid4(), a())',
    '"_".join(["web", str(uuid.uuid4()), a])',
    '"_".join(["web", str(uuid.uuid4()), "x"])',
    'f"web-{uuid.uuid4()}"',
    'f"Web_{uuid.uuid4()}"',
    'f"é_{uuid.uuid4()}"',
    'f"web.{uuid.uuid4()}"',
    'f"web__{uuid.uuid4()}"',
    'f"_{uuid.uuid4()}"',
    'f"{uuid.uuid4()}_web"',
    "str(uuid.uuid4()).upper()",
    'str(uuid.uuid4()).replace("-", "_")',
    'f"web_{uuid.uuid4()}"[:63]',
    "uuid.uuid4().hex[:a]",
    'str(uuid.uuid4()).rjust(40, "0")',
    'f"{uuid.uuid4()!s:>40}"',
]
#: A literal prefix, and nothing else.
GOES = [
    ('"web{!a}_{}".format(7, uuid.uuid4())', 'G.generate_base_id("web7")'),
    ('"{}_{}".format("web", uuid.uuid4())', 'G.generate_base_id("web")'),
    ('"{!s}_{}".format("web", uuid.uuid4())', 'G.generate_base_id("web")'),
    ('"{:x<4}_{}".format("web", uuid.uuid4())', 'G.generate_base_id("webx")'),
    ('"web%02d_%s" % (7, uuid.uuid4())', 'G.generate_base_id("web07")'),
    ('f"web_{uuid.uuid4()}"', 'G.generate_base_id("web")'),
    ('f"web_{uuid.uuid4().hex[:8]}"', 'G.generate_base_id("web")'),
    ('"web_" + uuid.uuid4().hex', 'G.generate_base_id("web")'),
    ('"web_%s" % uuid.uuid4()', 'G.generate_base_id("web")'),
    ('"web_{}".format(uuid.uuid4())', 'G.generate_base_id("web")'),
    ('"web_%(uid)s" % {"uid": uuid.uuid4()}', 'G.generate_base_id("web")'),
    ('"_".join(["web", str(uuid.uuid4())])', 'G.generate_base_id("web")'),
    ('str(uuid.uuid4()).replace("-", "")', 'G.generate_base_id("order")'),
    ('str(uuid.uuid4()).split("-")[0]', 'G.generate_base_id("order")'),
    ("uuid.uuid4().hex[:12]", 'G.generate_base_id("order")'),
    ('f"{uuid.uuid4()!s:.8}"', 'G.generate_base_id("order")'),
]


def fixed(workshop: Make, expression: str) -> str:
    """The expression that ``fix`` leaves."""
    after: str = workshop({"app.py": HEAD + FUNCTION.format(expression)}).fixed("app.py")  # type: ignore[attr-defined]
    return after.partition("order_id = ")[2].partition("\n")[0]


@pytest.mark.parametrize("expression", STAYS)
def test_a_text_that_the_generator_would_not_write_stays(expression: str, workshop: Make) -> None:
    after = fixed(workshop, expression)
    assert after == expression.replace("uuid.uuid4()", NEW)


@pytest.mark.parametrize(("expression", "expected"), GOES)
def test_a_literal_prefix_goes_into_the_new_id(expression: str, expected: str, workshop: Make) -> None:
    assert fixed(workshop, expression) == expected


def test_as_many_stay_as_go() -> None:
    assert len(STAYS) >= len(GOES)
