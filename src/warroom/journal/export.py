"""What exports read of a journal's file. Lines of JSON are made by SQLite of stored bytes: nothing is parsed, so a long
journal takes seconds.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from warroom.core.events import Event
from warroom.core.filters import ALL, Filter
from warroom.core.store import Sample
from warroom.journal import rows, sqlite
from warroom.journal.schema import connect_to_journal
from warroom.journal.store import SqliteJournal

_BATCH = 2000  # rows read at once: no read transaction stays open while a slow consumer works

_LINES = """
    SELECT seq, CASE WHEN body IS NOT NULL THEN json_object(
        'seq', seq,
        'id', id,
        'time', strftime('%Y-%m-%dT%H:%M:%S', at_us / 1000000, 'unixepoch') || printf('.%06dZ', at_us % 1000000),
        'kind', kind,
        'actor', actor,
        'subject', subject,
        'body', json(body),
        'hash', lower(hex(hash))
    ) END
    FROM events WHERE seq > ? AND seq <= ?{} ORDER BY seq LIMIT ?
"""
_COUNT = "SELECT count(*) FROM events WHERE seq <= ?{}"


def event_lines(
    journal: SqliteJournal, last: int, redacted_line: Callable[[Event], str], picked: Filter = ALL
) -> Iterator[str]:
    """The events up to the number `last`: `seq, id, time, kind, actor, subject, body, hash`, each as one JSON object.

    `redacted_line` makes the line of an event whose body is gone. Raises `BadInput` when the file is damaged.
    """
    condition, values = _condition(picked)
    with closing(connect_to_journal(journal.path, read_only=True)) as connection:
        seq = 0
        while seq < last:
            found = _found(connection, journal.path, _LINES.format(condition), seq, last, *values, _BATCH)
            if not found:
                return
            for seq, line in found:
                yield line or redacted_line(next(journal.read(seq - 1)))


def count_events(journal: SqliteJournal, last: int, picked: Filter = ALL) -> int:
    """How many events up to the number `last` a filter picks."""
    condition, values = _condition(picked)
    with closing(connect_to_journal(journal.path, read_only=True)) as connection:
        return int(_found(connection, journal.path, _COUNT.format(condition), last, *values)[0][0])


def count_readings(journal: SqliteJournal) -> int:
    """How many readings are kept, of all probes."""
    with closing(connect_to_journal(journal.path, read_only=True)) as connection:
        return int(_found(connection, journal.path, "SELECT count(*) FROM samples")[0][0])


def readings(journal: SqliteJournal) -> Iterator[tuple[int, Sample]]:
    """All kept readings with their numbers, in the order in which they came.

    Raises `BadInput` when the file is damaged.
    """
    sql = f"{rows.SELECT_WHOLE_SAMPLES} WHERE id > ? ORDER BY id LIMIT ?"
    with closing(connect_to_journal(journal.path, read_only=True)) as connection:
        last = 0
        while found := _found(connection, journal.path, sql, last, _BATCH):
            for last, *row in found:
                yield last, rows.sample(tuple(row))


def _condition(picked: Filter) -> tuple[str, list[object]]:
    """What a filter adds to a WHERE, and the values for it."""
    sql, values = "", list[object]()
    for column, sign, at_us in (("at_us", ">=", picked.since_us), ("at_us", "<", picked.until_us)):
        if at_us is not None:
            sql += f" AND {column} {sign} ?"
            values.append(at_us)
    for column, names in (("kind", picked.kinds), ("actor", picked.operators), ("subject", picked.items)):
        if names:
            sql += f" AND {column} IN ({', '.join('?' * len(names))})"
            values.extend(names)
    return sql, values


def _found(connection: sqlite.Connection, path: Path, sql: str, *values: object) -> list[rows.Row]:
    with sqlite.people_errors(path):
        return connection.execute(sql, values).fetchall()
