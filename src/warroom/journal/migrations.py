"""The numbered steps that make a journal's tables. Imported only to create one, because sqlite-utils is slow to import.

A step that has been released is never edited: a new form is a new step and a new `schema.FORMAT`.
"""

from sqlite_utils import Database, Migrations

from warroom.journal.schema import APPLICATION_ID, FORMAT, TRIGGERS
from warroom.journal.sqlite import Connection

migrations = Migrations("warroom")


def migrate(connection: Connection) -> None:
    """Applies the steps that the file lacks. To be called inside a write transaction, so that all or none are there."""
    # Plugins of sqlite-utils are other people's code and have no business in a journal.
    migrations.apply(Database(connection, execute_plugins=False))
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {FORMAT}")


@migrations(name="0001_journal")
def _journal(db: Database) -> None:
    _events(db)
    _definitions(db)
    db.table("meta", strict=True).create({"key": str, "value": str}, pk="key", not_null={"key", "value"})
    db.table("settings", strict=True).create({"key": str, "value": str}, pk="key", not_null={"key", "value"})
    _samples(db)
    for sql in TRIGGERS.values():
        db.execute(sql)


def _events(db: Database) -> None:
    """The columns up to `body_hash` are hashed in this order. Salt and body may be NULL: a body can be redacted."""
    columns = {
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
    events = db.table("events", strict=True)
    events.create(columns, pk="seq", not_null=columns.keys() - {"seq", "salt", "body"})
    events.create_index(["id"], unique=True, index_name="events_by_id")
    events.create_index(["subject", "seq"], index_name="events_by_subject")


def _definitions(db: Database) -> None:
    columns = {"role": str, "name": str, "body": str, "hash": bytes}
    db.table("definitions", strict=True).create(columns, pk=("role", "name"), not_null=columns.keys())


def _samples(db: Database) -> None:
    columns = {
        "id": int,
        "probe": str,
        "at_us": int,
        "mono_us": int,
        "took_us": int,
        "outcome": str,
        "value": str,
        "text": str,
        "word": str,
    }
    samples = db.table("samples", strict=True)
    samples.create(columns, pk="id", not_null=columns.keys() - {"id"})
    samples.create_index(["probe"], index_name="samples_by_probe")
