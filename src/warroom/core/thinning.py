"""Which readings may go, once they are old. Pure: it sees rows and says what becomes of them.

Raw for `RAW_US`; then, for each probe and minute, the first lowest, the first highest and the last value, and every
reading that was not ok; nothing after `MINUTES_US`. Around what people decided and what probes found, all stay.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from warroom.core.probe import Outcome
from warroom.core.rules import Value

MINUTE_US = 60 * 1_000_000
RAW_US = 2 * 60 * MINUTE_US
MINUTES_US = 24 * 60 * MINUTE_US
AROUND_US = 10 * MINUTE_US
"""Readings this long before and after such an event stay."""

PINNING = (
    "item_done", "item_skipped", "item_failed", "item_reopened", "step_started", "step_finished",
    "rollback_started", "rollback_step_skipped", "rollback_stopped", "rolled_back", "restored", "verdict_changed",
)  # fmt: skip
"""Kinds of events that readings are kept around; of a changed verdict, only those of its probe."""


class Old(NamedTuple):
    """A stored reading, as far as it matters here."""

    id: int
    probe: str
    at_us: int
    outcome: Outcome
    value: Value


class Window(NamedTuple):
    """A time, its ends included, whose readings stay: those of `probe`, or of all when it is ""."""

    start_us: int
    end_us: int
    probe: str

    def holds(self, reading: Old) -> bool:
        return self.start_us <= reading.at_us <= self.end_us and self.probe in ("", reading.probe)


class Fates(NamedTuple):
    """What becomes of some readings, by id. Those in neither list stay until they are too old."""

    dropped: list[int]
    pinned: list[int]


def windows(events: Iterable[tuple[int, str, str]]) -> list[Window]:
    """The windows around events: time in microseconds UTC, kind, subject. Those that touch are one."""
    around = sorted(
        (subject if kind == "verdict_changed" else "", at_us - AROUND_US, at_us + AROUND_US)
        for at_us, kind, subject in events
        if kind in PINNING
    )
    found: list[Window] = []
    for probe, start_us, end_us in around:
        last = found[-1] if found else None
        if last and last.probe == probe and start_us <= last.end_us:
            found[-1] = last._replace(end_us=max(end_us, last.end_us))
        else:
            found.append(Window(start_us, end_us, probe))
    return found


def thin(readings: Iterable[Old], kept: Sequence[Window]) -> Fates:
    """Fates of readings of whole minutes that are no longer kept raw."""
    dropped: list[int] = []
    pinned: list[int] = []
    by_minute = sorted(readings, key=lambda each: (each.probe, each.at_us // MINUTE_US, each.id))
    for _, group in groupby(by_minute, key=lambda each: (each.probe, each.at_us // MINUTE_US)):
        minute = list(group)
        stay = _telling(minute)
        for each in minute:
            if any(window.holds(each) for window in kept):
                pinned.append(each.id)
            elif each.id not in stay:
                dropped.append(each.id)
    return Fates(dropped, pinned)


def _telling(minute: Sequence[Old]) -> set[int]:
    """What tells how a minute was."""
    numbers = [(each.value, each.id) for each in minute if isinstance(each.value, int | float)]
    ends = {min(numbers)[1], max(numbers, key=lambda pair: pair[0])[1]} if numbers else set()
    return ends | {minute[-1].id} | {each.id for each in minute if each.outcome != "ok"}
