"""Room on the disk that is set aside for events: a file beside the journal that is given up when the disk is full.

Freeing 1 MiB let a full disk take one more event, freeing 8 MiB three thousand.
"""

import os
from contextlib import suppress
from pathlib import Path

from warroom.journal.lock import beside

SIZE = 16 * 1024 * 1024
_AMPLE = 4
"""A disk with less than this many reserves free is left alone: the reserve itself would fill it."""


class Reserve:
    """The file `JOURNAL.reserve`. Only the process that drives holds it; any process may give it up."""

    def __init__(self, journal: Path) -> None:
        self._path = beside(journal, "reserve")
        self._held = False

    @property
    def spent(self) -> bool:
        """Whether what this process had set aside is gone: there is room for events only."""
        return self._held and not self._path.exists()

    def hold(self) -> bool:
        """Sets the room aside, where there is plenty. Whether it stands aside now."""
        with suppress(OSError):
            disk = os.statvfs(self._path.parent)
            if not self._path.exists() and disk.f_bavail * disk.f_frsize >= _AMPLE * SIZE:
                self._make()
        self._held = self._path.exists()  # made now, or left by a driver that was killed
        return self._held

    def give_up(self) -> bool:
        """Frees the room. False when there was none."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Nobody drives any more, so nothing needs to be set aside."""
        if self._held:
            self.give_up()

    def _make(self) -> None:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, SIZE)
        except OSError:
            self.give_up()
        finally:
            os.close(descriptor)
