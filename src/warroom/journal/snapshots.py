"""The state of a release as it was after some event, so that opening a long journal folds only what follows.

A cache: whatever is not certainly right is dropped, and the events are folded anew.
"""

from contextlib import suppress

from pydantic import ValidationError

from warroom.core.errors import WarroomError
from warroom.core.release import FOLD, Release
from warroom.journal.file import JournalFile

SELECT_SNAPSHOT = "SELECT seq, hash, fold, state FROM snapshots ORDER BY seq DESC LIMIT 1"


class Snapshots:
    """The one snapshot in a journal's file."""

    def __init__(self, file: JournalFile) -> None:
        self._file = file

    def load(self) -> Release | None:
        """None when there is none that fits this journal and this program."""
        found = self._file.rows(SELECT_SNAPSHOT)
        if not found:
            return None
        seq, digest, fold, state = found[0]
        if fold == FOLD and self._file.rows("SELECT hash FROM events WHERE seq = ?", seq) == [(digest,)]:
            with suppress(ValidationError):
                release = Release.model_validate_json(state)
                if (release.seq, release.hash) == (seq, digest.hex()):
                    return release
        self._drop()
        return None

    def keep(self, release: Release) -> None:
        """Replaces the snapshot, if `release` is where the journal ends now; else somebody may have redacted since."""
        if self._file.read_only:
            return
        with suppress(WarroomError), self._file.writing(durable=False) as connection:
            digest = bytes.fromhex(release.hash)
            last = connection.execute("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1").fetchone()
            if last == (release.seq, digest):
                connection.execute("DELETE FROM snapshots")
                row = (release.seq, digest, FOLD, release.model_dump_json())
                connection.execute("INSERT INTO snapshots (seq, hash, fold, state) VALUES (?, ?, ?, ?)", row)

    def _drop(self) -> None:
        if not self._file.read_only:
            with suppress(WarroomError), self._file.writing(durable=False) as connection:
                connection.execute("DELETE FROM snapshots")
