"""Real servers for the tests: PostgreSQL and Redis, each with a folder and an address of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from time import monotonic, sleep

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

HOW_TO_GET_IT = "sh scripts/install-system-packages installs it (Debian, Ubuntu)"
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=")
"""Settings of a server that is forgotten in the end, and is reached through its socket alone."""


@dataclass
class PostgreSQL:
    """A running server."""

    folder: Path
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def new_store(self) -> str:
        """The address of an empty schema, which is made much faster than a database."""
        return f"{self.address('postgres')}&options=-csearch_path%3D{self._make('SCHEMA')}"

    def new_database(self) -> str:
        """The address of an empty database, for what is one of a database: its locks."""
        return self.address(self._make("DATABASE"))

    def _make(self, what: str) -> str:
        name = f"rolecall_{next(self._numbers)}"
        engine = create_engine(self.address("postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE {what} {name}"))
        return name

    def address(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"


@contextmanager
def postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL server with Debian's programs; skips the test where there are none.

    Its default order of words is a dictionary's, so that whoever relies on another one is found out. It refuses to run
    as root: the user ``postgres`` runs it then.
    """
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    programs = sorted((path.parent for path in found), key=lambda path: int(path.parts[4]))
    if not programs:
        pytest.skip(f"PostgreSQL is not installed: {HOW_TO_GET_IT}")
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="rolecall-postgresql-"))
    if user:
        shutil.chown(folder, user)
    try:
        order = ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en"]
        data = ["-D", str(folder / "data")]
        initdb = [programs[-1] / "initdb", *data, "--auth=trust", "--username=postgres", "--no-sync", *order]
        subprocess.run(initdb, check=True, capture_output=True, user=user)
        options = [word for option in QUICK for word in ("-c", option)]
        command = [str(programs[-1] / "postgres"), *data, "-k", str(folder), *options]
        with _started(command, folder, (folder / ".s.PGSQL.5432").exists, signal.SIGQUIT, user):
            yield PostgreSQL(folder)
    finally:
        shutil.rmtree(folder)


@contextmanager
def redis() -> Iterator[str]:
    """A Redis server at a loopback port of its own, as its address; skips the test where there is none."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip(f"Redis is not installed: {HOW_TO_GET_IT}")
    port = _free_port()
    with tempfile.TemporaryDirectory(prefix="rolecall-redis-") as folder:
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        with _started(command, Path(folder), lambda: _answers(port), signal.SIGKILL):
            yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def _started(
    command: list[str], folder: Path, is_up: Callable[[], bool], end: signal.Signals, user: str | None = None
) -> Iterator[None]:
    """The server while the block runs."""
    log = folder / "log"
    with log.open("wb") as said, subprocess.Popen(command, stdout=said, stderr=said, cwd=folder, user=user) as process:
        try:
            late = monotonic() + 30
            while not is_up():
                assert process.poll() is None, log.read_text()
                assert monotonic() < late, log.read_text()
                sleep(0.02)
            yield
        finally:
            process.send_signal(end)
            process.wait(30)


def _free_port() -> int:
    with socket.socket() as ours:
        ours.bind(("127.0.0.1", 0))
        port: int = ours.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    with socket.socket() as ours:
        return ours.connect_ex(("127.0.0.1", port)) == 0
