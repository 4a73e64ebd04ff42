"""Sinks in other modules of the project: the class that a value flows to, tests of a prefix, patches."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Make = Callable[..., object]
START = "ticket_id = str(uuid.uuid4())"


def manual(workshop: Make, text: str, name: str = "app.py", **more: str) -> list[tuple[str, str, str]]:
    files = {
        f"{key.replace('__', '/')}.py".replace("app/init", "app/__init__"): value
        for key, value in more.items()
    }
    found: list[tuple[str, str, str]] = workshop({**files, name: text}).manual(name)  # type: ignore[attr-defined]
    return found


MODELS = """\
import uuid
from dataclasses import dataclass
from pydantic import BaseModel
from sqlalchemy import Column, String

class Session(BaseModel):
    session_id: uuid.UUID
    name: str

class Row(Base):
    session_id = Column(String(36), primary_key=True)
    name = Column(String(200))

@dataclass
class Record:
    session_id: uuid.UUID
    name: str = ""

class Checked:
    def __init__(self, session_id, name):
        self.session_id = session_id
        self.name = name

    def key(self):
        return self.session_id[:8]

class Child(Session):
    pass

def store(session_id: uuid.UUID, name):
    return session_id

def parse(value, name=None):
    return uuid.UUID(value)
"""
ELSEWHERE = {
    "a field of pydantic": ("Session(session_id=ticket_id, name=name)", "uuid-typed", "7:5"),
    "an inherited field": ("Child(session_id=ticket_id, name=name)", "uuid-typed", "7:5"),
    "a column": ("Row(session_id=ticket_id, name=name)", "narrow-column", "11:25"),
    "a field of a dataclass, by position": ("Record(ticket_id, name)", "uuid-typed", "16:5"),
    "what __init__ keeps": ("Checked(ticket_id, name)", "sliced", "25:16"),
    "a parameter typed UUID": ("store(ticket_id, name)", "uuid-typed", "30:11"),
    "a function that parses it": ("parse(ticket_id)", "parsed-as-uuid", "34:12"),
    "all of a dictionary": ('Session(**{"session_id": ticket_id, "name": name})', "uuid-typed", "7:5"),
}


@pytest.mark.parametrize(("call", "kind", "place"), ELSEWHERE.values(), ids=ELSEWHERE)
@pytest.mark.parametrize("handed_on", [False, True])
def test_the_class_that_it_flows_to_may_be_another_modules(
    workshop: Make, call: str, kind: str, place: str, handed_on: bool
) -> None:
    name = call.partition("(")[0]
    source = "from app" if handed_on else "from app.models"
    text = f"import uuid\n{source} import {name}\ndef f(name):\n    {START}\n    return {call}\n"
    package = f"from .models import {name}\n" if handed_on else ""
    ((found, why, where),) = manual(workshop, text, "main.py", app__init=package, app__models=MODELS)
    assert (found, where) == (kind, f"app/models.py:{place}")
    assert "`" in why


@pytest.mark.parametrize(
    "call",
    [
        "Session(name=ticket_id)",
        "Row(name=ticket_id)",
        "Record(name, ticket_id)",
        "Checked(name, ticket_id)",
        "store(name, ticket_id)",
        "parse(name, ticket_id)",
        "Missing(ticket_id=ticket_id)",
    ],
)
def test_a_neighbour_in_that_class_takes_it(workshop: Make, call: str) -> None:
    name = call.partition("(")[0]
    text = f"import uuid\nfrom app.models import {name}\ndef f(name):\n    {START}\n    return {call}\n"
    assert manual(workshop, text, "main.py", app__models=MODELS) == []


def test_an_attribute_of_an_object_of_another_module(workshop: Make) -> None:
    text = "import uuid\nfrom app.models import Checked\ndef f(held: Checked):\n    held.session_id = str(uuid.uuid4())\n"
    ((kind, _, place),) = manual(workshop, text, "main.py", app__models=MODELS)
    assert (kind, place) == ("sliced", "app/models.py:25:16")


CLIENT = 'import uuid\ndef f(user_id):\n    return f"client_{uuid.uuid4()}"\n'


def test_who_asks_for_a_prefix_that_will_be_another(workshop: Make) -> None:
    """``client_`` becomes ``ws_client_``."""
    reader = 'def is_client(name):\n    return name.startswith("client_")\n'
    ((kind, why, place),) = manual(workshop, CLIENT, "main.py", app__reader=reader)
    assert (kind, place) == ("prefix-matched", "app/reader.py:2:17")
    assert why == 'its beginning `client_` is asked for: `startswith("client_")`'


@pytest.mark.parametrize(
    "reader",
    [
        'def is_client(name):\n    return name.startswith("clients_")\n',
        'def is_client(name):\n    return "client_" in name\n',
        'def is_client(name):\n    return name.startswith("ws_")\n',
    ],
)
def test_a_prefix_that_nobody_asks_for_may_change(workshop: Make, reader: str) -> None:
    assert manual(workshop, CLIENT, "main.py", app__reader=reader) == []


def test_a_prefix_that_stays_may_be_asked_for(workshop: Make) -> None:
    reader = 'def is_call(name):\n    return name.startswith("call_")\n'
    text = 'import uuid\ndef f():\n    return f"call_{uuid.uuid4()}"\n'
    assert manual(workshop, text, "main.py", app__reader=reader) == []


@pytest.mark.parametrize("start", ["import uuid", "from uuid import uuid4"])
def test_10_what_a_test_patches_by_name_stays(workshop: Make, start: str) -> None:
    source = "uuid.uuid4" if start == "import uuid" else "uuid4"
    text = f"{start}\ndef f():\n    session_id = str({source}())\n    return session_id\n"
    test = f'from unittest.mock import patch\nwith patch("app.{source}"):\n    pass\n'
    found = manual(workshop, text, "app.py", tests__test_app=test)
    reason = f"a test replaces its source by name: `app.{source}` is patched"
    assert found == [("patched", reason, "tests/test_app.py:2:13")]


@pytest.mark.parametrize("target", ["other.uuid.uuid4", "app.uuid.uuid1", "app.f"])
def test_10_what_is_patched_elsewhere_does_not_matter(workshop: Make, target: str) -> None:
    text = f"import uuid\ndef f():\n    {START}\n    return ticket_id\n"
    test = f'from unittest.mock import patch\nwith patch("{target}"):\n    pass\n'
    assert manual(workshop, text, "app.py", tests__test_app=test) == []


COMPAT = """\
import re
import uuid as _uuid
from builtins import len as size
from functools import partial
from typing import NewType
from uuid import UUID
from uuid import UUID as Parse

HEX = re.compile("[0-9a-f]{8}-[0-9a-f]{4}")
to_uuid = _uuid.UUID
strict = partial(_uuid.UUID, version=4)
Text = str

def len(value):
    return value

def short(value):
    return value[:8]

class Session:
    holder: UUID

class Row(Session):
    pass

Entry = Row
cut = short
matches = HEX.fullmatch
fullmatch = HEX.fullmatch
shorten = lambda value: value[:8]

def pair(a, b):
    return b[:8]

last = partial(pair, 1)
first = partial(pair, b="")
"""
MEANING = {
    "a class by its name": ("UUID", "UUID(ticket_id)", "parsed-as-uuid"),
    "a class by another name": ("Parse", "Parse(ticket_id)", "parsed-as-uuid"),
    "an alias of a class": ("to_uuid", "to_uuid(ticket_id)", "parsed-as-uuid"),
    "an alias under another name": ("to_uuid as make", "make(ticket_id)", "parsed-as-uuid"),
    "a partial": ("strict", "strict(ticket_id)", "parsed-as-uuid"),
    "a builtin by another name": ("size", "size(ticket_id) == 36", "length-checked"),
    "a function of that module": ("short", "short(ticket_id)", "sliced"),
    "an alias of a function of that module": ("cut", "cut(ticket_id)", "sliced"),
    "a method of a pattern": ("matches", "matches(ticket_id)", "matched-as-uuid"),
    "a method of a pattern, of its name": ("fullmatch", "fullmatch(ticket_id)", "matched-as-uuid"),
    "a lambda": ("shorten", "shorten(ticket_id)", "sliced"),
    "a partial of a function": ("last", "last(ticket_id)", "sliced"),
    "a partial that has that argument": ("first", "first(ticket_id)", ""),
    "a class of that module": ("Session", "Session(holder=ticket_id)", "uuid-typed"),
    "an alias of a class of that module": ("Entry", "Entry(holder=ticket_id)", "uuid-typed"),
    "a method of a class": ("to_uuid, Text", "Text(ticket_id)[:8]", "sliced"),
    "a function of its own that is called like a builtin": ("len", "len(ticket_id) == 36", "length-checked"),
    "a class that is only handed on": ("Text", "Text(ticket_id)", ""),
    "a pattern that asks for nothing": ("HEX", "print(HEX, ticket_id)", ""),
    "a missing name": ("missing", "missing(ticket_id)", ""),
}


#: Of these a star import tells nothing.
RUN_TIME = ("strict", "matches", "fullmatch", "last", "first")


@pytest.mark.parametrize(("name", "use", "kind"), MEANING.values(), ids=MEANING)
@pytest.mark.parametrize("way", ["named", "by module", "star", "handed on"])
def test_what_a_name_of_another_module_means(
    workshop: Make, name: str, use: str, kind: str, way: str
) -> None:
    start, files = f"from app.compat import {name}", {"app__compat": COMPAT}
    if way == "star":
        if " as " in name or name in ("missing", *RUN_TIME):
            return
        start = "from app.compat import *"
    elif way == "handed on" and " as " not in name:
        start, files["app__init"] = start.replace("app.compat", "app"), start.replace("app.compat", ".compat")
    elif way == "by module":
        if " as " in name:
            return
        word = name.rpartition(" ")[2]
        start, use = "from app import compat as c", use.replace(word, f"c.{word}", 1)
    text = f"import uuid\n{start}\ndef f():\n    {START}\n    return {use}\n"
    assert [found[0] for found in manual(workshop, text, "main.py", **files)] == ([kind] if kind else [])
