"""An exclusive lock on a small file beside the journal. The kernel releases it when its holder dies.

Locks of this kind (flock) and SQLite's own do not see each other, and the journal itself is never opened for one.
"""

import fcntl
import os
import time
from pathlib import Path

from warroom.core.errors import CannotWrite

_PAUSE_S = 0.0005


def beside(journal: Path, name: str) -> Path:
    """The file for the lock `name` of a journal: one and the same, by whatever link the journal is named."""
    target = journal.resolve()
    return target.with_name(f"{target.name}.{name}")


class FileLock:
    """One holder's view of the lock. Not for use by several threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd: int | None = None

    def try_acquire(self) -> bool:
        """Takes the lock unless another holds it. Raises `CannotWrite` when its file cannot be made."""
        try:
            fcntl.flock(self.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def acquire(self, patience_s: float) -> bool:
        """Takes the lock, waiting at most about `patience_s` seconds for it. False when it is still held then.

        It asks again and again: a blocking flock would wait for ever behind a holder that was stopped.
        """
        for _ in range(int(patience_s / _PAUSE_S)):
            if self.try_acquire():
                return True
            time.sleep(_PAUSE_S)
        return self.try_acquire()

    def release(self) -> None:
        """Lets the next one in. The file stays: to remove it would let two hold two locks of one name."""
        fcntl.flock(self.fileno(), fcntl.LOCK_UN)

    def close(self) -> None:
        """Releases the lock for good."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def fileno(self) -> int:
        """The open lock file."""
        if self._fd is None:
            try:
                self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
            except OSError as error:
                raise CannotWrite(
                    f"{self.path} cannot be written: {error.strerror}",
                    "a journal needs a directory that can be written",
                ) from error
        return self._fd
