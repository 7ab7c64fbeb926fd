"""An exclusive lock on a small file beside the journal. The kernel releases it when its holder dies.

Locks of this kind (flock) and SQLite's own do not see each other, and the journal itself is never opened for one.
"""

import fcntl
import os
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from threading import Thread

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

        That wait cannot be given a limit. So it is done in a thread, on an open file of its own: when the lock comes
        after the patience has ended, closing that file passes it on.
        """
        fd, turn = self._open(), Future[None]()

        def wait() -> None:
            fcntl.flock(fd, fcntl.LOCK_EX)
            if turn.set_running_or_notify_cancel():
                turn.set_result(None)
            else:
                os.close(fd)

        Thread(target=wait, name="journal lock", daemon=True).start()
        with suppress(TimeoutError):
            turn.result(patience_s)
        if turn.cancel():
            return False
        self.close()
        self._fd = fd
        return True

    def _open(self) -> int:
        try:
            return os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
        except OSError as error:
            raise CannotWrite(
                f"{self.path} cannot be written: {reason(error)}", "a journal needs a directory that can be written"
            ) from error
