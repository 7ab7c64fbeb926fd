"""News of commits reach other threads and processes at once, and nobody who is gone is in the way."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from warroom.journal.bell import Bell, Ringer

LONG_S = 10.0


@pytest.fixture(params=["r.journal", "/".join(["a-directory-with-a-long-name"] * 6) + "/r.journal"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The second is longer than a socket's path may be."""
    path: Path = tmp_path / request.param
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def test_a_ring_wakes_every_listener(journal: Path) -> None:
    with Bell(journal) as one, Bell(journal) as other:
        Ringer(journal).ring()
        assert one.wait(LONG_S)
        assert other.wait(LONG_S)


def test_many_rings_are_one_piece_of_news(journal: Path) -> None:
    with Bell(journal) as bell:
        for _ in range(5000):
            Ringer(journal).ring()
        assert bell.wait(LONG_S)
        assert not bell.wait(0.01)


def test_a_ring_of_another_process_is_heard(journal: Path) -> None:
    with Bell(journal) as bell:
        code = (
            f"from pathlib import Path; from warroom.journal.bell import Ringer; Ringer(Path({str(journal)!r})).ring()"
        )
        subprocess.run([sys.executable, "-c", code], check=True)
        assert bell.wait(LONG_S)


def test_closing_ends_a_wait(journal: Path) -> None:
    bell = Bell(journal)
    thread = threading.Thread(target=bell.wait, args=(LONG_S * 10,))
    thread.start()
    bell.close()
    thread.join(LONG_S)
    assert not thread.is_alive()


def test_a_listener_that_was_killed_is_cleared_away(journal: Path) -> None:
    code = (
        "import os; from pathlib import Path; from warroom.journal.bell import Bell;"
        f"bell = Bell(Path({str(journal)!r})); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code], check=False)
    room = journal.with_name("r.journal.bell")
    assert len(list(room.iterdir())) == 1
    Ringer(journal).ring()
    assert list(room.iterdir()) == []


def test_nobody_listens(journal: Path) -> None:
    Ringer(journal).ring()


def test_without_a_place_for_a_socket_waiting_only_lets_time_pass(tmp_path: Path) -> None:
    with Bell(tmp_path / "missing" / "r.journal") as bell:
        assert not bell.wait(0.01)
