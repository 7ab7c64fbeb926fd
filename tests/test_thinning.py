"""Readings grow old: what goes, what stays, what a digest tells of it, and that nothing grows for ever."""

from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from journal_kit import draft, new_journal
from warroom.core import events as ev
from warroom.core.probe import Outcome
from warroom.core.rules import Value
from warroom.core.store import Sample
from warroom.core.thinning import MINUTE_US, Old, Window, thin, windows
from warroom.journal import sqlite
from warroom.journal.chain import samples_hash
from warroom.journal.samples import NEWEST_KEPT
from warroom.journal.store import SqliteJournal
from warroom.journal.verify import verify

HOUR_US = 60 * MINUTE_US
START_US = 1_750_000_020_000_000  # a whole minute


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    with closing(new_journal(tmp_path / "journal")) as journal:
        yield journal


def old(number: int, second: int, value: Value = 1.0, outcome: Outcome = "ok", probe: str = "errors") -> Old:
    return Old(number, probe, START_US + second * 1_000_000, outcome, value)


def test_of_a_minute_stay_lowest_highest_last_and_all_that_was_not_ok() -> None:
    values = [3.0, 1.0, 5.0, 1.0, 5.0, 2.0, 2.0]
    minute = [old(n, n, value) for n, value in enumerate(values, 1)]
    assert thin(minute, []).dropped == [1, 4, 5, 6]
    bad = [each._replace(outcome="warn") if each.id == 4 else each for each in minute]
    assert thin(bad, []).dropped == [1, 5, 6]


def test_probes_and_minutes_are_thinned_apart() -> None:
    readings = [old(n, n * 20, probe=probe) for n, probe in enumerate(["a", "b"] * 6, 1)]
    kept = {each.id for each in readings} - set(thin(readings, []).dropped)
    assert {(each.probe, each.at_us // MINUTE_US) for each in readings if each.id in kept} == {
        (each.probe, each.at_us // MINUTE_US) for each in readings
    }


@pytest.mark.parametrize("value", [None, "text", True])
def test_a_minute_without_numbers_keeps_its_last(value: Value) -> None:
    assert thin([old(n, n, value) for n in (1, 2, 3)], []).dropped == ([2] if value is True else [1, 2])


def test_around_a_decision_all_readings_stay_and_around_a_verdict_those_of_its_probe() -> None:
    readings = [old(n, n * 60 + second, probe=probe) for n in range(30) for second in (0, 1) for probe in "ab"]
    readings = [each._replace(id=number) for number, each in enumerate(readings)]
    decision = windows([(START_US + 15 * MINUTE_US, "item_done", "backup")])
    assert decision == [Window(START_US + 5 * MINUTE_US, START_US + 25 * MINUTE_US, "")]
    pinned = thin(readings, decision).pinned
    assert {readings[number].probe for number in pinned} == {"a", "b"}
    assert len(pinned) == (20 * 2 + 1) * 2
    verdict = windows([(START_US + 15 * MINUTE_US, "verdict_changed", "a")])
    assert {readings[number].probe for number in thin(readings, verdict).pinned} == {"a"}
    assert windows([(START_US, "noted", "backup"), (START_US, "samples_digest", "samples")]) == []


def test_windows_that_touch_are_one() -> None:
    events = [(START_US + minute * MINUTE_US, "item_done", "backup") for minute in (0, 5, 25, 46)]
    assert [window.end_us - window.start_us for window in windows(events)] == [45 * MINUTE_US, 20 * MINUTE_US]


def reading(probe: str, at_us: int, value: float = 1.0, outcome: Outcome = "ok") -> Sample:
    return Sample(
        probe=probe, at_us=at_us, mono_us=at_us, took_us=1500, outcome=outcome, value=value, text="1 %", word="ok"
    )


class Day:
    """A journal with readings of some probes, as days go by on a clock of its own."""

    def __init__(self, journal: SqliteJournal, probes: int = 2, every_s: int = 10) -> None:
        self.journal = journal
        self.now_us = START_US
        self._probes = [f"probe-{n}" for n in range(probes)]
        self._every_us = every_s * 1_000_000
        self._events = 0

    def minutes(self, count: int, at_once: int = 1) -> None:
        """Records, and tends after each minute as the cockpit does, or after some `at_once`."""
        for _ in range(0, count, at_once):
            times = range(self.now_us, self.now_us + at_once * MINUTE_US, self._every_us)
            self.journal.record([reading(probe, at_us, at_us % 7) for at_us in times for probe in self._probes])
            self.now_us += at_once * MINUTE_US
            for digest in self.journal.tend(self.now_us):
                self.append(digest)

    def append(self, body: ev.Body) -> ev.Event:
        self._events += 1
        wish = draft(f"event-{self._events}", body).model_copy(update={"at_us": self.now_us})
        return self.journal.append([wish], after=self.journal.head().seq)[0]

    def count(self, condition: str = "1") -> int:
        return int(self.journal._file.rows(f"SELECT count(*) FROM samples WHERE {condition}")[0][0])


def test_readings_stay_raw_for_two_hours_then_one_minute_at_a_time(journal: SqliteJournal) -> None:
    day = Day(journal)
    day.minutes(120)
    assert day.count() == 120 * 12
    day.minutes(60)
    before = START_US + HOUR_US
    assert day.count(f"at_us >= {before}") == 120 * 12
    assert day.count(f"at_us < {before}") < 60 * 2 * 3 + 1
    assert day.count(f"at_us < {before} AND (at_us / 1000000) % 60 = 50") == 60 * 2  # the last of each minute


def test_after_a_day_only_what_is_pinned_stays(journal: SqliteJournal) -> None:
    day = Day(journal, every_s=30)
    day.minutes(30)
    decided = day.append(ev.ItemDone(item="backup")).at_us
    day.minutes(26 * 60 + 30, at_once=10)
    inside = f"at_us BETWEEN {decided - 10 * MINUTE_US} AND {decided + 10 * MINUTE_US}"
    assert day.count(inside) == (20 * 2 + 1) * 2
    assert day.count(f"at_us < {day.now_us - 25 * HOUR_US} AND NOT {inside}") == 0
    assert verify(journal.path).answer == "unanchored"


def test_the_newest_readings_of_a_probe_stay_however_old(journal: SqliteJournal) -> None:
    journal.record([reading("errors", START_US + n) for n in range(500)])
    for days in range(1, 4):
        journal.tend(START_US + days * 24 * HOUR_US)
    assert [each.at_us for each in journal.samples("errors", 1000)] == [
        START_US + n for n in range(500 - NEWEST_KEPT, 500)
    ]


def test_a_digest_tells_of_each_reading_once_whatever_becomes_of_it(journal: SqliteJournal) -> None:
    day = Day(journal)
    day.minutes(130)
    digests = [event.body for event in journal.read() if isinstance(event.body, ev.SamplesDigest)]
    assert [digest.count for digest in digests] == [12] * 130
    assert [digest.first for digest in digests] == [digest.last + 1 for digest in [ev_zero(), *digests[:-1]]]
    assert journal.tend(day.now_us) == ()


def ev_zero() -> ev.SamplesDigest:
    return ev.SamplesDigest(first=0, last=0, count=0, sha256="")


def test_a_digest_is_computed_as_published(journal: SqliteJournal) -> None:
    journal.record([reading("errors", 5, 2.5), reading("logins", 6, 7.0, "warn")])
    (digest,) = journal.tend(10)
    rows = [
        ((1, 5, 5, 1500), (b"errors", b"ok", b"2.5", b"1 %", b"ok")),
        ((2, 6, 6, 1500), (b"logins", b"warn", b"7.0", b"1 %", b"ok")),
    ]
    assert digest == ev.SamplesDigest(first=1, last=2, count=2, sha256=samples_hash(rows).hex())


@pytest.mark.parametrize(
    ("sql", "noted"),
    [
        ("UPDATE samples SET value = '0.0' WHERE id = 3", True),
        ("UPDATE samples SET id = 900, text = 'x' WHERE id = 3", False),  # one is missing, as after thinning
        ("UPDATE samples SET took_us = 0 WHERE id = 24", True),
    ],
)
def test_a_reading_that_was_changed_is_noted(journal: SqliteJournal, sql: str, noted: bool) -> None:
    Day(journal).minutes(2)
    with closing(sqlite.connect(journal.path, mode="rw")) as connection:
        connection.execute(sql)
    report = verify(journal.path)
    assert report.answer == "unanchored"
    assert any("are not those that event" in note for note in report.notes) is noted


@pytest.mark.slow
def test_a_week_of_readings_does_not_grow_the_file_for_ever(journal: SqliteJournal) -> None:
    """What grows on are the digests, here two rows an hour."""
    day = Day(journal, probes=4, every_s=20)
    sizes, counts = [], []
    for _ in range(7):
        day.minutes(24 * 60, at_once=30)
        pages = journal._file.rows("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        sizes.append(pages[0][0])
        counts.append(day.count())
    assert max(counts[2:]) - min(counts[2:]) < counts[1] / 50
    growth = [later - earlier for earlier, later in pairwise(sizes[2:])]
    assert max(growth) < 24 * 2 * 1000
