"""What an assignment may make an alias of, read off the bytes: never less than the parser would see."""

from __future__ import annotations

import ast
import random
import re

import pytest

from flake8_ssot_ids.semantics.glance.assignments import assigned_names


def through(text: str) -> dict[str, set[str]]:
    """Each target with all words that its values may go through."""
    found: dict[str, set[str]] = {}
    for targets, words in assigned_names(text.encode()):
        for target in targets:
            found.setdefault(target, set()).update(words)
    return found


#: Source, the name that it may make an alias, and the word that this goes through.
ALIASES = [
    ("make = uuid4\n", "make", "uuid4"),
    ("make=uuid4\n", "make", "uuid4"),
    ("make = uuid4", "make", "uuid4"),
    ("make = uuid4\r\n", "make", "uuid4"),
    ("make = uuid.uuid4\n", "make", "uuid"),
    ("make = uuid . uuid4\n", "make", "uuid"),
    ("make = a.b.c.d\n", "make", "a"),
    ("make = (uuid4)\n", "make", "uuid4"),
    ("make = ((uuid4))\n", "make", "uuid4"),
    ("make = (\n    uuid4\n)\n", "make", "uuid4"),
    ("make = \\\n    uuid4\n", "make", "uuid4"),
    ("make = uuid4  # why\n", "make", "uuid4"),
    ("make = uuid4; x = 1\n", "make", "uuid4"),
    ("x = 1; make = uuid4\n", "make", "uuid4"),
    ("first = make = uuid4\n", "make", "uuid4"),
    ("make = last = uuid4\n", "make", "uuid4"),
    ("first = make = last = uuid.uuid4\n", "make", "uuid"),
    ("make: Maker = uuid4\n", "make", "uuid4"),
    ("make: Callable[[], UUID] = uuid4\n", "make", "uuid4"),
    ('make: "Maker" = uuid4\n', "make", "uuid4"),
    ("make, other = uuid4, 1\n", "make", "uuid4"),
    ("other, make = 1, uuid4\n", "make", "uuid4"),
    ("(other, make) = (1, uuid4)\n", "make", "uuid4"),
    ("[other, make] = [1, uuid.uuid4]\n", "make", "uuid"),
    ("make, *rest = uuid4, 1, 2\n", "make", "uuid4"),
    ("make = uuid4 if fast else uuid1\n", "make", "uuid4"),
    ("make = uuid4 if fast else uuid1\n", "make", "uuid1"),
    ("make = given or uuid4\n", "make", "uuid4"),
    ("make = given and uuid.uuid4\n", "make", "uuid"),
    ("(make := uuid4)\n", "make", "uuid4"),
    ("if (make := uuid.uuid4): pass\n", "make", "uuid"),
    ("print(make := uuid4)\n", "make", "uuid4"),
    ("make = partial(uuid4)\n", "make", "uuid4"),
    ("make = functools.partial(uuid.uuid4)\n", "make", "uuid"),
    ("make = functools.partial(\n    uuid4,\n)\n", "make", "uuid4"),
    ("make = partial(uuid4, 1)\n", "make", "uuid4"),
    ("make = getattr(uuid, 'uuid4')\n", "make", "uuid"),
    ("make = getattr(\n    uuid,\n    'uuid4',\n)\n", "make", "uuid"),
    ("u = __import__('uuid')\n", "u", "uuid"),
    ("u = import_module('uuid')\n", "u", "uuid"),
    ('u = importlib.import_module("uuid")\n', "u", "uuid"),
    ("u = sys.modules['uuid']\n", "u", "sys"),
    ("u = sys.modules.get('uuid')\n", "u", "uuid"),
    ("if fast:\n    make = uuid4\n", "make", "uuid4"),
    ("if fast: make = uuid4\n", "make", "uuid4"),
    ("if fast:\n    pass\nelse:\n    make = uuid4\n", "make", "uuid4"),
    ("try:\n    make = uuid7\nexcept Exception:\n    make = uuid4\n", "make", "uuid4"),
    ("try:\n    make = uuid7\nexcept Exception:\n    make = uuid4\n", "make", "uuid7"),
    ("with lock:\n\tmake = uuid4\n", "make", "uuid4"),
    ("for _ in x:\n    if y:\n        make = uuid4\n", "make", "uuid4"),
    ("if x:\n    def f(): pass\n    make = uuid4\n", "make", "uuid4"),
    ("if x:\n    class A:\n        a = 1\n    make = uuid4\n", "make", "uuid4"),
    ("if x:\n    def f(\n        a,\n    ):\n        return a\n\n    make = uuid4\n", "make", "uuid4"),
    ("def f():\n    global make\n    make = uuid4\n", "make", "uuid4"),
    ("def f():\n    global a, make\n    make = uuid4\n", "make", "uuid4"),
    ("async def f():\n    global make\n    make = uuid.uuid4\n", "make", "uuid"),
    ("class A:\n    def f(self):\n        global make\n        make = uuid4\n", "make", "uuid4"),
    ("def f(): pass\nmake = uuid4\n", "make", "uuid4"),
    ("class A:\n    a = 1\nmake = uuid4\n", "make", "uuid4"),
    ("@decorated\ndef f():\n    pass\n\nmake = uuid4\n", "make", "uuid4"),
    ('"""Text.\n\nmore\n"""\nmake = uuid4\n', "make", "uuid4"),
    ("\x0cmake = uuid4\n", "make", "uuid4"),
    ("cr\xe9er = uuid4\n", "cr\xe9er", "uuid4"),
    ("make = cr\xe9er\n", "make", "cr\xe9er"),
    ("\uff4dake = uuid4\n", "make", "uuid4"),
    ("make = \uff55uid4\n", "make", "uuid4"),
]


@pytest.mark.parametrize(("text", "name", "word"), ALIASES)
def test_what_may_be_an_alias(text: str, name: str, word: str) -> None:
    ast.parse(text)
    assert word in through(text).get(name, ())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x\n",
        "make == uuid4\n",
        "make()\n",
        "f(make=1)\n",
        "x = 1\n",
        "x = 'make'\n",
        "x = [1, 2]\n",
        "import uuid\n",
        "def f():\n    make = uuid4\n",
        "def f(make=uuid4): pass\n",
        "class A:\n    make = uuid4\n",
        "async def f():\n    make = uuid.uuid4\n",
        "@decorated(make=uuid4)\ndef f():\n    make = uuid4\n",
        "if x:\n    def f():\n        make = uuid4\n",
        "try:\n    class A:\n        make = uuid4\nfinally:\n    pass\n",
        "def f():\n    def g():\n        make = uuid4\n",
        "def f():\n    global other\n    make = uuid4\n",
        "# make = uuid4\n",
        "    # make = uuid4\n",
        "if x:\n    # make = uuid4\n    pass\n",
        "'make = uuid4'\n",
    ],
)
def test_what_can_be_none(text: str) -> None:
    ast.parse(text)
    assert "make" not in through(text)


@pytest.mark.parametrize(
    "text",
    [
        "x = uuid4()\n",
        "x = uuid.uuid4()\n",
        "x = y = uuid.uuid4()\n",
        "x: UUID = uuid.uuid4()\n",
        "x = uuid.uuid4().hex\n",
        "x = (uuid4())\n",
    ],
)
def test_a_call_is_no_alias(text: str) -> None:
    assert not {"uuid", "uuid4"} & through(text).get("x", set())


#: What may stand on the right of an assignment that hands a name on.
VALUES = (
    "uuid4",
    "(uuid4)",
    "m.uuid4",
    "None or uuid4",
    "uuid4 if x else None",
    "partial(uuid4)",
    "functools.partial(m.uuid4)",
    "getattr(uuid4, 'x')",
)
BLOCKS = (
    "{}\n",
    "if x:\n    {}\n",
    "if x:\n    pass\nelif y:\n    {}\n",
    "try:\n    pass\nexcept E:\n    {}\n",
    "with a as b:\n    {}\n",
    "while x:\n\t{}\n",
    "for x in y:\n    for z in x:\n        {}\n",
    "def f():\n    global make\n    {}\n",
    "if x:\n    def f(): pass\n    {}\n    def g(): pass\n",
    "x = 1\n{}\ny = 2\n",
)
TARGETS = (
    "make = {}",
    "make=({})",
    "a = make = {}",
    "make: T = {}",
    "make = (\n{}\n)",
    "make, b = {}, 1",
    "(make := {})",
)


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("target", TARGETS)
def test_each_form_in_each_block(block: str, target: str) -> None:
    for value in VALUES:
        if ":=" in target and ("(" in value or " " in value):
            continue  # another form: only a plain name is read behind a walrus
        if "\n" in target and block != "{}\n":
            continue
        text = block.format(target.format(value))
        tree = ast.parse(text)
        assert any(isinstance(node, ast.Name) and node.id == "make" for node in ast.walk(tree))
        assert {"uuid4", "m"} & through(text).get("make", set()), text


_PIECES = (
    "make = uuid4\n", "x = (\n", ")\n", "    y = uuid.uuid4\n", "def f():\n", "    global z\n",
    "    z = uuid4\n", "if x:\n", "a = b = (", "uuid4)\n", "\\\n", "[", "# uuid4\n", "; c = uuid4\n",
    "d: T = m.uuid4\n", "e = f(uuid4)\n", " " * 390, " " * 30, "(\n" * 50, "\r\n", "\x0c",
    "(w := uuid4)\n", "'uuid4'", "g, h = uuid4, 1\n", "x" * 380 + "\n", "i = 1\n" * 40, "class C:\n",
    "    j = uuid4\n", "k = getattr(m, 'uuid4')\n", "\u00e9 = uuid4\n",
    "l = ((\n" + " " * 450 + "uuid4))\n",
)  # fmt: skip
_TELLING = re.compile(rb"uuid4(?!\w)")


@pytest.mark.parametrize("seed", range(400))
def test_near_the_telling_words_all_is_found_that_is_found_at_all(seed: int) -> None:
    """Only the surroundings of the words are searched; to say that each byte is near one searches all."""
    choose = random.Random(seed)  # noqa: S311
    text = "".join(choose.choice(_PIECES) for _ in range(choose.randint(1, 40))).encode()
    text = text.replace(b"\r\n", b"\n")
    near = [match.start() for match in _TELLING.finditer(text)]

    def found(places: list[int]) -> set[tuple[str, frozenset[str]]]:
        return {
            (target, frozenset(words))
            for targets, words in assigned_names(text, _TELLING, places)
            for target in targets
        }

    assert found([*range(len(text))]) <= found(near)
