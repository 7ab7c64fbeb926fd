"""Anchors: checkpoints that are kept in the journal itself, with what was done to make them count outside it.

They show a cut end and a chain computed anew to whoever finds them untouched. Somebody who may write the file can
rewrite them too; what he cannot rewrite is the copy at the `sink`, or the signature.
"""

from typing import NamedTuple

from warroom.journal.file import JournalFile


class Anchor(NamedTuple):
    """A row of `anchors`."""

    number: int
    reason: str
    """When it was taken: `closed`, `phase ended` ..."""
    text: str
    """The checkpoint."""
    signature: str
    """Of the text, by `ssh-keygen -Y sign`; or ""."""
    sink: str
    """Where else it was put; or ""."""


SELECT_ANCHORS = "SELECT number, reason, text, signature, sink FROM anchors ORDER BY number"


class Anchors:
    """The anchors in a journal's file."""

    def __init__(self, file: JournalFile) -> None:
        self._file = file

    def keep(self, text: str, reason: str, *, signature: str = "", sink: str = "") -> None:
        """Stores a checkpoint. One that says no more than the last one is not stored again."""
        with self._file.writing(durable=False) as connection:
            last = connection.execute("SELECT text FROM anchors ORDER BY number DESC LIMIT 1").fetchone()
            if last == (text,) and not signature and not sink:
                return
            connection.execute(
                "INSERT INTO anchors SELECT coalesce(max(number), 0) + 1, ?, ?, ?, ? FROM anchors",
                (reason, text, signature, sink),
            )

    def all(self) -> tuple[Anchor, ...]:
        return tuple(Anchor(*row) for row in self._file.rows(SELECT_ANCHORS))
