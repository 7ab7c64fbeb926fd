"""Writers die by `kill -9`, again and again: nothing acknowledged is lost, nothing is there twice, the chain holds."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from fleet_kit import Fleet, Told, fleet, read_diary
from journal_kit import draft, new_journal
from warroom.core.events import Noted
from warroom.journal.store import SqliteJournal, open_journal
from warroom.journal.verify import verify

pytestmark = pytest.mark.real

WRITERS = ("desk", "shell", "bulk")
JOURNALS, ROUNDS = 20, 10  # several journals, because each round reads all that was written


@pytest.fixture(scope="module")
def writers() -> Iterator[Fleet]:
    with fleet() as started:
        yield started


@pytest.mark.parametrize("number", range(JOURNALS))
def test_killed_writers_lose_nothing_and_retries_add_nothing(writers: Fleet, tmp_path: Path, number: int) -> None:
    path, chance = tmp_path / "journal", Random(f"kill -9, {number}")
    new_journal(path).close()
    expected: set[str] = set()
    for round_ in range(ROUNDS):
        diaries = [tmp_path / f"{work}-{round_}" for work in WRITERS]
        kill_all(writers, path, diaries, chance)
        with closing(open_journal(path)) as journal:
            expected |= settled(journal, [read_diary(diary) for diary in diaries])
            stored = [event.body.detail for event in journal.read()]
        assert len(stored) == len(set(stored))
        assert set(stored) == expected
    report = verify(path)
    assert (report.answer, report.events) == ("intact", len(expected))


def kill_all(writers: Fleet, path: Path, diaries: list[Path], chance: Random) -> None:
    """Starts a writer of each kind, and kills them one by one while the others go on."""
    for diary in diaries:
        diary.touch()  # some writers die before they get that far
    living = [writers.start(work, path, diary, diary.name) for work, diary in zip(WRITERS, diaries, strict=True)]
    if chance.random() < 0.75:  # otherwise while they open the journal
        wait_until_told(diaries)
    time.sleep(chance.uniform(0, 0.04))
    for pid in chance.sample(living, len(living)):
        writers.kill(pid)
        time.sleep(chance.uniform(0, 0.01))


def wait_until_told(diaries: list[Path]) -> None:
    """Until each has been acknowledged something."""
    deadline = time.monotonic() + 30
    while not all(b'["acknowledged"' in diary.read_bytes() for diary in diaries):
        assert time.monotonic() < deadline
        time.sleep(0.001)


def settled(journal: SqliteJournal, told: list[Told]) -> set[str]:
    """What the journal must hold after what was in doubt was tried again, and again once more."""
    before = {event.body.detail for event in journal.read()}
    for diary in told:
        assert {each.text for each in diary.acknowledged} <= before
        for _ in range(2):
            retry(journal, diary)
    return before | {text for diary in told for _, text in diary.in_doubt}


def retry(journal: SqliteJournal, diary: Told) -> None:
    drafts = [draft(event_id, Noted(text=text, item="backup")) for event_id, text in diary.in_doubt]
    journal.append(drafts, after=journal.head().seq)  # nobody else is alive
