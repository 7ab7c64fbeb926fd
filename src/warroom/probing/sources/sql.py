"""`kind = "sql"`: one query of PostgreSQL or of a SQLite file. It can only read, and the database is a messenger."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from warroom.core.probe import Blames, Measurement, ProbeSpec
from warroom.probing.resolver import Resolver
from warroom.probing.source import Source, SourceSpec, needing
from warroom.probing.sql_rows import LIMIT, OFFERS, Rows, value_of

if TYPE_CHECKING:
    from warroom.probing.postgres import Postgres

_SHOW = re.compile(r"\s*SHOW\s+[\w. ]+;?\s*", re.IGNORECASE)


class SqlSpec(SourceSpec):
    """One query of one database."""

    kind: Literal["sql"]
    url: str = Field("", pattern=r"^$|^postgres(ql)?://|^\$\{")
    """Of a PostgreSQL, such as `postgresql://probe@db.example/shop`."""
    password: str = ""
    file: str = ""
    """A SQLite file instead, relative to the directory that warroom was started in."""
    query: str = Field(min_length=1)
    autocommit: bool = False
    """For `SHOW` without a transaction: PgBouncer's console has none."""

    @model_validator(mode="after")
    def _fits_together(self) -> "SqlSpec":
        if bool(self.url) == bool(self.file):
            raise ValueError('a sql source needs either the "url" of a PostgreSQL or the "file" of a SQLite')
        if self.file and (self.password or self.autocommit):
            raise ValueError('"password" and "autocommit" belong to a "url"')
        if self.autocommit and not _SHOW.fullmatch(self.query):
            raise ValueError('with "autocommit" nothing keeps a query from writing, so it must be SHOW and a name')
        return self

    @property
    def offers(self) -> tuple[str, ...]:
        return OFFERS

    def open(self, spec: ProbeSpec, resolver: Resolver) -> Source:
        gets = frozenset(check.get for check in spec.check)
        if self.file:
            return SqliteSource(Path(self.file), self.query, gets)
        with needing("sql", "psycopg", "postgres"):
            from warroom.probing.postgres import Postgres
        server = Postgres(self.url, self.password, resolver, deadline_s=spec.deadline)
        return PostgresSource(self, server, gets)


class PostgresSource:
    """Connects anew for each reading."""

    blames: Blames = "messenger"

    def __init__(self, spec: SqlSpec, server: "Postgres", gets: frozenset[str]) -> None:
        self._spec = spec
        self._server = server
        self._gets = gets

    async def measure(self) -> Measurement:
        ask = self._server.show if self._spec.autocommit else self._server.read
        return _measurement(await ask(self._spec.query, limit=LIMIT + 1), self._gets, self._server.via)

    async def close(self) -> None:
        """Nothing outlives a reading."""


class SqliteSource:
    """Opens the file anew for each reading."""

    blames: Blames = "messenger"

    def __init__(self, path: Path, query: str, gets: frozenset[str]) -> None:
        self._path = path
        self._query = query
        self._gets = gets

    async def measure(self) -> Measurement:
        from warroom.probing.sqlite_file import query_sqlite

        return _measurement(await query_sqlite(self._path, self._query, limit=LIMIT + 1), self._gets, self._path.name)

    async def close(self) -> None:
        """Nothing outlives a reading."""


def _measurement(table: Rows, gets: frozenset[str], via: str) -> Measurement:
    missing = {} if table.rows else dict.fromkeys(gets, "the query gives no row")
    return Measurement(values={get: value_of(table, get) for get in gets}, missing=missing, via=via)
