"""An exclusive lock on a small file beside the journal. The kernel releases it when its holder dies.

Locks of this kind (flock) and SQLite's own do not see each other, and the journal itself is never opened for one.
"""

import fcntl
import os
from pathlib import Path
from threading import Condition, Thread

from warroom.core.errors import CannotWrite, reason


def beside(journal: Path, name: str) -> Path:
    """The file for the lock `name` of a journal: one and the same, by whatever link the journal is named."""
    target = journal.resolve()
    return target.with_name(f"{target.name}.{name}")


class FileLock:
    """One holder's view of the lock. Not for use by several threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd: int | None = None
        self._place: _Place | None = None

    def try_acquire(self) -> bool:
        """Takes the lock unless another holds it. Raises `CannotWrite` when its file cannot be made."""
        try:
            fcntl.flock(self.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def acquire(self, patience_s: float) -> bool:
        """Takes the lock, waiting at most `patience_s` seconds for it. False when it is still held then."""
        return self.try_acquire() or self._queue(patience_s)

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
            self._fd = self._open()
        return self._fd

    def _queue(self, patience_s: float) -> bool:
        """Waits in the kernel's queue, which is served in order; who only asks again and again is passed by others.

        Whoever gives up keeps the place for the next time, or each try at a lock that is held for long would leave a
        thread and an open file behind.
        """
        if self._place is None or not self._place.wanted_again():
            self._place = _Place(self._open())
        if not self._place.reached(patience_s):
            return False
        self.close()
        self._fd, self._place = self._place.fd, None
        return True

    def _open(self) -> int:
        try:
            return os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
        except OSError as error:
            raise CannotWrite(
                f"{self.path} cannot be written: {reason(error)}", "a journal needs a directory that can be written"
            ) from error


class _Place:
    """A place in the kernel's queue for the lock. That wait cannot be given a limit, so a thread does it, on an open
    file of its own; when nobody wants the lock any more when it comes, closing that file passes it on.
    """

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self._wanted = True
        self._came = False
        self._news = Condition()
        Thread(target=self._wait, name="journal lock", daemon=True).start()

    def wanted_again(self) -> bool:
        """Whether the place is still there after somebody gave up; if so it is wanted from here on."""
        with self._news:
            self._wanted = not self._came
            return self._wanted

    def reached(self, patience_s: float) -> bool:
        """Whether the lock comes within that time. If not, it is not wanted from here on."""
        with self._news:
            self._wanted = self._news.wait_for(lambda: self._came, patience_s)
            return self._wanted

    def _wait(self) -> None:
        fcntl.flock(self.fd, fcntl.LOCK_EX)
        with self._news:
            self._came = True
            self._news.notify()
            if not self._wanted:
                os.close(self.fd)
