"""The sql source with SQLite files of other programs: it can only read them, and never a journal of ours."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from database_kit import from_file, table_file
from running_kit import wait_until

CHECK: dict[str, Any] = {"get": "value", "fail": "> 5"}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return table_file(tmp_path)


def content_of(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM visit",
        "DROP TABLE visit",
        "PRAGMA user_version = 5",
        "ATTACH 'other.db' AS other",
        "SELECT 1; DELETE FROM visit",
        "VACUUM INTO 'copy.db'",
    ],
)
async def test_a_query_of_a_file_cannot_change_anything(
    shop: Path, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shop.parent)
    before = content_of(shop.parent)
    assert (await from_file(shop, query, CHECK)).outcome == "error"
    assert content_of(shop.parent) == before


async def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    reading = await from_file(tmp_path / "x.db", "SELECT 1", CHECK)
    assert (reading.outcome, reading.text) == ("error", "x.db cannot be read: no such file or directory")
    assert content_of(tmp_path) == {}


async def test_an_endless_query_of_a_file_ends_at_the_deadline(shop: Path) -> None:
    query = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    reading = await from_file(shop, query, CHECK, deadline="300ms")
    assert (reading.outcome, reading.text) == ("error", "no answer within 0.3 s")
    handles = Path("/proc/self/fd")
    wait_until(lambda: not any(handle.resolve() == shop for handle in handles.iterdir() if handle.exists()))


async def test_a_writer_does_not_disturb_a_reader(shop: Path) -> None:
    with closing(sqlite3.connect(shop)) as connection:
        connection.execute("PRAGMA journal_mode = wal")
        connection.execute("INSERT INTO visit VALUES (4, 'Sylhet', 1)")
        assert (await from_file(shop, "SELECT count(*) FROM visit", CHECK)).value == 3


@pytest.mark.parametrize("is_open", [True, False])
async def test_a_journal_of_ours_is_never_opened(tmp_path: Path, is_open: bool) -> None:
    """Closing it again would drop the locks of the journal's own SQLite in this process."""
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA application_id = {int.from_bytes(b'wroo')}")
        connection.execute("CREATE TABLE event (id)")
    handle = os.open(path, os.O_RDONLY) if is_open else -1
    try:
        reading = await from_file(path, "SELECT 1", CHECK)
    finally:
        if is_open:
            os.close(handle)
    assert (reading.outcome, reading.text) == ("error", "shop.db is a journal of warroom, which no probe may open")


async def test_a_file_that_this_process_has_locked_keeps_its_lock(shop: Path) -> None:
    """Seen from another process, as only others see the locks of this one."""
    locked = (
        "import fcntl, sys\n"
        "try: fcntl.lockf(open(sys.argv[1], 'r+b'), fcntl.LOCK_EX | fcntl.LOCK_NB)\n"
        "except OSError: print('locked')"
    )
    code = f"""
import asyncio, fcntl, subprocess, sys
from pathlib import Path
from warroom.probing.source import Trouble
from warroom.probing.sqlite_file import query_sqlite
file = open({str(shop)!r}, "r+b")
file.seek(68); file.write(b"wroo"); file.flush()
fcntl.lockf(file, fcntl.LOCK_EX)
try: asyncio.run(query_sqlite(Path({str(shop)!r}), "SELECT 1", limit=1))
except Trouble as trouble: print(trouble)
subprocess.run([sys.executable, "-c", {locked!r}, {str(shop)!r}])
"""
    command = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=subprocess.PIPE)
    said, _ = await command.communicate()
    assert said.decode().splitlines()[1:] == ["locked"]
