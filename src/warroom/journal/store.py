"""The journal in one SQLite file: events in a chain, readings, settings, and the definitions that they belong to."""

import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from warroom.clock import Clock
from warroom.core.definitions import Definitions
from warroom.core.errors import BadInput, Busy, CannotWrite
from warroom.core.events import Draft, Event, uuid7
from warroom.core.store import Head, HeadMoved, Sample
from warroom.journal import rows, sqlite
from warroom.journal.bell import Bell, ring
from warroom.journal.chain import genesis
from warroom.journal.lock import FileLock, beside
from warroom.journal.schema import connect_to_journal

_BATCH = 500  # events read at once: no read transaction stays open while a slow consumer works, the WAL can be reset
_SALT_BYTES = 16


def create_journal(path: Path, definitions: Definitions, clock: Clock, app_version: str) -> "SqliteJournal":
    """A new journal. Its content is on disk as a whole or not at all.

    Raises `BadInput` when something is at `path` already, `CannotWrite` and `Busy` as `append` does.
    """
    _refuse_existing(path)
    with closing(FileLock(beside(path, "lock"))) as lock, _held(lock, path, sqlite.PATIENCE_S):
        _refuse_existing(path)  # two first starts at the same moment: the second finds the first's journal
        try:
            _fill(path, definitions, clock, app_version)
        except BaseException:
            for end in ("", "-wal", "-shm"):
                Path(f"{path}{end}").unlink(missing_ok=True)
            raise
    return open_journal(path)


def open_journal(path: Path, *, read_only: bool = False, patience_s: float = sqlite.PATIENCE_S) -> "SqliteJournal":
    """The journal at `path`. `patience_s` is how long it waits for other writers.

    Raises `BadInput` when there is no journal that this program reads, and `CannotWrite` when its file or directory
    cannot be written (a directory must be, even to read, for SQLite's files beside the journal).
    """
    connection = connect_to_journal(path, read_only=read_only, patience_s=patience_s)
    journal = SqliteJournal(connection, path, read_only=read_only, patience_s=patience_s)
    try:
        if not read_only:
            journal.check_writable()
    except BaseException:
        journal.close()
        raise
    return journal


class SqliteJournal:
    """A `core.store.Journal`. One object is used by one thread, the one that opened it; any number of processes may
    have the same file open.

    Writers queue at a lock file before they ask SQLite, whose own queue starves some of them.
    """

    def __init__(self, connection: sqlite.Connection, path: Path, *, read_only: bool, patience_s: float) -> None:
        """For `open_journal`, which has checked what is passed in."""
        self.path = path
        self._connection = connection
        self._read_only = read_only
        self._patience_s = patience_s
        self._lock = FileLock(beside(path, "lock"))

    @cached_property
    def id(self) -> str:
        """Unique among all journals."""
        return str(self._rows("SELECT value FROM meta WHERE key = 'journal_id'")[0][0])

    def definitions(self) -> Definitions:
        return rows.definitions(self._rows("SELECT role, name, body FROM definitions"))

    def append(self, drafts: Sequence[Draft], *, after: int) -> tuple[Event, ...]:
        prepared = {draft.id: rows.prepare(draft) for draft in drafts}
        with self._writing(durable=True):
            new = [draft for draft in prepared.values() if not self._by_id(draft.id)]
            if new:
                self._insert(new, after)
            stored = tuple(rows.event(self._by_id(prepared[draft.id].id)[0]) for draft in drafts)
        ring(self.path)
        return stored

    def read(self, since: int = 0) -> Iterator[Event]:
        while batch := self._events("WHERE seq > ? ORDER BY seq LIMIT ?", since, _BATCH):
            yield from batch
            since = batch[-1].seq

    def about(self, subject: str) -> tuple[Event, ...]:
        return self._events("WHERE subject = ? ORDER BY seq", subject)

    def recent(self, count: int) -> tuple[Event, ...]:
        return self._events("ORDER BY seq DESC LIMIT ?", count)[::-1]

    def head(self) -> Head:
        """Before the first event: number 0, and the hash that the first one will follow."""
        last = self._rows("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1")
        seq, digest = last[0] if last else (0, self._genesis)
        return Head(seq=seq, hash=digest.hex())

    def record(self, samples: Sequence[Sample]) -> None:
        kept = [rows.sample_row(sample) for sample in samples]
        with self._writing(durable=False) as connection:
            connection.executemany(rows.INSERT_SAMPLE, kept)

    def samples(self, probe: str, count: int) -> tuple[Sample, ...]:
        found = self._rows(f"{rows.SELECT_SAMPLES} WHERE probe = ? ORDER BY id DESC LIMIT ?", probe, count)
        return tuple(rows.sample(row) for row in reversed(found))

    def remember(self, key: str, value: str) -> None:
        with self._writing(durable=False) as connection:
            connection.execute(
                "INSERT INTO settings VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                (key, value),
            )

    def recall(self, key: str) -> str:
        """The setting, or "" when it was never kept."""
        found = self._rows("SELECT value FROM settings WHERE key = ?", key)
        return str(found[0][0]) if found else ""

    def news(self) -> Bell:
        return Bell(self.path)

    def data_version(self) -> int:
        """A number that changes when another connection, of this or another process, has committed. Cheap to ask."""
        return int(self._rows("PRAGMA data_version")[0][0])

    def check_writable(self) -> None:
        """Raises what the next `append` would raise if it failed for the sake of the medium or another writer."""
        with self._writing(durable=True):
            pass

    def close(self) -> None:
        """Closes the file. The last writer to do so leaves no `-wal` beside it."""
        if relaxed := self.__dict__.get("_relaxed"):
            relaxed.close()
        self._connection.close()
        self._lock.close()

    @cached_property
    def _relaxed(self) -> sqlite.Connection:
        """For what may be lost with the power. Its commits do not wait for the disk.

        With NORMAL, SQLite still syncs the log before a checkpoint and when it begins anew, so the file stays sound. An
        event is never lost with them: each commit of the other connection syncs the whole log up to itself.
        """
        return sqlite.connect(self.path, mode="rw", synchronous="NORMAL", patience_s=self._patience_s)

    @cached_property
    def _genesis(self) -> bytes:
        hashes = self._rows("SELECT hash FROM definitions ORDER BY role, name")
        return genesis(self.id.encode(), (row[0] for row in hashes))

    def _insert(self, drafts: Sequence[rows.Prepared], after: int) -> None:
        head = self.head()
        if head.seq != after:
            raise HeadMoved
        before = bytes.fromhex(head.hash)
        for seq, draft in enumerate(drafts, head.seq + 1):
            row = rows.seal(draft, seq=seq, before=before, salt=os.urandom(_SALT_BYTES))
            self._connection.execute(rows.INSERT_EVENT, row)
            before = row.hash

    def _by_id(self, event_id: str) -> list[Any]:
        return self._rows(f"{rows.SELECT_EVENTS} WHERE id = ?", event_id)

    def _events(self, where: str, *values: object) -> tuple[Event, ...]:
        found = self._rows(f"{rows.SELECT_EVENTS} {where}", *values)
        return tuple(rows.event(row) for row in found)

    def _rows(self, sql: str, *values: object) -> list[Any]:
        with sqlite.people_errors(self.path):
            return self._connection.execute(sql, values).fetchall()

    @contextmanager
    def _writing(self, *, durable: bool) -> Iterator[sqlite.Connection]:
        if self._read_only:
            raise CannotWrite(f"{self.path} was opened for reading only")
        connection = self._connection if durable else self._relaxed
        with (
            _held(self._lock, self.path, self._patience_s),
            sqlite.people_errors(self.path),
            sqlite.write_transaction(connection),
        ):
            yield connection


@contextmanager
def _held(lock: FileLock, path: Path, patience_s: float) -> Iterator[None]:
    if not lock.acquire(patience_s):
        raise Busy(f"another process has been writing {path} for {patience_s:g} s", "try again in a moment")
    try:
        yield
    finally:
        lock.release()


def _fill(path: Path, definitions: Definitions, clock: Clock, app_version: str) -> None:
    """Makes the file. Whoever calls this holds the lock and removes the file when this fails."""
    from warroom.journal.migrations import migrate  # sqlite-utils is slow to import, and only needed here

    now = clock.utc_us()
    facts = {"journal_id": uuid7(now, os.urandom(10)), "created_us": str(now), "app_version": app_version}
    parts = rows.definition_rows(definitions)
    connection = sqlite.connect(path, mode="rwc")
    try:
        with sqlite.people_errors(path):
            (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
            if mode != "wal":
                raise CannotWrite(
                    f"the file system of {path} cannot hold a journal", "choose a directory on a local disk"
                )
            with sqlite.write_transaction(connection):
                migrate(connection)
                connection.executemany("INSERT INTO meta (key, value) VALUES (?, ?)", facts.items())
                connection.executemany("INSERT INTO definitions (role, name, body, hash) VALUES (?, ?, ?, ?)", parts)
    finally:
        connection.close()


def _refuse_existing(path: Path) -> None:
    if os.path.lexists(path):
        raise BadInput(f"{path} exists already", "a journal is never overwritten: resume it, or choose another name")
