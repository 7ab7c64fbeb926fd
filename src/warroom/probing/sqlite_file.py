"""Queries of SQLite files that belong to other programs: read-only, and never of a journal of ours.

POSIX takes all locks of a process on a file away as soon as the process closes any handle of it. The journal's are held
by another copy of SQLite, so a second look at it from here would let other processes write over its commits.
"""

import asyncio
import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from pathlib import Path
from urllib.parse import quote

from warroom.core.errors import reason
from warroom.probing.blocking import in_thread
from warroom.probing.source import Trouble
from warroom.probing.sql_rows import Rows

_JOURNAL = b"wroo"  # the application id in the header of our journals
_APPLICATION_ID_AT = 68
_READS = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    33,  # SQLITE_RECURSIVE, which Python does not name
}


async def query_sqlite(path: Path, query: str, *, limit: int) -> Rows:
    """At most `limit` rows. Raises `Trouble`. When it is cancelled, the query ends."""
    open_now: list[sqlite3.Connection] = []
    try:
        return await in_thread(lambda: _query(path, query, limit, open_now.append), f"sqlite {path.name}")
    except asyncio.CancelledError:
        for connection in open_now:
            with suppress(sqlite3.ProgrammingError):  # closed: it ended at this moment
                connection.interrupt()
        raise


def _query(path: Path, query: str, limit: int, opened: Callable[[sqlite3.Connection], None]) -> Rows:
    _refuse_journal(path)
    try:
        connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, check_same_thread=False, timeout=1)
        try:
            opened(connection)
            connection.set_authorizer(_only_reads)
            cursor = connection.execute(query)
            names = tuple(column[0] for column in cursor.description or ())
            return Rows(names, list(islice(cursor, limit)))
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise Trouble(f"{path.name}: {error}") from None


def _only_reads(action: int, *_names: str | None) -> int:
    """Neither writes, nor settings, nor the attaching of other files."""
    return sqlite3.SQLITE_OK if action in _READS else sqlite3.SQLITE_DENY


def _refuse_journal(path: Path) -> None:
    try:
        if _application_id(path) == _JOURNAL:
            raise Trouble(f"{path.name} is a journal of warroom, which no probe may open")
    except OSError as error:
        raise Trouble(f"{path.name} cannot be read: {reason(error)}") from None


def _application_id(path: Path) -> bytes:
    """From the header. If this process has the file open, it is read through that handle: closing another does harm."""
    wanted = path.stat()
    for opened in Path("/dev/fd").iterdir():
        try:
            if os.path.samestat(os.fstat(int(opened.name)), wanted):
                return os.pread(int(opened.name), len(_JOURNAL), _APPLICATION_ID_AT)
        except OSError:  # closed in the meantime
            continue
    with path.open("rb") as file:
        return os.pread(file.fileno(), len(_JOURNAL), _APPLICATION_ID_AT)
