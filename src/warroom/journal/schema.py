"""What makes a SQLite file a journal: its marks, its triggers, and the checks of both. Tables: see `migrations`.

`docs/journal.md` publishes this format; a change here is a new format and a new migration.
"""

import stat
from pathlib import Path

from warroom.core.errors import BadInput
from warroom.journal.sqlite import PATIENCE_S, Connection, connect, people_errors

APPLICATION_ID = int.from_bytes(b"wroo", "big")
"""In the file's header, where `file` and SQLite's own tools find it."""

FORMAT = 1
"""`PRAGMA user_version`: the number of the last migration."""


def _refusal(table: str, verb: str, when: str = "") -> str:
    condition = f" WHEN {when}" if when else ""
    return (
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}{condition}"
        f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )


# SQLite's REPLACE deletes the row in its way without calling DELETE triggers, so the INSERT triggers refuse whatever
# would be in the way of a new row, by number and by unique name.
TRIGGERS = {
    sql.split()[2]: sql
    for sql in (
        _refusal("events", "UPDATE"),
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
    )
}


def connect_to_journal(path: Path, *, read_only: bool, patience_s: float = PATIENCE_S) -> Connection:
    """A connection to what is certainly a journal of a format that this program reads.

    Raises `BadInput` when it is not, `CannotWrite` when the file or its directory cannot be used.
    """
    _must_be_a_file(path)
    connection = connect(path, mode="ro" if read_only else "rw", patience_s=patience_s)
    try:
        _must_be_a_journal(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def weakened(connection: Connection) -> tuple[str, ...]:
    """A sentence for each trigger that is missing, changed or not ours."""
    # As blobs, because what somebody wrote there need not be valid UTF-8.
    rows = connection.execute("SELECT CAST(name AS BLOB), CAST(sql AS BLOB) FROM sqlite_schema WHERE type = 'trigger'")
    found = {name.decode(errors="replace"): sql.decode(errors="replace") for name, sql in rows}
    missing = [f"the trigger {name} is missing" for name in TRIGGERS if name not in found]
    changed = [f"the trigger {name} was changed" for name, sql in TRIGGERS.items() if found.get(name, sql) != sql]
    foreign = [f"the trigger {name} is not part of the format" for name in found if name not in TRIGGERS]
    return tuple(missing + changed + foreign)


def _must_be_a_file(path: Path) -> None:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise BadInput(f"there is no journal {path}", "warroom start makes one") from None
    except OSError as error:
        raise BadInput(f"{path} cannot be reached: {error.strerror}") from error
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
