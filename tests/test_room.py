"""The room on real journals: decided on the newest state, durable when it returns, the same for everybody."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from journal_kit import StillClock
from release_kit import note, skip, start_step, tick
from room_kit import begin, enter, no_room_to_write, stored
from warroom.core.decisions import Decision
from warroom.core.definitions import Definitions
from warroom.core.errors import CannotWrite, Refused, WarroomError
from warroom.core.release import Release
from warroom.journal.store import open_journal
from warroom.journal.verify import verify
from warroom.room import Act, Room, Update


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return begin(tmp_path / "shop.journal")


@pytest.fixture
def room(path: Path) -> Iterator[Room]:
    room = enter(path)
    yield room
    room.journal.close()


@pytest.fixture
def other(path: Path) -> Iterator[Room]:
    """The room of another process."""
    room = enter(path, "cockpit@tower:3")
    yield room
    room.journal.close()


def test_an_act_is_on_disk_when_it_returns(path: Path, room: Room) -> None:
    (event,) = room.act(tick("backup", "ok"), actor="ben")
    assert stored(path)[-1] == event
    assert (event.seq, event.actor, event.origin) == (2, "ben", "cli@tower:2")
    assert room.release.item("backup").by == "ben"


def test_a_refused_wish_leaves_everything_as_it_was(path: Path, room: Room) -> None:
    before = room.release
    with pytest.raises(Refused, match="2 of the items under it are open") as refused:
        room.act(tick("pay"), actor="ben")
    assert refused.value.exit_status == 64
    assert (room.release, len(stored(path))) == (before, 1)


def test_a_room_that_is_opened_later_has_the_same_state(path: Path, room: Room) -> None:
    room.act(tick("backup"), actor="ben")
    room.act(start_step("deploy"), actor="ben")
    later = enter(path)
    later.journal.close()
    assert (later.release, list(later.recent)) == (room.release, list(room.recent))


def test_what_others_did_counts_before_the_next_wish(room: Room, other: Room) -> None:
    other.act(tick("backup"), actor="ben")
    with pytest.raises(Refused, match="already done by ben"):
        room.act(tick("backup"), actor="ada")


def test_when_another_is_first_the_wish_is_decided_again_on_what_they_did(path: Path, room: Room, other: Room) -> None:
    asked: list[object] = []

    def slowly(plan: Definitions, state: Release) -> Decision:
        """While this one decides, another process ticks the same item."""
        if not asked:
            other.act(tick("backup"), actor="ben")
        asked.append(state.item("backup").status)
        return tick("backup")(plan, state)

    with pytest.raises(Refused, match="already done by ben"):
        room.act(slowly, actor="ada")
    assert asked == ["open", "done"]
    assert [event.body.kind for event in stored(path)] == ["release_started", "item_done"]
    assert room.release == other.release


def test_when_another_is_first_with_something_else_both_are_kept(path: Path, room: Room, other: Room) -> None:
    asked: list[object] = []

    def slowly(plan: Definitions, state: Release) -> Decision:
        if not asked:
            other.act(note("meanwhile"), actor="ben")
        asked.append(state.seq)
        return tick("backup")(plan, state)

    (event,) = room.act(slowly, actor="ada")
    assert (asked, event.seq) == ([1, 2], 3)
    assert [event.actor for event in stored(path)] == ["ada", "ben", "ada"]
    assert verify(path).events == 3


def test_several_wishes_are_decided_one_on_the_other(path: Path, room: Room) -> None:
    wishes = [tick("card"), tick("card"), skip("cash"), tick("pay")]
    answers = room.act_all([Act(wish, "ada") for wish in wishes])
    card, again, cash, pay = answers
    assert isinstance(again, Refused)
    assert [[event.seq for event in each] for each in (card, cash, pay) if not isinstance(each, WarroomError)] == [
        [2], [3], [4],
    ]  # fmt: skip
    assert [event.body.subject for event in stored(path)[1:]] == ["card", "cash", "pay"]


def test_what_cannot_be_written_has_not_happened(path: Path, room: Room) -> None:
    heard: list[Update] = []
    room.listen(heard.append)
    before = room.release
    with no_room_to_write(), pytest.raises(CannotWrite):
        room.act(tick("backup"), actor="ada")
    assert (room.release, heard) == (before, [])
    (event,) = room.act(tick("backup"), actor="ada")
    assert stored(path)[1:] == [event]


def test_a_room_on_a_read_only_journal_reads_and_does_not_act(path: Path) -> None:
    journal = open_journal(path, read_only=True)
    room = Room(journal, StillClock(), origin="cli@tower:4")
    with pytest.raises(CannotWrite, match="for reading only"):
        room.act(tick("backup"), actor="ada")
    journal.close()
    assert room.release.item("backup").status == "open"


def test_listeners_hear_of_own_and_others_acts_with_the_state_after_them(room: Room, other: Room) -> None:
    heard: list[Update] = []
    room.listen(heard.append)
    room.act(tick("backup"), actor="ada")
    other.act(note("hello"), actor="ben")
    room.catch_up()
    room.catch_up()
    assert [[event.body.kind for event in update.events] for update in heard] == [["item_done"], ["noted"]]
    assert [update.release.seq for update in heard] == [2, 3]
    assert heard[-1].release is room.release
