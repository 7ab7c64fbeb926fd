"""Several processes on one journal, and processes that die: nothing acknowledged is lost, nothing is there twice."""

import random
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from journal_kit import append_all, child, draft, ended, finished_journal, new_journal
from warroom.core.errors import Busy, CannotWrite
from warroom.core.store import HeadMoved
from warroom.journal.driver import DriverLock
from warroom.journal.lock import FileLock, beside
from warroom.journal.store import SqliteJournal, open_journal
from warroom.journal.verify import verify

ROUNDS = 20


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def test_three_processes_append_at_once(path: Path) -> None:
    new_journal(path).close()
    writers = [child("append", path, name, "200") for name in "abc"]
    acknowledged = [ended(writer).split() for writer in writers]
    with closing(open_journal(path)) as journal:
        stored = [event.id for event in journal.read()]
    assert len(stored) == 600
    for ids in acknowledged:
        assert [event_id for event_id in stored if event_id in set(ids)] == ids
    assert verify(path).events == 600


def test_of_several_first_starts_at_once_one_creates(path: Path) -> None:
    with closing(FileLock(beside(path, "lock"))) as lock:
        assert lock.try_acquire()
        starts = [child("create", path) for _ in range(4)]
        wait_until(lambda: waiting_for_a_lock() >= {start.pid for start in starts})
    said = [ended(start) for start in starts]
    assert sum(words.startswith("ok\n") for words in said) == 1
    assert sum("exists already" in words for words in said) == 3
    assert verify(path).answer == "unanchored"


def test_who_tries_again_and_again_waits_once_and_gets_the_lock_in_the_end(path: Path) -> None:
    with closing(FileLock(path)) as holder, closing(FileLock(path)) as waiting, closing(FileLock(path)) as other:
        assert holder.try_acquire()
        before = threading.active_count()
        assert not any(waiting.acquire(0) for _ in range(20))
        assert threading.active_count() == before + 1
        holder.release()
        assert waiting.acquire(30)
        assert not other.try_acquire()
        waiting.release()
        assert other.acquire(30)


def test_who_gave_up_lets_the_next_one_have_it(path: Path) -> None:
    with closing(FileLock(path)) as holder, closing(FileLock(path)) as gave_up, closing(FileLock(path)) as other:
        assert holder.try_acquire()
        assert not gave_up.acquire(0)
        holder.release()
        assert other.acquire(30)
        other.release()
        assert gave_up.acquire(30)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def waiting_for_a_lock() -> set[int]:
    """Process ids out of lines such as `1: -> FLOCK  ADVISORY  WRITE 4711 fe:00:12 0 EOF`."""
    lines = Path("/proc/locks").read_text().splitlines()
    return {int(line.split()[5]) for line in lines if "-> FLOCK" in line}


@pytest.mark.slow
def test_a_killed_writer_loses_nothing_acknowledged_and_a_retry_adds_nothing(path: Path) -> None:
    new_journal(path).close()
    chance = random.Random(7)
    expected: list[str] = []
    for number in range(ROUNDS):
        acknowledged = kill_a_writer(path, f"round{number}", after=chance.randrange(1, 60))
        with closing(open_journal(path)) as journal:
            stored = [event.id for event in journal.read()]
            in_doubt = f"round{number}-{len(acknowledged) + 1}"
            assert stored in ([*expected, *acknowledged], [*expected, *acknowledged, in_doubt])
            for name in (*acknowledged, in_doubt):
                retry(journal, name)
            expected = [event.id for event in journal.read()]
            assert len(expected) == len(set(expected))
            assert expected == [*stored, *([in_doubt] if in_doubt not in stored else [])]
    report = verify(path)
    assert (report.answer, report.events) == ("intact", len(expected))


def kill_a_writer(path: Path, name: str, *, after: int) -> list[str]:
    """Kills a writer some time after it was acknowledged `after` events; all that it was acknowledged."""
    writer = child("append", path, name, "1000000")
    assert writer.stdout is not None
    lines = [writer.stdout.readline() for _ in range(after)]
    writer.kill()
    lines.append(writer.stdout.read())
    writer.communicate()
    return "".join(lines).split()


def retry(journal: SqliteJournal, name: str) -> None:
    while True:
        try:
            journal.append([draft(name)], after=journal.head().seq)
        except HeadMoved:
            continue
        return


def test_one_process_drives_and_the_others_are_told_who(path: Path) -> None:
    finished_journal(path, 1)
    driver = child("drive", path)
    assert driver.stdout is not None
    assert driver.stdout.readline() == "ok\n"
    with closing(DriverLock(path, user="bob", host="desk")) as lock:
        with pytest.raises(Busy, match=f"journal is driven by ada on tower, process {driver.pid}"):
            lock.acquire()
        driver.kill()
        driver.communicate()
        lock.acquire()
        with closing(DriverLock(path, user="cyd", host="desk")) as third, pytest.raises(Busy, match="bob on desk"):
            third.acquire()
    with closing(DriverLock(path, user="cyd", host="desk")) as third:
        third.acquire()


def test_a_driver_that_has_not_said_its_name_yet_is_another_process(path: Path) -> None:
    finished_journal(path, 1)
    with (
        closing(DriverLock(path, user="ada", host="tower")) as driver,
        closing(DriverLock(path, user="b", host="c")) as me,
    ):
        driver.acquire()
        path.with_name("journal.driver").write_text("{")
        with pytest.raises(Busy, match="is driven by another process"):
            me.acquire()


def test_driving_does_not_keep_others_from_appending(path: Path) -> None:
    with closing(new_journal(path)) as journal, closing(DriverLock(path, user="ada", host="tower")) as driver:
        driver.acquire()
        append_all(journal, ["a"])
        ended(child("append", path, "cli", "3"))
        assert journal.head().seq == 4


def test_driving_needs_a_directory_that_is_there(tmp_path: Path) -> None:
    lock = DriverLock(tmp_path / "missing" / "journal", user="ada", host="tower")
    with pytest.raises(CannotWrite, match=r"journal\.driver cannot be written"):
        lock.acquire()
