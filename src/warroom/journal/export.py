"""Events as JSON lines, as SQLite makes them of stored bytes: nothing is parsed, so a long journal takes seconds."""

from collections.abc import Callable, Iterator
from contextlib import closing

from warroom.core.events import Event
from warroom.journal import sqlite
from warroom.journal.schema import connect_to_journal
from warroom.journal.store import SqliteJournal

_BATCH = 2000  # lines read at once: no read transaction stays open while a slow consumer works

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
    FROM events WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?
"""


def event_lines(journal: SqliteJournal, last: int, redacted_line: Callable[[Event], str]) -> Iterator[str]:
    """The events up to the number `last`: `seq, id, time, kind, actor, subject, body, hash`, each as one JSON object.

    `redacted_line` makes the line of an event whose body is gone. Raises `BadInput` when the file is damaged.
    """
    with closing(connect_to_journal(journal.path, read_only=True)) as connection:
        seq = 0
        while seq < last:
            with sqlite.people_errors(journal.path):
                found = connection.execute(_LINES, (seq, last, _BATCH)).fetchall()
            if not found:
                return
            for seq, line in found:
                yield line or redacted_line(next(journal.read(seq - 1)))
