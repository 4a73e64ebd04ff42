"""Generated programs of any size, one kind each: what a repository may hold to make a tool slow or large."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

#: A number -> the files of a program of that size.
Make = Callable[[int], Mapping[str, str]]
HEAD = "import uuid\n"


def _one(make: Callable[[int], str]) -> Make:
    return lambda number: {"m.py": HEAD + make(number)}


def _lines(line: str, number: int) -> str:
    """``line`` so many times, with its number for each ``@``."""
    return "".join(line.replace("@", str(at)) for at in range(number))


def _body(line: str, *, head: str = "", tail: str = "") -> Make:
    return _one(lambda number: head + _lines(line, number) + tail)


def _chain(line: str, first: str, last: str) -> Make:
    """``line`` for each number but 0, with ``@`` for the number and ``<`` for the one before."""

    def make(number: int) -> str:
        rows = (line.replace("@", str(at)).replace("<", str(at - 1)) for at in range(1, number))
        return first + "".join(rows) + last.replace("<", str(number - 1))

    return _one(make)


def _joined(separator: str, piece: str, *, head: str = "x_id = ", tail: str = "\n") -> Make:
    return _one(
        lambda number: head + separator.join(piece.replace("@", str(at)) for at in range(number)) + tail
    )


def _nested(header: str, inner: str, *, limit: int = 95) -> Make:
    """``header`` in itself as often as the parser allows, and that block again and again."""

    def make(number: int) -> str:
        rows: list[str] = []
        while number > 0:
            depth = min(number, limit)
            rows += (" " * at + header for at in range(depth))
            rows.append(" " * depth + inner)
            number -= depth
        return "\n".join(rows) + "\n"

    return _one(make)


def _modules(
    line: str, first: str, *, ring: bool = False, user: str = "from m@ import new_id\nnew_id()\n"
) -> Make:
    """Modules ``m0`` … each with ``line``: ``@`` is the module before it, in a ring the last one for the first."""

    def make(number: int) -> Mapping[str, str]:
        files = {
            f"m{at}.py": line.replace("@", str((at - 1) % number)) for at in range(0 if ring else 1, number)
        }
        files["m0.py"] = (files.get("m0.py", "") if ring else "") + first
        files["user.py"] = user.replace("@", str(number - 1))
        return files

    return make


def _findings_on_one_line(number: int) -> str:
    return "; ".join(f"a{at}_id = uuid.uuid4()" for at in range(number)) + "\n"


def _functions(body: str, *, head: str = "") -> Make:
    return _body(f"def f@(user_id):\n{body}", head=head)


def _pairs(files: Mapping[str, str], more: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    return {**files, **dict(more)}


_LOOP = " a = None\n"
_ID = "str(uuid.uuid4())"
_NAMED = f"'a@': {_ID}, "
#: Kind -> n, and what makes a program of that size.
KINDS: Mapping[str, tuple[int, Make]] = {
    # expressions
    "sum of ids": (500, _joined("+", _ID)),
    "sum of texts and an id": (700, _joined(" + ", "'a@'", tail=f" + {_ID}\n")),
    "sum that begins with an id": (700, _joined(" + ", "'a@'", head=f"x_id = {_ID} + ")),
    "sum of names": (700, _joined(" + ", "a@", tail=f" + {_ID}\n")),
    "sum of numbers": (500, _joined(" + ", "uuid.uuid4().int")),
    "sum of cut ids": (500, _joined(" + ", f"{_ID}[:4]")),
    "sum in brackets": (500, _joined("\n + ", _ID, head="x_id = (", tail=")\n")),
    "percent of many": (500, _one(lambda n: f"x_id = '{'%s-' * n}' % ({(_ID + ', ') * n})\n")),
    "percent after percent": (500, _joined(" % ", _ID, head="x_id = '%s' % ")),
    "format of many": (500, _one(lambda n: f"x_id = '{'{}-' * n}'.format({(_ID + ', ') * n})\n")),
    "format by name": (
        500,
        _one(lambda n: f"x_id = '{_lines('{a@}', n)}'.format({_lines(f'a@={_ID}, ', n)})\n"),
    ),
    "percent by name": (
        500,
        _one(lambda n: f"x_id = '{_lines('%(a@)s', n)}' % {{{_lines(_NAMED, n)}}}\n"),
    ),
    "join of many": (500, _joined(", ", _ID, head="x_id = '-'.join([", tail="])\n")),
    "or": (1000, _joined(" or ", "uuid.uuid4()")),
    "and": (1000, _joined(" and ", "uuid.uuid4()")),
    "or of names, then ids": (1000, _joined(" or ", "a@", tail=" or uuid.uuid4()\n")),
    "or that binds": (500, _joined(" or ", "(m@ := uuid.uuid4())")),
    "comparisons": (1000, _joined(" == ", _ID)),
    "conditional expressions": (90, _joined(" if a else ", "uuid.uuid4()")),
    "tuple": (1000, _joined(", ", _ID)),
    "unpacked tuple": (
        1000,
        _one(lambda n: f"{', '.join(f'a{i}_id' for i in range(n))} = {', '.join([_ID] * n)}\n"),
    ),
    "list": (1000, _joined(", ", "uuid.uuid4()", head="ids = [", tail="]\n")),
    "list over lines": (1000, _joined(",\n", _ID, head="ids = [", tail="]\n")),
    "dict": (1000, _joined(", ", f"'a@_id': {_ID}", head="ids = {", tail="}\n")),
    "dict over lines": (1000, _joined(",\n", f"'a@_id': {_ID}", head="ids = {", tail="}\n")),
    "dicts in a list": (1000, _joined(",\n", f"{{'user_id': {_ID}, 'n': @}}", head="ids = [", tail="]\n")),
    "keywords of one call": (1000, _joined(", ", f"a@_id={_ID}", head="f(", tail=")\n")),
    "arguments of one call": (1000, _joined(", ", _ID, head="f(", tail=")\n")),
    "attributes": (500, _joined(".", "a", head="x_id = uuid.uuid4().")),
    "method calls": (300, _joined(".", "replace('a', 'b')", head=f"x_id = {_ID}.")),
    "subscripts": (300, _joined("", "[0:9]", head=f"x_id = {_ID}")),
    "f-string values": (500, _joined("-", "{uuid.uuid4()}", head="x_id = f'", tail="'\n")),
    "f-string names": (1000, _joined("-", "{a@}", head="x_id = f'", tail="{uuid.uuid4()}'\n")),
    "implicit f-strings": (400, _joined(" ", "f'{uuid.uuid4()}-'")),
    "implicit f-strings over lines": (400, _joined("\n", "f'{uuid.uuid4()}-'", head="x_id = (", tail=")\n")),
    "implicit plain and f-strings": (400, _joined(" ", "'a@' f'{uuid.uuid4()}-'")),
    "f-string over lines": (400, _joined("\n", "{uuid.uuid4()}-", head="x_id = f'''", tail="'''\n")),
    "f-strings after each other": (500, _body("x@_id = f'ws_{uuid.uuid4().hex[:8]}'\n")),
    "f-strings on one line": (500, _joined("; ", "x@_id = f'ws_{uuid.uuid4().hex[:8]}'", head="")),
    "f-strings in one list": (500, _joined(", ", "f'ws_{uuid.uuid4().hex}'", head="ids = [", tail="]\n")),
    "f-strings that are not ASCII": (500, _joined("; ", "x@_id = f'é_{uuid.uuid4().hex[:8]}'", head="")),
    "lambdas": (1000, _joined(", ", "lambda: uuid.uuid4()", head="ids = [", tail="]\n")),
    "comprehensions": (500, _joined(", ", "[uuid.uuid4() for a in b]", head="ids = [", tail="]\n")),
    "loops of one comprehension": (500, _joined("", " for x@ in y", head="ids = [uuid.uuid4()", tail="]\n")),
    # literals
    "long text": (60_000, _one(lambda n: f'x_id = "{"a" * n}" + {_ID}\n')),
    "long text and a finding": (60_000, _one(lambda n: f'x = "{"a" * n}"\nx_id = {_ID}\n')),
    "long text with spaces": (60_000, _one(lambda n: f'x_id = "{"a b " * (n // 4)}" + {_ID}\n')),
    "long text with escapes": (20_000, _one(lambda n: 'x_id = "' + "\\n\\\\" * n + f'" + {_ID}\n')),
    "long text of dashes": (60_000, _one(lambda n: f'x_id = "{"-" * n}" + {_ID}\n')),
    "long text of digits": (60_000, _one(lambda n: f'x_id = "{"1" * n}" + {_ID}\n')),
    "long text of percents": (20_000, _one(lambda n: f'x_id = "{"%%" * n}%s" % {_ID}\n')),
    "long text of brackets": (20_000, _one(lambda n: 'x_id = "' + "{{}}" * n + '{}".format(' + _ID + ")\n")),
    "long f-string": (60_000, _one(lambda n: f'x_id = f"{"a" * n}{{uuid.uuid4()}}"\n')),
    "long text after an id in an f-string": (60_000, _one(lambda n: f'x_id = f"{{uuid.uuid4()}}{"a" * n}"\n')),
    "long bytes": (60_000, _one(lambda n: f'x_id = b"{"a" * n}" + uuid.uuid4().bytes\n')),
    "long text in a call": (60_000, _one(lambda n: f'x_id = f("{"a" * n}", {_ID})\n')),
    "long text in a comparison": (60_000, _one(lambda n: f'if x_id == "{"a" * n}": x_id = {_ID}\n')),
    "long key": (60_000, _one(lambda n: f'd["{"a" * n}"] = {_ID}\nd = {{"{"a" * n}": {_ID}}}\n')),
    "long name": (60_000, _one(lambda n: f"{'a' * n}_id = {_ID}\n")),
    "long number": (1000, _one(lambda n: f"x_id = {'1' * n} + uuid.uuid4().int\n")),
    "long docstring": (60_000, _one(lambda n: f'"""{"a word " * (n // 7)}"""\nx_id = {_ID}\n')),
    "long text over lines": (5_000, _one(lambda n: f'x_id = """{"a" * 9}\n' + "aaaaaaaa\n" * n + f'""" + {_ID}\n')),
    "texts of hex": (500, _body('x@_id = "0123456789abcdef0123456789abcdef"\n', tail=f"x_id = {_ID}\n")),
    "long prefix of words": (10_000, _one(lambda n: f'x_id = "{"ab_" * n}" + {_ID}\n')),
    # lines
    "findings on one line": (1000, _one(_findings_on_one_line)),
    "findings on one line that is not ASCII": (
        1000, _one(lambda n: "; ".join(f"é{at}_id = uuid.uuid4()" for at in range(n)) + "\n")
    ),
    "findings": (2000, _body("x@_id = uuid.uuid4()\n")),
    "findings of one name": (2000, _body(f"user_id = {_ID}\n")),
    "findings of one name in a function": (1000, _body(f" user_id = {_ID}\n", head="def f():\n")),
    "findings that are read": (1000, _body(f"x@_id = {_ID}\nprint(x@_id)\n")),
    "findings in one function": (1000, _body(f" x@_id = {_ID}\n", head="def f(user_id):\n")),
    "expressions": (2000, _body("uuid.uuid4()\n")),
    "prints": (2000, _body(f"print({_ID})\n")),
    "returns": (1000, _body(f" if a@: return {_ID}\n", head="def new_id():\n")),
    "asserts": (1000, _body("assert uuid.uuid4()\n")),
    "deletes": (1000, _body("m = uuid.uuid4\nm()\ndel m\n")),
    "continued lines": (700, _joined(" + \\\n", _ID)),
    "empty lines": (20_000, _one(lambda n: "\n" * n + f"x_id = {_ID}\n")),
    "carriage returns": (2000, _one(lambda n: "x_id = uuid.uuid4()\r" * n)),
    "form feeds": (2000, _one(lambda n: "\fx_id = uuid.uuid4()\n" * n)),
    # comments
    "noqa": (2000, _body("x@_id = uuid.uuid4()  # noqa: SID101\n")),
    "noqa without codes": (2000, _body("x@_id = uuid.uuid4()  # noqa\n")),
    "noqa of many codes": (2000, _one(lambda n: f"x_id = uuid.uuid4()  # noqa: {'E501, ' * n}SID101\n")),
    "noqa of many codes without end": (5000, _one(lambda n: f"x_id = uuid.uuid4()  # noqa: {'E501 ' * n}!\n")),
    "noqa in a noqa": (5000, _one(lambda n: f"x_id = uuid.uuid4()  {'# noqa: ' * n}\n")),
    "noqa and spaces": (20_000, _one(lambda n: f"x_id = uuid.uuid4()  # noqa{' ' * n}:{' ' * n}x\n")),
    "noqa of letters": (20_000, _one(lambda n: f"x_id = uuid.uuid4()  # noqa: {'A' * n}{'1' * n}\n")),
    "noqa of commas": (20_000, _one(lambda n: f"x_id = uuid.uuid4()  # noqa: E1{', ' * n}!\n")),
    "comments": (5000, _body("# a comment about uuid.uuid4()\n", tail=f"x_id = {_ID}\n")),
    "comment signs": (20_000, _one(lambda n: f"x_id = uuid.uuid4()  {'#' * n}\n")),
    "flake8 comments": (5000, _body("# flake8: noqa: E501\n", tail=f"x_id = {_ID}\n")),
    "spaces before a flake8 comment": (20_000, _one(lambda n: f"#{' ' * n}flake8{' ' * n}:{' ' * n}x\n{_ID}\n")),
    "noqa in a long text": (1000, _one(lambda n: f'x_id = """\n{"a" * 9}# noqa\n' + "b # noqa\n" * n + f'""" + {_ID}\n')),
    "coding cookie": (20_000, lambda n: {"m.py": f"#{' ' * n}coding{'=' * 2} {'a' * n}!\nimport uuid\nuuid.uuid4()\n"}),
    "coding words": (5_000, lambda n: {"m.py": f"#{'coding' * n}\nimport uuid\nuuid.uuid4()\n"}),
    # statements
    "elif": (500, _one(lambda n: "if a: x_id = uuid.uuid4()\n" + _lines("elif a@: x_id = uuid.uuid4()\n", n))),
    "elif that binds": (500, _one(lambda n: "if a: m = uuid.uuid4\n" + _lines("elif a@: m = uuid.uuid4\n", n) + "m()\n")),
    "elif in a function": (
        500,
        _one(lambda n: f"def f(kind):\n if a: x_id = {_ID}\n" + _lines(f" elif kind == @: x_id = {_ID}\n", n) + " return x_id\n"),
    ),
    "ifs": (500, _body("if a@:\n x_id = uuid.uuid4()\n")),
    "ifs in a function": (500, _body(f" if a@:\n  x_id = {_ID}\n", head="def f():\n", tail=" return x_id\n")),
    "cases": (500, _body(" case @: x_id = uuid.uuid4()\n", head="match a:\n")),
    "nested ifs": (95, _nested("if a:", "x_id = uuid.uuid4()")),
    "nested functions": (95, _nested("def f(user_id):", f"x_id = {_ID}")),
    "nested classes": (95, _nested("class A:", f"x_id = {_ID}")),
    "nested fors": (19, _nested("for a in b:", f"x_id = {_ID}", limit=19)),
    "nested whiles": (95, _nested("while a:", f"x_id = {_ID} if x_id else x_id")),
    "nested withs": (95, _nested("with a:", f"x_id = {_ID}")),
    "nested tries": (
        19,
        _one(
            lambda n: (
                "".join(" " * at + "try:\n" for at in range(19))
                + " " * 19 + f"x_id = {_ID}\n"
                + "".join(" " * at + f"except E: x_id = {_ID}\n" for at in reversed(range(19)))
            ) * (n // 19)
        ),
    ),
    "whiles": (100, _body(f" while c@:\n  a = {_ID} if a else a\n  b@ = a\n", head=f"def f():\n{_LOOP}")),
    "fors": (100, _body(f" for c@ in d:\n  a = {_ID} if a else a\n  b@ = a\n", head=f"def f():\n{_LOOP}")),
    "whiles in a module": (100, _body(f"while c@:\n a = {_ID} if a else a\n b@ = a\n", head="a = None\n")),
    "loops of ids": (200, _body(f" for c@ in d:\n  user_id = {_ID}\n  print(user_id)\n", head="def f():\n")),
    "loops that pass a name on": (
        100, _body(f" while c@:\n  a@ = b\n  b = a@ or {_ID}\n", head="def f():\n b = None\n")
    ),
    "tries": (
        200,
        _body(
            f" try:\n  a = {_ID} if a else a\n except E:\n  b@ = a\n finally:\n  c = a\n", head=f"def f():\n{_LOOP}"
        ),
    ),
    "excepts": (500, _body(f"except E@:\n x_id = {_ID}\n", head="try:\n pass\n")),
    "withs": (500, _body(f" with c@:\n  user_id = {_ID}\n", head="def f():\n")),
    "items of one with": (500, _joined(", ", "f(uuid.uuid4()) as a@", head="with ", tail=": pass\n")),
    # names
    "aliases": (1000, _chain("a@ = a<\n", "a0 = uuid.uuid4\n", "a<()\n")),
    "aliases in a function": (1000, _chain(" a@ = a<\n", "def f():\n a0 = uuid.uuid4\n", " a<()\n")),
    "aliases of an id": (1000, _chain("a@ = a<\n", f"a0 = {_ID}\n", "user_id = a<\n")),
    "aliases of an id in a function": (
        1000, _chain(" a@ = a<\n", f"def f():\n a0 = {_ID}\n", " return a<\n")
    ),
    "aliases backwards": (500, _one(lambda n: "while x:\n" + "".join(f" a{at + 1} = a{at}\n" for at in reversed(range(n))) + f" a0 = uuid.uuid4\na{n}()\n")),
    "aliases that are called": (500, _chain("a@ = a<\na@()\n", "a0 = uuid.uuid4\n", "a<()\n")),
    "aliases of the module": (500, _chain("import uuid as u@\nu@.uuid4()\n", "", "")),
    "aliases by default": (500, _chain("def f@(m=a<): return m()\na@ = a<\n", "a0 = uuid.uuid4\n", "a<()\n")),
    "aliases by attribute": (500, _chain("class A@:\n m = A<.m\n", "class A0:\n m = uuid.uuid4\n", "A<.m()\n")),
    "aliases in self": (
        500, _chain("  self.a@ = self.a<\n", "class A:\n def __init__(self):\n  self.a0 = uuid.uuid4\n", " def f(self):\n  self.a<()\n")
    ),
    "aliases by tuple": (500, _chain("a@, b@ = a<, b<\n", "a0, b0 = uuid.uuid4, uuid.uuid1\n", "a<()\n")),
    "aliases by walrus": (500, _chain("(a@ := a<)\n", "a0 = uuid.uuid4\n", "a<()\n")),
    "aliases by or": (500, _chain("a@ = a< or a<\n", "a0 = uuid.uuid4\n", "a<()\n")),
    "aliases by partial": (500, _chain("a@ = partial(a<)\n", "from functools import partial\na0 = uuid.uuid4\n", "a<()\n")),
    "aliases of a parser": (
        500, _chain("p@ = p<\nx@_id = str(uuid.uuid4())\np@(x@_id)\n", "p0 = uuid.UUID\n", "")
    ),
    "aliases of a function that gets the id": (
        500, _chain("f@ = f<\nx@_id = str(uuid.uuid4())\nf@(x@_id)\n", "def f0(user_id): return user_id\n", "")
    ),
    "aliases of a method": (
        500, _chain("f@ = f<\nx@_id = str(uuid.uuid4())\nf@(x@_id)\n", "import re\nf0 = re.compile('a').match\n", "")
    ),
    "aliases of a class that gets the id": (
        500, _chain("C@ = C<\nx@_id = str(uuid.uuid4())\nC@(user_id=x@_id)\n", "class C0:\n user_id: str\n", "")
    ),
    "partials that get the id": (
        300,
        _chain(
            "f@ = partial(f<)\nx@_id = str(uuid.uuid4())\nf@(x@_id)\n",
            "from functools import partial\ndef f0(user_id): return user_id\n",
            "",
        ),
    ),
    "functions that read a name of the module": (
        500, _body("def f@(): return user_id\n", head=f"user_id = {_ID}\n")
    ),
    "names of the module that functions read": (500, _body(f"x@_id = {_ID}\ndef f@(): return x@_id\n")),
    "one name of many sources": (500, _one(lambda n: _lines("if a@: m = uuid.uuid4\n", n) + "m()\n" * n)),
    "one name bound and called": (500, _body("m = uuid.uuid4\nm()\n")),
    "one name bound and called in branches": (500, _body("if a@: m = uuid.uuid4\nm()\n")),
    "globals": (500, _body("def f@():\n global m\n m = uuid.uuid4\n", tail="m()\n")),
    "globals that are read": (500, _body("def f@():\n global m\n m = uuid.uuid4\n m()\n")),
    "imports": (1000, _body("import a@\n", tail=f"x_id = {_ID}\n")),
    "imports of the source": (1000, _body("from uuid import uuid4\nuuid4()\n")),
    "imports of the source in functions": (500, _body("def f@():\n from uuid import uuid4\n return uuid4()\n")),
    "long import list": (2000, _one(lambda n: "from a import (" + _lines("a@,\n", n) + f")\nx_id = {_ID}\n")),
    "long import list of aliases": (
        1000, _one(lambda n: "from uuid import (" + _lines("uuid4 as a@,\n", n) + ")\n" + _lines("a@()\n", n))
    ),
    "star imports": (500, _body("from a@ import *\n", tail="uuid.uuid4()\n")),
    "functions": (1000, _functions(f" session_id = {_ID}\n return session_id\n")),
    "functions that return": (1000, _functions(f" return {_ID}\n")),
    "functions that call the one before": (
        500, _chain("def new_@(): return new_<()\n", f"def new_0(): return {_ID}\n", "user_id = new_<()\n")
    ),
    "functions that call the next": (
        500, _one(lambda n: "".join(f"def new_{at + 1}(): return new_{at}()\n" for at in reversed(range(n))) + f"def new_0(): return {_ID}\nuser_id = new_{n}()\n")
    ),
    "functions that get the id": (500, _chain("def f@(user_id): return f<(user_id)\n", "def f0(user_id): return user_id\n", f"f<({_ID})\n")),
    "callers of one function": (500, _body("a@_id = new_id()\n", head=f"def new_id(): return {_ID}\n")),
    "calls of one function with an id": (500, _body(f"f({_ID})\n", head="def f(user_id): print(user_id)\n")),
    "functions of one name": (500, _body(f"def f(user_id):\n return {_ID}\nf(1)\n")),
    "parameters": (1000, _joined(", ", f"a@={_ID}", head="def f(", tail="): pass\n")),
    "decorators": (1000, _one(lambda n: _lines("@d@(uuid.uuid4())\n".replace("@d@", "\0d@"), n).replace("\0", "@") + "def f(): pass\n")),
    "classes": (500, _body(f"class A@:\n user_id = {_ID}\n")),
    "classes that inherit": (300, _chain("class A@(A<): pass\n", f"class A0:\n def new_id(self): return {_ID}\n", "A<().new_id()\n")),
    "classes that inherit and override": (
        300, _chain(f"class A@(A<):\n def new_id(self): return super().new_id() or {_ID}\n", f"class A0:\n def new_id(self): return {_ID}\n", "A<().new_id()\n")
    ),
    "classes with fields that inherit": (
        300, _chain(f"class A@(A<):\n def __init__(self): self.user_id = {_ID}\n", f"class A0:\n user_id = {_ID}\n", "A<().user_id\n")
    ),
    "bases of one class": (300, _one(lambda n: _lines(f"class A@:\n user_id = {_ID}\n", n) + "class B(" + _lines("A@, ", n) + "): pass\nB().user_id\n")),
    "methods": (500, _body(f" def f@(self):\n  self.user_id = {_ID}\n  return self.user_id\n", head="class A:\n")),
    "fields": (500, _body(f"  self.a@_id = {_ID}\n", head="class A:\n def __init__(self):\n")),
    "dataclass fields": (500, _body(" a@_id: str = field(default_factory=uuid.uuid4)\n", head="from dataclasses import dataclass, field\n@dataclass\nclass A:\n")),
    "getattrs": (500, _body("getattr(uuid, 'uuid4')()\n")),
    "context ids": (500, _functions(f" thread_id = {_ID}\n run_id = {_ID}\n request_id = {_ID}\n return thread_id, run_id, request_id\n")),
    "context ids in one function": (500, _body(f" thread_id = {_ID}\n run_id = {_ID}\n", head="def f(user_id):\n")),
    "generator calls": (500, _body("a@_id = G.generate_base_id('a')\n", head="from ssot_ids import UnifiedIdGenerator as G\nuuid.uuid4()\n")),
    "glued generator calls": (500, _body("a@_id = 'a' + G.generate_base_id('a')\n", head="from ssot_ids import UnifiedIdGenerator as G\nuuid.uuid4()\n")),
    "sum of generator calls": (500, _joined(" + ", "G.generate_base_id('a')", head="from ssot_ids import UnifiedIdGenerator as G\nuuid.uuid4()\nx_id = ")),
    "uuid objects that are parsed": (500, _body(f"a@_id = {_ID}\nuuid.UUID(a@_id)\n")),
    "slices": (500, _body(f"a@_id = {_ID}\nb@ = a@_id[:8]\n")),
    # modules
    "stars in a ring": (60, _modules("from m@ import *\n", "from uuid import uuid4 as new_id\n", ring=True)),
    "stars in a chain": (100, _modules("from m@ import *\n", "from uuid import uuid4 as new_id\n")),
    "re-exports": (200, _modules("from m@ import new_id\n", "from uuid import uuid4 as new_id\n")),
    "re-exports in a ring": (100, _modules("from m@ import new_id\n", "from uuid import uuid4 as new_id\n", ring=True)),
    "re-exports by assignment": (200, _modules("import m@\nnew_id = m@.new_id\n", "from uuid import uuid4 as new_id\n")),
    "re-exports under other names": (
        100,
        lambda n: _pairs(
            {"m0.py": "from uuid import uuid4 as new_0\n", "user.py": f"from m{n - 1} import new_{n - 1}\nnew_{n - 1}()\n"},
            ((f"m{at}.py", f"from m{at - 1} import new_{at - 1} as new_{at}\n") for at in range(1, n)),
        ),
    ),
    "wrappers in a chain of modules": (
        100,
        _modules("import m@\ndef new_id(): return m@.new_id()\n", f"import uuid\ndef new_id(): return {_ID}\n"),
    ),
    "classes in a chain of modules": (
        60,
        lambda n: _pairs(
            {"m0.py": f"import uuid\nclass A0:\n def new_id(self): return {_ID}\n", "user.py": f"from m{n - 1} import A{n - 1}\nA{n - 1}().new_id()\n"},
            ((f"m{at}.py", f"from m{at - 1} import A{at - 1}\nclass A{at}(A{at - 1}): pass\n") for at in range(1, n)),
        ),
    ),
    "modules that import all others": (
        15,
        lambda n: {f"m{at}.py": "".join(f"from m{to} import *\n" for to in range(n)) + "import uuid\nnew_id = uuid.uuid4\n" for at in range(n)},
    ),
    "modules that use one": (
        100,
        lambda n: _pairs({"m0.py": "from uuid import uuid4 as new_id\n"}, ((f"m{at}.py", "from m0 import new_id\nuser_id = new_id()\n") for at in range(1, n))),
    ),
    "modules with findings": (100, lambda n: {f"m{at}.py": f"import uuid\nuser_id = {_ID}\nprint(user_id)\n" for at in range(n)}),
}  # fmt: skip
