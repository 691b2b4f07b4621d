"""What the tests share: a loopback server with given answers, the command line as a user runs it, the demo run once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from time import monotonic
from typing import Any

import pytest
import services
from hypothesis import settings
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

settings.register_profile(
    "rolecall", deadline=None
)  # what is slow is told by tests that measure, not by a busy machine
settings.load_profile("rolecall")

PROJECT = Path(__file__).parent.parent
SHARED = PROJECT.parent / "shared"
"""Labelled real ads and recorded responses, outside the repository; tests that need them are skipped without it."""

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason=f"labelled ads and recorded responses not at {SHARED}")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-expected", action="store_true", help="write tests/pages/*/*/expected.json for a person to read"
    )


SKIPPED: list[str] = []
"""Tests that were skipped, gathered where the reports of all processes come together."""


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and "labelled ads and recorded responses" not in str(report.longrepr):
        SKIPPED.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI every test must run: a skipped one (but for those on data outside the repository) fails the session."""
    is_worker = hasattr(session.config, "workerinput")
    if SKIPPED and not is_worker and os.environ.get("ROLECALL_CI") == "1":
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        reporter.write_line(
            f"error: skipped in CI: {', '.join(SKIPPED)}; scripts/install-system-packages provides tools"
        )
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    body: bytes
    number: int
    """How often this path has been asked for, this time included."""

    headers: Mapping[str, str] = field(default_factory=dict)


Answer = tuple[int, dict[str, str], bytes]
Answering = Callable[[Asked], Answer | Iterable[bytes]]
"""Gives an answer, or the bytes that go over the line as they are, after which the connection is closed."""


@dataclass
class Server:
    """A loopback HTTP server that gives the answers it is told to and remembers what it was asked."""

    answers: dict[str, Answer] = field(default_factory=dict)
    answering: dict[str, Answering] = field(default_factory=dict)
    """Path without query -> what makes the answer, where ``answers`` has none."""
    asked: list[str] = field(default_factory=list)
    asked_at: list[float] = field(default_factory=list)
    user_agents: set[str] = field(default_factory=set)
    base_url: str = ""
    _lock: Lock = field(default_factory=Lock)

    def answer(self, path: str, body: str | bytes, status: int = 200, **headers: str) -> None:
        data = body.encode() if isinstance(body, str) else body
        self.answers[path] = status, {name.replace("_", "-"): value for name, value in headers.items()}, data

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        sent = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        with self._lock:
            self.asked.append(handler.path)
            self.asked_at.append(monotonic())
            self.user_agents.add(handler.headers["User-Agent"])
            number = self.asked.count(handler.path)
            asked = Asked(handler.command, handler.path, sent, number, handler.headers)
        told = self.answers.get(handler.path, (404, {}, b"not found"))
        answering = self.answering.get(handler.path.partition("?")[0]) if handler.path not in self.answers else None
        answer = answering(asked) if answering else told
        if isinstance(answer, tuple):
            self._send(handler, *answer)
            return
        handler.close_connection = True
        for part in answer:
            handler.wfile.write(part)

    @staticmethod
    def _send(handler: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes) -> None:
        handler.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers, "Content-Length": str(len(body))}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)


@contextmanager
def serving(told: Server) -> Iterator[Server]:
    """The server at a loopback port of its own while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            with suppress(ConnectionError):  # whoever asked has heard enough
                told.handle(self)

        do_POST = do_GET  # noqa: N815  # the library's name

        def log_message(self, format: str, *args: Any) -> None:
            return

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.base_url = f"http://127.0.0.1:{http.server_address[1]}"
    Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield told
    finally:
        http.shutdown()
        http.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(Server()) as told:
        yield told


def rolecall(
    *arguments: object, cwd: Path = PROJECT, loopback: bool = True, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own, as a user does."""
    settings = {**os.environ, **environment, "COLUMNS": "200", "PYTHONPATH": str(PROJECT)}
    settings.pop("ROLECALL_ALLOW_LOOPBACK", None)
    if loopback:
        settings["ROLECALL_ALLOW_LOOPBACK"] = "1"
    command = [sys.executable, "-m", "rolecall", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=settings, capture_output=True, text=True, timeout=240, check=False)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[services.PostgreSQL]:
    with services.postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def redis_address() -> Iterator[str]:
    with services.redis() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def store_address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a store that is not there yet, in either database."""
    if request.param == "sqlite":
        return str(tmp_path / "new" / "rolecall.db")
    server: services.PostgreSQL = request.getfixturevalue("postgresql")
    return server.new_store()


def ask(address: str | Path, query: str) -> list[tuple[Any, ...]]:
    """What a store's database answers; the address is an SQLite file's path or a URL."""
    engine = create_engine(str(address) if "://" in str(address) else f"sqlite:///{address}", poolclass=NullPool)
    with engine.begin() as connection:
        found = connection.execute(text(query))
        return [tuple(row) for row in found] if found.returns_rows else []


@dataclass(frozen=True)
class DemoRun:
    folder: Path
    stdout: str
    stderr: str
    code: int


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    """``rolecall demo``, run once for all tests that look at what it leaves."""
    folder = tmp_path_factory.mktemp("demo")
    done = rolecall("demo", "--out", folder, cwd=folder, loopback=False)
    return DemoRun(folder, done.stdout, done.stderr, done.returncode)
