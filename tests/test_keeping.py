"""The driver looks after the journal: anchors when it matters, digests of readings, nothing from who stands by."""

from functools import partial
from pathlib import Path

import pytest

from journal_kit import StillClock
from release_kit import NAME
from room_kit import begin, enter
from warroom.core import decisions
from warroom.keeping import ANCHOR_US, TEND_US, Keeping
from warroom.room import Room


class Clock(StillClock):
    """Moved by hand."""

    def __init__(self) -> None:
        self.now_us = 1_772_395_200_000_000

    def utc_us(self) -> int:
        return self.now_us

    def mono_us(self) -> int:
        return self.now_us


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return enter(begin(tmp_path / "r.journal"))


def anchors(room: Room) -> list[str]:
    from warroom.journal.sqlite import connect

    connection = connect(room.journal.path, mode="ro")  # type: ignore[attr-defined]  # a SqliteJournal has one
    try:
        found = [row[0] for row in connection.execute("SELECT reason FROM anchors ORDER BY rowid")]
        return [reason for reason in found if reason != "closed"]  # each process that wrote leaves one
    finally:
        connection.close()


def test_nothing_is_anchored_while_nothing_happens(room: Room) -> None:
    keeping = Keeping(Clock())
    keeping(room)
    keeping(room)
    assert anchors(room) == []


def test_every_five_minutes(room: Room) -> None:
    clock = Clock()
    keeping = Keeping(clock)
    keeping(room)
    room.act(partial(decisions.note, item="", text="something to vouch for"), actor="ada")
    clock.now_us += ANCHOR_US
    keeping(room)
    keeping(room)
    assert anchors(room) == ["five minutes"]


def test_around_a_rollback(room: Room) -> None:
    keeping = Keeping(Clock())
    keeping(room)
    room.act(partial(decisions.start_rollback, typed=NAME, reason="errors", seen=()), actor="ada")
    keeping(room)
    assert anchors(room) == ["rollback running"]


def test_readings_are_digested_once_a_minute(room: Room) -> None:
    clock = Clock()
    keeping = Keeping(clock)
    keeping(room)
    before = room.release.seq
    clock.now_us += TEND_US
    keeping(room)
    assert room.release.seq == before  # there were none
