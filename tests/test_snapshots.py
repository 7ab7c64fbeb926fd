"""Snapshots: opening a long journal folds only its tail, and what it shows is always what the events add up to."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from journal_contract import BODIES
from journal_kit import StillClock, draft, new_journal, tamper
from warroom.core import events as ev
from warroom.core.fold import FOLD, fold
from warroom.core.release import Release
from warroom.journal import sqlite
from warroom.journal.store import SqliteJournal, open_journal
from warroom.journal.verify import verify
from warroom.room import RECENT, SNAPSHOT_EVERY, Room


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
        connection.execute("UPDATE snapshots SET state = json_set(state, '$.items.backup.status', 'failed')")
    report = verify(path)
    assert (report.answer, report.why) == ("broken", "the snapshot at event 10 is not what the events add up to")


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
