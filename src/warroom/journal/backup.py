"""Whole copies of a journal, made by SQLite while others use it, and the upgrade of an older form."""

import os
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from warroom.core.errors import BadInput, CannotWrite, reason
from warroom.journal import schema, sqlite
from warroom.journal.file import JournalFile

if TYPE_CHECKING:
    from collections.abc import Iterator


def backup(journal: Path, out: Path) -> None:
    """Writes a copy that opens anywhere, read-only media included. Nothing that exists is overwritten.

    Raises `BadInput` when `out` exists or `journal` is none, and `CannotWrite` when the copy cannot be written.
    """
    with closing(schema.connect_to_journal(journal, read_only=True)) as connection:
        vacuum_into(connection, journal, out)


def vacuum_into(connection: sqlite.Connection, journal: Path, out: Path) -> None:
    """The same, of what `connection` sees. The copy has its name only once it is whole and on disk."""
    if os.path.lexists(out):
        raise BadInput(f"{out} exists already", "a copy never overwrites; choose another name")
    part = out.with_name(f".{out.name}.part")
    with _file_errors(out):
        part.unlink(missing_ok=True)
        part.touch(exist_ok=False)  # tells, in words for people, where nothing can be written
    try:
        with sqlite.people_errors(journal):
            connection.execute("VACUUM INTO ?", (str(part.absolute()),))
        with _file_errors(out):
            _sync(part)
            part.rename(out)
            _sync(out.parent)
    finally:
        part.unlink(missing_ok=True)


def upgrade(file: JournalFile) -> None:
    """Brings a journal of an older format to the newest, after a copy named `NAME.before-2.journal`.

    One that is open for reading only is brought there in memory, and its file stays as it is.
    """
    if file.format() == schema.FORMAT:
        return
    if file.read_only:
        file.move_to_memory()
        _migrate(file)
        return
    with file.turn():
        if file.format() != schema.FORMAT:  # another process was as quick
            vacuum_into(file.connection, file.path, _free_name(file.path))
            _migrate(file)


def _migrate(file: JournalFile) -> None:
    from warroom.journal.migrations import migrate  # sqlite-utils is slow to import, and seldom needed here

    with sqlite.people_errors(file.path), sqlite.write_transaction(file.connection):
        migrate(file.connection)


def _free_name(path: Path) -> Path:
    """Beside the journal; a number more when an earlier upgrade failed after its copy."""
    target = path.resolve()
    name = f"{target.stem}.before-{schema.FORMAT}"
    names = (f"{name}{f'-{n}' if n else ''}{target.suffix}" for n in range(1000))
    return next(found for found in map(target.with_name, names) if not os.path.lexists(found))


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _file_errors(out: Path) -> "Iterator[None]":
    try:
        yield
    except OSError as error:
        raise CannotWrite(f"{out} cannot be written: {reason(error)}") from None
