"""Whether a journal is what was written into it. Reads only, and trusts nothing that the file says of itself."""

import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, NamedTuple

from warroom.core.base import Frozen
from warroom.core.errors import BadInput
from warroom.core.store import Head
from warroom.journal import chain, sqlite
from warroom.journal.checkpoint import Checkpoint, parse_checkpoint
from warroom.journal.schema import connect_to_journal, weakened

Answer = Literal["intact", "broken", "truncated", "unanchored"]

_EVENTS = """
    SELECT seq, at_us, mono_us, v, id, kind, actor, origin, subject, body_hash, salt, body, hash
    FROM events ORDER BY seq
"""


class Report(Frozen):
    """What was found.

    `intact`: nothing was changed up to the checkpoint. `broken`: something was changed. `truncated`: events that the
    checkpoint vouches for are gone. `unanchored`: the chain holds, but nothing outside the file vouches for it, so a
    cut end or a chain computed anew would not show.
    """

    answer: Answer
    why: str
    """One sentence."""
    events: int
    """How many events hold, from the first."""
    head: Head
    """The last event that holds."""
    broken_at: int | None = None
    """The number of the first event that does not hold, when the fault is an event's."""
    notes: tuple[str, ...] = ()
    """What else is not as it should be, though it proves nothing about the events: triggers that are missing."""


class Walk(NamedTuple):
    """How far a chain holds, and what ends it: `fault` at event `at`, or "" at its end."""

    head: Head
    at: int | None = None
    fault: str = ""


def verify(path: Path, checkpoint: str | None = None) -> Report:
    """Checks every event, the definitions and the file itself, against a checkpoint's text where there is one.

    Raises `BadInput` when the file is no journal or the text no checkpoint, `CannotWrite` when it cannot be opened.
    """
    vouched = parse_checkpoint(checkpoint) if checkpoint is not None else None
    connection = connect_to_journal(path, read_only=True)
    connection.text_factory = bytes  # what is hashed is what is stored, even where that is no longer UTF-8
    try:
        with sqlite.people_errors(path):
            connection.execute("BEGIN")  # one state of the file, whatever others append meanwhile
            return _report(connection, vouched)
    except (BadInput, sqlite.Error) as error:  # damaged pages; a table or column that is gone
        return _broken(f"the file cannot be read to its end: {error}", _NOTHING)
    finally:
        connection.close()


def follow(rows: Iterable[tuple[Any, ...]], first: bytes) -> Walk:
    """Walks rows of `Entry`, salt, body and hash. `first` is what the first event must follow."""
    seq, before = 0, first
    for row in rows:
        fault = _fault(seq + 1, before, row)
        if fault:
            return Walk(Head(seq=seq, hash=before.hex()), seq + 1, fault)
        seq, before = seq + 1, row[-1]
    return Walk(Head(seq=seq, hash=before.hex()))


def _fault(seq: int, before: bytes, row: tuple[Any, ...]) -> str:
    *fields, salt, body, digest = row
    entry = chain.Entry(*fields)
    if entry.seq != seq:
        return f"event {seq} is missing; event {entry.seq} stands in its place"
    if body is None or salt is None:
        return f"the body of event {seq} was removed"
    try:
        if chain.body_hash(salt, body) != entry.body_hash:
            return f"the body of event {seq} was changed"
        if chain.event_hash(before, entry) != digest:
            return f"event {seq} was changed, or is not the one that followed what stands before it"
    except (TypeError, struct.error):
        return f"event {seq} holds a value of a type that no event has"
    return ""


def _report(connection: sqlite.Connection, vouched: Checkpoint | None) -> Report:
    found = _found(connection, vouched)
    return found.model_copy(update={"notes": weakened(connection)})


def _found(connection: sqlite.Connection, vouched: Checkpoint | None) -> Report:
    journal_id, first, fault = _beginning(connection)
    if fault:
        return _broken(fault, _NOTHING)
    walk = follow(connection.execute(_EVENTS), first)
    if walk.fault:
        return _broken(walk.fault, walk.head, walk.at)
    (damage,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if damage != b"ok":
        return _broken(f"SQLite finds damage: {damage.decode(errors='replace')}", walk.head)
    if vouched is None:
        why = f"the chain of {walk.head.seq} events holds, but nothing outside the file vouches for it"
        return Report(answer="unanchored", why=why, events=walk.head.seq, head=walk.head)
    return _against(vouched, _at(connection, vouched, first), walk.head, journal_id.decode(errors="replace"))


def _beginning(connection: sqlite.Connection) -> tuple[bytes, bytes, str]:
    """The journal's id, what the first event must follow, and what is wrong with either, or ""."""
    found = connection.execute("SELECT value FROM meta WHERE key = 'journal_id'").fetchone()
    if found is None:
        return b"", b"", "the journal's id was removed"
    parts = connection.execute("SELECT role, name, body, hash FROM definitions ORDER BY role, name").fetchall()
    for *part, digest in parts:
        if not all(isinstance(value, bytes) for value in part) or chain.definition_hash(*part) != digest:
            return found[0], b"", f'the definition "{_words(part[1])}" was changed'
    return found[0], chain.genesis(found[0], [digest for *_, digest in parts]), ""


def _at(connection: sqlite.Connection, vouched: Checkpoint, first: bytes) -> str:
    """The hash where the checkpoint was taken, or "" when the journal ends before that."""
    if vouched.size == 0:
        return first.hex()
    found = connection.execute("SELECT hash FROM events WHERE seq = ?", (vouched.size,)).fetchone()
    return str(found[0].hex()) if found else ""


def _against(vouched: Checkpoint, hash_there: str, head: Head, journal_id: str) -> Report:
    if vouched.journal_id != journal_id:
        return _broken(f"the checkpoint is of journal {vouched.journal_id}, but this is {journal_id}", _NOTHING)
    if vouched.size > head.seq:
        why = f"the checkpoint vouches for {vouched.size} events, but the journal ends after {head.seq}"
        return Report(answer="truncated", why=why, events=head.seq, head=head)
    if vouched.hash != hash_there:
        why = f"event {vouched.size} is not the one that the checkpoint vouches for: the chain was computed anew"
        return _broken(why, _NOTHING, vouched.size or None)
    why = (
        f"the {vouched.size} events that the checkpoint vouches for are as they were; {head.seq - vouched.size} follow"
    )
    return Report(answer="intact", why=why, events=head.seq, head=head)


def _broken(why: str, head: Head, at: int | None = None) -> Report:
    return Report(answer="broken", why=why, events=head.seq, head=head, broken_at=at)


_NOTHING = Head(seq=0, hash="")


def _words(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
