"""From expressions to dotted names: chains and cycles of aliases, dynamic access, the way a value came."""

from __future__ import annotations

import ast
import random
import time

import pytest

from flake8_ssot_ids.findings.engine import check_source
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.semantics.module import bindings
from flake8_ssot_ids.semantics.module import names as names_module
from flake8_ssot_ids.semantics.module.names import ModuleNames
from flake8_ssot_ids.uuids import catalog

POLICY = Policy(root="/project")


def resolved(source: str, expression: str) -> list[tuple[str, str]]:
    """The values of the last expression in ``source`` that reads ``expression``."""
    tree = ast.parse(source)
    names = ModuleNames(
        tree,
        source,
        package="",
        sources=catalog.FRESH,
        attributes=catalog.FRESH,
        words=(),
        expand=lambda values: values,
    )
    wanted = ast.dump(ast.parse(expression, mode="eval").body)
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.expr) and ast.dump(node) == wanted]
    last = max(nodes, key=lambda node: (node.lineno, node.col_offset))
    return sorted((value, via) for value, via in names.resolver.resolve(last) if isinstance(value, str))


@pytest.mark.parametrize(
    ("source", "expression", "values"),
    [
        ("import uuid\nuuid.uuid4", "uuid.uuid4", [("uuid.uuid4", "direct")]),
        ("import uuid as u\nu.uuid4", "u.uuid4", [("uuid.uuid4", "direct")]),
        ("from uuid import uuid4 as f\nf", "f", [("uuid.uuid4", "direct")]),
        ("from uuid import *\nuuid4", "uuid4", [("uuid.uuid4", "direct")]),
        ("import uuid\nf = uuid.uuid4\nf", "f", [("uuid.uuid4", "assigned")]),
        ("import uuid\nu = uuid\nu.uuid4", "u.uuid4", [("uuid.uuid4", "assigned")]),
        ("import uuid\n(f := uuid.uuid4)\nf", "f", [("uuid.uuid4", "assigned")]),
        ("import uuid\ngetattr(uuid, 'uuid4')", "getattr(uuid, 'uuid4')", [("uuid.uuid4", "dynamic")]),
        ("u = __import__('uuid')\nu.uuid4", "u.uuid4", [("uuid.uuid4", "dynamic")]),
        ("import uuid\nu = vars(uuid)\nu['uuid4']", "u['uuid4']", [("uuid.uuid4", "dynamic")]),
        ("import sys\nsys.modules['uuid'].uuid4", "sys.modules['uuid'].uuid4", [("uuid.uuid4", "dynamic")]),
        (
            "from uuid import uuid1, uuid4\nf = uuid1 if x else uuid4\nf",
            "f",
            [("uuid.uuid1", "assigned"), ("uuid.uuid4", "assigned")],
        ),
        (
            "from uuid import uuid1, uuid4\nf = uuid1\nif x:\n    f = uuid4\nf",
            "f",
            [("uuid.uuid1", "assigned"), ("uuid.uuid4", "assigned")],
        ),
        ("from uuid import uuid1, uuid4\nf = uuid1\nf = uuid4\nf", "f", [("uuid.uuid4", "assigned")]),
        ("import uuid\nuuid = 1\nuuid.uuid4", "uuid.uuid4", []),
        ("import uuid\nuuid.uuid4.uuid4", "uuid.uuid4.uuid4", [("uuid.uuid4.uuid4", "direct")]),
        ("uuid.uuid4", "uuid.uuid4", [("builtins.uuid.uuid4", "direct")]),
        ("from .uuid import uuid4\nuuid4", "uuid4", [(".uuid:.uuid4", "direct")]),
    ],
)
def test_an_expression_stands_for_dotted_names(
    source: str, expression: str, values: list[tuple[str, str]]
) -> None:
    assert resolved(source, expression) == values


@pytest.mark.parametrize("length", [5, 150, 600])
@pytest.mark.parametrize("order", ["forward", "reverse", "shuffled"])
def test_a_chain_of_aliases_has_no_end_that_is_not_seen(length: int, order: str) -> None:
    """Each link is set in a function of its own, so that no order of the text is the order of the links."""
    links = list(range(length))
    if order == "reverse":
        links.reverse()
    elif order == "shuffled":
        random.Random(length).shuffle(links)  # noqa: S311
    functions = [f"def f{at}():\n    global a{at + 1}\n    a{at + 1} = a{at}\n" for at in links]
    source = "import uuid\n" + "".join(functions) + f"a0 = uuid.uuid4\na{length}()\n"
    codes = [finding.code for finding in check_source(source.encode(), "/project/a.py", POLICY).findings]
    assert codes == ["SID105"] * (length + 1) + ["SID201"]


def test_a_long_chain_takes_few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = []
    flow = bindings.Flow

    def counted(*arguments: object, **options: object) -> object:
        rounds.append(1)
        return flow(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(names_module, "Flow", counted)
    links = "".join(f"a{at + 1} = a{at}\n" for at in range(400))
    source = f"import uuid\na0 = uuid.uuid4\n{links}a400()\n"
    assert len(check_source(source.encode(), "/project/a.py", POLICY).findings) == 402
    assert len(rounds) <= 8


@pytest.mark.parametrize("branches", [8, 60])
def test_a_name_that_is_bound_from_itself_in_many_branches_takes_no_time(branches: int) -> None:
    """Each binding depends on every other; to walk each way through them would take branches! steps."""
    elifs = "".join(f"    elif a{at}:\n        make = make or other{at}\n" for at in range(branches))
    source = f"import uuid\nmake = uuid.uuid4\nwhile x:\n    if a:\n        pass\n{elifs}make()\n"
    began = time.process_time()
    findings = check_source(source.encode(), "/project/a.py", POLICY).findings
    assert time.process_time() - began < 5
    assert len(findings) == branches + 2


def test_a_cycle_hands_on_what_any_of_its_members_gets() -> None:
    source = "import uuid\nwhile x:\n    a = b\n    b = c\n    c = a or d\n    d = e\n    e = uuid.uuid4\n"
    rows = [
        finding.span.start.row for finding in check_source(source.encode(), "/project/a.py", POLICY).findings
    ]
    assert rows == [3, 4, 5, 5, 6, 7]


def test_a_cycle_that_grows_comes_to_an_end() -> None:
    source = "import uuid\nwhile x:\n    uuid = uuid.uuid\n    uuid.uuid4()\n"
    assert check_source(source.encode(), "/project/a.py", POLICY).findings == ()
    source = (
        "import uuid\nwhile x:\n    uuid = y or uuid.uuid\n    uuid = uuid or uuid.uuid\n    uuid.uuid4()\n"
    )
    assert check_source(source.encode(), "/project/a.py", POLICY).findings == ()
