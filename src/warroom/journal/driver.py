"""Who drives the release: of all cockpits on one journal, exactly one probes and runs steps."""

import os
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from warroom.core.base import Frozen
from warroom.core.errors import Busy
from warroom.journal.lock import FileLock, beside

_LIMIT = 4096


class _Driver(Frozen):
    user: str
    host: str
    pid: int


class DriverLock:
    """Held by the driving process until it closes it or dies. The file `JOURNAL.driver` names the holder for people."""

    def __init__(self, journal: Path, *, user: str, host: str) -> None:
        """`user` and `host` are what others are told of this process."""
        self._journal = journal
        self._me = _Driver(user=user, host=host, pid=os.getpid())
        self._lock = FileLock(beside(journal, "driver"))

    def acquire(self) -> None:
        """Raises `Busy` naming the driver when there is one, and `CannotWrite` when the file cannot be made."""
        if not self._lock.try_acquire():
            holder = self._holder()
            self.close()
            raise Busy(f"{self._journal} is driven by {holder}", "watch it, or close that cockpit first")
        with suppress(OSError):  # the disk may be full; the lock holds without a name too
            os.ftruncate(self._lock.fileno(), 0)
            os.pwrite(self._lock.fileno(), self._me.model_dump_json().encode(), 0)

    def close(self) -> None:
        """Lets another process drive."""
        self._lock.close()

    def _holder(self) -> str:
        """In words. The holder may be between taking the lock and writing its name, so its name may be missing."""
        try:
            driver = _Driver.model_validate_json(os.pread(self._lock.fileno(), _LIMIT, 0))
        except ValidationError:
            return "another process"
        return f"{driver.user} on {driver.host}, process {driver.pid}"
