"""Four processes write one journal as fast as they can, one of them an import in bulk: nobody waits long for an answer.

The promise is a time, so a machine that stands still would break it alone. A bystander, which only sleeps and syncs a
file of its own, notices when that happens; so much of a wait is not the journal's.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from fleet_kit import Acknowledged, fleet, read_diary
from journal_kit import new_journal
from warroom.journal.verify import verify

pytestmark = pytest.mark.real

WRITERS = ("seat", "seat", "seat", "bulk")
SECONDS = 10
LIMIT_S = 0.25
BEAT_S, STALL_S = 0.005, 0.05

Stall = tuple[float, float]
"""When the bystander went to sleep and when it was on disk again, though hardly any time should lie between."""


def test_no_act_waits_long_while_another_process_imports(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    new_journal(path).close()
    diaries = [tmp_path / f"{work}-{number}" for number, work in enumerate(WRITERS)]
    with fleet() as writers, stalls(tmp_path / "beat") as stood_still:
        living = [
            writers.start(work, path, diary, diary.name, str(SECONDS))
            for work, diary in zip(WRITERS, diaries, strict=True)
        ]
        assert [writers.wait(pid) for pid in living] == [0, 0, 0, 0]
    acts = [read_diary(diary).acknowledged for diary in diaries]
    assert all(acts)
    late = [act for writer in acts for act in writer if waited_s(act, stood_still) > LIMIT_S]
    assert late == []
    assert verify(path).events == sum(len(writer) for writer in acts)


def waited_s(act: Acknowledged, stood_still: list[Stall]) -> float:
    """How long an act waited, without the time in which nothing on this machine went on."""
    lost_s = sum(max(0.0, min(end, act.told_s) - max(start, act.asked_s)) for start, end in stood_still)
    return act.told_s - act.asked_s - lost_s


@contextmanager
def stalls(file: Path) -> Iterator[list[Stall]]:
    """Collects stalls while it is open."""
    found: list[Stall] = []
    over = Event()
    bystander = Thread(target=stand_by, args=(file, found, over))
    bystander.start()
    try:
        yield found
    finally:
        over.set()
        bystander.join()


def stand_by(file: Path, found: list[Stall], over: Event) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT)
    while not over.is_set():
        start = time.monotonic()
        time.sleep(BEAT_S)
        os.pwrite(descriptor, b"beat", 0)
        os.fdatasync(descriptor)
        end = time.monotonic()
        if end - start > STALL_S:
            found.append((start, end))
    os.close(descriptor)
