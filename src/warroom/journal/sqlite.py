"""SQLite itself: the only module that imports it. Connections, write transactions, and errors in people's words.

A process that has two SQLite libraries at work on one file, or that opens that file itself and closes it, drops the
locks that all its connections rely on. So nothing in this program ever opens a journal, its `-wal` or its `-shm` but
SQLite, and sqlite-utils chooses its library by the same rule as this module.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from warroom.core.errors import BadInput, Busy, CannotWrite, WarroomError

if TYPE_CHECKING:
    import sqlite3
else:
    try:
        import pysqlite3.dbapi2 as sqlite3
    except ImportError:
        import sqlite3

Connection = sqlite3.Connection
Error = sqlite3.Error
Refused = sqlite3.IntegrityError
"""By a trigger or a constraint of the file."""
VERSION: str = sqlite3.sqlite_version


class DiskFull(CannotWrite):
    """There is no room. What was committed stays."""


class IoFailed(CannotWrite):
    """The medium failed; the same may succeed after the file was opened anew."""


PATIENCE_S = 5.0
"""How long a writer waits for the others before it gives up."""

_WAL_RESET_BUG = ((3, 7, 0), (3, 51, 2))
_WAL_RESET_FIXED = {(3, 44): 6, (3, 50): 7}  # patch releases of older lines that have the fix

_NOT_POSSIBLE = {
    sqlite3.SQLITE_CANTOPEN: "opened",
    sqlite3.SQLITE_READONLY: "written",
    sqlite3.SQLITE_PERM: "written",
}
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)


def affected_by_wal_reset_bug(version: str = VERSION) -> bool:
    """Whether this SQLite can lose commits when several processes write and checkpoint one journal."""
    major, minor, patch = (int(part) for part in version.split(".")[:3])
    first, last = _WAL_RESET_BUG
    return first <= (major, minor, patch) <= last and patch < _WAL_RESET_FIXED.get((major, minor), patch + 1)


def connect(
    path: Path,
    *,
    mode: Literal["ro", "rw", "rwc"],
    synchronous: Literal["FULL", "NORMAL"] = "FULL",
    patience_s: float = PATIENCE_S,
) -> Connection:
    """A connection in autocommit mode. Raises what `people_errors` raises."""
    with people_errors(path):
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=patience_s, isolation_level=None
        )
        try:
            # FULL is what makes a commit survive a power cut; NORMAL lost acknowledged events in simulated ones.
            connection.execute(f"PRAGMA synchronous = {synchronous}")
            # A journal may come from anybody: its schema may run nothing but plain SQL, and its pages may be damaged.
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA cell_size_check = ON")
            # What is deleted, redacted or moved leaves zeros, not its bytes.
            connection.execute("PRAGMA secure_delete = ON")
        except BaseException:
            connection.close()
            raise
    return connection


def use_log(connection: Connection, path: Path) -> None:
    """Puts the file into WAL mode, in which readers and a writer do not wait for each other."""
    with people_errors(path):
        (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise CannotWrite(f"the file system of {path} cannot hold a journal", "choose a directory on a local disk")


def connect_to_memory() -> Connection:
    """A new, empty database that is on no disk."""
    return sqlite3.connect(":memory:", isolation_level=None)


@contextmanager
def write_transaction(connection: Connection) -> Iterator[None]:
    """Takes SQLite's write lock first, so that what is read inside is the newest and stays so until the commit."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


class people_errors:  # noqa: N801  # a with-statement's word; a class, because each append passes through several
    """Turns what SQLite says of the file into `Busy`, `CannotWrite` or `BadInput`. Other errors are bugs and pass."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, UnicodeDecodeError):  # SQLite quoted in its message what it could not read
            raise _damaged(self._path, error.reason) from error
        if isinstance(error, Error) and (told := _told(self._path, error)):
            raise told from error


def _told(path: Path, error: Error) -> WarroomError | None:
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the upper bits say more than people need
    if primary == sqlite3.SQLITE_FULL:
        return DiskFull(f"the disk is full: {path} takes no more", "free some space; what was acknowledged is kept")
    if primary == sqlite3.SQLITE_IOERR:
        return IoFailed(
            f"{path} cannot be read or written: {error}", "its disk may fail; what was acknowledged is kept"
        )
    if primary in _BUSY:
        return Busy(f"{path} is locked by another process", "try again in a moment")
    if verb := _NOT_POSSIBLE.get(primary):
        return CannotWrite(
            f"{path} cannot be {verb}: {error}", "a journal and its directory must be readable and writable"
        )
    if primary == sqlite3.SQLITE_NOTADB:
        return BadInput(f"{path} is no SQLite file, so it is no journal")
    if primary == sqlite3.SQLITE_CORRUPT or isinstance(error, sqlite3.OperationalError):
        return _damaged(path, str(error))  # also a table that is gone, or text that is no UTF-8
    return None


def _damaged(path: Path, how: str) -> BadInput:
    return BadInput(f"{path} is damaged: {how}", "see what warroom verify says, and keep a copy")
