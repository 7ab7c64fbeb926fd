"""The desk: acts are answered once they are durable, and no trouble goes unheard or stops it."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from release_kit import note, skip, start_step, tick
from room_kit import begin, enter, locked, no_room_to_write, stored
from warroom import desk as desk_module
from warroom.core.decisions import Decision
from warroom.core.definitions import Definitions
from warroom.core.errors import BadInput, Busy, CannotWrite, Refused
from warroom.core.events import Noted
from warroom.core.release import Release
from warroom.core.store import Sample
from warroom.desk import Desk
from warroom.journal.store import SqliteJournal, open_journal
from warroom.room import Room, Update

PATIENCE_S = 20.0


class Heard:
    """What a desk has told, and a way to wait for it."""

    def __init__(self) -> None:
        self.updates: list[Update] = []
        self.troubles: list[str] = []
        self._news = threading.Condition()

    def update(self, update: Update) -> None:
        with self._news:
            self.updates.append(update)
            self._news.notify_all()

    def trouble(self, words: str) -> None:
        with self._news:
            self.troubles.append(words)
            self._news.notify_all()

    def until(self, holds: Callable[[], object]) -> None:
        with self._news:
            assert self._news.wait_for(holds, PATIENCE_S), (self.updates, self.troubles)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return begin(tmp_path / "shop.journal")


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def desk(path: Path, heard: Heard) -> Iterator[Desk]:
    desk = Desk(partial(enter, path))
    desk.start()
    desk.listen(heard.update, heard.trouble)
    yield desk
    desk.stop()


@contextmanager
def held_up(desk: Desk) -> Iterator[None]:
    """The desk waits in a wish until the end of the block; what is asked meanwhile is taken in one batch."""
    begun, go_on = threading.Event(), threading.Event()

    def wait(_plan: Definitions, _state: Release) -> Decision:
        begun.set()
        go_on.wait(PATIENCE_S)
        return ()

    desk.submit(wait, actor="ada")
    assert begun.wait(PATIENCE_S)
    yield
    go_on.set()


def sample(value: float) -> Sample:
    return Sample(probe="health", at_us=1, mono_us=1, took_us=1, outcome="ok", value=value, word="ok")


def test_an_answer_means_that_the_act_is_on_disk(path: Path, desk: Desk, heard: Heard) -> None:
    (event,) = desk.submit(tick("backup"), actor="ada").result(PATIENCE_S)
    assert stored(path)[-1] == event
    assert desk.release.item("backup").status == "done"
    assert heard.updates == [Update(desk.release, (event,))]


def test_a_refusal_reaches_the_one_who_asked_and_is_no_trouble(desk: Desk, heard: Heard) -> None:
    with pytest.raises(Refused, match="items under it are open"):
        desk.submit(tick("pay"), actor="ada").result(PATIENCE_S)
    assert (heard.updates, heard.troubles) == ([], [])


def test_acts_are_done_in_the_order_they_were_asked_for(path: Path, desk: Desk) -> None:
    answers = [desk.submit(note(f"n{number}"), actor="ada") for number in range(50)]
    assert [answer.result(PATIENCE_S)[0].seq for answer in answers] == list(range(2, 52))
    assert [event.body.detail for event in stored(path)[1:]] == [f"n{number}" for number in range(50)]


def test_what_cannot_be_written_reaches_asker_and_screen_and_changes_nothing(
    path: Path, desk: Desk, heard: Heard
) -> None:
    before = desk.release
    with no_room_to_write():
        with pytest.raises(CannotWrite) as caught:
            desk.submit(tick("backup"), actor="ada").result(PATIENCE_S)
        heard.until(lambda: heard.troubles == [str(caught.value)])
    assert (desk.release, heard.updates, len(stored(path))) == (before, [], 1)
    desk.submit(tick("backup"), actor="ada").result(PATIENCE_S)
    heard.until(lambda: heard.troubles[-1] == "")
    assert [event.body.kind for event in stored(path)] == ["release_started", "item_done"]


def test_readings_that_cannot_be_kept_are_told_until_they_can(path: Path, desk: Desk, heard: Heard) -> None:
    with no_room_to_write():
        desk.record(sample(1.0))
        heard.until(lambda: heard.troubles)
    desk.record(sample(2.0))
    heard.until(lambda: heard.troubles[-1] == "")
    desk.remember("cursor", "backup")
    desk.stop()
    journal = open_journal(path, read_only=True)
    assert (journal.samples("health", 5)[-1].value, journal.recall("cursor")) == (2.0, "backup")
    journal.close()


def test_a_wish_with_a_defect_takes_nobody_else_down(path: Path, desk: Desk) -> None:
    def broken(_plan: Definitions, _state: Release) -> Decision:
        raise ZeroDivisionError

    with held_up(desk):  # so that they all come at once
        answers = [desk.submit(wish, actor="ada") for wish in (tick("card"), broken, skip("cash"))]
    with pytest.raises(ZeroDivisionError):
        answers[1].result(PATIENCE_S)
    assert [answers[0].result(PATIENCE_S)[0].seq, answers[2].result(PATIENCE_S)[0].seq] == [2, 3]
    assert len(stored(path)) == 3


def test_a_listener_with_a_defect_makes_no_act_fail_or_happen_twice(path: Path, desk: Desk, heard: Heard) -> None:
    def broken(_update: Update) -> None:
        raise ZeroDivisionError

    desk.listen(broken, heard.trouble)
    with held_up(desk):
        answers = [desk.submit(note(text), actor="ada") for text in "ab"]
    for answer in answers:
        answer.result(PATIENCE_S)
    assert [event.body.detail for event in stored(path)[-2:]] == ["a", "b"]
    assert "ZeroDivisionError" in heard.troubles[0]


def test_acts_of_other_processes_arrive(path: Path, desk: Desk, heard: Heard) -> None:
    subprocess.run(
        [sys.executable, "-m", "warroom", "note", "from outside", "-j", path, "--as", "ci"],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    heard.until(lambda: heard.updates)
    (update,) = heard.updates
    assert [(event.actor, event.body.detail) for event in update.events] == [("ci", "from outside")]
    assert desk.release.seq == update.release.seq


def test_stopping_works_off_what_was_asked(path: Path, desk: Desk) -> None:
    answer = desk.submit(start_step("deploy"), actor="ada")
    desk.record(sample(3.0))
    desk.stop()
    assert answer.result(0)[0].seq == 2
    journal = open_journal(path, read_only=True)
    assert [kept.value for kept in journal.samples("health", 5)] == [3.0]
    journal.close()


@pytest.fixture
def hasty(path: Path, heard: Heard) -> Iterator[Desk]:
    """A desk whose journal waits for nobody."""

    def open_room() -> Room:
        room = enter(path)
        assert isinstance(room.journal, SqliteJournal)
        room.journal.wait_at_most(0)
        return room

    desk = Desk(open_room)
    desk.start()
    desk.listen(heard.update, heard.trouble)
    yield desk
    desk.stop()


def test_what_a_locked_journal_does_not_take_at_once_is_tried_again_in_order(
    path: Path, hasty: Desk, heard: Heard
) -> None:
    tried = threading.Semaphore(0)

    def first(_plan: Definitions, _state: Release) -> Decision:
        tried.release()
        return (Noted(text="first"),)

    with locked(path):
        answers = [hasty.submit(first, actor="ada"), hasty.submit(note("second"), actor="ada")]
        hasty.record(sample(4.0))
        for _ in range(3):
            assert tried.acquire(timeout=PATIENCE_S)
    assert [answer.result(PATIENCE_S)[0].seq for answer in answers] == [2, 3]
    hasty.stop()
    assert [event.body.detail for event in stored(path)[1:]] == ["first", "second"]
    assert set(heard.troubles) <= {""}
    journal = open_journal(path, read_only=True)
    assert [kept.value for kept in journal.samples("health", 5)] == [4.0]
    journal.close()


def test_a_journal_that_stays_locked_refuses_after_a_while(
    path: Path, hasty: Desk, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_module, "PATIENCE_S", 0.2)
    with locked(path):
        with pytest.raises(Busy) as caught:
            hasty.submit(tick("backup"), actor="ada").result(PATIENCE_S)
        heard.until(lambda: heard.troubles == [str(caught.value)])
    assert (hasty.release.item("backup").status, len(stored(path))) == ("open", 1)


@pytest.mark.parametrize("error", [BadInput("no journal"), ZeroDivisionError()], ids=["known", "defect"])
def test_a_room_that_cannot_be_opened_is_told_at_once(error: Exception) -> None:
    def fails() -> Room:
        raise error

    with pytest.raises(type(error)):
        Desk(fails).start()
