"""The events in a journal's file: appended to the end of their chain, and read."""

import os
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from typing import Any

from warroom.core.errors import BadInput
from warroom.core.events import KINDS, Event
from warroom.core.store import HeadMoved
from warroom.journal import rows, sqlite
from warroom.journal.chain import genesis
from warroom.journal.file import JournalFile

_BATCH = 500  # events read at once: no read transaction stays open while a slow consumer works, the WAL can be reset
_SALT_BYTES = 16
_LAST = "SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1"
_QUIET = ", ".join(f"'{kind}'" for kind, body in KINDS.items() if body.quiet)


class Ledger:
    """For `SqliteJournal`."""

    def __init__(self, file: JournalFile) -> None:
        self._file = file

    def journal_id(self) -> str:
        return str(self._file.rows("SELECT value FROM meta WHERE key = 'journal_id'")[0][0])

    @cached_property
    def first(self) -> bytes:
        """The hash that event 1 follows."""
        hashes = self._file.rows("SELECT hash FROM definitions ORDER BY role, name")
        return genesis(self.journal_id().encode(), (row[0] for row in hashes))

    def append(self, drafts: Sequence[rows.Prepared], after: int) -> tuple[Event, ...]:
        """Nearly always all drafts are new and follow the head. When the file says otherwise, each id is looked up."""
        try:
            with self._file.writing(durable=True):
                return self.insert(drafts, after)
        except (HeadMoved, sqlite.Refused):
            return self._append_missing(drafts, after)

    def insert(self, drafts: Collection[rows.Prepared], after: int) -> tuple[Event, ...]:
        """Chains new drafts to the head, in a write transaction. Raises `HeadMoved` when that is not number `after`."""
        seq, before = self.end()
        if seq != after:
            raise HeadMoved
        salts = os.urandom(_SALT_BYTES * len(drafts))
        sealed = []
        for at, draft in enumerate(drafts):
            salt = salts[at * _SALT_BYTES : (at + 1) * _SALT_BYTES]
            sealed.append(rows.seal(draft, seq=after + at + 1, before=before, salt=salt))
            before = sealed[-1].hash
        self._file.connection.executemany(rows.INSERT_EVENT, sealed)
        return tuple(rows.sealed_event(row, draft.said) for row, draft in zip(sealed, drafts, strict=True))

    def end(self) -> tuple[int, bytes]:
        """Number and hash of the last event."""
        with sqlite.people_errors(self._file.path):
            return self._file.connection.execute(_LAST).fetchone() or (0, self.first)

    def since(self, seq: int) -> Iterator[Event]:
        """Those after number `seq`, in order."""
        while batch := self._found("WHERE seq > ? ORDER BY seq LIMIT ?", seq, _BATCH):
            yield from batch
            seq = batch[-1].seq

    def with_id(self, event_id: str) -> Event | None:
        found = self._by_id(event_id)
        return self._event(found[0]) if found else None

    def about(self, subject: str) -> tuple[Event, ...]:
        return self._found("WHERE subject = ? ORDER BY seq", subject)

    def recent(self, count: int) -> tuple[Event, ...]:
        """The last that are not quiet, in order."""
        return self._found(f"WHERE kind NOT IN ({_QUIET}) ORDER BY seq DESC LIMIT ?", count)[::-1]

    def readable(self, seq: int) -> Event:
        """The event `seq`, whose body is still there. Raises `BadInput` when it is not."""
        found = self._file.rows(f"{rows.SELECT_EVENTS} WHERE seq = ?", seq)
        if not found:
            raise BadInput(f"there is no event {seq}")
        if rows.is_redacted(found[0]):
            raise BadInput(f"event {seq} was redacted already")
        return rows.event(found[0])

    def _append_missing(self, drafts: Sequence[rows.Prepared], after: int) -> tuple[Event, ...]:
        with self._file.writing(durable=True):
            new = {draft.id: draft for draft in drafts if not self._by_id(draft.id)}
            if new:
                self.insert(new.values(), after)
            return tuple(self._event(self._by_id(draft.id)[0]) for draft in drafts)

    def _by_id(self, event_id: str) -> list[Any]:
        return self._file.rows(f"{rows.SELECT_EVENTS} WHERE id = ?", event_id)

    def _found(self, where: str, *values: object) -> tuple[Event, ...]:
        return tuple(self._event(row) for row in self._file.rows(f"{rows.SELECT_EVENTS} {where}", *values))

    def _event(self, row: rows.Row) -> Event:
        if rows.is_redacted(row):
            named = f"{rows.SELECT_EVENTS} WHERE subject = ? AND kind = 'redacted' ORDER BY seq DESC LIMIT 1"
            if redaction := self._file.rows(named, f"event:{row[0]}"):
                return rows.stand_in(row, self._event(redaction[0]))
        return rows.event(row)
