"""A rollback on a journal that cannot be written: it runs to its end, and its record is whole in the end."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from cockpit_releases import RELEASE, events
from fallback_kit import ALL_RAN, COURSE, acts, course, driven, late, plan, ran, release, roll_back
from release_kit import note
from room_kit import locked, no_room_to_write
from running_kit import wait_until
from tmux_kit import shell
from warroom import desk
from warroom.clock import SystemClock
from warroom.core import decisions
from warroom.core.errors import Busy, CannotWrite
from warroom.core.events import Draft, Event, RollbackStarted, StepInterrupted
from warroom.journal.fallback import FallbackFiles, fallback_path
from warroom.journal.store import open_journal
from warroom.journal.verify import verify
from warroom.room import Room
from warroom.unsaved import RollbackRoom, import_late

CHILD = Path(__file__).with_name("fallback_child.py")
START = partial(decisions.start_rollback, typed=RELEASE, reason="errors", seen=())


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the user's state is kept, empty, and no temporary directory of others."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return tmp_path / "state"


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return release(tmp_path / "home")


def ids(file: Path) -> list[str]:
    return [json.loads(line)["id"] for line in file.read_text().splitlines()]


# --- locked by another process


@pytest.mark.parametrize("by", ["foreign", "ours"])
def test_locked_it_runs_to_its_end_and_is_stored_by_itself_afterwards(journal: Path, by: str) -> None:
    file = fallback_path(journal)
    with driven(journal) as live:
        with locked(journal, by=by):
            roll_back(live)
            assert live.release.rollback.status == "recovering"
            assert ran(journal.parent) == ALL_RAN
            assert course(events(journal)) == []
            assert live.trouble.startswith(f"kept in {file}: the rollback goes on without the journal; ")
            kept = ids(file)
            assert len(kept) == len(COURSE)
        wait_until(lambda: not live.trouble)
        assert not file.exists()
    stored = events(journal)
    assert course(stored) == COURSE
    assert [event.id for event in acts(stored)] == kept
    assert [event.at_us for event in stored if event.id in kept] == sorted(e.at_us for e in stored if e.id in kept)
    (told,) = late(stored)
    assert told.startswith(f"stored late: {len(COURSE)} events of a rollback, ")
    assert verify(journal).answer == "intact"


def test_while_it_goes_on_everything_else_is_refused(journal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "PATIENCE_S", 0.0)
    tick = partial(decisions.tick, item="backup", note="", value="", seen=())
    with driven(journal) as live:
        with locked(journal):
            with pytest.raises(Busy):
                live.act(tick).result(30)
            roll_back(live)
            with pytest.raises(Busy):
                live.act(tick).result(30)
            assert live.release.item("backup").status == "open"
        wait_until(lambda: not live.trouble)
        live.act(tick).result(30)
    assert [event.body.kind for event in events(journal) if event.body.kind in ("noted", "item_done")] == [
        "noted",
        "item_done",
    ]


def test_the_end_of_a_step_that_a_rollback_waits_for_is_kept_too(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    waits = f"until test -e {gate}; do sleep 0.02; done"
    side_file = f"[item.deploy]\nstep = {{ argv = {json.dumps(['sh', '-c', waits])} }}\n\n{plan()}"
    journal = release(tmp_path / "home", side_file)
    with driven(journal) as live:
        running = live.run_item("deploy")
        wait_until(lambda: bool(live.release.running()))
        with locked(journal):
            gate.touch()
            running.result(30)
            roll_back(live)
            assert ran(journal.parent) == ALL_RAN
        wait_until(lambda: not live.trouble)
    assert course(events(journal)) == ["step_started deploy", "step_finished deploy", *COURSE]


# --- the process dies before the journal can be written


@contextmanager
def killed(journal: Path, *, after_step: int) -> Iterator[None]:
    """A cockpit rolls back on a locked journal and is killed; in the block the journal is free again."""
    argv = [sys.executable, str(CHILD), "hang", str(journal), str(after_step)]
    cockpit = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert cockpit.stdin is not None
    assert cockpit.stdout is not None
    assert cockpit.stdout.readline() == "drives\n"
    with locked(journal):
        cockpit.stdin.write("\n")
        cockpit.stdin.flush()
        assert cockpit.stdout.readline() == "there\n"
        cockpit.kill()
        cockpit.communicate(timeout=30)
    yield


def test_after_a_kill_an_import_makes_the_record_whole(journal: Path) -> None:
    with killed(journal, after_step=2):
        file = fallback_path(journal)
        kept = ids(file)
        assert course(events(journal)) == []
        assert shell("import", str(file), "-j", str(journal)) == f"{len(COURSE)} new, 0 known already\n"
        assert shell("import", str(file), "-j", str(journal)) == f"0 new, {len(COURSE)} known already\n"
    stored = events(journal)
    assert course(stored) == COURSE
    assert [event.id for event in acts(stored)] == kept
    assert late(stored) == [f"stored late: {len(COURSE)} events kept in {file} while the journal could not be written"]
    assert ran(journal.parent) == ALL_RAN
    assert shell("verify", "-j", str(journal)).startswith("intact")


def test_after_a_kill_the_next_cockpit_stores_it_before_anything_else(journal: Path) -> None:
    with killed(journal, after_step=2), driven(journal, pid=4712) as live:
        assert live.release.rollback.status == "recovering"
        assert not fallback_path(journal).exists()
    assert course(events(journal)) == COURSE
    assert len(late(events(journal))) == 1


def test_after_a_kill_in_a_step_its_outcome_is_unknown_and_nothing_runs_again(tmp_path: Path) -> None:
    journal = release(tmp_path / "home", plan(waits_in=1))
    with killed(journal, after_step=1), driven(journal, pid=4712) as live:
        assert live.release.rollback.status == "asking"
        step = live.release.rollback.steps[0]
        assert step is not None
        assert step.phase == "interrupted"
    assert course(events(journal)) == [*COURSE[:2], "step_interrupted rollback:1"]
    assert ran(journal.parent) == ["ran-1"]


def test_an_import_while_another_drives_leaves_nothing_running_that_is_not(tmp_path: Path) -> None:
    journal = release(tmp_path / "home", plan(waits_in=1))
    file = tmp_path / "sent by mail"
    with killed(journal, after_step=1):
        fallback_path(journal).rename(file)
        with driven(journal, pid=4712) as live:
            assert live.release.rollback.status == "ready"
            shell("import", str(file), "-j", str(journal))
            wait_until(lambda: live.release.rollback.status == "asking")
            assert live.release.running() == {}
    assert [event.body.kind for event in events(journal) if isinstance(event.body, StepInterrupted)]


# --- a full disk


def on_a_full_disk(tmp_path: Path, reserve: str) -> list[str]:
    """What is seen of a rollback on a disk of its own of 80 MiB, that is filled while the release is driven."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f'mount -t tmpfs -o size=80m none "{disk}" && exec "$@"'
    wrapper = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh"]
    if subprocess.run([*wrapper, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount")
    argv = [*wrapper, sys.executable, str(CHILD), "full", str(disk / "shop.journal"), reserve]
    done = subprocess.run(argv, env=os.environ | {"TMPDIR": str(disk)}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_on_a_full_disk_the_reserve_is_enough(tmp_path: Path) -> None:
    status, trouble, steps, stored, whole, told, answer = on_a_full_disk(tmp_path, "held")
    assert (status, steps, stored) == ("recovering", " ".join(ALL_RAN), str(len(COURSE)))
    assert not trouble.startswith("kept")
    assert (whole, told, answer) == (", ".join(COURSE), "", "intact")


def test_without_a_reserve_the_record_goes_to_another_disk_until_there_is_room(tmp_path: Path, elsewhere: Path) -> None:
    status, trouble, steps, stored, whole, told, answer = on_a_full_disk(tmp_path, "spent")
    assert (status, steps, stored) == ("recovering", " ".join(ALL_RAN), "0")
    assert trouble.startswith(f"kept in {elsewhere}/warroom/warroom-")
    assert "the disk is full" in trouble
    assert (whole, answer) == (", ".join(COURSE), "intact")
    assert told.startswith(f"stored late: {len(COURSE)} events of a rollback, ")
    assert list((elsewhere / "warroom").iterdir()) == []


def test_where_no_file_can_be_written_at_all_the_memory_must_do(journal: Path) -> None:
    with driven(journal) as live:
        with no_room_to_write():
            roll_back(live)
            assert live.trouble.startswith("kept in memory only, until a file can be written: ")
            assert ran(journal.parent) == ALL_RAN
        wait_until(lambda: not live.trouble)
    assert course(events(journal)) == COURSE


# --- what others did meanwhile


@pytest.fixture
def room(journal: Path) -> Iterator[RollbackRoom]:
    stored = open_journal(journal)
    stored.wait_at_most(0.1)
    yield RollbackRoom(stored, SystemClock(), FallbackFiles(stored.fallback), origin="cockpit@tower:2")
    stored.close()


@pytest.fixture
def other(journal: Path) -> Iterator[Room]:
    room = Room(open_journal(journal), SystemClock(), origin="cli@tower:3")
    yield room
    room.journal.close()


def test_what_others_stored_meanwhile_stays_and_is_told(journal: Path, room: RollbackRoom, other: Room) -> None:
    with no_room_to_write():
        room.act(START, actor="ada")
    (hello,) = other.act(note("hello"), actor="ben")
    room.catch_up()
    assert room.release.rollback.status == "running"
    assert room.release.seq == other.release.seq
    room.save()
    assert [event.body.kind for event in events(journal)][-3:] == ["noted", "rollback_started", "noted"]
    told = f"; events {hello.seq} to {hello.seq} were stored meanwhile, by whoever did not know of them"
    assert late(events(journal))[0].endswith(told)
    assert room.unsaved == ""


def test_an_import_by_hand_while_the_process_lives_stores_nothing_twice(
    journal: Path, room: RollbackRoom, other: Room
) -> None:
    with locked(journal):
        (begun,) = room.act(START, actor="ada")
    import_late(other, fallback_path(journal))
    room.save()
    assert [event.id for event in events(journal) if isinstance(event.body, RollbackStarted)] == [begun.id]
    assert len(late(events(journal))) == 1
    assert (room.unsaved, room.release) == ("", Room(other.journal, SystemClock(), origin="x").release)


def test_listeners_hear_of_each_event_once(journal: Path, room: RollbackRoom) -> None:
    heard: list[str] = []
    room.listen(lambda update: heard.extend(event.body.kind for event in update.events))
    with no_room_to_write():
        room.act(START, actor="ada")
    room.save()
    assert heard == ["rollback_started", "noted"]


def test_without_its_first_line_a_file_can_be_imported_and_the_journal_still_be_read(
    journal: Path, room: RollbackRoom, other: Room
) -> None:
    file = fallback_path(journal)
    launch = decisions.Launch(run="r1", base="/", host="tower", user="ada")
    with locked(journal):
        room.act(START, actor="ada")
        room.act(partial(decisions.next_rollback_step, launch=launch), actor="ada")
    first, second = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(first[:-9] + b"\n" + second)
    done = import_late(other, file)
    assert done.new == 0
    assert [(damage.line, damage.why) for damage in done.damaged][1:] == [(2, "the start of its rollback is missing")]
    assert Room(other.journal, SystemClock(), origin="x").release == other.release


def test_what_was_stored_although_the_medium_failed_is_not_stored_again(
    journal: Path, room: RollbackRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit is on the disk, but nobody hears of it."""
    append = room.journal.append

    def loses_the_answer(drafts: Sequence[Draft], *, after: int) -> tuple[Event, ...]:
        append(drafts, after=after)
        raise CannotWrite("the disk fails")

    with monkeypatch.context() as patch:
        patch.setattr(room.journal, "append", loses_the_answer)
        (begun,) = room.act(START, actor="ada")
    room.save()
    assert [event.id for event in acts(events(journal))] == [begun.id]
    assert (room.unsaved, late(events(journal)), fallback_path(journal).exists()) == ("", [], False)
