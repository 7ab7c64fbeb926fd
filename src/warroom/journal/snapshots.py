"""The state of a release as it was after some event, so that opening a long journal folds only what follows.

A cache: whatever is not certainly right is dropped, and the events are folded anew. So that `verify` need not fold a
million events to know that nobody changed it, the process that drives chains its hash: see `SnapshotKept`.
"""

import os
from contextlib import suppress
from typing import NamedTuple

from pydantic import ValidationError

from warroom.core.bookkeeping import SnapshotKept
from warroom.core.errors import WarroomError
from warroom.core.fold import FOLD
from warroom.core.release import Release
from warroom.journal.chain import snapshot_hash
from warroom.journal.file import JournalFile
from warroom.journal.sqlite import Connection

_SALT = "snapshot salt"  # in `settings`
_SALT_BYTES = 16
_INSERT = "INSERT INTO snapshots (seq, hash, fold, state) VALUES (?, ?, ?, ?)"


class _Row(NamedTuple):
    """A row of `snapshots`."""

    seq: int
    hash: bytes
    fold: int
    state: str

    def told(self, salt: str) -> SnapshotKept:
        """What the chain is to hold of it."""
        digest = snapshot_hash(salt.encode(), self.seq, self.hash, self.fold, self.state.encode())
        return SnapshotKept(event=self.seq, sha256=digest.hex())


class Snapshots:
    """The one snapshot in a journal's file."""

    def __init__(self, file: JournalFile) -> None:
        self._file = file
        self._not_told: tuple[SnapshotKept, ...] = ()

    def load(self) -> Release | None:
        """None when there is none that fits this journal and this program."""
        row = self._row()
        if row is None:
            return None
        if row.fold == FOLD and self._file.rows("SELECT hash FROM events WHERE seq = ?", row.seq) == [(row.hash,)]:
            with suppress(ValidationError):
                release = Release.model_validate_json(row.state)
                if (release.seq, release.hash) == (row.seq, row.hash.hex()):
                    return release
        self._drop()
        return None

    def keep(self, release: Release) -> None:
        """Replaces the snapshot, if `release` is where the journal ends now; else somebody may have redacted since."""
        if self._file.read_only:
            return
        row = _Row(release.seq, bytes.fromhex(release.hash), FOLD, release.model_dump_json())
        with suppress(WarroomError), self._file.writing(durable=False) as connection:
            last = connection.execute("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1").fetchone()
            if last == (row.seq, row.hash) and row != self._row():  # another process may have been as quick
                self._replace(row, connection)

    def tend(self) -> tuple[SnapshotKept, ...]:
        """What is to be appended of a snapshot that was kept by this object since the last call.

        Nothing of one by another process, because this one cannot know that nobody changed it meanwhile.
        """
        told, self._not_told = self._not_told, ()
        return told

    def told(self) -> SnapshotKept | None:
        """What the chain must hold of the snapshot as it is now."""
        row = self._row()
        return row.told(self._file.recall(_SALT)) if row else None

    def forget(self, connection: Connection) -> None:
        """Removes the snapshot and its salt inside a write transaction."""
        self._not_told = ()
        connection.execute("DELETE FROM snapshots")
        connection.execute("DELETE FROM settings WHERE key = ?", (_SALT,))

    def _replace(self, row: _Row, connection: Connection) -> None:
        self.forget(connection)
        salt = os.urandom(_SALT_BYTES).hex()
        connection.execute(_INSERT, row)
        connection.execute("INSERT INTO settings VALUES (?, ?)", (_SALT, salt))
        self._not_told = (row.told(salt),)

    def _row(self) -> _Row | None:
        found = self._file.rows("SELECT seq, hash, fold, state FROM snapshots ORDER BY seq DESC LIMIT 1")
        return _Row(*found[0]) if found else None

    def _drop(self) -> None:
        if not self._file.read_only:
            with suppress(WarroomError), self._file.writing(durable=False) as connection:
                self.forget(connection)
