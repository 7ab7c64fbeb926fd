"""When the disk is full, fails, is read-only or is not here, and when the clock is set: each tried for real."""

import resource
import subprocess
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from journal_kit import append_all, child, draft, ended, finished_journal, new_journal
from room_kit import no_room_to_write
from warroom.core import decisions
from warroom.core import events as ev
from warroom.core.errors import BadInput, CannotWrite
from warroom.journal import reserve
from warroom.journal.fallback import fallback_path, import_fallback
from warroom.journal.medium import ALLOW, file_system, refuse_network
from warroom.journal.reserve import Reserve
from warroom.journal.store import SqliteJournal, open_journal
from warroom.journal.verify import verify
from warroom.room import OBSERVER, Room


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def journal(path: Path) -> Iterator[SqliteJournal]:
    with closing(new_journal(path)) as journal:
        yield journal


class SetClock:
    """A wall clock that can be set, beside one that cannot."""

    def __init__(self) -> None:
        self.utc, self.mono = 1_750_000_000_000_000, 5_000_000

    def utc_us(self) -> int:
        return self.utc

    def mono_us(self) -> int:
        return self.mono

    def passes(self, seconds: float, *, wall: float | None = None) -> None:
        """Time goes on; the wall clock as well, unless it is set meanwhile."""
        self.mono += round(seconds * 1e6)
        self.utc += round((seconds if wall is None else wall) * 1e6)


def note(room: Room, text: str = "x") -> tuple[ev.Event, ...]:
    return room.act(partial(decisions.note, item="", text=text), actor="ada")


@pytest.mark.parametrize(("wall", "by_s"), [(-3600, -3610.0), (12, 2.0), (8.5, -1.5)])
def test_a_clock_that_was_set_between_two_acts_is_told_before_the_second(
    journal: SqliteJournal, wall: float, by_s: float
) -> None:
    clock = SetClock()
    room = Room(journal, clock, origin="test@host:1")
    note(room)
    clock.passes(10, wall=wall)
    (event,) = note(room, "later")
    note(room)
    told = list(journal.read())
    assert [event.body.kind for event in told] == ["noted", "clock_jumped", "noted", "noted"]
    assert told[2] == event
    assert (told[1].body, told[1].actor) == (ev.ClockJumped(by_s=by_s), OBSERVER)
    assert room.release.seq == 4


def test_a_clock_that_only_goes_is_not_told(journal: SqliteJournal) -> None:
    clock = SetClock()
    room = Room(journal, clock, origin="test@host:1")
    for wall in (10, 9.5, 10.9):
        clock.passes(10, wall=wall)
        note(room)
    assert {event.body.kind for event in journal.read()} == {"noted"}


MOUNTS = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:40 / /srv/team\\040share rw shared:2 - nfs4 server:/team rw
31 22 0:41 / /mnt/win rw shared:3 - cifs //server/win rw
32 22 0:42 / /home/ada/remote rw shared:4 - fuse.sshfs ada@host: rw
33 31 0:43 / /mnt/win/local rw shared:5 - tmpfs none rw
34 22 0:44 / /mnt/over rw - nfs server:/over rw
35 34 0:45 / /mnt/over rw - xfs /dev/vdb rw
"""


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    (tmp_path / "mountinfo").write_text(MOUNTS)
    return tmp_path / "mountinfo"


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/srv/team share/release/j", "nfs4"),
        ("/srv/team share/j", "nfs4"),
        ("/mnt/win/j", "cifs"),
        ("/home/ada/remote/a/b/j", "fuse.sshfs"),
    ],
)
def test_a_network_file_system_is_refused_unless_somebody_insists(mounts: Path, place: str, kind: str) -> None:
    with pytest.raises(BadInput, match=rf"network file system \({kind}\).*set {ALLOW}=1"):
        refuse_network(Path(place), {}, mounts)
    refuse_network(Path(place), {ALLOW: "1"}, mounts)


@pytest.mark.parametrize("place", ["/srv/j", "/home/ada/j", "/mnt/win/local/j", "/mnt/over/j", "/mnt/windows/j"])
def test_a_local_one_is_not(mounts: Path, place: str) -> None:
    refuse_network(Path(place), {}, mounts)


def test_where_the_system_does_not_tell_nothing_is_refused(tmp_path: Path) -> None:
    refuse_network(Path("/srv/j"), {}, tmp_path / "missing")


def test_this_machine_tells(tmp_path: Path) -> None:
    assert file_system(tmp_path / "j")
    assert file_system(Path("/proc/self/j")) == "proc"


def test_each_way_to_a_journal_asks(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finished_journal(path, 1)

    def refuse(path: Path) -> None:
        raise BadInput(f"{path} is on a network file system")

    for module in ("store", "schema"):
        monkeypatch.setattr(f"warroom.journal.{module}.refuse_network", refuse)
    for way in (open_journal, new_journal, verify, partial(open_journal, read_only=True)):
        with pytest.raises(BadInput, match="network"):
            way(path if way is not new_journal else path.with_name("new"))


def test_who_drives_sets_room_aside_and_gives_it_back(path: Path) -> None:
    finished_journal(path, 1)
    file = path.with_name("journal.reserve")
    with closing(open_journal(path)) as driver:
        assert driver.reserve.hold()
        assert file.stat().st_size == reserve.SIZE
        assert file.stat().st_blocks * 512 >= reserve.SIZE
        with closing(open_journal(path)):
            pass
        assert file.exists()
    assert not file.exists()


def test_what_a_killed_driver_had_set_aside_goes_to_the_next(path: Path) -> None:
    assert Reserve(path).hold()
    with closing(Reserve(path)) as held:
        assert held.hold()
        assert held.give_up()
        assert held.spent
        assert held.hold()
    assert not path.with_name("journal.reserve").exists()


def test_without_plenty_of_room_none_is_set_aside(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reserve, "SIZE", 2**62)
    with closing(Reserve(path)) as held:
        assert held.hold() is False
        assert held.spent is False
    assert not path.with_name("journal.reserve").exists()


def test_on_a_full_disk_decisions_go_on_and_readings_stop(tmp_path: Path) -> None:
    """A disk of 80 MiB that somebody else fills to the last byte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f'mount -t tmpfs -o size=80m none "{disk}" && exec "$@"'
    wrapper = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh"]
    if subprocess.run([*wrapper, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount")
    said = ended(child("fill_beside", disk / "journal", wrapper=wrapper)).splitlines()
    assert said == [
        "reserve True",
        "2000 events",
        "reserve False",
        "CannotWrite: the disk is full: readings are not kept; free some space; decisions still are",
        "ok",
        "reserve True",
        "intact 2001",
    ]


def test_a_medium_that_fails_once_is_opened_anew_and_nothing_is_there_twice(
    journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The failure is real: the kernel refuses to let any file grow, until the journal is opened again."""
    append_all(journal, ["a"])
    reopen = journal._file.reopen

    def recover() -> None:
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        reopen()

    monkeypatch.setattr(journal._file, "reopen", recover)
    with no_room_to_write():
        append_all(journal, ["b", "c"])
    append_all(journal, ["d"])
    assert [event.id for event in journal.read()] == ["a", "b", "c", "d"]


def test_a_medium_that_goes_on_failing_is_told_and_works_again_when_it_does(journal: SqliteJournal) -> None:
    append_all(journal, ["a"])
    fallback = journal.fallback
    with no_room_to_write():
        for _ in range(3):
            with pytest.raises(CannotWrite, match=r"cannot be read or written"):
                append_all(journal, ["b"])
    fallback.append([draft("b")])
    append_all(journal, ["c"])
    import_fallback(fallback_path(journal.path), journal)
    assert [event.id for event in journal.read()] == ["a", "c", "b"]
    assert verify(journal.path).events == 3
