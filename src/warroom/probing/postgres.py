"""One query of PostgreSQL or of PgBouncer's console, over a connection of its own. Alone in importing psycopg.

A kept connection would go on asking the old primary after a failover.
"""

import asyncio
import os
import socket
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Literal

from warroom.probing.dial import addresses_of, host_and_port
from warroom.probing.resolver import Resolver
from warroom.probing.source import Trouble
from warroom.probing.sql_rows import Rows

Connection = psycopg.AsyncConnection[tuple[Any, ...]]

_PORT = 5432


class Postgres:
    """A server and how to log in."""

    def __init__(self, url: str, password: str, resolver: Resolver, *, deadline_s: float) -> None:
        """Raises `ValueError` without repeating the URL."""
        try:
            settings = conninfo_to_dict(url, **({"password": password} if password else {}))
        except psycopg.Error:
            raise ValueError("the URL is no PostgreSQL URL") from None
        self._settings: dict[str, Any] = {"application_name": "warroom", **settings}
        self._resolver = resolver
        self._deadline_s = deadline_s
        if "hostaddr" in settings:
            raise ValueError("name the host without hostaddr: probes look addresses up, and at them, by themselves")
        host = str(settings.get("host") or "")
        if "," in host:
            raise ValueError("name one host: whichever answered first would decide what is measured")
        self._host = "" if host.startswith("/") else host
        self.via = host_and_port(host or "localhost", int(settings.get("port") or _PORT))

    async def read(self, query: str, *, limit: int) -> Rows:
        """At most `limit` rows, in a transaction that cannot write. Raises `Trouble`."""
        milliseconds = max(1, round(self._deadline_s * 1000))

        async def talk(connection: Connection) -> Rows:
            await connection.set_read_only(True)
            # Inside the transaction, so that a pooler hands it on, and ends it with the transaction.
            await connection.execute(SQL("SET LOCAL statement_timeout = {}").format(Literal(milliseconds)))
            # Streaming keeps a large result out of memory, and its protocol takes one statement only: a second one
            # could end the transaction that cannot write.
            cursor = connection.cursor()
            rows: list[tuple[Any, ...]] = []
            async for row in cursor.stream(query):
                rows.append(row)
                if len(rows) >= limit:
                    break
            return Rows(_columns(cursor), rows)

        return await self._ask(talk)

    async def show(self, query: str, *, limit: int) -> Rows:
        """A `SHOW` outside of a transaction, which PgBouncer's console does not have. Raises `Trouble`."""

        async def talk(connection: Connection) -> Rows:
            await connection.set_autocommit(True)
            cursor = await connection.execute(query)
            return Rows(_columns(cursor), await cursor.fetchmany(limit))

        return await self._ask(talk)

    async def _ask(self, talk: Callable[[Connection], Coroutine[Any, Any, Rows]]) -> Rows:
        try:
            connection = await psycopg.AsyncConnection.connect(**await self._reachable())
            try:
                return await _ending_at_once(talk(connection), connection)
            finally:
                await connection.close()
        except psycopg.Error as error:
            raise Trouble(f"PostgreSQL: {str(error).strip() or type(error).__name__}") from None

    async def _reachable(self) -> dict[str, Any]:
        """The settings with the addresses of the host, which were looked at: none is one that probes never ask."""
        if not self._host:
            return self._settings
        addresses = await addresses_of(self._resolver, self._host)
        return {
            **self._settings,
            "host": ",".join([self._host] * len(addresses)),
            "hostaddr": ",".join(addresses),
            "connect_timeout": max(2, round(self._deadline_s)),  # libpq takes nothing below
        }


async def _ending_at_once(work: Coroutine[Any, Any, Rows], connection: Connection) -> Rows:
    """What `work` gives. When cancelled it ends at once; psycopg would go on asking the server for up to ten seconds.

    The query ends by its own time-out, if the server still lives.
    """
    working = asyncio.create_task(work)
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        with suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)
        await asyncio.gather(working, return_exceptions=True)
        raise


def _columns(cursor: psycopg.AsyncCursor[Any]) -> tuple[str, ...]:
    return tuple(column.name for column in cursor.description or ())
