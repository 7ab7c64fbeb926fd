"""The numbered steps that make a journal's tables. Imported only where one is made or brought to a newer form,
because sqlite-utils is slow to import.

A step that has been released is never edited: a new form is a new step and a new `schema.FORMAT`.
"""

from sqlite_utils import Database, Migrations

from warroom.journal import schema
from warroom.journal.schema import APPLICATION_ID, COLUMNS, TRIGGERS
from warroom.journal.sqlite import Connection
from warroom.journal.views import VIEWS

migrations = Migrations("warroom")


def migrate(connection: Connection) -> None:
    """Applies the steps that the file lacks. To be called inside a write transaction, so that all or none are there."""
    # Plugins of sqlite-utils are other people's code and have no business in a journal.
    migrations.apply(Database(connection, execute_plugins=False))
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {schema.FORMAT}")


@migrations(name="0001_journal")
def _journal(db: Database) -> None:
    _events(db)
    _definitions(db)
    _anchors(db)
    db.table("meta", strict=True).create({"key": str, "value": str}, pk="key", not_null={"key", "value"})
    db.table("settings", strict=True).create({"key": str, "value": str}, pk="key", not_null={"key", "value"})
    _samples(db)
    _snapshots(db)
    for sql in (*TRIGGERS.values(), *VIEWS.values()):
        db.execute(sql)


def _events(db: Database) -> None:
    events = db.table("events", strict=True)
    events.create(COLUMNS, pk="seq", not_null=COLUMNS.keys() - {"seq", "salt", "body"})
    events.create_index(["id"], unique=True, index_name="events_by_id")
    events.create_index(["subject", "seq"], index_name="events_by_subject")


def _definitions(db: Database) -> None:
    columns = {"role": str, "name": str, "body": str, "hash": bytes}
    db.table("definitions", strict=True).create(columns, pk=("role", "name"), not_null=columns.keys())


def _anchors(db: Database) -> None:
    columns = {"number": int, "reason": str, "text": str, "signature": str, "sink": str}
    db.table("anchors", strict=True).create(columns, pk="number", not_null=columns.keys() - {"number"})


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
        "pinned": int,
    }
    samples = db.table("samples", strict=True)
    samples.create(columns, pk="id", not_null=columns.keys() - {"id"}, defaults={"pinned": 0})
    samples.create_index(["probe"], index_name="samples_by_probe")


def _snapshots(db: Database) -> None:
    columns = {"seq": int, "hash": bytes, "fold": int, "state": str}
    db.table("snapshots", strict=True).create(columns, pk="seq", not_null=columns.keys() - {"seq"})
