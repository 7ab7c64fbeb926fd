"""A large journal: verified, opened, exported."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from hashlib import sha256
from pathlib import Path
from statistics import median

from kit import CLOCK, Figure, Target, filled_journal, medians

from warroom.journal import sqlite
from warroom.journal.store import open_journal
from warroom.journal.verify import verify
from warroom.keeping import Keeping
from warroom.room import Room

LARGE = 1_000_000

_MEMORY = "print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"  # ru_maxrss would count the parent's
_OPENED = f"""
import sys
from pathlib import Path
from warroom.clock import SystemClock
from warroom.journal.store import open_journal
from warroom.room import Room

room = Room(open_journal(Path(sys.argv[1]), read_only=True), SystemClock(), origin="bench@host:3")
assert room.release.seq == {LARGE} + 1
{_MEMORY}
"""


def large_journal(room: Path) -> Iterator[Figure]:
    path = filled_journal(room / "large", LARGE)
    with closing(open_journal(path)) as journal:
        opened = Room(journal, CLOCK, origin="bench@host:1")  # the first to open it folds all, and leaves the snapshot
        Keeping(CLOCK).settle(opened)  # as who drives does each minute: one event more, which vouches for it
    yield from _opened(path)
    yield _verified(path)
    yield from _exported(path)


def _verified(path: Path) -> Figure:
    ours, bare = medians(3, partial(_rate, partial(verify, path)), partial(_rate, partial(_read_and_hash, path)))
    return Figure("verify", "events/s", ours, bare, "rows read, SHA-256 twice", Target("ours", ">=", 250_000))


def _rate(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return LARGE / (time.perf_counter() - start)


def _read_and_hash(path: Path) -> None:
    """What no check of the chain in Python can leave out."""
    with closing(sqlite.connect(path, mode="ro")) as connection:
        connection.text_factory = bytes
        for *_, origin, body in connection.execute("SELECT *, origin, body FROM events ORDER BY seq"):
            sha256(body).digest()
            sha256(origin).digest()


def _opened(path: Path) -> Iterator[Figure]:
    runs = [(*_process(_OPENED, path), *_process(_MEMORY)) for _ in range(7)]
    ours_s, ours_mb, bare_s, bare_mb = (median(each) for each in zip(*runs, strict=True))
    target = Target("ours", "<=", 0.15)
    yield Figure("open, beyond the interpreter's start", "s", ours_s - bare_s, bare_s, "that start", target)
    yield Figure("memory of that process", "MB", ours_mb, bare_mb, "the bare interpreter", Target("ours", "<=", 60))


def _process(*code: str | Path) -> tuple[float, float]:
    """Seconds, and megabytes at most, of an interpreter that runs some code."""
    start = time.perf_counter()
    said = subprocess.run([sys.executable, "-c", *code], check=True, capture_output=True, text=True).stdout
    return time.perf_counter() - start, int(said) / 1024


def _exported(path: Path) -> Iterator[Figure]:
    """Whole programs, into nothing."""
    ours = (sys.executable, "-m", "warroom", "export", "-j", path)
    utils = (sys.executable, "-m", "sqlite_utils", "rows", path, "events", "--nl")
    shell = ("sqlite3", "-readonly", "-json", path, "SELECT * FROM events")
    rates = medians(3, *(partial(_rate, partial(_discard, argv)) for argv in (ours, utils, shell)))
    yield Figure("JSONL export", "events/s", rates[0], rates[1], "sqlite-utils rows --nl", Target("ratio", ">=", 5))
    yield Figure("JSONL export", "events/s", rates[0], rates[2], "sqlite3 .mode json", Target("ratio", ">=", 0.6))


def _discard(argv: Sequence[str | Path]) -> None:
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)
