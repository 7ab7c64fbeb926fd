"""Whether a journal is what was written into it. Reads only, and trusts nothing that the file says of itself."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Literal

from warroom.core.base import Frozen
from warroom.core.errors import BadInput
from warroom.core.store import Head
from warroom.journal import chain, sqlite
from warroom.journal.derived import changed_readings, snapshot_fault
from warroom.journal.parts import follow_in_parts
from warroom.journal.schema import connect_to_journal, weakened
from warroom.journal.signing import check_signers
from warroom.journal.vouchers import Voucher, outside, stored
from warroom.journal.walk import ALL, SELECT, follow

Answer = Literal["intact", "broken", "truncated", "unanchored"]
VouchedBy = Literal["nothing", "anchors", "signature", "checkpoint"]


class Report(Frozen):
    """What was found.

    `intact`: nothing was changed up to the newest anchor or checkpoint. `broken`: something was changed. `truncated`:
    events that one of those vouches for are gone. `unanchored`: the chain holds, but nothing vouches for it, so a cut
    end or a chain computed anew would not show.
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
    vouched_by: VouchedBy = "nothing"
    """The strongest that vouches. `anchors`: only those in the file itself, which whoever rewrote it could rewrite."""
    vouched: int = 0
    """How many events that one vouches for, from the first."""
    notes: tuple[str, ...] = ()
    """What else there is to know, though it proves nothing about the events: triggers that are missing, redactions."""


def verify(
    path: Path, checkpoint: str | None = None, *, signature: str = "", allowed_signers: Path | None = None
) -> Report:
    """Checks events, definitions and the file itself, against its anchors and, where there is one, a checkpoint's text.

    `allowed_signers` is a file as ssh-keygen(1) describes it: signatures of anchors, and `signature` of the checkpoint,
    are checked against it. Raises `BadInput` when the file is no journal, the text no checkpoint or that file none, and
    `CannotWrite` when the journal cannot be opened.
    """
    if allowed_signers:
        check_signers(allowed_signers)
    vouchers = outside(checkpoint, signature, allowed_signers) if checkpoint is not None else []
    connection = connect_to_journal(path, read_only=True)
    connection.text_factory = bytes  # what is hashed is what is stored, even where that is no longer UTF-8
    try:
        with sqlite.people_errors(path), ThreadPoolExecutor(1, "integrity") as beside:
            damage = beside.submit(_damage, path)
            connection.execute("BEGIN")  # one state of the file, whatever others append meanwhile
            found = _found(connection, path, vouchers, allowed_signers)
            if found.answer != "broken" and (fault := damage.result() or snapshot_fault(path, found.vouched)):
                return _broken(fault, found.head)
            notes = [] if found.answer == "broken" else changed_readings(path)
            return found.model_copy(update={"notes": (*found.notes, *weakened(connection), *notes)})
    except (BadInput, sqlite.Error) as error:  # damaged pages; a table or column that is gone
        return _broken(f"the file cannot be read to its end: {error}", _NOTHING)
    finally:
        connection.close()


def _damage(path: Path) -> str:
    """What SQLite says of the file's pages and indexes; "" when they are sound."""
    with closing(connect_to_journal(path, read_only=True)) as connection:
        connection.text_factory = partial(str, encoding="utf-8", errors="replace")
        (said,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    return "" if said == "ok" else f"SQLite finds damage: {said}"


def _found(connection: sqlite.Connection, path: Path, vouchers: list[Voucher], allowed_signers: Path | None) -> Report:
    journal_id, first, fault = _beginning(connection)
    if fault:
        return _broken(fault, _NOTHING)
    walk = follow_in_parts(connection, path, first) or follow(connection.execute(SELECT, ALL), first)
    head = Head(seq=walk.seq, hash=walk.hash.hex())
    if walk.fault:
        return _broken(walk.fault, head, walk.at)
    anchors, notes = stored(connection, allowed_signers)
    report = _against([*anchors, *vouchers], connection, head, journal_id, first)
    if walk.redacted:
        notes.append(f"events that were redacted: {walk.redacted}; later events say by whom and why")
    return report.model_copy(update={"notes": tuple(notes)})


def _beginning(connection: sqlite.Connection) -> tuple[str, bytes, str]:
    """The journal's id, what the first event must follow, and what is wrong with either, or ""."""
    found = connection.execute("SELECT value FROM meta WHERE key = 'journal_id'").fetchone()
    if found is None:
        return "", b"", "the journal's id was removed"
    parts = connection.execute("SELECT role, name, body, hash FROM definitions ORDER BY role, name").fetchall()
    for *part, digest in parts:
        if not all(isinstance(value, bytes) for value in part) or chain.definition_hash(*part) != digest:
            return "", b"", f'the definition "{_words(part[1])}" was changed'
    return _words(found[0]), chain.genesis(found[0], [digest for *_, digest in parts]), ""


def _against(
    vouchers: list[Voucher], connection: sqlite.Connection, head: Head, journal_id: str, first: bytes
) -> Report:
    """What the vouchers say of a chain that holds."""
    for voucher in sorted(vouchers, key=lambda each: each.checkpoint.size):
        told = voucher.checkpoint
        if told.journal_id != journal_id:
            return _broken(f"{voucher.name} is of journal {told.journal_id}, but this is {journal_id}", _NOTHING)
        if told.size > head.seq:
            why = f"{voucher.name} vouches for {told.size} events, but the journal ends after {head.seq}"
            return Report(answer="truncated", why=why, events=head.seq, head=head)
        if told.hash != _hash_at(connection, told.size, first):
            why = f"event {told.size} is not the one that {voucher.name} vouches for: the chain was computed anew"
            return _broken(why, _NOTHING, told.size or None)
    if not vouchers:
        why = f"the chain of {head.seq} events holds, but nothing vouches for it: neither an anchor nor a checkpoint"
        return Report(answer="unanchored", why=why, events=head.seq, head=head)
    return _intact(max(vouchers, key=lambda each: (_RANK.index(each.by), each.checkpoint.size)), head)


_RANK: tuple[VouchedBy, ...] = ("nothing", "anchors", "signature", "checkpoint")


def _intact(strongest: Voucher, head: Head) -> Report:
    size = strongest.checkpoint.size
    why = f"as {strongest.name} vouches, up to event {size}, and {head.seq - size} events since are chained to it"
    if strongest.by == "anchors":
        why += (
            "; it stands in the file itself, so against whoever may write that, only a checkpoint kept elsewhere helps"
        )
    return Report(answer="intact", why=why, events=head.seq, head=head, vouched_by=strongest.by, vouched=size)


def _hash_at(connection: sqlite.Connection, size: int, first: bytes) -> str:
    if size == 0:
        return first.hex()
    ((digest,),) = connection.execute("SELECT hash FROM events WHERE seq = ?", (size,)).fetchall()
    return str(digest.hex())


def _broken(why: str, head: Head, at: int | None = None) -> Report:
    return Report(answer="broken", why=why, events=head.seq, head=head, broken_at=at)


_NOTHING = Head(seq=0, hash="")


def _words(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
