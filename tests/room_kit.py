"""What the tests of room and desk share: a release on a real journal, and a medium that refuses to be written."""

import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from journal_kit import StillClock, child
from release_kit import NAME, plan
from warroom.core import decisions
from warroom.core.events import Event
from warroom.journal.store import create_journal, open_journal
from warroom.room import Room

_FOREIGN = (
    "import sqlite3, sys; db = sqlite3.connect(sys.argv[1], isolation_level=None);"
    "db.execute('BEGIN EXCLUSIVE'); print('held', flush=True); sys.stdin.read()"
)


def begin(path: Path) -> Path:
    """A release that has just been started; gives its journal."""
    stored = create_journal(path, plan(), StillClock(), "0.1.0")
    room = Room(stored, StillClock(), origin="cli@tower:1")
    room.act(partial(decisions.start, release=NAME, environment="production", t0_us=0), actor="ada")
    stored.close()
    return path


def enter(path: Path, origin: str = "cli@tower:2") -> Room:
    """A room of its own on the journal, as another process has it. Whoever calls this closes its journal."""
    return Room(open_journal(path), StillClock(), origin=origin)


def stored(path: Path) -> list[Event]:
    """All that the journal holds, as another process reads it."""
    journal = open_journal(path, read_only=True)
    try:
        return list(journal.read())
    finally:
        journal.close()


@contextmanager
def no_room_to_write() -> Iterator[None]:
    """No file of this process may grow: what a full disk does, by the kernel's hand."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def locked(journal: Path, *, by: str = "foreign") -> Iterator[None]:
    """Another process holds the journal: somebody's SQLite shell (`foreign`), or a program of ours that hangs."""
    if by == "foreign":
        argv = [sys.executable, "-c", _FOREIGN, str(journal)]
        holder = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    else:
        holder = child("hold", journal)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield
    finally:
        holder.communicate(timeout=30)
