"""The journal in one SQLite file: events in a chain, readings, settings, and the definitions that they belong to."""

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from warroom.clock import Clock
from warroom.core.definitions import Definitions
from warroom.core.errors import BadInput, Busy, CannotWrite, WarroomError
from warroom.core.events import Body, Draft, Event, Redacted, VerdictChanged, uuid7
from warroom.core.redaction import MARK, Redactor, secrets_of
from warroom.core.release import Release
from warroom.core.store import Head, Sample
from warroom.journal import rows, sqlite
from warroom.journal.anchors import Anchors
from warroom.journal.backup import upgrade
from warroom.journal.bell import Bell, Ringer
from warroom.journal.checkpoint import checkpoint_text
from warroom.journal.file import JournalFile, Turn
from warroom.journal.ledger import Ledger
from warroom.journal.lock import FileLock, beside
from warroom.journal.medium import refuse_network
from warroom.journal.reserve import Reserve
from warroom.journal.samples import Samples
from warroom.journal.snapshots import Snapshots

if TYPE_CHECKING:
    from warroom.journal.fallback import FallbackFile


def create_journal(
    path: Path, definitions: Definitions, clock: Clock, app_version: str, *, redactor: Redactor | None = None
) -> "SqliteJournal":
    """A new journal. Its content is on disk as a whole or not at all.

    Raises `BadInput` when something is at `path` already or it is on a network, `CannotWrite` and `Busy` as `append`
    does.
    """
    _refuse_existing(path)
    refuse_network(path)
    with closing(FileLock(beside(path, "lock"))) as lock, Turn(lock, path, sqlite.PATIENCE_S):
        _refuse_existing(path)  # two first starts at the same moment: the second finds the first's journal
        try:
            _fill(path, definitions, clock, app_version)
        except BaseException:
            for end in ("", "-wal", "-shm"):
                Path(f"{path}{end}").unlink(missing_ok=True)
            raise
    return open_journal(path, redactor=redactor)


def open_journal(
    path: Path,
    *,
    read_only: bool = False,
    patience_s: float = sqlite.PATIENCE_S,
    redactor: Redactor | None = None,
) -> "SqliteJournal":
    """The journal at `path`, brought to the newest format if need be.

    `patience_s` is how long it waits for other writers. `redactor` knows the secrets that no text may hold; without
    one, those of the environment.
    Raises `BadInput` when there is no journal that this program reads, and `CannotWrite` when its file or directory
    cannot be written (a directory must be, even to read, for SQLite's files beside the journal).
    """
    file = JournalFile(path, read_only=read_only, patience_s=patience_s)
    journal = SqliteJournal(file, redactor or Redactor(secrets_of(os.environ)))
    try:
        upgrade(file)
        if not read_only:
            journal.check_writable()
    except BaseException:
        journal.close()
        raise
    return journal


class SqliteJournal:
    """A `core.store.Journal`. One object is used by one thread, the one that opened it; any number of processes may
    have the same file open.
    """

    def __init__(self, file: JournalFile, redactor: Redactor) -> None:
        """For `open_journal`."""
        self.path = file.path
        self.reserve = Reserve(file.path)
        """Room for events on the disk; for the process that drives to hold."""
        self.anchors = Anchors(file)
        """All that were kept, and `keep` for those with a signature or a copy elsewhere."""
        self._file = file
        self._redactor = redactor
        self._samples = Samples(file, redactor)
        self._ledger = Ledger(file)
        self._snapshots = Snapshots(file)
        self._ringer = Ringer(file.path)
        self._anchored = True

    @cached_property
    def id(self) -> str:
        """Unique among all journals."""
        return self._ledger.journal_id()

    def definitions(self) -> Definitions:
        return rows.definitions(self._file.rows("SELECT role, name, body FROM definitions"))

    def turn(self) -> AbstractContextManager[None]:
        return self._file.turn()

    def wait_at_most(self, patience_s: float) -> None:
        """From here on `Busy` is raised after so many seconds. To be called before anything was written."""
        self._file.wait_at_most(patience_s)

    def append(self, drafts: Sequence[Draft], *, after: int) -> tuple[Event, ...]:
        prepared = [rows.prepare(draft, self._redactor) for draft in drafts]
        try:
            stored = self._ledger.append(prepared, after)
        except sqlite.DiskFull:
            if not self.reserve.give_up():
                raise
            stored = self._ledger.append(prepared, after)
        except sqlite.IoFailed:
            self._file.reopen()
            stored = self._ledger.append(prepared, after)  # what was stored after all is found by its id
        self._anchored = False
        self._ringer.ring()
        return stored

    def read(self, since: int = 0) -> Iterator[Event]:
        return self._ledger.since(since)

    def with_id(self, event_id: str) -> Event | None:
        return self._ledger.with_id(event_id)

    def about(self, subject: str) -> tuple[Event, ...]:
        return self._ledger.about(subject)

    def recent(self, count: int) -> tuple[Event, ...]:
        return self._ledger.recent(count)

    def head(self) -> Head:
        """Before the first event: number 0, and the hash that the first one will follow."""
        seq, digest = self._ledger.end()
        return Head(seq=seq, hash=digest.hex())

    def redact(self, draft: Draft) -> Event:
        assert isinstance(draft.body, Redacted)
        prepared = rows.prepare(draft, self._redactor)
        with self._file.writing(durable=True) as connection:
            erased = self._ledger.readable(draft.body.event)
            (stored,) = self._ledger.insert([prepared], self._ledger.end()[0])
            connection.execute("UPDATE events SET salt = NULL, body = NULL WHERE seq = ?", (erased.seq,))
            self._snapshots.forget(connection)  # the state may hold the text as well
            if isinstance(erased.body, VerdictChanged):  # and the readings that led to it
                mark = (MARK, '"[redacted]"', erased.body.probe, erased.body.text)
                connection.execute("UPDATE samples SET text = ?, value = ? WHERE probe = ? AND text = ?", mark)
        self._anchored = False
        self._ringer.ring()
        if not self._file.empty_log():
            raise Busy(
                f"event {draft.body.event} is redacted, but its bytes stay in {self.path}-wal: another process reads",
                "they go when the last one closes the journal",
            )
        return stored

    def anchor(self, reason: str) -> None:
        self.anchors.keep(checkpoint_text(self), reason)
        self._anchored = True

    def snapshot(self) -> Release | None:
        return self._snapshots.load()

    def snapshot_is_chained(self, last: int) -> bool:
        """Whether one of the events up to the number `last` holds the snapshot's hash."""
        told = self._snapshots.told()
        return any(event.body == told and event.seq <= last for event in self.about("snapshot"))

    def keep(self, release: Release) -> None:
        self._snapshots.keep(release)

    def record(self, samples: Sequence[Sample]) -> None:
        if self.reserve.spent:
            raise CannotWrite("the disk is full: readings are not kept", "free some space; decisions still are")
        self._samples.record(samples)

    def samples(self, probe: str, count: int) -> tuple[Sample, ...]:
        return self._samples.last(probe, count)

    def tend(self, now_us: int) -> tuple[Body, ...]:
        self.reserve.hold()  # from the first time on, and again when there is room again
        return *self._samples.tend(now_us), *self._snapshots.tend()

    def remember(self, key: str, value: str) -> None:
        self._file.remember(key, value)

    def recall(self, key: str) -> str:
        return self._file.recall(key)

    @cached_property
    def fallback(self) -> "FallbackFile":
        """Where events can go while the journal cannot be written. To be asked for while it can be read."""
        from warroom.journal.fallback import FallbackFile, fallback_path  # for who may write

        return FallbackFile(fallback_path(self.path), journal_id=self.id, redactor=self._redactor)

    def news(self) -> Bell:
        return Bell(self.path)

    def data_version(self) -> int:
        """A number that changes when another connection, of this or another process, has committed. Cheap to ask."""
        return int(self._file.rows("PRAGMA data_version")[0][0])

    def check_writable(self) -> None:
        """Raises what the next `append` would raise if it failed for the sake of the medium or another writer."""
        with self._file.writing(durable=True):
            pass

    def close(self) -> None:
        """Closes the file, after an anchor if events were appended."""
        if not self._anchored:
            with suppress(WarroomError):  # the medium has failed meanwhile; the events are safe or were refused
                self.anchor("closed")
        self.reserve.close()
        self._file.close()


def _fill(path: Path, definitions: Definitions, clock: Clock, app_version: str) -> None:
    """Makes the file. Whoever calls this holds the lock and removes the file when this fails."""
    from warroom.journal.migrations import migrate  # sqlite-utils is slow to import, and only needed here

    now = clock.utc_us()
    facts = {"journal_id": uuid7(now, os.urandom(10)), "created_us": str(now), "app_version": app_version}
    parts = rows.definition_rows(definitions)
    connection = sqlite.connect(path, mode="rwc")
    try:
        with sqlite.people_errors(path):
            sqlite.use_log(connection, path)
            with sqlite.write_transaction(connection):
                migrate(connection)
                connection.executemany("INSERT INTO meta (key, value) VALUES (?, ?)", facts.items())
                connection.executemany("INSERT INTO definitions (role, name, body, hash) VALUES (?, ?, ?, ?)", parts)
    finally:
        connection.close()


def _refuse_existing(path: Path) -> None:
    if os.path.lexists(path):
        raise BadInput(f"{path} exists already", "a journal is never overwritten: resume it, or choose another name")
