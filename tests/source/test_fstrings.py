"""Where a name stands inside an f-string, on every interpreter."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

import pytest

from flake8_ssot_ids.source import fstrings
from flake8_ssot_ids.source.sourcefile import Lines


def chains(path: list[ast.AST]) -> Iterator[list[ast.AST]]:
    """Yield the chain of nodes from ``path[0]`` down to each node below ``path[-1]``, and ``path``."""
    yield path
    for child in ast.iter_child_nodes(path[-1]):
        yield from chains([*path, child])


def outermost_strings(tree: ast.AST) -> Iterator[ast.JoinedStr]:
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.JoinedStr):
            yield child
        else:
            yield from outermost_strings(child)


def places(source: str, wanted: type[ast.AST] = ast.Name) -> list[tuple[str, tuple[int, int, int, int]]]:
    """List the ids (or the dumps) and places of all nodes of one type inside f-strings."""
    lines = Lines(source)
    found = []
    for joined in outermost_strings(ast.parse(source.encode())):
        for path in chains([joined]):
            if isinstance(path[-1], wanted):
                label = path[-1].id if isinstance(path[-1], ast.Name) else ast.unparse(path[-1])
                found.append((label, fstrings.locate(lines, joined, path)))
    return sorted(found, key=lambda item: item[1])


CASES = {
    "plain": ('f"{abc}"', [("abc", 1, 3)]),
    "text before": ('x = f"one {abc} two {de}"', [("abc", 1, 11), ("de", 1, 21)]),
    "spaces in the field": ('f"{  abc  }"', [("abc", 1, 5)]),
    "doubled braces": ('f"{{{abc}}}{{no}}{de}"', [("abc", 1, 5), ("de", 1, 18)]),
    "raw with backslashes": (r'rf"\{abc}\\{de}"', [("abc", 1, 5), ("de", 1, 12)]),
    "escaped quote before": (r'f"\"{abc}\"{de}"', [("abc", 1, 5), ("de", 1, 12)]),
    "named character": (r'f"\N{BULLET}{abc}"', [("abc", 1, 13)]),
    "named character in a raw string": (r'rf"\N{BULLET}"', [("BULLET", 1, 6)]),
    "conversion and spec": ('f"{abc!r:>10}{de:x}"', [("abc", 1, 3), ("de", 1, 14)]),
    "nested spec": ('f"{abc:{de}.{fg}}{h}"', [("abc", 1, 3), ("de", 1, 8), ("fg", 1, 13), ("h", 1, 18)]),
    "doubled brace in a spec": ('f"{abc:{{1: de}[1]}}{fg}"', [("abc", 1, 3), ("de", 1, 12), ("fg", 1, 21)]),
    "self-documenting": ('f"{abc=}{ de = !s}"', [("abc", 1, 3), ("de", 1, 10)]),
    "comparisons": (
        'f"{a==b}{c!=d}{e<=f}{g>=h}{i<j}"',
        [
            *(("a", 1, 3), ("b", 1, 6), ("c", 1, 9), ("d", 1, 12), ("e", 1, 15)),
            *(("f", 1, 18), ("g", 1, 21), ("h", 1, 24), ("i", 1, 27), ("j", 1, 29)),
        ],
    ),
    "same text twice": ('f"abc {abc} abc {abc}"', [("abc", 1, 7), ("abc", 1, 17)]),
    "call with a keyword": ('f"{abc(k=de)}"', [("abc", 1, 3), ("de", 1, 9)]),
    "braces in the field": ("f\"{ {'a': abc}['a'] }{ {de} }\"", [("abc", 1, 10), ("de", 1, 24)]),
    "braces in a string in the field": ("f\"{abc['}']}{de['{:!=']}\"", [("abc", 1, 3), ("de", 1, 13)]),
    "lambda and slice": ('f"{(lambda: abc)()}{de[1:2]}"', [("abc", 1, 12), ("de", 1, 20)]),
    "walrus": ('f"{(abc:=de)}"', [("abc", 1, 4), ("de", 1, 9)]),
    "starred": ('f"{*abc, de}"', [("abc", 1, 4), ("de", 1, 9)]),
    "non-ASCII before": ('é = f"é€😀{abc}é{de}"', [("abc", 1, 17), ("de", 1, 24)]),
    "non-ASCII in the field": ("f\"{'é' + abc}\"", [("abc", 1, 10)]),
    "nested f-string": ("f\"a{f'b{abc}'}{de}\"", [("abc", 1, 8), ("de", 1, 15)]),
    "nested f-string in a spec": (
        "f\"{abc:{f'{de}'}}{h}\"",
        [("abc", 1, 3), ("de", 1, 11), ("h", 1, 18)],
    ),
    "three deep": ("f'''{f\"{f'{abc}' + de}\" + fg}'''", [("abc", 1, 11), ("de", 1, 19), ("fg", 1, 26)]),
    "concatenated with plain text": ('x = "{no}" f"{abc}" "{no}" f"{de}"', [("abc", 1, 14), ("de", 1, 30)]),
    "concatenated over lines": (
        'f(\n    "a"\n    f"bc{abc}"  # {no} f"{no}"\n    f\'{de}\'\n)',
        [("abc", 3, 9), ("de", 4, 7)],
    ),
    "concatenated with a backslash": ('x = f"{abc}" \\\n  f"é{de}"', [("abc", 1, 7), ("de", 2, 7)]),
    "concatenated triple-quoted": (
        'x = ("""\n{no}""" f"""\n  {abc}\n""" f"{de}" \'\'\'a\'b\'\'\' f"{fg}")',
        [("abc", 3, 3), ("de", 4, 7), ("fg", 4, 25)],
    ),
    "triple-quoted over lines": (
        'f"""\n{abc}\n  {de} {fg:{h}}\n"""',
        [("abc", 2, 1), ("de", 3, 3), ("fg", 3, 8), ("h", 3, 12)],
    ),
    "triple-quoted, indented": (
        'if 1:\n    x = f"""a {abc}\n        é {de.hex[:8]}"""',
        [("abc", 2, 15), ("de", 3, 12)],
    ),
    "field over lines": ('f"""{\nabc}{\n  de\n}"""', [("abc", 2, 0), ("de", 3, 2)]),
    "call over lines in a field": (
        'f"""\n{abc(de,\n  fg)} {h}"""',
        [("abc", 2, 1), ("de", 2, 5), ("fg", 3, 2), ("h", 3, 8)],
    ),
    "spec over lines": ('f"""{abc:\n{de}}{fg}"""', [("abc", 1, 5), ("de", 2, 1), ("fg", 2, 6)]),
    "nested over lines": (
        "f'''\n{f\"\"\"\n {abc} é{de}\"\"\" + fg}'''",
        [("abc", 3, 2), ("de", 3, 10), ("fg", 3, 19)],
    ),
    "escaped newline in the text": ('f"a\\\n{abc} b\\\n {de}"', [("abc", 2, 1), ("de", 3, 2)]),
    "quotes in a triple-quoted string": ('f"""a"b""{abc}"""', [("abc", 1, 10)]),
    "empty parts around": ('"" f"" f"{abc}" \'\' ""', [("abc", 1, 10)]),
    "upper-case prefixes": ("RF'{abc}' F\"{de}\" fR'{fg}'", [("abc", 1, 4), ("de", 1, 13), ("fg", 1, 22)]),
    "bytes and raw strings in the field": (
        "f\"{abc(b'x', rb'y', u'}')}{de}\"",
        [("abc", 1, 3), ("de", 1, 27)],
    ),
    "carriage return line ends": ('x = 1\rf"{abc}" \\\r\n f"""\r{de}"""', [("abc", 2, 3), ("de", 4, 1)]),
    "form feed before": ('\x0cf"{abc}"', [("abc", 1, 4)]),
    "line separator in the text": ('f"""\u2028\n\u2028{abc}"""', [("abc", 2, 4)]),
    "comprehension": (
        'f"{[abc for abc in de if fg]}"',
        [("abc", 1, 4), ("abc", 1, 12), ("de", 1, 19), ("fg", 1, 25)],
    ),
}

NEW_CASES = {
    "spec in a spec": ('f"{abc:{de:{fg}}}"', [("abc", 1, 3), ("de", 1, 8), ("fg", 1, 12)]),
    "nested f-string with a spec": (
        "f\"{abc:{f'{de}':{fg}}}{h}\"",
        [("abc", 1, 3), ("de", 1, 11), ("fg", 1, 17), ("h", 1, 23)],
    ),
    "same quotes inside": ('f"{abc["k"]}{f"{de}"}"', [("abc", 1, 3), ("de", 1, 16)]),
    "comment in a field": ('f"""{\nabc # }"\n}{de}"""', [("abc", 2, 0), ("de", 3, 2)]),
    "field over lines in single quotes": ("f'{\nabc\n} {de}'", [("abc", 2, 0), ("de", 3, 3)]),
    "backslash in a field": ("f\"{'\\n'.join(abc)}{de}\"", [("abc", 1, 13), ("de", 1, 19)]),
}


def check(source: str, expected: list[tuple[str, int, int]]) -> None:
    assert places(source) == [
        (name, (row, column, row, column + len(name))) for name, row, column in expected
    ]


@pytest.mark.parametrize(("source", "expected"), CASES.values(), ids=CASES)
def test_place(source: str, expected: list[tuple[str, int, int]]) -> None:
    check(source, expected)


@pytest.mark.parametrize(("source", "expected"), CASES.values(), ids=CASES)
def test_place_found_in_the_text(
    source: str, expected: list[tuple[str, int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The search that 3.11 needs is right on every interpreter, so that each tests the other."""
    monkeypatch.setattr(fstrings, "_POSITIONS_ARE_RIGHT", False)
    check(source, expected)


@pytest.mark.parametrize(
    ("source", "searched"),
    [
        ('f"{abc}{de}"', ""),
        ("x = rf'a{abc + de}'", ""),
        ('f"""{abc}"""', "abc"),
        ("""'a' f"{abc}\"""", "abc"),
        ('f"a" f"{abc}"', "abc"),
        ('f"é{abc}"', "abc"),
        ('f"\\\n{abc}"', "abc"),
        ('f"{abc:{de}}"', "de"),
        ("f\"{abc}{f'{de}'}\"", "de"),
    ],
)
def test_the_parser_is_trusted_only_in_a_field_of_one_plain_string(
    source: str, searched: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which places it gets wrong depends on the patch release of 3.11, so it is the choice that is tested."""
    found: list[str] = []

    def noted(text: fstrings._FString, path: list[ast.AST]) -> tuple[int, int]:
        found.extend(node.id for node in path[-1:] if isinstance(node, ast.Name))
        return offsets(text, path)

    offsets = fstrings._FString.offsets
    monkeypatch.setattr(fstrings._FString, "offsets", noted)
    monkeypatch.setattr(fstrings, "_POSITIONS_ARE_RIGHT", False)
    assert places(source)
    assert found == ([searched] if searched else [])


@pytest.mark.skipif(sys.version_info < (3, 12), reason="needs the f-strings of PEP 701")
@pytest.mark.parametrize("trust", [True, False], ids=["own", "searched"])
@pytest.mark.parametrize(("source", "expected"), NEW_CASES.values(), ids=NEW_CASES)
def test_place_with_new_grammar(
    source: str, expected: list[tuple[str, int, int]], trust: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fstrings, "_POSITIONS_ARE_RIGHT", trust)
    check(source, expected)


def test_expressions_end_where_they_end() -> None:
    source = 'x = f"""\nws_{uuid.uuid4().hex[:8]}\n  {str(\n  uuid4())}"""'
    assert places(source, ast.Call) == [
        ("uuid.uuid4()", (2, 4, 2, 16)),
        ("str(uuid4())", (3, 3, 4, 10)),
        ("uuid4()", (4, 2, 4, 9)),
    ]


def test_the_field_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fstrings, "_POSITIONS_ARE_RIGHT", False)
    found = places('f"é{abc:{de}}"\nf"{x}"', ast.FormattedValue)
    assert [place for _, place in found] == [(1, 4, 1, 14), (1, 9, 1, 13), (2, 2, 2, 5)]


def test_literal_text_has_the_place_of_its_string(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fstrings, "_POSITIONS_ARE_RIGHT", False)
    assert places('f"ab{x}"', ast.Constant) == [("'ab'", (1, 0, 1, 8))]


def test_a_text_that_does_not_fit_the_tree_gives_the_whole_string(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fstrings, "_POSITIONS_ARE_RIGHT", False)
    joined = next(outermost_strings(ast.parse("f'''{abc}'''")))
    path = next(path for path in chains([joined]) if isinstance(path[-1], ast.Name))
    for other in ("f'{abc'  ", "abcdefgh", "f'abcde'", "f'{a b}'", "f'{a;b}'", "f'{abc:'", "f'{(abc"):
        text = other.replace("'", "'''").ljust(12)
        assert fstrings.locate(Lines(text), joined, path) == (1, 0, 1, 12), text


@pytest.mark.parametrize("text", ['f"abc', 'f"{abc', "f\"{'", 'f"{a:b"', 'f"""a"', "f'{a #'", "f'\\N{a"])
def test_a_string_without_an_end_is_an_error(text: str) -> None:
    quote = text[1] * 3 if text[2:4] == text[1] * 2 else text[1]
    with pytest.raises(ValueError, match=r"end|no '\\n'|substring"):
        fstrings.scan(text, 1, "f", quote)


@pytest.mark.parametrize("before", ["", "x = ", "f(1, ", "é = 'ü'; "])
@pytest.mark.parametrize("opening", ['f"', 'Rf"', "f'''", '"a" f"', "'a' f\"", 'f"{é}'])
@pytest.mark.parametrize("text", ["", "a{{b}}", "\\\\", "%s,", "\\\n"])
def test_what_stands_in_a_field_is_what_is_found(before: str, opening: str, text: str) -> None:
    quote = "'''" if "'''" in opening else '"'
    for expression in (
        "x.y",
        " z ",
        "f(x)[1:2]",
        "a + b",
        "({1: a})[1]",
        "[c for c in d]",
        f"g(f{'`'}{{a}}{'`'})",
    ):
        inner = expression.replace("`", '"' if quote == "'''" else "'")
        for spec in ("", "!r", "=", ":>10", ":{w}"):
            source = f"{before}{opening}{text}{{{inner}{spec}}}{text}{quote}{')' * before.count('(')}"
            lines = Lines(source)
            for joined in outermost_strings(ast.parse(source)):
                for path in chains([joined]):
                    if isinstance(path[-1], (ast.Name, ast.Subscript, ast.Call)):
                        row, start, end_row, end = fstrings.locate(lines, joined, path)
                        assert row == end_row
                        found = lines.lines[row - 1].encode()[start:end].decode()
                        assert ast.unparse(ast.parse(found, mode="eval")) == ast.unparse(path[-1])
