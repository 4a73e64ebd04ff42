"""SID103: only a part of a UUID is kept; the bits and the count are checked on real values."""

from __future__ import annotations

import math
import random
import uuid
from collections.abc import Callable
from fractions import Fraction

import pytest

from flake8_ssot_ids.ids.entropy import collision_at
from flake8_ssot_ids.model import FileReport
from flake8_ssot_ids.testing import assert_marks, expected

CODE = "SID103"

FIRING = {
    "slices of the digits and of the text": """\
import uuid
a = uuid.uuid4().hex[:8]
#   ^^^^^^^^^^ SID103
b = str(uuid.uuid4())[-12:]
#       ^^^^^^^^^^ SID103
c = uuid.uuid4().hex[4:-4:2]
#   ^^^^^^^^^^ SID103
d = uuid.uuid4().hex[:n]
#   ^^^^^^^^^^ SID103
""",
    "one group of the text": """\
from uuid import uuid4
a = str(uuid4()).split("-")[0]
#       ^^^^^ SID103
b = str(uuid4()).partition("-")[2]
#       ^^^^^ SID103
c = str(uuid4()).rsplit("-", 1)[-1]
#       ^^^^^ SID103
""",
    "a part of the number": """\
from uuid import uuid4
a = uuid4().int % 10**6
#   ^^^^^ SID103
b = uuid4().int >> 64
#   ^^^^^ SID103
c = uuid4().int & 0xFFFF
#   ^^^^^ SID103
d = uuid4().int // 2**64
#   ^^^^^ SID103
""",
    "a field of the value": """\
from uuid import uuid1, uuid4
a = uuid4().time_low, uuid4().node, uuid4().fields[0]
#   ^^^^^ SID103
#                     ^^^^^ SID103
#                                   ^^^^^ SID103
b = uuid1().clock_seq
#   ^^^^^ SID103
c = uuid4().bytes[:4]
#   ^^^^^ SID103
""",
    "a precision of a format": """\
from uuid import uuid4
a = f"{uuid4().hex:.8}"
#      ^^^^^ SID103
b = "%.8s" % uuid4()
#            ^^^^^ SID103
c = "{:.8}".format(uuid4().hex)
#                  ^^^^^ SID103
""",
    "a cut wins over other text": """\
from uuid import uuid4
a = f"ws_{uuid4().hex[:8]}"
#         ^^^^^ SID103
b = "ws_" + str(uuid4())[:8] + "_x"
#               ^^^^^ SID103
c = f"ws_{uuid4()}"[:11]
#         ^^^^^ SID103
""",
}

SILENT = {
    "a cut of what is no fresh value": """\
import uuid
a = uuid.UUID(x).hex[:8], x.hex[:8], uuid.NAMESPACE_DNS.hex[:8]
""",
    "cuts that keep all of it": """\
from uuid import uuid4
a = uuid4().hex[0:32], str(uuid4())[0:]
#   ^^^^^ SID102
#                          ^^^^^ SID102
""",
    "a cut of the text around it alone": """\
from uuid import uuid4
a = f"prefix_{uuid4()}"[7:]
#             ^^^^^ SID104
""",
    "an index of a list that holds it": """\
from uuid import uuid4
a = [uuid4(), uuid4()][0]
#    ^^^^^ SID101
#             ^^^^^ SID101
""",
    "a key of a mapping": """\
from uuid import uuid4
a = table[uuid4()], table[str(uuid4())]
#         ^^^^^ SID101
#                             ^^^^^ SID102
""",
    "a width pads and cuts nothing": """\
from uuid import uuid4
a = f"{uuid4().hex:>40}"
#      ^^^^^ SID102
""",
}

MESSAGES = [
    (
        "import uuid\na_id = uuid.uuid4().hex[:8]\n",
        "only 32 random bits of `uuid.uuid4()` are kept, so a collision is 1 % likely at "
        '9,291 ids; write `UnifiedIdGenerator.generate_base_id("a")`',
    ),
    (
        'import uuid\nx = f"ws_{uuid.uuid4().hex[:8]}"\n',
        "only 32 random bits of `uuid.uuid4()` are kept, so a collision is 1 % likely at "
        '9,291 ids; write `UnifiedIdGenerator.generate_base_id("ws")`',
    ),
    (
        'import uuid\ndef f(user_id):\n    return f"ws_{uuid.uuid4().hex[:8]}"\n',
        "only 32 random bits of `uuid.uuid4()` are kept, so a collision is 1 % likely at "
        "9,291 ids; write `UnifiedIdGenerator.generate_websocket_connection_id(user_id)`",
    ),
    (
        "import uuid\na_id = uuid.uuid4().hex[:12]\n",
        "only 48 random bits of `uuid.uuid4()` are kept, so a collision is 1 % likely at "
        '2,378,620 ids; write `UnifiedIdGenerator.generate_base_id("a")`',
    ),
    (
        "import uuid\na_id = uuid.uuid4().hex[8:16]\n",
        "only 28 random bits of `uuid.uuid4()` are kept, so a collision is 1 % likely at "
        '2,322 ids; write `UnifiedIdGenerator.generate_base_id("a")`',
    ),
    (
        "import uuid\na_id = str(uuid.uuid4())[14:23]\n",
        "only 26 random bits of `uuid.uuid4()` are kept, so a collision is 1 % likely at "
        '1,161 ids; write `UnifiedIdGenerator.generate_base_id("a")`',
    ),
    (
        "import uuid\npin = uuid.uuid4().int % 10**6\n",
        "only 20 random bits of `uuid.uuid4()` are kept, so a collision is 1 % likely at 141 "
        "ids; call `UnifiedIdGenerator.generate_uuid()` instead",
    ),
    (
        "import uuid\na_id = uuid.uuid4().int & 0xFFFF\n",
        "only 16 random bits of `uuid.uuid4()` are kept, so a collision is 1 % likely at 36 "
        "ids; call `UnifiedIdGenerator.generate_uuid()` instead",
    ),
    (
        "import uuid\na_id = uuid.uuid7().hex[-12:]\n",
        "only 48 random bits of `uuid.uuid7()` are kept, so a collision is 1 % likely at "
        '2,378,620 ids; write `UnifiedIdGenerator.generate_base_id("a")`',
    ),
    (
        "import uuid\na_id = uuid.uuid1().hex[:8]\n",
        "the part of `uuid.uuid1()` that is kept holds the clock and the machine and no "
        'random bit, so ids repeat; write `UnifiedIdGenerator.generate_base_id("a")`',
    ),
    (
        "import uuid\na_id = uuid.uuid7().hex[:12]\n",
        "the part of `uuid.uuid7()` that is kept holds the clock and the machine and no "
        'random bit, so ids repeat; write `UnifiedIdGenerator.generate_base_id("a")`',
    ),
    (
        "import uuid\na_id = uuid.uuid4().hex[12]\n",
        "the part of `uuid.uuid4()` that is kept holds fixed digits and no random bit, so ids "
        'repeat; write `UnifiedIdGenerator.generate_base_id("a")`',
    ),
    (
        "import uuid\na_id = uuid.uuid4().hex[:size]\n",
        "only a part of `uuid.uuid4()` is kept, so ids collide early; "
        "call `UnifiedIdGenerator.generate_uuid()` instead",
    ),
    (
        'import uuid\nemail = f"user_{uuid.uuid4().hex[:8]}@example.org"\n',
        "only 32 random bits of `uuid.uuid4()` are kept, so a collision is 1 % likely at "
        "9,291 ids; call `UnifiedIdGenerator.generate_uuid()` instead",
    ),
]


@pytest.mark.parametrize("case", FIRING)
def test_fires(case: str) -> None:
    assert CODE in {mark.code for mark in expected(FIRING[case])}
    assert_marks(FIRING[case])


@pytest.mark.parametrize("case", SILENT)
def test_stays_silent(case: str) -> None:
    assert CODE not in {mark.code for mark in expected(SILENT[case])}
    assert_marks(SILENT[case])


def test_at_least_as_many_cases_stay_silent() -> None:
    assert len(SILENT) >= len(FIRING)


@pytest.mark.parametrize(("source", "message"), MESSAGES)
def test_message(source: str, message: str, judge: Callable[..., FileReport]) -> None:
    assert [found.message for found in judge(source).findings if found.code == CODE] == [message]


def varying_bits(expression: str) -> int:
    """The number of bits of a text of hexadecimal digits, or of a number, that differ between real UUIDs."""
    generator = random.Random(1)  # noqa: S311
    seen = 0
    first: int | None = None
    for _ in range(400):
        value = uuid.UUID(int=generator.getrandbits(128), version=4)
        result = eval(expression, {"u": value, "str": str, "int": int})  # noqa: S307
        number = int(result.replace("-", "") or "0", 16) if isinstance(result, str) else result
        first = number if first is None else first
        seen |= number ^ first
    return seen.bit_count()


@pytest.mark.parametrize(
    "expression",
    [
        "u.hex[:8]", "u.hex[:12]", "u.hex[:13]", "u.hex[:16]", "u.hex[8:16]", "u.hex[12:20]",
        "u.hex[-12:]",
        "u.hex[::2]", "u.hex[1::2]", "u.hex[16]", "u.hex[-1]", "str(u)[:8]", "str(u)[:13]", "str(u)[:18]",
        "str(u)[14:23]", "str(u)[-4:]", "str(u).split('-')[0]", "str(u).split('-')[2]",
        "str(u).split('-')[3]",
        "str(u).rsplit('-', 1)[1]", "str(u).partition('-')[2]", "str(u).replace('-', '')[:10]", "u.time_low",
        "u.time_mid", "u.time_hi_version", "u.clock_seq_low", "u.clock_seq_hi_variant", "u.node",
        "u.fields[0]", "u.fields[2]", "u.fields[5]", "u.bytes[:4].hex()", "u.bytes[4:9].hex()",
        "u.int & 0xFFFF", "u.int >> 64", "u.int >> 96", "u.int & 0xF000_0000_0000_0000", "u.hex[4:][:4]",
        "u.hex[:16][8:]",
    ],
)  # fmt: skip
def test_the_bits_are_those_that_differ_between_real_values(
    expression: str, judge: Callable[..., FileReport]
) -> None:
    called = expression.replace("u.", "uuid4().").replace("str(u)", "str(uuid4())")
    (found,) = judge(f"from uuid import uuid4\na_id = {called}\n").findings
    bits = varying_bits(expression)
    assert found.code == "SID103"
    assert f"only {bits} random bit{'' if bits == 1 else 's'} of" in found.message


#: The exact birthday problem: bits, what the message says of them.
FEW_BITS = [
    (1, "only 1 random bit of `uuid.uuid4()` is kept, so a collision is 50 % likely at 2 ids"),
    (2, "only 2 random bits of `uuid.uuid4()` are kept, so a collision is 25 % likely at 2 ids"),
    (3, "only 3 random bits of `uuid.uuid4()` are kept, so a collision is 12.5 % likely at 2 ids"),
    (4, "only 4 random bits of `uuid.uuid4()` are kept, so a collision is 6.25 % likely at 2 ids"),
    (5, "only 5 random bits of `uuid.uuid4()` are kept, so a collision is 3.12 % likely at 2 ids"),
    (6, "only 6 random bits of `uuid.uuid4()` are kept, so a collision is 1.56 % likely at 2 ids"),
    (7, "only 7 random bits of `uuid.uuid4()` are kept, so a collision is 1 % likely at 3 ids"),
    (8, "only 8 random bits of `uuid.uuid4()` are kept, so a collision is 1 % likely at 3 ids"),
    (9, "only 9 random bits of `uuid.uuid4()` are kept, so a collision is 1 % likely at 4 ids"),
    (10, "only 10 random bits of `uuid.uuid4()` are kept, so a collision is 1 % likely at 6 ids"),
    (11, "only 11 random bits of `uuid.uuid4()` are kept, so a collision is 1 % likely at 7 ids"),
    (15, "only 15 random bits of `uuid.uuid4()` are kept, so a collision is 1 % likely at 27 ids"),
    (16, "only 16 random bits of `uuid.uuid4()` are kept, so a collision is 1 % likely at 36 ids"),
]


@pytest.mark.parametrize(("bits", "expected"), FEW_BITS)
def test_few_bits_are_counted_exactly(bits: int, expected: str, judge: Callable[..., FileReport]) -> None:
    (found,) = judge(f"import uuid\na_id = uuid.uuid4().int & {2**bits - 1}\n").findings
    assert found.message.partition(";")[0] == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("int % 2", "a collision is 50 % likely at 2 ids"),
        ("int % 3", "a collision is 33.3 % likely at 2 ids"),
        ("int % 10", "a collision is 10 % likely at 2 ids"),
        ("int % 100", "a collision is 1 % likely at 2 ids"),
        ("int % 101", "a collision is 1 % likely at 3 ids"),
        ("int % 1", "holds fixed digits and no random bit, so ids repeat"),
        ("int & 0", "holds fixed digits and no random bit, so ids repeat"),
        ("hex[:1]", "a collision is 6.25 % likely at 2 ids"),
        ("hex[16]", "a collision is 25 % likely at 2 ids"),
        ("hex[12]", "holds fixed digits and no random bit, so ids repeat"),
    ],
)
def test_a_few_values_are_counted_exactly(
    expression: str, expected: str, judge: Callable[..., FileReport]
) -> None:
    (found,) = judge(f"import uuid\na_id = uuid.uuid4().{expression}\n").findings
    assert expected in found.message


@pytest.mark.parametrize("bits", range(1, 16))
def test_the_count_is_the_least_where_one_per_cent_of_all_draws_have_a_pair(bits: int) -> None:
    def shared(count: int) -> Fraction:
        alone = Fraction(1)
        for at in range(count):
            alone *= Fraction(2**bits - at, 2**bits)
        return 1 - alone

    count = collision_at(bits)
    assert shared(count) >= Fraction(1, 100)
    assert count == 2 or shared(count - 1) < Fraction(1, 100)


@pytest.mark.parametrize("bits", [16, 32, 48, 60])
def test_the_count_is_where_one_per_cent_of_all_draws_have_a_pair(
    bits: int, judge: Callable[..., FileReport]
) -> None:
    (found,) = judge(f"import uuid\na_id = uuid.uuid4().int & {2**bits - 1}\n").findings
    shown = int(found.message.partition("likely at ")[2].partition(" ids")[0].replace(",", ""))
    kept = min(60, bits)
    # The exact product, in logarithms: no two of n equal, with n * n / 2 ** (bits + 1) for large n.
    if bits <= 32:
        alone = sum(math.log1p(-at / 2**kept) for at in range(shown))
    else:
        alone = -shown * (shown - 1) / 2 ** (kept + 1)
    assert 1 - math.exp(alone) == pytest.approx(0.01, rel=0.06 if bits < 32 else 0.001)
