"""An editor's view: python-lsp-server over stdio, with flake8 as its only linter."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

LINTERS = ("pycodestyle", "pyflakes", "mccabe", "pydocstyle", "pylint", "ruff", "autopep8", "yapf")
SOURCE = "import uuid\n\nx = 'ö'; session_id = f\"ws_{uuid.uuid4().hex[:8]}\"\n"
#: Only a process that hangs takes so long, on a busy machine too.
SECONDS = 600


class Editor:
    """The client's side of one session: JSON-RPC with Content-Length headers over a pair of pipes."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pylsp"],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._messages: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._number = 0
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while True:
            length = 0
            while (line := stream.readline()).strip():
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            if not length:
                self._messages.put(None)
                return
            self._messages.put(json.loads(stream.read(length)))

    def send(self, method: str, params: object, *, answer: bool = False) -> Any:
        message: dict[str, object] = {"jsonrpc": "2.0", "method": method, "params": params}
        if answer:
            self._number += 1
            message["id"] = self._number
        body = json.dumps(message).encode()
        stream = self.process.stdin
        assert stream is not None
        stream.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        stream.flush()
        return (
            self.wait(lambda got: got.get("id") == self._number and "method" not in got) if answer else None
        )

    def wait(self, wanted: Any) -> dict[str, Any]:
        while True:
            message = self._messages.get(timeout=SECONDS)
            assert message is not None, "the server has closed its output"
            if wanted(message):
                assert "error" not in message, message
                return message

    def diagnostics(self, uri: str, version: int | None = None) -> list[dict[str, Any]]:
        """The next diagnostics for a document; the server publishes them after each change."""

        def wanted(message: dict[str, Any]) -> bool:
            if message.get("method") != "textDocument/publishDiagnostics":
                return False
            params = message["params"]
            return params["uri"] == uri and (version is None or params.get("version") in (None, version))

        found: list[dict[str, Any]] = self.wait(wanted)["params"]["diagnostics"]
        return found

    def close(self) -> None:
        if self.process.poll() is None:
            self.send("shutdown", None, answer=True)
            self.send("exit", None)
        assert self.process.wait(SECONDS) == 0
        self.reader.join(SECONDS)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[Editor]:
    editor = Editor(tmp_path)
    try:
        editor.send(
            "initialize",
            {"processId": None, "rootUri": tmp_path.as_uri(), "capabilities": {}, "workspaceFolders": None},
            answer=True,
        )
        editor.send("initialized", {})
        plugins: dict[str, dict[str, object]] = {name: {"enabled": False} for name in LINTERS}
        # What an editor would set. The server of this interpreter must run the flake8 of this interpreter.
        plugins["flake8"] = {"enabled": True, "executable": "flake8-is-not-on-the-path"}
        editor.send("workspace/didChangeConfiguration", {"settings": {"pylsp": {"plugins": plugins}}})
        yield editor
        editor.close()
    finally:
        if editor.process.poll() is None:
            editor.process.kill()
            editor.process.wait(SECONDS)


def opened(uri: str, text: str) -> dict[str, object]:
    return {"textDocument": {"uri": uri, "languageId": "python", "version": 1, "text": text}}


def our(diagnostics: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [found for found in diagnostics if found["code"].startswith("SID")]


def test_a_finding_reaches_the_editor(editor: Editor, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.ssot-ids]\ngenerator = 'app.ids.Maker'\n")
    path = tmp_path / "pkg" / "case.py"
    path.parent.mkdir()
    path.write_text("x = 1\n")  # what is judged is the text in the editor, not the file
    uri = path.as_uri()
    editor.send("textDocument/didOpen", opened(uri, SOURCE))
    (found,) = our(editor.diagnostics(uri))
    message = found.pop("message")
    assert message.startswith("SID103 only 32 random bits of `uuid.uuid4()` are kept")
    assert message.endswith("create it with `Maker`, whose source could not be read: no module named `app`")
    assert found == {
        "source": "flake8",
        "code": "SID103",
        # From the reference to the end of its line: flake8 gives pylsp no end.
        "range": {"start": {"line": 2, "character": 28}, "end": {"line": 2, "character": 51}},
        "severity": 2,
    }
    assert SOURCE.split("\n")[2][28:].startswith("uuid.uuid4()")

    change = {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": "x = 2\n"}]}
    editor.send("textDocument/didChange", change)
    assert our(editor.diagnostics(uri, 2)) == []


def test_a_noqa_comment_and_the_policy_hold_in_the_editor(editor: Editor, tmp_path: Path) -> None:
    (tmp_path / "ssot-ids.toml").write_text("ignore = ['SID102']\n")
    uri = (tmp_path / "case.py").as_uri()
    lines = [
        "import uuid",
        "a = uuid.uuid4()  # noqa: SID101",
        "b = str(uuid.uuid4())",
        "c = uuid.uuid4()",
        "",
    ]
    editor.send("textDocument/didOpen", opened(uri, "\n".join(lines)))
    assert [(found["code"], found["range"]["start"]) for found in our(editor.diagnostics(uri))] == [
        ("SID101", {"line": 3, "character": 4})
    ]
