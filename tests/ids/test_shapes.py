"""What becomes of an id in its own expression: its kind, its widest expression, its bits and its text."""

from __future__ import annotations

import ast
import math
import random
import uuid

import pytest

from flake8_ssot_ids.ids.shapes import CUT, FACTORY, GLUED, OBJECT, TEXT, Shape, shape_of
from flake8_ssot_ids.semantics.module.literals import integer


def shape(expression: str, source: str = "uuid4") -> Shape:
    """The shape of the only ``u`` in an expression."""
    tree = ast.parse(expression)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    (reference,) = (node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "u")
    return shape_of(reference, source, parents)


#: Expression, kind, the widest expression that still is the id.
KINDS = [
    ("u()", OBJECT, "u()"),
    ("f(u())", OBJECT, "u()"),
    ("[u()]", OBJECT, "u()"),
    ("u().version", OBJECT, "u()"),
    ("u() == x", OBJECT, "u()"),
    ("u() if a else b", OBJECT, "u()"),
    ("a or u()", OBJECT, "u()"),
    ("not u()", OBJECT, "u()"),
    ("u()()", OBJECT, "u()"),
    ("str(u())", TEXT, "str(u())"),
    ("str(object=u())", OBJECT, "u()"),
    ("u().hex", TEXT, "u().hex"),
    ("u().hex.upper()", TEXT, "u().hex.upper()"),
    ("str(u()).replace('-', '')", TEXT, "str(u()).replace('-', '')"),
    ("f'{u()}'", TEXT, "f'{u()}'"),
    ("f'{u()!r}'", TEXT, "f'{u()!r}'"),
    ("'%s' % u()", TEXT, "'%s' % u()"),
    ("'{}'.format(u())", TEXT, "'{}'.format(u())"),
    ("int(u())", TEXT, "int(u())"),
    ("u().int", TEXT, "u().int"),
    ("u().bytes.hex()", TEXT, "u().bytes.hex()"),
    ("str(a or u())", TEXT, "u()"),
    ("x or str(u())", TEXT, "str(u())"),
    ("u().hex[:32]", TEXT, "u().hex[:32]"),
    ("str(u())[:36]", TEXT, "str(u())[:36]"),
    ("u().hex[:8]", CUT, "u().hex[:8]"),
    ("u().hex[:n]", CUT, "u().hex[:n]"),
    ("str(u())[:35]", CUT, "str(u())[:35]"),
    ("str(u()).split('-')[0]", CUT, "str(u()).split('-')[0]"),
    ("u().int % 1000", CUT, "u().int % 1000"),
    ("u().time_low", CUT, "u().time_low"),
    ("f'a_{u().hex[:8]}'", CUT, "f'a_{u().hex[:8]}'"),
    ("('a_' + str(u()))[:10]", CUT, "('a_' + str(u()))[:10]"),
    ("f'{u().hex:.8}'", CUT, "f'{u().hex:.8}'"),
    ("f'a_{u()}'", GLUED, "f'a_{u()}'"),
    ("'a_' + str(u())", GLUED, "'a_' + str(u())"),
    ("str(u()) + x", GLUED, "str(u()) + x"),
    ("'a_%s' % u()", GLUED, "'a_%s' % u()"),
    ("'a_%s_%s' % (x, u())", GLUED, "'a_%s_%s' % (x, u())"),
    ("'a_{}'.format(u())", GLUED, "'a_{}'.format(u())"),
    ("'-'.join([x, u().hex])", GLUED, "'-'.join([x, u().hex])"),
    ("f'{x}{u()}'", GLUED, "f'{x}{u()}'"),
    ("u", FACTORY, "u"),
    ("f(default=u)", FACTORY, "u"),
    ("u.__name__", FACTORY, "u"),
    ("u or v", FACTORY, "u"),
    ("f'{u}'", FACTORY, "u"),
]


@pytest.mark.parametrize(("expression", "kind", "widest"), KINDS)
def test_kind_and_widest_expression(expression: str, kind: str, widest: str) -> None:
    found = shape(expression)
    assert (found.kind, ast.unparse(found.node)) == (kind, ast.unparse(ast.parse(widest)))
    assert found.called is (kind != FACTORY)


@pytest.mark.parametrize(
    ("expression", "prefix", "tail"),
    [
        ("f'ws_{u()}'", "ws_", ""),
        ("f'ws_{u()}.txt'", "ws_", ".txt"),
        ("'ws_' + str(u()) + '.txt'", "ws_", ".txt"),
        ("'a' + ('b' + str(u()))", "ab", ""),
        ("f'a{f\"b{u()}\"}'", "ab", ""),
        ("'ws_%s!' % u()", "ws_", "!"),
        ("'100%%_%s' % u()", "100%_", ""),
        ("'{{ws}}_{}'.format(u())", "{ws}_", ""),
        ("'{1}_{0}'.format(u(), 'x')", "x_", ""),
        ("'{1}_{0}'.format(u(), x)", None, ""),
        ("'%s-%d-%s' % ('ws', 7, u())", "ws-7-", ""),
        ("f'{7:03}-{u()}{8}'", "007-", "8"),
        ("''.join(['ws', u().hex, '.txt'])", "ws", ".txt"),
        ("x.join(['ws', u().hex])", None, ""),
        ("f'{7:99999}{u()}'", None, ""),
        ("'_'.join(['ws', u().hex])", "ws_", ""),
        ("f'{x}_{u()}'", None, ""),
        ("x + str(u())", None, ""),
        ("str(u())", None, ""),
        ("u().hex + '@example.org'", None, "@example.org"),
        ("f'ws_{u().hex[:8]}'", "ws_", ""),
        ("f'ws_{u()}'.upper()", "ws_", ""),
    ],
)
def test_the_literal_text_around(expression: str, prefix: str | None, tail: str) -> None:
    found = shape(expression)
    assert (found.prefix, found.tail) == (prefix, tail)


@pytest.mark.parametrize(
    ("source", "expression", "bits"),
    [
        ("uuid4", "u()", 122),
        ("uuid4", "u().hex", 122),
        ("uuid4", "u().hex[12]", 0),
        ("uuid4", "u().hex[16]", 2),
        ("uuid4", "u().int % 10 ** 6", math.log2(10**6)),
        ("uuid4", "u().int % 2 ** 200", 122),
        ("uuid4", "u().hex[:n]", None),
        ("uuid4", "u().int % n", None),
        ("uuid1", "u().hex[:8]", 0),
        ("uuid1", "u().hex[-12:]", 0),
        ("uuid6", "u().hex[:16]", 0),
        ("uuid7", "u().hex[:12]", 0),
        ("uuid7", "u().hex[:16]", 12),
        ("uuid7", "u().hex[-8:]", 32),
        ("uuid8", "u().hex[:8]", 32),
        ("uuid4", "f'a_{u()}'[2:10]", 32),
        ("uuid4", "('ws_' + u().hex)[-8:]", 32),
        ("uuid4", "f'{x}{u().hex}'[-8:]", 32),
    ],
)
def test_the_random_bits_that_are_left(source: str, expression: str, bits: float | None) -> None:
    assert shape(expression, source).bits == bits


def test_cuts_agree_with_real_values() -> None:
    """For slices of all kinds: cut exactly where the text is shorter in digits, and the digits are random."""
    generator = random.Random(5)  # noqa: S311
    for _ in range(400):
        bounds = [generator.choice(["", str(generator.randint(-40, 40))]) for _ in range(2)]
        step = generator.choice(["", "", ":1", ":2", ":3", ":-1"])
        text = generator.choice(["{}.hex", "str({})", "{}.urn", "str({}).replace('-', '')"])
        expression = text + f"[{':'.join(bounds)}{step}]"
        values = [uuid.UUID(int=generator.getrandbits(128), version=4) for _ in range(200)]
        results = [eval(expression.format("v"), {"v": value, "str": str}) for value in values]  # noqa: S307
        digits = [result.removeprefix("urn:uuid:") if ".urn" in text else result for result in results]
        kept = max(sum(letter in "0123456789abcdef" for letter in digit) for digit in digits)
        if ".urn" in text and not results[0].startswith("urn:uuid:"):
            continue
        found = shape(expression.format("u()"))
        assert (found.kind == CUT) == (kept < 32), expression
        varying = 0
        for column in zip(*results, strict=True):
            seen = {int(letter, 16) for letter in column if letter in "0123456789abcdef"}
            first = min(seen, default=0)
            change = 0
            for other in seen:
                change |= first ^ other
            varying += change.bit_count() if len(set(column)) > 1 else 0
        assert found.bits == varying, expression


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8", 8),
        ("-8", -8),
        ("2 ** 32", 2**32),
        ("1 << 16", 65536),
        ("4 + 4 * 2 - 1", 11),
        ("True", None),
        ("n", None),
        ("8.0", None),
        ("2 ** -1", None),
        ("2 ** 100000", None),
        ("9 ** 9 ** 9", None),
        ("1 / 2", None),
        ("1 + " * 50 + "1", None),
    ],
)
def test_integer(text: str, value: int | None) -> None:
    assert integer(ast.parse(text, mode="eval").body) == value
