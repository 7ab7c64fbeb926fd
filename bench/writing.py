"""Appends one by one and in groups, and how soon another process knows of them."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

from kit import Figure, Target, drafts, event_rows, medians, new_journal, percentile

from warroom.journal import sqlite
from warroom.journal.store import SqliteJournal

REPETITIONS = 7
ACTS, APART_S = 400, 0.01

LISTENER = Path(__file__).with_name("listener.py")


def appends(room: Path) -> Iterator[Figure]:
    """Both sides use one library with the same settings, and write rows of the same size."""
    with closing(new_journal(room / "appends")) as journal, closing(_raw_table(room / "raw")) as raw:
        for words, group, transactions, least in (
            ("appends one by one", 1, 400, 0.8),
            ("appends, 100 at a time", 100, 30, 0.25),
        ):
            ours, baseline = medians(
                REPETITIONS,
                partial(_append, journal, group, transactions),
                partial(_insert, raw, group, transactions),
            )
            yield Figure(words, "events/s", ours, baseline, "bare inserts, WAL, FULL", Target("ratio", ">=", least))


def _append(journal: SqliteJournal, group: int, transactions: int) -> float:
    batches = [drafts(group) for _ in range(transactions)]
    after = journal.head().seq
    start = time.perf_counter()
    for batch in batches:
        after = journal.append(batch, after=after)[-1].seq
    return group * transactions / (time.perf_counter() - start)


def _insert(raw: sqlite.Connection, group: int, transactions: int) -> float:
    rows = [(None, *row[1:]) for row in event_rows(group)]
    insert = f"INSERT INTO raw VALUES ({', '.join('?' * len(rows[0]))})"
    start = time.perf_counter()
    for _ in range(transactions):
        raw.execute("BEGIN")
        raw.executemany(insert, rows)
        raw.execute("COMMIT")
    return group * transactions / (time.perf_counter() - start)


def _raw_table(path: Path) -> sqlite.Connection:
    connection = sqlite.connect(path, mode="rwc", synchronous="FULL")
    connection.execute("PRAGMA journal_mode = WAL")
    (row,) = event_rows(1)
    connection.execute(f"CREATE TABLE raw (seq INTEGER PRIMARY KEY, {', '.join(row._fields[1:])})")
    return connection


def notice(room: Path) -> Iterator[Figure]:
    """From the end of an append until another process has read the event and folded it into its state."""
    with closing(new_journal(room / "notice")) as journal, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        ours = _p99_ms("journal", room / "notice", lambda seq: journal.append(drafts(1), after=seq))
        bare = _p99_ms("datagrams", room / "socket", lambda _: sender.sendto(b"!", str(room / "socket")))
    yield Figure("notice by another process, p99", "ms", ours, bare, "a bare datagram", Target("ours", "<=", 20))


def _p99_ms(work: str, path: Path, act: Callable[[int], object]) -> float:
    """How long the other process needs to know of each of `ACTS` acts."""
    argv: tuple[str | Path, ...] = (sys.executable, LISTENER, work, path, str(ACTS))
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as listener:
        assert listener.stdout is not None
        listener.stdout.readline()
        acted_s = [_at_s(act, number) for number in range(ACTS)]
        told = [line.split() for line in listener.stdout]
    known_s = {int(known): float(at_s) for known, at_s in told}
    return percentile([_first(known_s, n) - at_s for n, at_s in enumerate(acted_s, 1)], 0.99) * 1e3


def _at_s(act: Callable[[int], object], number: int) -> float:
    """When the act was over, in seconds of the machine's monotonic clock."""
    time.sleep(APART_S)
    act(number)
    return time.monotonic()


def _first(known_s: dict[int, float], number: int) -> float:
    """When so many, or more, were known."""
    return min(at_s for known, at_s in known_s.items() if known >= number)
