"""Text templates around an id: what of their text is known goes into the prefix, all else stays around the id."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Make = Callable[..., object]
HEAD = "import uuid\n\nfrom ssot_ids import UnifiedIdGenerator as G\n\n\n"
FUNCTION = "def f(a, b, row, rest, names):\n    order_id = {}\n    return order_id\n"
NEW = 'G.generate_base_id("order")'

#: Fields whose text nothing spells out: the template stays, only the id in it is replaced.
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
]
#: Texts that are known, or expressions that stand there as they are.
GOES = [
    ('"{}_{}".format(a, uuid.uuid4())', "G.generate_base_id(a)"),
    ('"{b}_{uid}".format(b=b, uid=uuid.uuid4())', "G.generate_base_id(b)"),
    ('"{0}_{1}".format(a.key, uuid.uuid4())', "G.generate_base_id(a.key)"),
    ('"{!s}_{}".format(a, uuid.uuid4())', "G.generate_base_id(a)"),
    ('"{}_{}".format("web", uuid.uuid4())', 'G.generate_base_id("web")'),
    ('"{!s}_{}".format("web", uuid.uuid4())', 'G.generate_base_id("web")'),
    ('"web{!a}_{}".format(7, uuid.uuid4())', 'G.generate_base_id("web7")'),
    ('"{:x<4}_{}".format("web", uuid.uuid4())', 'G.generate_base_id("webx")'),
    ('"{}_{}".format(None, uuid.uuid4())', 'G.generate_base_id("none")'),
    ('"web{:.1f}_{}".format(2.5, uuid.uuid4())', 'G.generate_base_id("web2_5")'),
    ('"{where}_{uid}".format(where="web", uid=uuid.uuid4(), **names)', 'G.generate_base_id("web")'),
    ('"{0}_{1}".format("web", uuid.uuid4(), *rest)', 'G.generate_base_id("web")'),
    ('"{}_{}".format("web", uuid.uuid4(), *rest)', 'G.generate_base_id("web")'),
    ('"{0}_{1}".format(a, uuid.uuid4(), *rest)', "G.generate_base_id(a)"),
    ('"{1}_{0}".format(uuid.uuid4(), a, *rest)', "G.generate_base_id(a)"),
    ('"%s_%s" % (a, uuid.uuid4())', "G.generate_base_id(a)"),
    ('"%(a)s_%(uid)s" % {"a": a, "uid": uuid.uuid4()}', "G.generate_base_id(a)"),
    ('"web%02d_%s" % (7, uuid.uuid4())', 'G.generate_base_id("web07")'),
    ('"web_%s_%s" % (None, uuid.uuid4())', 'G.generate_base_id("web_none")'),
    ('f"{None}_{uuid.uuid4()}"', 'G.generate_base_id("none")'),
    ('f"web_{True}_{uuid.uuid4()}"', 'G.generate_base_id("web_true")'),
    # What comes after the id is kept as an f-string keeps it.
    ('f"web_{uuid.uuid4()}_{a}"', 'G.generate_base_id(f"web_{a}")'),
    ('"web_" + str(uuid.uuid4()) + a', 'G.generate_base_id(f"web_{a}")'),
    ('"web_" + str(uuid.uuid4()) + ("_" + a())', 'G.generate_base_id(f"web_{a()}")'),
    ('"web_%s_%s" % (uuid.uuid4(), a)', 'G.generate_base_id(f"web_{a}")'),
    ('"web_{}_{}".format(uuid.uuid4(), a())', 'G.generate_base_id(f"web_{a()}")'),
    ('"_".join(["web", str(uuid.uuid4()), a])', 'G.generate_base_id(f"web_{a}")'),
    ('"_".join(["web", str(uuid.uuid4()), "x"])', 'G.generate_base_id("web_x")'),
]


def fixed(workshop: Make, expression: str) -> str:
    """The expression that ``fix`` leaves."""
    after: str = workshop({"app.py": HEAD + FUNCTION.format(expression)}).fixed("app.py")  # type: ignore[attr-defined]
    return after.partition("order_id = ")[2].partition("\n")[0]


@pytest.mark.parametrize("expression", STAYS)
def test_a_text_that_is_not_known_stays(expression: str, workshop: Make) -> None:
    after = fixed(workshop, expression)
    made = "str(uuid.uuid4())" if "str(" in expression else "uuid.uuid4()"
    assert after == expression.replace(made, NEW)


@pytest.mark.parametrize(("expression", "expected"), GOES)
def test_a_text_that_is_known_goes_into_the_prefix(expression: str, expected: str, workshop: Make) -> None:
    assert fixed(workshop, expression) == expected


def test_as_many_stay_as_go() -> None:
    assert len(STAYS) >= len(GOES)
