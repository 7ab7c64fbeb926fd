"""One object's hold on a journal file: its connections, its place in the queue of writers, its write transactions."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from warroom.core.errors import Busy, CannotWrite
from warroom.journal import sqlite
from warroom.journal.lock import FileLock, beside
from warroom.journal.schema import connect_to_journal


class JournalFile:
    """For one thread, the one that opened it. Writers queue at a lock file before they ask SQLite, whose own queue
    starves some of them.
    """

    def __init__(self, path: Path, *, read_only: bool, patience_s: float) -> None:
        """Raises `BadInput` when there is no journal that this program reads, `CannotWrite` when it cannot be used."""
        self.path = path
        self.read_only = read_only
        self._patience_s = patience_s
        self._lock = FileLock(beside(path, "lock"))
        self._turn = Turn(self._lock, path, patience_s)
        self.connection = self._connect()

    def format(self) -> int:
        """The number of the last migration of this file."""
        return int(self.rows("PRAGMA user_version")[0][0])

    def wait_at_most(self, patience_s: float) -> None:
        """From here on this object waits so long for other writers."""
        self._patience_s = self._turn.patience_s = patience_s
        self.rows(f"PRAGMA busy_timeout = {round(patience_s * 1000)}")

    def move_to_memory(self) -> None:
        """From here on this object sees a copy of its own, in which it may change what it likes."""
        copy = sqlite.connect_to_memory()
        with sqlite.people_errors(self.path):
            self.connection.backup(copy)
        self.connection.close()
        self.connection = copy

    @cached_property
    def relaxed(self) -> sqlite.Connection:
        """For what may be lost with the power. Its commits do not wait for the disk.

        With NORMAL, SQLite still syncs the log before a checkpoint and when it begins anew, so the file stays sound. An
        event is never lost with them: each commit of the other connection syncs the whole log up to itself.
        """
        return sqlite.connect(self.path, mode="rw", synchronous="NORMAL", patience_s=self._patience_s)

    def rows(self, sql: str, *values: object) -> list[Any]:
        """All rows that a query finds."""
        with sqlite.people_errors(self.path):
            return self.connection.execute(sql, values).fetchall()

    def remember(self, key: str, value: str) -> None:
        """Keeps a setting: the screen's, or how far some work has come. Not part of the record."""
        with self.writing(durable=False) as connection:
            connection.execute(
                "INSERT INTO settings VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                (key, value),
            )

    def recall(self, key: str) -> str:
        """The setting, or "" when it was never kept."""
        found = self.rows("SELECT value FROM settings WHERE key = ?", key)
        return str(found[0][0]) if found else ""

    @contextmanager
    def writing(self, *, durable: bool) -> Iterator[sqlite.Connection]:
        """A write transaction. It is on disk when this ends if it is `durable`, and soon if not."""
        if self.read_only:
            raise CannotWrite(f"{self.path} was opened for reading only")
        with self._turn, sqlite.people_errors(self.path):
            connection = self.connection if durable else self.relaxed
            with sqlite.write_transaction(connection):
                yield connection

    def turn(self) -> "Turn":
        """Holds the queue of writers. May be held again inside."""
        return self._turn

    def empty_log(self) -> bool:
        """Moves all that stands in `-wal` into the file and empties it. False while another process still reads it."""
        with self.turn(), sqlite.people_errors(self.path):
            (busy, *_), *_ = self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return not busy

    def reopen(self) -> None:
        """After the medium failed: new connections, and all that was committed synced by another way.

        A sync that failed is not made up for by the next that succeeds. So what the log holds is written into the file,
        and that is synced.
        """
        anew = self._connect()
        self._disconnect()
        self.connection = anew
        if not self.empty_log():
            raise Busy(f"{self.path} failed, and cannot be put right while another process reads it", "try again")

    def close(self) -> None:
        """The last writer to close leaves no `-wal` beside the file."""
        self._disconnect()
        self._lock.close()

    def _connect(self) -> sqlite.Connection:
        connection = connect_to_journal(self.path, read_only=self.read_only, patience_s=self._patience_s)
        if not self.read_only:
            sqlite.use_log(connection, self.path)  # a copy by VACUUM INTO does not
        return connection

    def _disconnect(self) -> None:
        if relaxed := self.__dict__.pop("relaxed", None):
            relaxed.close()
        self.connection.close()


class Turn:
    """Holds the lock of the journal at `path` while it is entered, which may be again inside."""

    def __init__(self, lock: FileLock, path: Path, patience_s: float) -> None:
        self._lock = lock
        self._path = path
        self.patience_s = patience_s
        self._depth = 0

    def __enter__(self) -> None:
        """Raises `Busy` when another process does not let go of it."""
        if not self._depth and not self._lock.acquire(self.patience_s):
            raise Busy(
                f"another process has been writing {self._path} for {self.patience_s:g} s", "try again in a moment"
            )
        self._depth += 1

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if not self._depth:
            self._lock.release()
