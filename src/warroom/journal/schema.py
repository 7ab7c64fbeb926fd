"""What makes a SQLite file a journal: its marks, its triggers and views, and the checks of all three.

Its tables: see `migrations`.

`docs/journal.md` publishes this format; a change here is a new format and a new migration.
"""

import stat
from collections.abc import Iterator
from pathlib import Path

from warroom.core.errors import BadInput, reason
from warroom.journal.medium import refuse_network
from warroom.journal.sqlite import PATIENCE_S, Connection, connect, people_errors
from warroom.journal.views import VIEWS

APPLICATION_ID = int.from_bytes(b"wroo", "big")
"""In the file's header, where `file` and SQLite's own tools find it."""

FORMAT = 1
"""`PRAGMA user_version`: the number of the last migration. Imported with its module, so that it is one and the same."""

COLUMNS = {
    "seq": int,
    "at_us": int,
    "mono_us": int,
    "v": int,
    "id": str,
    "kind": str,
    "actor": str,
    "origin": str,
    "subject": str,
    "body_hash": bytes,
    "hash": bytes,
    "salt": bytes,
    "body": str,
}
"""Of `events`. Those up to `body_hash` are hashed in this order. Salt and body may be NULL: a body can be redacted."""


def _refusal(table: str, verb: str, when: str = "") -> str:
    condition = f" WHEN {when}" if when else ""
    return (
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}{condition}"
        f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )


_REDACTION = " AND ".join(
    (
        "NEW.body IS NULL AND NEW.salt IS NULL AND OLD.body IS NOT NULL",
        *(f"NEW.{column} IS OLD.{column}" for column in COLUMNS if column not in ("body", "salt")),
        "EXISTS (SELECT 1 FROM events WHERE subject = 'event:' || OLD.seq AND kind = 'redacted' AND seq > OLD.seq)",
    )
)
"""The one change of an event that is let through: its body and salt go, and a later event says so."""


# SQLite's REPLACE deletes the row in its way without calling DELETE triggers, so the INSERT triggers refuse whatever
# would be in the way of a new row, by number and by unique name.
TRIGGERS = {
    sql.split()[2]: sql
    for sql in (
        _refusal("events", "UPDATE", f"NOT ({_REDACTION})"),
        _refusal("events", "DELETE"),
        _refusal(
            "events",
            "INSERT",
            "NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM events) OR NEW.body IS NULL"
            " OR EXISTS (SELECT 1 FROM events WHERE id = NEW.id)",
        ),
        _refusal("definitions", "UPDATE"),
        _refusal("definitions", "DELETE"),
        _refusal(
            "definitions",
            "INSERT",
            "EXISTS (SELECT 1 FROM events)"
            " OR EXISTS (SELECT 1 FROM definitions WHERE role = NEW.role AND name = NEW.name)",
        ),
        _refusal("meta", "UPDATE"),
        _refusal("meta", "DELETE"),
        _refusal("meta", "INSERT", "EXISTS (SELECT 1 FROM meta WHERE key = NEW.key)"),
        _refusal("anchors", "UPDATE"),
        _refusal("anchors", "DELETE"),
        _refusal("anchors", "INSERT", "NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM anchors)"),
    )
}


def connect_to_journal(path: Path, *, read_only: bool, patience_s: float = PATIENCE_S) -> Connection:
    """A connection to what is certainly a journal of a format that this program reads.

    Raises `BadInput` when it is not, or lies on a network file system, and `CannotWrite` when the file or its directory
    cannot be used.
    """
    _must_be_a_file(path)
    refuse_network(path)
    connection = connect(path, mode="ro" if read_only else "rw", patience_s=patience_s)
    try:
        _must_be_a_journal(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def weakened(connection: Connection) -> tuple[str, ...]:
    """A sentence for each trigger or view that is missing, changed or not ours."""
    return tuple(
        f"the {type_} {name} {fault}"
        for type_, ours in (("trigger", TRIGGERS), ("view", VIEWS))
        for name, fault in _compared(connection, type_, ours)
    )


def _compared(connection: Connection, type_: str, ours: dict[str, str]) -> Iterator[tuple[str, str]]:
    # As blobs, because what somebody wrote there need not be valid UTF-8.
    sql = "SELECT CAST(name AS BLOB), CAST(sql AS BLOB) FROM sqlite_schema WHERE type = CAST(? AS TEXT)"
    rows = connection.execute(sql, (type_,))
    found = {name.decode(errors="replace"): text.decode(errors="replace") for name, text in rows}
    yield from ((name, "is missing") for name in ours if name not in found)
    yield from ((name, "was changed") for name, text in ours.items() if found.get(name, text) != text)
    yield from ((name, "is not part of the format") for name in found if name not in ours)


def _must_be_a_file(path: Path) -> None:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise BadInput(f"there is no journal {path}", "warroom start makes one") from None
    except OSError as error:
        raise BadInput(f"{path} cannot be reached: {reason(error)}") from error
    if not stat.S_ISREG(mode):
        raise BadInput(f"{path} is no file, so it is no journal")


def _must_be_a_journal(connection: Connection, path: Path) -> None:
    with people_errors(path):
        (application_id,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application_id != APPLICATION_ID or version < 1:
        raise BadInput(f"{path} is a SQLite file, but no warroom journal")
    if version > FORMAT:
        raise BadInput(
            f"{path} was written by a newer warroom (format {version}; this one reads up to {FORMAT})", "update warroom"
        )
