"""The sql source against SQLite files and a real PostgreSQL: what it reads, and that it can do nothing else."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest

from database_kit import PASSWORD, from_file, home_of, postgres, running, table_file, unprivileged
from http_traps import free_port, raw_server, silent
from probe_kit import probe, read
from running_kit import wait_until
from warroom.core.probe import Reading
from warroom.probing.sources.table import check_source, check_spec

CHECK = {"get": "value", "fail": "> 5"}


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    with postgres() as port:
        yield port


async def from_server(port: int, query: str, check: dict[str, Any] = CHECK, **more: Any) -> Reading:
    fields = {name: more.pop(name) for name in ("deadline",) if name in more}
    url = f"postgresql://probe@127.0.0.1:{port}/postgres"
    source = {"kind": "sql", "url": url, "password": "${env:DB_PASSWORD}", "query": query} | more
    return await read(probe(source, check, **fields), {"DB_PASSWORD": PASSWORD})


Ask = Any
VISITS = "(VALUES (1, 'Dhaka', 2.5), (2, 'Khulna', 7), (3, NULL, NULL)) AS visit(id, city, fee)"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.real)])
def ask(request: pytest.FixtureRequest) -> Ask:
    """The same table in both databases."""
    if request.param == "sqlite":
        path = table_file(request.getfixturevalue("tmp_path"))
        return lambda query, check=CHECK: from_file(path, query, check)
    port = request.getfixturevalue("server")
    return lambda query, check=CHECK: from_server(port, query.replace("FROM visit", f"FROM {VISITS}"), check)


@pytest.mark.parametrize(
    ("query", "get", "outcome", "value"),
    [
        ("SELECT count(*) FROM visit", "value", "ok", 3),
        ("SELECT max(fee) FROM visit", "value", "fail", 7),
        ("SELECT id, fee FROM visit WHERE id = 1", "column:fee", "ok", 2.5),
        ("SELECT city FROM visit WHERE id = 1", "value", "no_data", None),  # a text is neither above nor below 5
        ("SELECT fee FROM visit WHERE id = 3", "value", "no_data", None),
        ("SELECT fee FROM visit WHERE id = 9", "value", "no_data", None),
        ("SELECT fee FROM visit WHERE id = 9", "rows", "ok", 0),
        ("SELECT * FROM visit", "rows", "ok", 3),
        ("SELECT * FROM visit", "value", "error", None),
        ("SELECT * FROM visit", "column:id", "error", None),
        ("SELECT fee FROM visit WHERE id < 3", "value", "error", None),
        ("SELECT * FROM visit", "column:price", "error", None),
        ("SELECT * FROM visit", "max:id", "ok", 3),
        ("SELECT * FROM visit", "min:id", "ok", 1),
        ("SELECT * FROM visit", "sum:id", "fail", 6),
        ("SELECT * FROM visit", "sum:fee", "no_data", None),  # one of them is not known
        ("SELECT * FROM visit WHERE id = 9", "max:id", "no_data", None),
        ("SELECT '1' AS lag UNION ALL SELECT 'NaN'", "max:lag", "no_data", None),  # nothing is greater than that
        ("SELECT * FROM nowhere", "value", "error", None),
        ("SELEC 1", "value", "error", None),
    ],
)
async def test_one_value_is_read_out_of_a_table(ask: Ask, query: str, get: str, outcome: str, value: Any) -> None:
    reading = await ask(query, {"get": get, "fail": "> 5"})
    assert (reading.outcome, reading.value) == (outcome, value), reading.text


async def test_more_rows_than_anybody_reads_are_refused(ask: Ask) -> None:
    query = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT i FROM n"
    reading = await ask(query, {"get": "rows", "fail": "> 5"})
    assert (reading.outcome, reading.text) == ("error", "the query gives more than 1000 rows; count or filter them")


# --- PostgreSQL


@pytest.mark.real
@pytest.mark.parametrize(
    "query",
    [
        "CREATE TABLE spoil (i int)",
        "SELECT 1; COMMIT; CREATE TABLE spoil (i int)",
        "COMMIT; CREATE TABLE spoil (i int)",
        "WITH made AS (INSERT INTO kept VALUES (2) RETURNING 1) SELECT * FROM made",
        "SELECT nextval('counter')",
        "DO $$ BEGIN SET TRANSACTION READ WRITE; INSERT INTO kept VALUES (2); END $$",
    ],
)
async def test_a_query_of_a_server_cannot_change_anything(server: int, query: str) -> None:
    with psycopg.connect(f"postgresql://probe:{PASSWORD}@127.0.0.1:{server}/postgres") as connection:
        connection.execute("CREATE SEQUENCE IF NOT EXISTS counter")
        connection.execute("CREATE TABLE IF NOT EXISTS kept (i int)")
    assert (await from_server(server, query)).outcome == "error"
    assert (await from_server(server, "SELECT count(*) FROM kept")).value == 0
    assert (await from_server(server, "SELECT to_regclass('spoil')")).outcome == "no_data"


@pytest.mark.real
async def test_cells_of_many_sorts_are_values(server: int) -> None:
    for cell, rule, value in (
        ("now() - (now() - interval '90 seconds')", "> 100", 90),
        ("true", "== false", True),
        ("1e400::numeric", "> 1", None),
        ("'NaN'::float8", "> 1", None),
        ("date '2026-11-24'", '== ""', "2026-11-24"),
        ("'a'::bytea", '== ""', None),
    ):
        reading = await from_server(server, f"SELECT {cell}", {"get": "value", "fail": rule})
        assert value is None or reading.value == value, reading.text


@pytest.mark.real
async def test_the_server_is_named_and_the_password_never(server: int) -> None:
    reading = await from_server(server, "SELECT 1")
    assert (reading.outcome, reading.via) == ("ok", f"127.0.0.1:{server}")
    source = {"kind": "sql", "url": f"postgresql://probe@127.0.0.1:{server}/postgres", "query": "SELECT 1"}
    refused = await read(probe(source | {"password": "${env:PW}"}, CHECK), {"PW": "wrong-horse-battery"})
    assert refused.outcome == "error"
    assert "password authentication failed" in refused.text
    assert "wrong-horse" not in refused.model_dump_json()


@pytest.mark.real
async def test_a_whole_url_may_be_secret(server: int) -> None:
    source = {"kind": "sql", "url": "${env:DATABASE_URL}", "query": "SELECT 1"}
    url = f"postgresql://probe:{PASSWORD}@127.0.0.1:{server}/postgres"
    reading = await read(probe(source, CHECK), {"DATABASE_URL": url})
    assert reading.outcome == "ok"
    wrong = await read(probe(source, CHECK), {"DATABASE_URL": "mysql://a:b@c/d"})
    assert (wrong.outcome, wrong.text.startswith("url: ")) == ("error", True)


@pytest.mark.real
async def test_a_slow_query_ends_with_the_deadline_on_the_server_too(server: int) -> None:
    reading = await from_server(server, "SELECT 1 FROM pg_sleep(60)", deadline="400ms")
    assert (reading.outcome, reading.value) == ("error", None)
    query = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(6%' AND pid <> pg_backend_pid()"
    with psycopg.connect(f"postgresql://probe:{PASSWORD}@127.0.0.1:{server}/postgres", autocommit=True) as connection:
        wait_until(lambda: connection.execute(query).fetchone() == (0,))


@pytest.mark.real
async def test_a_server_that_falls_silent_is_unknown_at_the_deadline(server: int) -> None:
    async with falling_silent(server, b"pg_sleep") as port:
        reading = await from_server(port, "SELECT 1 FROM pg_sleep(60)", deadline="500ms")
    assert (reading.outcome, reading.text) == ("error", "no answer within 0.5 s")
    assert reading.took_us < 3_000_000  # the client would ask the server to give up for ten seconds


@asynccontextmanager
async def falling_silent(target: int, word: bytes) -> AsyncIterator[int]:
    """A line to a server on which nothing comes through any more once `word` was said."""
    silent_now = asyncio.Event()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            if word in data:
                silent_now.set()
            if not silent_now.is_set():
                writer.write(data)
        writer.close()

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream, downstream = await asyncio.open_connection("127.0.0.1", target)
        await asyncio.gather(pass_on(reader, downstream), pass_on(upstream, writer))

    proxy = await asyncio.start_server(client, "127.0.0.1", 0)
    async with proxy:
        yield proxy.sockets[0].getsockname()[1]


async def test_a_dead_server_is_unknown() -> None:
    reading = await from_server(free_port(), "SELECT 1")
    assert reading.outcome == "error"
    assert "refused" in reading.text
    with raw_server(silent) as url:
        hung = await from_server(int(url.rpartition(":")[2]), "SELECT 1", deadline="300ms")
    assert (hung.outcome, hung.text) == ("error", "no answer within 0.3 s")


async def test_metadata_addresses_are_never_asked() -> None:
    source = {"kind": "sql", "url": "postgresql://db.test/shop", "query": "SELECT 1"}
    reading = await read(probe(source, CHECK), lookup=lambda _: ["169.254.169.254"])
    assert (reading.outcome, "link-local or metadata" in reading.text) == ("error", True)
    past_the_look_up = source | {"url": "postgresql:///shop?hostaddr=169.254.169.254"}
    assert (await read(probe(past_the_look_up, CHECK))).text.startswith("name the host without hostaddr")


@pytest.mark.real
async def test_show_works_without_a_transaction(server: int) -> None:
    """As PgBouncer's console needs it."""
    user = unprivileged("postgres")
    port = free_port()
    with home_of(user) as home:
        (home / "bouncer.ini").write_text(
            f"[databases]\npostgres = host=127.0.0.1 port={server}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
            f"listen_port = {port}\nunix_socket_dir =\nauth_type = any\nadmin_users = probe\n"
        )

        def ready() -> bool:
            asked = ["pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port), "-d", "pgbouncer", "-U", "probe"]
            return subprocess.run(asked, check=False, timeout=10).returncode == 0

        with running(["pgbouncer", home / "bouncer.ini"], ready, user=user):
            url = f"postgresql://probe@127.0.0.1:{port}/pgbouncer"
            source = {"kind": "sql", "url": url, "query": "SHOW POOLS", "autocommit": True}
            waiting = await read(probe(source, {"get": "max:cl_waiting", "fail": "> 0"}))
            pools = await read(probe(source, {"get": "rows", "fail": "< 1"}))
    assert (waiting.outcome, waiting.value) == ("ok", 0)
    assert pools.outcome == "ok"


# --- files


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({}, 'either the "url"'),
        ({"url": "postgresql://db/shop", "file": "x.db"}, 'either the "url"'),
        ({"url": "mysql://db/shop"}, "pattern"),
        ({"url": "postgresql://db/shop", "autocommit": True}, "must be SHOW"),
        ({"url": "postgresql://db/shop", "autocommit": True, "query": "SHOW x; DROP TABLE y"}, "must be SHOW"),
        ({"file": "x.db", "autocommit": True, "query": "SHOW x"}, 'belong to a "url"'),
        ({"file": "x.db", "query": ""}, "at least 1"),
    ],
)
def test_a_file_that_cannot_work_is_refused(source: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check_source({"kind": "sql", "query": "SELECT 1"} | source)


def test_a_check_that_cannot_work_is_refused() -> None:
    with pytest.raises(ValueError, match='did you mean "rows"'):
        check_spec(probe({"kind": "sql", "file": "x", "query": "SELECT 1"}, {"get": "row", "fail": "> 1"}))


async def test_a_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.delitem(sys.modules, "warroom.probing.postgres", raising=False)
    reading = await from_server(1, "SELECT 1")
    assert (reading.outcome, reading.text) == ("error", "the sql probe needs psycopg: pip install 'warroom[postgres]'")
