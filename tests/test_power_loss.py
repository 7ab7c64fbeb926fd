"""The power fails at any moment: what was acknowledged is there afterwards, the chain holds, and it can go on.

What a real process writes is recorded and then cut off at many points. Each time a journal is opened from what is left.
"""

import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from disk_kit import Call, Disk, record
from journal_kit import append_all
from warroom.core.errors import WarroomError
from warroom.journal.store import open_journal
from warroom.journal.verify import verify

pytestmark = pytest.mark.real

WRITER = Path(__file__).with_name("power_loss_writer.py")
POINTS = 1200


def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    found = list(outcomes(tmp_path, "FULL", POINTS))
    assert len(found) == POINTS
    assert [words for words in found if words != "intact"] == []


@pytest.mark.parametrize("synchronous", ["NORMAL", "OFF"])
def test_a_weaker_setting_would_lose_something(tmp_path: Path, synchronous: str) -> None:
    assert any(words != "intact" for words in outcomes(tmp_path, synchronous, POINTS // 4))


def outcomes(tmp_path: Path, synchronous: str, points: int) -> Iterator[str]:
    """What `verify` says after each of so many losses of power, against the newest checkpoint that was told by then."""
    chance = Random(f"power loss, {synchronous}")
    calls = written(tmp_path, synchronous)
    at = set(chance.sample(range(first_acknowledged(calls), len(calls)), points))
    disk, acknowledged = Disk(), ""
    for number, call in enumerate(calls):
        if call.name == "write":
            acknowledged = call.data.decode()
        else:
            disk.follow(call)
        if number in at:
            yield verdict(disk, chance, tmp_path / "left", acknowledged)


def written(tmp_path: Path, synchronous: str) -> list[Call]:
    """All that a writer did, in order; a `write` tells a checkpoint."""
    room, acks = tmp_path / "room", tmp_path / "acks"
    room.mkdir()
    journal = room / "journal"
    watched = (journal, Path(f"{journal}-wal"), Path(f"{journal}-journal"), acks)
    log = tmp_path / "calls"
    calls = list(record(room, watched, (sys.executable, WRITER, journal, acks, synchronous), log))
    log.unlink()
    return [call for call in calls if call.path != acks or call.name == "write"]


def first_acknowledged(calls: list[Call]) -> int:
    return next(number for number, call in enumerate(calls) if call.name == "write")


def verdict(disk: Disk, chance: Random, left: Path, acknowledged: str) -> str:
    left.mkdir()
    disk.lose_power(chance, left)
    try:
        with closing(open_journal(left / "journal")) as journal:
            append_all(journal, ["afterwards"])
        report = verify(left / "journal", acknowledged)
    except WarroomError as error:
        return str(error)
    finally:
        shutil.rmtree(left)
    return "intact" if report.answer == "intact" else f"{report.answer}: {report.why}"
