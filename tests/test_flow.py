"""Where a value goes within its file: each place that asks for its format, and nothing else.

In a case ``u()`` (text or whatever) or ``uuid4()`` makes the value; ``#> kind source`` behind a line is a place
that must be found on it, with its exact source. Every other line must be silent.
"""

from __future__ import annotations

import ast

import pytest

from flake8_ssot_ids.flow import ModuleFlow, Sink

MAKERS = ("u", "uuid4")


def seed(tree: ast.Module) -> ast.expr:
    """The first call of a maker; where there is none, the first reference to one."""
    names = [
        node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in MAKERS and node.lineno
    ]
    calls = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.func in names and not node.args
    ]
    return min([*calls] or [*names], key=lambda node: (node.lineno, node.col_offset))


def wanted(source: str) -> list[tuple[int, str, str]]:
    found = []
    for number, line in enumerate(source.split("\n"), 1):
        for mark in line.split("#>")[1:]:
            kind, _, text = mark.strip().partition(" ")
            found.append((number, kind, text))
    return sorted(found)


def found(source: str) -> list[Sink]:
    tree = ast.parse(source)
    return ModuleFlow(tree).sinks(seed(tree))


def places(source: str, sinks: list[Sink]) -> list[tuple[int, str, str]]:
    return sorted(
        (sink.node.lineno, sink.kind, ast.get_source_segment(source, sink.node) or "") for sink in sinks
    )


def names(kind: str) -> str:
    return kind.lower().replace("_", "-")


#: Each kind, on a name that holds the value.
KINDS = {
    "parsed by the class": "from uuid import UUID\nx = u()\nUUID(x)  #> parsed-as-uuid UUID(x)",
    "parsed by the module's class": "import uuid\nx = u()\nuuid.UUID(x)  #> parsed-as-uuid uuid.UUID(x)",
    "parsed by an alias": "import uuid as m\nx = u()\nm.UUID(hex=x)  #> parsed-as-uuid m.UUID(hex=x)",
    "parsed by an alias of the class": "from uuid import UUID as U\nx = u()\nU(x)  #> parsed-as-uuid U(x)",
    "parsed one by one": "from uuid import UUID\nx = [u()]\nlist(map(UUID, x))  #> parsed-as-uuid map(UUID, x)",
    "parsed in a comprehension": (
        "from uuid import UUID\nxs = [u(), u()]\n[UUID(x) for x in xs]  #> parsed-as-uuid UUID(x)"
    ),
    "an attribute of the object": "x = uuid4()\nx.hex  #> uuid-attribute x.hex",
    "the number of the object": (
        "x = uuid4()\nx.int % 10  #> arithmetic x.int % 10 #> uuid-attribute x.int"
    ),
    "the version of the object": "x = uuid4()\nassert x.version == 4  #> uuid-attribute x.version",
    "its head": "x = uuid4()\nx.hex[:8]  #> sliced x.hex[:8] #> uuid-attribute x.hex",
    "an attribute that only a UUID has": "x = u()\nx.urn  #> uuid-attribute x.urn",
    "an annotated name": "import uuid\nx: uuid.UUID = u()  #> uuid-typed x: uuid.UUID = u()",
    "an optional annotation": (
        "from uuid import UUID\nfrom typing import Optional\nx: Optional[UUID] = u()"
        "  #> uuid-typed x: Optional[UUID] = u()"
    ),
    "a union with None": (
        "from uuid import UUID\nx: UUID | None = u()  #> uuid-typed x: UUID | None = u()"
    ),
    "an annotation in quotes": (
        "from uuid import UUID\nx: 'UUID | None' = u()  #> uuid-typed x: 'UUID | None' = u()"
    ),
    "a list of them": "from uuid import UUID\nx: list[UUID] = [u()]  #> uuid-typed x: list[UUID] = [u()]",
    "a dictionary of them": (
        "from uuid import UUID\nx: dict[str, UUID] = {'a': u()}"
        "  #> uuid-typed x: dict[str, UUID] = {'a': u()}"
    ),
    "the second of a tuple": (
        "from uuid import UUID\nx: tuple[str, UUID] = 'a', u()"
        "  #> uuid-typed x: tuple[str, UUID] = 'a', u()"
    ),
    "a parameter's annotation": (
        "from uuid import UUID\ndef f(a, run_id: UUID): ...  #> uuid-typed run_id: UUID\nf(1, u())"
    ),
    "a return annotation": "from uuid import UUID\ndef f() -> UUID:  #> uuid-typed UUID\n    return u()",
    "pydantic's class": "from pydantic import UUID4\nx: UUID4 = u()  #> uuid-typed x: UUID4 = u()",
    "a type of UUIDs": (
        "from typing import NewType\nfrom uuid import UUID\nUserID = NewType('UserID', UUID)\n"
        "x = UserID(u())  #> uuid-typed UserID(u())"
    ),
    "a cast": "from uuid import UUID\nfrom typing import cast\nx = cast(UUID, u())  #> uuid-typed cast(UUID, u())",
    "a text column": (
        "class A:\n    id = Column(String(36), default=lambda: u())  #> narrow-column String(36)"
    ),
    "a mapped column": (
        "class A:\n    id: Mapped[str] = mapped_column(sa.CHAR(36), default=lambda: u())"
        "  #> narrow-column sa.CHAR(36)"
    ),
    "a column as wide as a constant": (
        "N = 36\nclass A:\n    id = Column(String(length=N), default=u())  #> narrow-column String(length=N)"
    ),
    "a UUID column": (
        "class A:\n    id = Column(UUID(as_uuid=True), default=uuid4)  #> narrow-column UUID(as_uuid=True)"
    ),
    "the generic UUID column": (
        "class A:\n    id = Column(Uuid, default=uuid4)  #> narrow-column Uuid"
    ),
    "Django's UUID field": (
        "class A:\n    id = models.UUIDField(default=uuid4)  #> narrow-column models.UUIDField(default=uuid4)"
    ),
    "Django's text field": (
        "class A:\n    id = models.CharField(max_length=36, default=u)"
        "  #> narrow-column models.CharField(max_length=36, default=u)"
    ),
    "a field with a limit": (
        "class A(BaseModel):\n    id: str = Field(default_factory=u, max_length=36)"
        "  #> narrow-column Field(default_factory=u, max_length=36)"
    ),
    "a constrained type": (
        "class A(BaseModel):\n    id: constr(max_length=32)  #> narrow-column constr(max_length=32)\nA(id=u())"
    ),
    "an annotated type": (
        "class A(BaseModel):\n    id: Annotated[str, Field(max_length=50)]"
        "  #> narrow-column Field(max_length=50)\nA(id=u())"
    ),
    "SQLModel's column": (
        "class A(SQLModel):\n    id: str = Field(default_factory=u, sa_column=Column(String(40)))"
        "  #> narrow-column String(40)"
    ),
    "a column that a keyword fills": (
        "class A(Base):\n    id = Column(String(36), primary_key=True)  #> narrow-column String(36)\nA(id=u())"
    ),
    "a column of a variant type": (
        "class A:\n    id = Column(String(36).with_variant(X, 'a'), default=u)  #> narrow-column String(36)"
    ),
    "a length": "x = u()\nassert len(x) == 36  #> length-checked len(x) == 36",
    "another length": "x = u()\nif len(x) != N: ...  #> length-checked len(x) != N\nN = 32",
    "a limit of the length": "x = u()\nif len(x) > 40: ...  #> length-checked len(x) > 40",
    "a limit from the other side": "x = u()\nif 64 >= len(x): ...  #> length-checked 64 >= len(x)",
    "one of two lengths": "x = u()\nif len(x) in (32, 36): ...  #> length-checked len(x) in (32, 36)",
    "a pattern": (
        "import re\nx = u()\nre.match(r'^[0-9a-f]{8}-[0-9a-f]{4}', x)"
        "  #> matched-as-uuid re.match(r'^[0-9a-f]{8}-[0-9a-f]{4}', x)"
    ),
    "a pattern of the module": (
        "import re\nP = re.compile(r'[a-f0-9]{32}', re.I)\ndef f():\n    x = u()\n"
        "    return P.fullmatch(x)  #> matched-as-uuid P.fullmatch(x)"
    ),
    "the text of a pattern of the module": (
        "import re\nP = '^ws_[0-9a-f]{8}$'\nx = u()\nre.search(P, x)  #> matched-as-uuid re.search(P, x)"
    ),
    "a class check": (
        "from uuid import UUID\nx = u()\nisinstance(x, UUID)  #> type-checked isinstance(x, UUID)"
    ),
    "a check of the exact class": (
        "import uuid\nx = u()\ntype(x) is uuid.UUID  #> type-checked type(x) is uuid.UUID"
    ),
    "a slice": "x = u()\ny = x[:8]  #> sliced x[:8]",
    "a slice of its text": "x = uuid4()\ny = str(x)[:8]  #> sliced str(x)[:8]",
    "a tail": "x = u()\ny = x[-8:]  #> sliced x[-8:]",
    "one character": "x = u()\ny = x[0]  #> sliced x[0]",
    "the length of a UUID": "x = u()\ny = x[:36]  #> sliced x[:36]",
    "a slice of a computed length": "x = u()\ny = x[:n]  #> sliced x[:n]",
    "a slice by a format": "x = u()\ny = f'{x:.8}'  #> sliced f'{x:.8}'",
    "a split": "x = u()\ny = x.split('_')[-1]  #> split x.split('_')[-1]",
    "a split from the right": "x = u()\na, b = x.rsplit('_', 1)  #> split x.rsplit('_', 1)",
    "a partition": "x = u()\na = x.partition('-')[0]  #> split x.partition('-')[0]",
    "dashes taken out": "x = u()\ny = x.replace('-', '')  #> split x.replace('-', '')",
    "a prefix taken off": "x = u()\ny = x.removeprefix('ws_')  #> split x.removeprefix('ws_')",
    "a split by a pattern": "import re\nx = u()\nre.split('[-_]', x)  #> split re.split('[-_]', x)",
    "a prefix": "x = u()\nif x.startswith('ws_'): ...  #> prefix-matched x.startswith('ws_')",
    "a suffix": "x = u()\nif x.endswith(y): ...  #> prefix-matched x.endswith(y)",
    "a part": "x = u()\nif 'ws_' in x: ...  #> prefix-matched 'ws_' in x",
    "a number": "x = u()\ny = int(x, 16)  #> to-number int(x, 16)",
    "the number's remainder": (
        "x = u()\ny = int(x, 16) % 10  #> arithmetic int(x, 16) % 10 #> to-number int(x, 16)"
    ),
    "bytes of hexadecimal digits": "x = u()\ny = bytes.fromhex(x)  #> to-number bytes.fromhex(x)",
}  # fmt: skip

#: Ways to a cut, each through something else.
WAYS = {
    "the expression itself": "y = u()[:8]  #> sliced u()[:8]",
    "a condition's value": "y = (a if c else u())[:8]  #> sliced (a if c else u())[:8]",
    "an alternative": "x = given or u()\nx[:8]  #> sliced x[:8]",
    "a walrus": "if (x := u())[:8]: ...  #> sliced (x := u())[:8]\nx[:4]  #> sliced x[:4]",
    "two targets": "x = y = u()\ny[:8]  #> sliced y[:8]",
    "an unpacking": "a, x = 1, u()\nx[:8]  #> sliced x[:8]\na[:8]",
    "a starred unpacking": "a, *b, x = 1, 2, u()\nx[:8]  #> sliced x[:8]\na[:8]",
    "another name": "x = u()\ny = x\ny[:8]  #> sliced y[:8]",
    "a type of ids": "x = UserID(u())\nx[:8]  #> sliced x[:8]",
    "a NewType": "from typing import NewType\nKey = NewType('Key', str)\nx = Key(u())\nx[:8]  #> sliced x[:8]",
    "its lower case": "x = u().lower()\nx[:8]  #> sliced x[:8]",
    "an f-string of it alone": "x = f'{u()}'\nx[:8]  #> sliced x[:8]",
    "a branch": "x = ''\nif a:\n    x = u()\nx[:8]  #> sliced x[:8]",
    "a loop's next round": "x = ''\nfor _ in y:\n    x[:8]  #> sliced x[:8]\n    x = u()",
    "a handler": "try:\n    x = u()\n    f()\nexcept E:\n    x[:8]  #> sliced x[:8]",
    "an inner function": "def f():\n    x = u()\n    def g():\n        return x[:8]  #> sliced x[:8]\n    return g",
    "a lambda": "def f():\n    x = u()\n    return lambda: x[:8]  #> sliced x[:8]",
    "a comprehension": "def f():\n    x = u()\n    return [x[:8] for _ in y]  #> sliced x[:8]",
    "a name of the module": "x = u()\ndef f():\n    return x[:8]  #> sliced x[:8]",
    "a global name": "x = None\ndef f():\n    global x\n    x = u()\ndef g():\n    return x[:8]  #> sliced x[:8]",
    "a nonlocal name": (
        "def f():\n    x = None\n    def g():\n        nonlocal x\n        x = u()\n    g()\n"
        "    return x[:8]  #> sliced x[:8]"
    ),
    "an attribute of the object": (
        "class A:\n    def __init__(self):\n        self.x = u()\n    def f(self):\n"
        "        return self.x[:8]  #> sliced self.x[:8]"
    ),
    "an attribute read in a subclass": (
        "class A:\n    def __init__(self):\n        self.x = u()\nclass B(A):\n    def f(self):\n"
        "        return self.x[:8]  #> sliced self.x[:8]"
    ),
    "an attribute that a base class reads": (
        "class A:\n    def f(self):\n        return self.x[:8]  #> sliced self.x[:8]\nclass B(A):\n"
        "    def __init__(self):\n        self.x = u()"
    ),
    "an attribute of the class": (
        "class A:\n    x = u()\n    @classmethod\n    def f(cls):\n        return cls.x[:8]  #> sliced cls.x[:8]\n"
        "A.x[:4]  #> sliced A.x[:4]"
    ),
    "an attribute of an instance": (
        "class A:\n    def __init__(self):\n        self.x = u()\na = A()\na.x[:8]  #> sliced a.x[:8]\n"
        "def f(b: A):\n    return b.x[:4]  #> sliced b.x[:4]"
    ),
    "a property": (
        "class A:\n    @property\n    def x(self):\n        return u()\n    def f(self):\n"
        "        return self.x[:8]  #> sliced self.x[:8]"
    ),
    "an attribute of something else": "import x\nx.y = u()\nx.y[:8]  #> sliced x.y[:8]",
    "an attribute of a local": "def f(x):\n    x.y = u()\n    x.y[:8]  #> sliced x.y[:8]",
    "setattr": "def f(x):\n    setattr(x, 'y', u())\n    x.y[:8]  #> sliced x.y[:8]",
    "a key": "d = {'x': u()}\nd['x'][:8]  #> sliced d['x'][:8]",
    "a key by get": "d = {'x': u()}\nd.get('x', '')[:8]  #> sliced d.get('x', '')[:8]",
    "a key that is set": "d = {}\nd['x'] = u()\nd['x'][:8]  #> sliced d['x'][:8]",
    "a key by setdefault": "d = {}\nd.setdefault('x', u())[:8]  #> sliced d.setdefault('x', u())[:8]",
    "a key by update": "d = {}\nd.update(x=u())\nd['x'][:8]  #> sliced d['x'][:8]",
    "a key by dict": "d = dict(x=u())\nd['x'][:8]  #> sliced d['x'][:8]",
    "a default of get": "x = d.get('x', u())\nx[:8]  #> sliced x[:8]",
    "a key in a key": "d = {'a': {'x': u()}}\nd['a']['x'][:8]  #> sliced d['a']['x'][:8]",
    "a key of an attribute": (
        "class A:\n    def __init__(self):\n        self.d = {'x': u()}\n    def f(self):\n"
        "        return self.d['x'][:8]  #> sliced self.d['x'][:8]"
    ),
    "a spread dictionary": "def f(x):\n    return x[:8]  #> sliced x[:8]\nd = {'x': u()}\nf(**d)",
    "a list": "xs = [u()]\nfor x in xs:\n    x[:8]  #> sliced x[:8]",
    "a list that grows": "xs = []\nxs.append(u())\nxs[0][:8]  #> sliced xs[0][:8]",
    "an element": "xs = 1, u()\nxs[1][:8]  #> sliced xs[1][:8]\nxs[0][:8]",
    "a keyword argument": "def f(*, x):\n    return x[:8]  #> sliced x[:8]\nf(x=u())",
    "an argument": "def f(a, x):\n    return x[:8]  #> sliced x[:8]\nf(1, u())",
    "any argument": "def f(**k):\n    return k['x'][:8]  #> sliced k['x'][:8]\nf(x=u())",
    "a method's argument": (
        "class A:\n    def f(self):\n        self.g(u())\n    def g(self, x):\n        return x[:8]  #> sliced x[:8]"
    ),
    "a default of a parameter": "def f(x=u()):\n    return x[:8]  #> sliced x[:8]",
    "a class's own __init__": (
        "class A:\n    def __init__(self, x):\n        self.y = x\na = A(u())\na.y[:8]  #> sliced a.y[:8]"
    ),
    "a dataclass": "@dataclass\nclass A:\n    x: str\na = A(u())\na.x[:8]  #> sliced a.x[:8]",
    "a class from elsewhere": "a = Session(x=u())\na.x[:8]  #> sliced a.x[:8]",
    "a dataclass's own method": (
        "@dataclass\nclass A:\n    x: str\n    def f(self):\n        return self.x[:8]  #> sliced self.x[:8]\n"
        "a = A(x=u())"
    ),
    "an object in an object": "b = B(a=A(x=u()))\nb.a.x[:8]  #> sliced b.a.x[:8]",
    "an object as a dictionary": "a = A(x=u())\na.model_dump()['x'][:8]  #> sliced a.model_dump()['x'][:8]",
    "what a function returns": "def f():\n    return u()\nx = f()\nx[:8]  #> sliced x[:8]",
    "what a coroutine returns": (
        "async def f():\n    return u()\nasync def g():\n    x = await f()\n    x[:8]  #> sliced x[:8]"
    ),
    "what a method returns": (
        "class A:\n    def f(self):\n        return u()\n    def g(self):\n"
        "        return self.f()[:8]  #> sliced self.f()[:8]"
    ),
    "what two functions return": (
        "def f():\n    return u()\ndef g():\n    return f()\ng()[:8]  #> sliced g()[:8]"
    ),
    "a pair that is returned": "def f():\n    return 1, u()\na, x = f()\nx[:8]  #> sliced x[:8]\na[:8]",
    "a dictionary that is returned": "def f():\n    return {'x': u()}\nf()['x'][:8]  #> sliced f()['x'][:8]",
    "functions that call each other": (
        "def f(n):\n    return u() if n else g(n)\ndef g(n):\n    return f(n)\ng(1)[:8]  #> sliced g(1)[:8]"
    ),
    "a lambda's value": "make = lambda: u()\nmake()[:8]  #> sliced make()[:8]",
    "a factory": "make = uuid4\nx = str(make())\nx[:8]  #> sliced x[:8]",
    "a default factory": (
        "@dataclass\nclass A:\n    x: str = field(default_factory=lambda: u())\n    def f(self):\n"
        "        return self.x[:8]  #> sliced self.x[:8]"
    ),
    "a function as a default factory": (
        "def make():\n    return u()\n@dataclass\nclass A:\n    x: str = field(default_factory=make)\n"
        "    def f(self):\n        return self.x[:8]  #> sliced self.x[:8]"
    ),
    "a fixture": (
        "@pytest.fixture\ndef x():\n    return u()\ndef test(x):\n    assert len(x) == 36"
        "  #> length-checked len(x) == 36"
    ),
    "a fixture that yields": (
        "@pytest.fixture()\ndef x():\n    yield u()\ndef test(x):\n    x[:8]  #> sliced x[:8]"
    ),
    "a dependency": "def make():\n    return u()\ndef f(x=Depends(make)):\n    return x[:8]  #> sliced x[:8]",
    "a name after del of another": "x = u()\ny = 1\ndel y\nx[:8]  #> sliced x[:8]",
}  # fmt: skip

#: What must stay silent.
SILENT = {
    "another local of that name": "def f():\n    x = u()\ndef g(x):\n    return x[:8]",
    "another function's local": "def f():\n    x = u()\ndef g():\n    x = h()\n    return x[:8]",
    "a name bound anew": "x = u()\nx = f()\nx[:8]",
    "a name bound anew in both branches": "x = u()\nif a:\n    x = 1\nelse:\n    x = 2\nx[:8]",
    "a read before": "x = f()\nx[:8]\nx = u()",
    "a deleted name": "x = u()\ndel x\nx = f()\nx[:8]",
    "a way that ends": "def f(a):\n    x = ''\n    if a:\n        x = u()\n        return x\n    return x[:8]",
    "a loop variable of that name": "x = u()\nfor x in y:\n    x[:8]",
    "a comprehension's variable": "x = u()\n[x[:8] for x in y]",
    "a lambda's parameter": "x = u()\nlambda x: x[:8]",
    "an inner function's parameter": "def f():\n    x = u()\n    def g(x):\n        return x[:8]\n    return g",
    "a class's own name": "x = u()\nclass A:\n    x = ''\n    y = x[:8]",
    "another key": "d = {'x': u(), 'y': 1}\nd['y'][:8]\nd.get('y')[:8]",
    "another dictionary": "d = {'x': u()}\ne['x'][:8]",
    "a key before it is set": "d = f()\nd['x'][:8]\nd['x'] = u()",
    "a slice of the list": "xs = [u(), u()]\nys = xs[:8]",
    "the length of the list": "xs = [u()]\nassert len(xs) == 36",
    "another element": "xs = u(), 1\nxs[1][:8]",
    "another class's attribute": (
        "class A:\n    def __init__(self):\n        self.x = u()\nclass B:\n    def f(self):\n"
        "        return self.x[:8]"
    ),
    "another attribute": (
        "class A:\n    def __init__(self):\n        self.x = u()\n    def f(self):\n        return self.y[:8]"
    ),
    "another object's attribute": (
        "class A:\n    def __init__(self):\n        self.x = u()\n    def f(self, other):\n        return other.x[:8]"
    ),
    "an instance made with another value": (
        "class A:\n    def __init__(self, x):\n        self.x = x\na = A(u())\nb = A('z')\nb.x[:8]"
    ),
    "an object of another class": "@dataclass\nclass A:\n    x: str\na = A(x=u())\nb = B()\nb.x[:8]",
    "another parameter": "def f(a, x):\n    return a[:8]\nf(1, u())",
    "another function of that name": (
        "class A:\n    def f(self, x):\n        return x[:8]\ndef f(x):\n    return x\nf(u())"
    ),
    "another class's method": (
        "class A:\n    def f(self, x):\n        return x[:8]\nclass B:\n    def f(self, x):\n        return x\n"
        "    def g(self):\n        self.f(u())"
    ),
    "a function that was imported": "from m import f\ny = f(x=u())\ny[:8]",
    "a local that hides a function": "def f(x):\n    return x[:8]\ndef g(f):\n    f(u())",
    "a local that hides a function's result": "def f():\n    return u()\ndef g(f):\n    return f()[:8]",
    "log text": "x = u()\nlogger.info('made %s', x[:8])",
    "log text in an f-string": "x = u()\nself.logger.debug(f'made {x[:8]}')",
    "log text by keyword": "x = u()\nlog.info('made', extra={'id': x[:8]})",
    "log text after a name": "x = u()\nshort = x[:8]\nlogger.info(f'made {short}')\nprint(short)",
    "printed text": "x = u()\nprint('made ' + x[:8])",
    "a warning": "x = u()\nwarnings.warn(f'made {x[:8]}')",
    "an error's message": "x = u()\nraise ValueError(f'no {x[:8]}')",
    "a representation": (
        "class A:\n    def __init__(self):\n        self.x = u()\n    def __repr__(self):\n"
        "        return f'A({self.x[:8]})'"
    ),
    "a split for the log": "x = u()\nlogger.info(x.split('-')[0])",
    "an emptiness test": "x = u()\nassert len(x) > 0\nassert len(x) >= 1\nassert len(x) != 0\nif x: ...",
    "a length that every id has": "x = u()\nassert len(x) > 8\nassert len(x) <= 255\nassert len(x) < 1000",
    "two lengths": "x = u()\nassert len(x) == len(y)",
    "a slice that cuts nothing": "x = u()\nx[:]\nx[0:]\nx[:255]\nx[-200:]",
    "a wide column": "class A:\n    id = Column(String(255), default=lambda: u())",
    "a column without a limit": "class A:\n    id = Column(String, default=u)",
    "a column wide enough for most": "class A:\n    id = Column(String(64), default=u)",
    "another column": "class A:\n    id = Column(String(200), default=u)\n    name = Column(String(36))",
    "a wide field": "class A:\n    id: str = Field(default_factory=u, max_length=128, min_length=3)",
    "an annotation as text": "x: str = u()",
    "an annotation that takes text": "from uuid import UUID\nx: UUID | str = u()",
    "a union that takes text": "from uuid import UUID\nx: Union[str, UUID, None] = u()",
    "a list beside it": "from uuid import UUID\nx: dict[UUID, str] = {'a': u()}",
    "another parameter's annotation": "from uuid import UUID\ndef f(a: UUID, x: str): ...\nf(1, u())",
    "another field's annotation": "from uuid import UUID\nclass A:\n    a: UUID\n    x: str\nA(x=u())",
    "an own class named UUID": "class UUID: ...\nx: UUID = u()\nUUID(x)",
    "a class from elsewhere named UUID": "from mine import UUID\nx: UUID = u()\nUUID(x)",
    "another value parsed": "from uuid import UUID\nx = u()\nUUID(y)\nUUID(bytes=y)",
    "a check for text": "from uuid import UUID\nx = u()\nisinstance(x, str)\nisinstance(x, (str, UUID))",
    "another value checked": "from uuid import UUID\nx = u()\nisinstance(y, UUID)",
    "an attribute of a text": "x = str(u())\nx.hex",
    "an attribute that others have": "x = u()\nx.version\nx.node\nx.time",
    "a text with a method of that name": "x = u()\nx.hex()",
    "a plain pattern": "import re\nx = u()\nre.match('[a-z]+_', x)",
    "a pattern for another text": "import re\nx = u()\nre.match('[0-9a-f]{8}', y)\nre.sub(x, '', y)",
    "a replacement of something else": "x = u()\nx.replace('-', '_')",
    "membership": "x = u()\nx in seen\nx not in ('a', 'b')\nseen[x] = 1\nd = {x: 1}",
    "a comparison": "x = u()\nassert x == y\nassert x != 'a'",
    "a join": "x = u()\n'_'.join([x, y])\n','.join(x)",
    "a separator": "x = u()\ny.split(x)\ny.startswith(x)\ny.replace(x, '')",
    "an index": "x = u()\ny[x]\ny[x:]",
    "text around it": "x = u()\ny = f'ws_{x}'\ny[:8]\nz = 'a' + x\nz[:8]",
    "a hash": "x = u()\nhash(x) % 10",
    "a condition": "y = 1 if u() else z\ny[:8]",
    "the left side of and": "y = u() and z\ny[:8]",
    "another number": "x = u()\nint(y)\nint(y, 16) % 10",
    "a format without a limit": "x = u()\nf'{x:>40}'\nf'{x!r}'",
    "a fixture of another name": (
        "@pytest.fixture\ndef x():\n    return u()\ndef test(y):\n    assert len(y) == 36"
    ),
    "a function that is no fixture": "def x():\n    return u()\ndef test(x):\n    assert len(x) == 36",
    "a validator of another field": (
        "class A(BaseModel):\n    x: str\n    y: str\n    @field_validator('y')\n    def f(cls, v):\n"
        "        return v[:8]\nA(x=u())"
    ),
    "a star import that may bring what it likes": "from m import *\nx = u()\nf(x)",
    "a call of the value": "u()()",
}  # fmt: skip


@pytest.mark.parametrize("source", KINDS.values(), ids=KINDS.keys())
def test_each_kind_of_place_is_found(source: str) -> None:
    assert wanted(source)
    assert places(source, found(source)) == wanted(source)


@pytest.mark.parametrize("source", WAYS.values(), ids=WAYS.keys())
def test_the_value_is_followed(source: str) -> None:
    assert wanted(source)
    assert places(source, found(source)) == wanted(source)


@pytest.mark.parametrize("source", SILENT.values(), ids=SILENT.keys())
def test_nothing_else_is_a_place(source: str) -> None:
    assert places(source, found(source)) == []
