"""What several test modules share."""

from __future__ import annotations

import glob
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping

import pytest
from hypothesis import HealthCheck, settings

# A busy machine makes an example slow, and the making of one, too: neither is a fault.
settings.register_profile("ours", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ours")

FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


@pytest.fixture
def run_python() -> Callable[..., str]:
    """``run_python(code, *flags, env={...})``: what a fresh interpreter prints. It must not fail or warn."""

    def run(code: str, *flags: str, env: Mapping[str, str | None] | None = None) -> str:
        wanted = {**os.environ, "PYTHONPATH": FOLDER, "PYTHONDONTWRITEBYTECODE": "1", **(env or {})}
        done = subprocess.run(
            [sys.executable, *flags, "-c", code],
            env={name: value for name, value in wanted.items() if value is not None},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="session")
def many() -> int:
    """What to multiply counts by: 1, or 50 with SSOT_IDS_MANY=1 in the environment."""
    return 50 if os.environ.get("SSOT_IDS_MANY") == "1" else 1


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Callable[[str], list[str]]]:
    """``postgresql(sql)``: the rows, fields parted by ``|``, from a real server on a Unix socket."""
    tools = [*glob.glob("/usr/lib/postgresql/*/bin"), *glob.glob("/usr/pgsql-*/bin")]
    folder = max(tools, default="", key=lambda path: (len(path), path))
    initdb, server, client = (shutil.which(name, path=folder) for name in ("initdb", "postgres", "psql"))
    if os.name != "posix" or not (initdb and server and client):
        pytest.skip("no binaries of a PostgreSQL server")
    user = _unprivileged()
    if user is not None and user < 0:
        pytest.skip("PostgreSQL does not run as root, and there is no user 'postgres' or 'nobody'")
    home = tempfile.mkdtemp(
        prefix="ssot-pg-"
    )  # short, since the path of a socket may have 107 characters only
    try:
        if user is not None:
            os.chown(home, user, -1)
        data = os.path.join(home, "data")
        env = {
            "PATH": folder + os.pathsep + os.environ.get("PATH", ""),
            "LC_ALL": "C",
            "HOME": home,
            "TZ": "UTC",
        }
        made = subprocess.run(
            [initdb, "-D", data, "-U", "test", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"],
            user=user, cwd=home, env=env, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        if made.returncode:
            pytest.skip(f"initdb fails here: {made.stderr.strip()[-200:]}")
        settings = ("listen_addresses=", f"unix_socket_directories={home}", "fsync=off", "timezone=UTC")
        with open(os.path.join(home, "log"), "w+b") as log:
            process = subprocess.Popen(
                [server, "-D", data, *(part for setting in settings for part in ("-c", setting))],
                user=user, cwd=home, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

            def ask(sql: str) -> list[str]:
                options = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", home, "-U", "test"]
                done = subprocess.run(
                    [client, *options, "postgres"],
                    input=sql, cwd=home, env=env, capture_output=True, encoding="utf-8", timeout=120,
                    check=False,
                )  # fmt: skip
                if done.returncode:
                    raise RuntimeError(done.stderr)
                return done.stdout.splitlines()

            try:
                _wait(ask, process)
                yield ask
            finally:
                process.send_signal(signal.SIGINT)  # "fast": ends what runs and stops
                process.wait(60)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _unprivileged() -> int | None:
    """Whom to run the server as: None for who we are, -1 if there is nobody."""
    if os.geteuid() != 0:
        return None
    import pwd

    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    return -1


def _wait(ask: Callable[[str], list[str]], process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        try:
            assert ask("SELECT 1;") == ["1"]
        except RuntimeError:
            assert process.poll() is None, "the server ended"
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the server does not answer")
