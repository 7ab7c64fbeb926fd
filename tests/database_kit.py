"""Real database servers on free loopback ports, each with a directory of its own, ended by their process id."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from http_traps import free_port
from probe_kit import probe, read
from warroom.core.probe import Reading

TABLE = """\
CREATE TABLE visit (id integer, city text, fee numeric);
INSERT INTO visit VALUES (1, 'Dhaka', 2.5), (2, 'Khulna', 7), (3, NULL, NULL);
"""
PASSWORD = "correct-horse-battery"
_START_S = 30.0


def table_file(directory: Path) -> Path:
    """A SQLite file with a table, and a name that a URL must not take apart."""
    path = directory / "shop #1?.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(TABLE)
    return path


async def from_file(path: Path, query: str, check: dict[str, Any], **fields: Any) -> Reading:
    """What the sql source reads in a SQLite file."""
    return await read(probe({"kind": "sql", "file": str(path), "query": query}, check, **fields))


@contextmanager
def running(argv: Sequence[str | Path], ready: Callable[[], bool], *, user: str | None = None) -> Iterator[int]:
    """A server until the block ends; gives its process id once it is ready."""
    devnull = subprocess.DEVNULL
    with subprocess.Popen(list(map(str, argv)), stdout=devnull, stderr=devnull, user=user) as process:
        try:
            deadline = time.monotonic() + _START_S
            while not ready():
                assert process.poll() is None, f"{argv[0]} ended at once"
                assert time.monotonic() < deadline, f"{argv[0]} did not start"
                time.sleep(0.02)
            yield process.pid
        finally:
            process.send_signal(signal.SIGINT)


@contextmanager
def home_of(user: str | None) -> Iterator[Path]:
    """A directory that this user may enter, which pytest's own are not."""
    with tempfile.TemporaryDirectory(prefix="warroom-test-") as name:
        if user:
            shutil.chown(name, user)
        yield Path(name)


def unprivileged(user: str) -> str | None:
    """Whom to run a server as that refuses to run as root."""
    return user if os.geteuid() == 0 else None


@contextmanager
def postgres() -> Iterator[int]:
    """A PostgreSQL with the user `probe` and `PASSWORD`; gives its port."""
    [binaries] = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1:]
    user, port = unprivileged("postgres"), free_port()
    with home_of(user) as home:
        password = home / "password"
        password.write_text(PASSWORD)
        password.chmod(0o644)
        initdb: list[str | Path] = [binaries / "initdb", "-N", "-D", home / "data", "-A", "scram-sha-256"]
        initdb += ["-U", "probe", "--pwfile", password]
        subprocess.run(initdb, check=True, capture_output=True, timeout=60, user=user, cwd=home)
        settings = ("fsync=off", "listen_addresses=127.0.0.1", f"unix_socket_directories={home}", f"port={port}")
        argv: list[str | Path] = [binaries / "postgres", "-D", home / "data"]
        argv += [part for one in settings for part in ("-c", one)]

        def ready() -> bool:
            asked: list[str | Path] = [binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
            return subprocess.run(asked, check=False, timeout=10).returncode == 0

        with running(argv, ready, user=user):
            yield port


@contextmanager
def redis(*commands: str) -> Iterator[int]:
    """A Redis with `PASSWORD` in which these were run; gives its port."""
    port = free_port()

    def ready() -> bool:
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", port)) == 0

    with home_of(None) as home:
        argv = [
            "redis-server", "--port", port, "--bind", "127.0.0.1", "--dir", home, "--save", "", "--appendonly", "no",
            "--requirepass", PASSWORD,
        ]  # fmt: skip
        with running([str(part) for part in argv], ready):
            with socket.create_connection(("127.0.0.1", port)) as client:
                for command in (f"AUTH {PASSWORD}", *commands):
                    client.sendall(command.encode() + b"\r\n")
                    assert client.recv(100)[:1] in b"+:"
            yield port
