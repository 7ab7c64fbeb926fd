"""A process that writes a journal as a release does: `power_loss_writer.py JOURNAL ACKS SYNCHRONOUS`.

After each act it appends the journal's checkpoint to ACKS: whoever reads it there was told that all up to it is safe.
"""

import os
import re
import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from journal_kit import draft, new_journal
from warroom.core.store import Sample
from warroom.journal import sqlite
from warroom.journal.checkpoint import checkpoint_text
from warroom.journal.store import SqliteJournal, open_journal

SESSIONS, ACTS = 3, 350  # so many pages are written that the log is moved into the file now and then
LARGE_EVERY, LARGE = 70, 40


def main(path: Path, acks: int, synchronous: str) -> None:
    use(synchronous)
    with closing(new_journal(path)) as journal:
        acknowledge(journal, acks)
    for session in range(SESSIONS):
        with closing(open_journal(path)) as journal:
            for n in range(ACTS):
                append(journal, f"{session}-{n}", LARGE if n % LARGE_EVERY == 0 else 1)
                acknowledge(journal, acks)
                keep_what_may_get_lost(journal, n)


def use(synchronous: str) -> None:
    """Replaces the setting that all connections are made with. FULL leaves them as they are."""

    class Other(sqlite.Connection):
        def execute(self, sql: str, *parameters: Any) -> Any:
            return super().execute(re.sub(r"(synchronous =) \w+", rf"\1 {synchronous}", sql), *parameters)

    if synchronous != "FULL":
        library = vars(sqlite)["sqlite3"]
        library.connect = partial(library.connect, factory=Other)


def append(journal: SqliteJournal, name: str, count: int) -> None:
    journal.append([draft(f"{name}-{n}") for n in range(count)], after=journal.head().seq)


def acknowledge(journal: SqliteJournal, acks: int) -> None:
    os.write(acks, checkpoint_text(journal).encode())


def keep_what_may_get_lost(journal: SqliteJournal, n: int) -> None:
    """Their commits are not synced, and stand in the same log."""
    journal.record([Sample(probe="errors", at_us=n, mono_us=n, took_us=1, outcome="ok", value=n, word="ok")])
    if n % 10 == 0:
        journal.remember("cursor", str(n))


if __name__ == "__main__":
    descriptor = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    main(Path(sys.argv[1]), descriptor, sys.argv[3])
