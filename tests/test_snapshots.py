"""Snapshots: opening a long journal folds only its tail, and what it shows is always what the events add up to."""

from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from journal_contract import BODIES
from journal_kit import StillClock, draft, new_journal, tamper, without_anchors
from warroom.core import events as ev
from warroom.core.fold import FOLD, fold
from warroom.core.release import Release
from warroom.journal import sqlite
from warroom.journal.checkpoint import checkpoint_text
from warroom.journal.store import SqliteJournal, open_journal
from warroom.journal.verify import verify
from warroom.keeping import Keeping
from warroom.room import OBSERVER, RECENT, SNAPSHOT_EVERY, Room


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def journal(path: Path) -> Iterator[SqliteJournal]:
    with closing(new_journal(path)) as journal:
        yield journal


def fill(journal: SqliteJournal, count: int) -> None:
    """Ticks, reopenings and notes, by turns."""
    head = journal.head().seq
    turns = (ev.ItemDone(item="backup", value="41"), ev.ItemReopened(item="backup"), ev.Noted(text="x", item="backup"))
    for start in range(head, head + count, 500):
        numbers = range(start, min(start + 500, head + count))
        journal.append([draft(f"e{n}", turns[n % 3]) for n in numbers], after=start)


def room_of(journal: SqliteJournal) -> Room:
    return Room(journal, StillClock(), origin="test@host:1")


def folded(journal: SqliteJournal) -> Release:
    state = Release()
    for event in journal.read():
        state = fold(state, event)
    return state


def test_a_long_journal_is_opened_from_its_snapshot(path: Path) -> None:
    with closing(new_journal(path)) as journal:
        fill(journal, SNAPSHOT_EVERY + 7)
        first = room_of(journal)
        fill(journal, 5)
    tamper(path, "DELETE FROM events WHERE seq < 800")  # what a start no longer needs
    with closing(open_journal(path)) as journal:
        snapshot = journal.snapshot()
        assert snapshot is not None
        assert snapshot == first.release
        room = room_of(journal)
        assert room.release.seq == SNAPSHOT_EVERY + 12
        assert room.release.item("backup").notes == (SNAPSHOT_EVERY + 12) // 3
        assert [event.seq for event in room.recent] == list(range(SNAPSHOT_EVERY + 13 - RECENT, SNAPSHOT_EVERY + 13))


def test_every_prefix_of_the_journal_is_reached_from_any_snapshot(journal: SqliteJournal) -> None:
    bodies = [body for body in BODIES if not isinstance(body, ev.StepInterrupted)]
    for n, body in enumerate(bodies):
        journal.append([draft(str(n), body)], after=n)
        state = folded(journal)
        assert room_of(journal).release == state
        journal.keep(state)
        assert journal.snapshot() == state
    assert room_of(journal).release == folded(journal)


def test_while_it_works_a_room_keeps_one_snapshot_after_another(journal: SqliteJournal) -> None:
    room = room_of(journal)
    seen = []
    for _ in range(5):
        fill(journal, 600)
        room.catch_up()
        kept = journal.snapshot()
        seen.append(kept.seq if kept else 0)
    assert seen == [0, 1200, 1200, 2400, 2400]
    assert journal._file.rows("SELECT count(*) FROM snapshots") == [(1,)]


HARM = {
    "of another fold": "UPDATE snapshots SET fold = fold + 1",
    "of another history": "UPDATE snapshots SET hash = zeroblob(32)",
    "of an event that is not there": "UPDATE snapshots SET seq = seq + 1",
    "that is no JSON": "UPDATE snapshots SET state = '{'",
    "with a field too many": "UPDATE snapshots SET state = json_set(state, '$.extra', 1)",
    "that says another number": "UPDATE snapshots SET state = json_set(state, '$.seq', 3)",
}


@pytest.mark.parametrize("name", HARM)
def test_a_snapshot_that_does_not_fit_is_dropped(journal: SqliteJournal, name: str) -> None:
    fill(journal, 10)
    journal.keep(folded(journal))
    with closing(sqlite.connect(journal.path, mode="rw")) as connection:
        connection.execute(HARM[name])
    with closing(open_journal(journal.path, read_only=True)) as reader:
        assert room_of(reader).release == folded(journal)
    assert room_of(journal).release == folded(journal)
    assert journal._file.rows("SELECT count(*) FROM snapshots") == [(0,)]


def test_a_snapshot_of_a_past_state_is_not_kept(journal: SqliteJournal) -> None:
    fill(journal, 10)
    past = folded(journal)
    fill(journal, 1)
    journal.keep(past)
    assert journal.snapshot() is None


def test_a_snapshot_that_lies_is_found_by_verify(path: Path) -> None:
    with closing(new_journal(path)) as journal:
        fill(journal, 10)
        journal.keep(folded(journal))
    assert verify(path).answer == "intact"
    with closing(sqlite.connect(path, mode="rw")) as connection:
        connection.execute(LIE)
    report = verify(path)
    assert (report.answer, report.why) == ("broken", "the snapshot at event 10 is not what the events add up to")


LIE = "UPDATE snapshots SET state = json_set(state, '$.items.backup.status', 'failed')"


def vouched_for(path: Path, state: Callable[[SqliteJournal], Release]) -> Path:
    """A closed journal whose driver kept that state, and chained and anchored its hash."""
    with closing(new_journal(path)) as journal:
        fill(journal, 10)
        journal.keep(state(journal))
        Keeping(StillClock()).settle(room_of(journal))
    return path


def lying(journal: SqliteJournal) -> Release:
    return folded(journal).with_item("backup", status="failed")


def test_who_drives_chains_the_hash_of_its_snapshot_once(path: Path) -> None:
    with closing(open_journal(vouched_for(path, folded))) as journal:
        (row,) = journal._file.rows("SELECT seq, hash, fold, state FROM snapshots")
        salt = journal.recall("snapshot salt")
        told = journal.about("snapshot")
        assert [event.body for event in told] == [
            ev.SnapshotKept(event=10, sha256=digest("warroom/snapshot/1", salt, *row).hex())
        ]
        assert len(salt) == 32
        assert told[0].actor == OBSERVER
        assert told[0] not in journal.recent(RECENT)
        room = room_of(journal)
        assert room.release.seq == 11
        Keeping(StillClock()).settle(room)
        assert journal.head().seq == 11


def digest(tag: str, *values: str | bytes | int) -> bytes:
    data = [
        value.encode() if isinstance(value, str) else value if isinstance(value, bytes) else value.to_bytes(8, "big")
        for value in values
    ]
    return sha256(f"{tag}\n".encode() + b"".join(len(part).to_bytes(4, "big") + part for part in data)).digest()


def test_what_is_vouched_for_is_not_folded_again(path: Path) -> None:
    """As a lie by the process that folded shows, which nobody else can tell."""
    assert verify(vouched_for(path, lying)).answer == "intact"


def test_another_snapshot_than_the_one_that_is_vouched_for_is_found(path: Path) -> None:
    vouched_for(path, folded)
    with closing(sqlite.connect(path, mode="rw")) as connection:
        connection.execute(LIE)
    assert verify(path).why == "the snapshot at event 10 is not what the events add up to"


@pytest.mark.parametrize(
    "harm",
    ["UPDATE settings SET value = 'x' WHERE key = 'snapshot salt'", "DELETE FROM settings"],
)
def test_without_its_salt_a_snapshot_is_checked_by_folding(path: Path, harm: str) -> None:
    vouched_for(path, folded)
    vouched_for(path.with_name("lying"), lying)
    for each, answer in ((path, "intact"), (path.with_name("lying"), "broken")):
        with closing(sqlite.connect(each, mode="rw")) as connection:
            connection.execute(harm)
        assert verify(each).answer == answer


def test_an_event_that_nothing_vouches_for_does_not_vouch_for_the_snapshot(path: Path) -> None:
    with closing(new_journal(path)) as journal:
        fill(journal, 10)
        before = checkpoint_text(journal)
    with closing(open_journal(path)) as journal:
        journal.keep(lying(journal))
        Keeping(StillClock()).settle(room_of(journal))
    assert verify(path).answer == "intact"
    without_anchors(path)
    assert verify(path, before).answer == "broken"


def test_nobody_vouches_for_what_another_process_kept(path: Path) -> None:
    with closing(new_journal(path)) as journal, closing(open_journal(path)) as other:
        fill(journal, 10)
        other.keep(folded(other))
        journal.keep(folded(journal))  # it is there already
        assert journal.tend(0) == ()
        assert [body.kind for body in other.tend(0)] == ["snapshot_kept"]


def test_a_reader_keeps_none(path: Path) -> None:
    with closing(new_journal(path)) as journal:
        fill(journal, SNAPSHOT_EVERY)
    with closing(open_journal(path, read_only=True)) as reader:
        assert room_of(reader).release.seq == SNAPSHOT_EVERY
        assert reader.snapshot() is None


def test_a_change_of_the_fold_makes_old_snapshots_useless(
    journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(journal, 3)
    journal.keep(folded(journal))
    monkeypatch.setattr("warroom.journal.snapshots.FOLD", FOLD + 1)
    assert journal.snapshot() is None
