"""What a release could not see: verdicts that were not known, and readings that were not taken.

Readings are thinned as they grow old, so a hole between two of them need not have been one. Their numbers tell: they
are counted up over all probes, so where every number between two readings is still there, nothing was thinned out.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from warroom.core import events as ev
from warroom.core.body import Body
from warroom.core.definitions import Definitions
from warroom.core.events import Event
from warroom.core.review_hearing import Few, Handler
from warroom.core.review_said import seconds
from warroom.core.review_values import Blind, Gap, ProbeTimes
from warroom.core.store import Sample

BREAK_US = 15 * 60 * 1_000_000
"""Where no probe was read for so long, a new stretch of readings begins."""

_UNKNOWN = ("unknown", "stale")


class Watch(NamedTuple):
    """A time in which one process drove, and so probed: by UTC, and by its own monotonic clock."""

    since_us: int
    since_mono_us: int
    until_us: int | None
    """None when it ended without a word, or goes on."""
    until_mono_us: int | None


class Verdicts:
    """Hears how probes were, when that was not known, and who drove when."""

    def __init__(self) -> None:
        self.spells = Few[Blind]()
        self.watches: list[Watch] = []
        self._since: dict[str, Event] = {}
        self._lasted_s: dict[str, dict[str, float]] = {}
        self._changes = Counter[str]()
        self._driver = ""

    def hears(self) -> Mapping[type[Body], Handler]:
        return {
            ev.VerdictChanged: self._verdict,
            ev.CockpitOpened: self._opened,
            ev.DriverTook: self._drives,
            ev.CockpitClosed: self._closed,
        }

    def _verdict(self, event: Event, body: ev.VerdictChanged) -> None:
        if before := self._since.get(body.probe):
            self._end(before, event.at_us, event.seq)
        self._since[body.probe] = event
        self._changes[body.probe] += 1

    def _end(self, since: Event, until_us: int, until_seq: int | None) -> None:
        body = since.body
        assert isinstance(body, ev.VerdictChanged)
        lasted_s = self._lasted_s.setdefault(body.probe, {})
        lasted_s[body.to] = lasted_s.get(body.to, 0.0) + max(0.0, seconds(since.at_us, until_us))
        if body.to in _UNKNOWN:
            self.spells.add(
                Blind(
                    probe=body.probe,
                    word=body.to,
                    since_us=since.at_us,
                    since_seq=since.seq,
                    until_us=until_us,
                    until_seq=until_seq,
                )
            )

    def _opened(self, event: Event, body: ev.CockpitOpened) -> None:
        if body.drives:
            self._drives(event, body)

    def _drives(self, event: Event, _body: Body) -> None:
        self._driver = event.origin
        self.watches.append(Watch(event.at_us, event.mono_us, None, None))

    def _closed(self, event: Event, _body: Body) -> None:
        if event.origin == self._driver:
            self._driver = ""
            self.watches[-1] = self.watches[-1]._replace(until_us=event.at_us, until_mono_us=event.mono_us)

    def finish(self, end_us: int) -> None:
        """To be called when the last event was heard, with its time: what lasts until then ends there."""
        for since in self._since.values():
            self._end(since, end_us, None)
        self.spells.kept.sort(key=lambda each: each.since_seq)

    def told(self, plan: Definitions) -> list[ProbeTimes]:
        """In the order of the probes that were agreed."""
        known = [spec.id for spec in plan.probes if spec.id in self._lasted_s]
        others = [probe for probe in self._lasted_s if probe not in plan.probes_by_id]
        return [
            ProbeTimes(probe=probe, changes=self._changes[probe], lasted_s=dict(self._lasted_s[probe]))
            for probe in (*known, *others)
        ]


class _Last(NamedTuple):
    """The newest that is known of a probe, or of all, within a watch."""

    at_us: int
    mono_us: int
    missing: int
    """How many numbers of readings had been missing until then."""


class Readings:
    """Hears all readings that are still there, in the order of their numbers."""

    def __init__(self, plan: Definitions, watches: Iterable[Watch]) -> None:
        self._limits = {spec.id: spec.freshness for spec in plan.probes}
        self._watches = list(watches)
        self._begins = [watch.since_us for watch in self._watches]
        self._last: dict[tuple[int, str], _Last] = {}
        self._newest: dict[int, _Last] = {}
        self._missing_until: dict[int, int] = {}  # watches, by what was missing when the next one had its first reading
        self._at = -1
        self._number = self._missing = 0
        self._gaps: list[Gap] = []
        self.stretches: list[tuple[int, int]] = []

    def hear(self, number: int, reading: Sample) -> None:
        self._missing += number - self._number - 1
        self._number = number
        self._stretch(reading.at_us)
        at = bisect_right(self._begins, reading.at_us) - 1
        if at > self._at:
            self._enter(at)
        if at < 0 or reading.probe not in self._limits:
            return
        now = _Last(reading.at_us, reading.mono_us, self._missing)
        self._newest[at] = now
        self._step(reading.probe, self._last.get((at, reading.probe)) or self._begin(at), now)
        self._last[at, reading.probe] = now

    def _enter(self, at: int) -> None:
        for passed in range(max(0, self._at), at):
            self._missing_until[passed] = self._missing
        self._at = at

    def _begin(self, at: int) -> _Last:
        """What was missing then is what had been missing when the watch before had its last reading."""
        watch, before = self._watches[at], [last.missing for each, last in self._newest.items() if each < at]
        return _Last(watch.since_us, watch.since_mono_us, max(before, default=0))

    def _end(self, at: int) -> _Last | None:
        """None when nobody knows how long the watch went on."""
        watch, missing = self._watches[at], self._missing_until.get(at, self._missing)
        if watch.until_us is None or watch.until_mono_us is None:
            return self._newest.get(at)
        return _Last(watch.until_us, watch.until_mono_us, missing)

    def _stretch(self, at_us: int) -> None:
        if not self.stretches or at_us - self.stretches[-1][1] > BREAK_US:
            self.stretches.append((at_us, at_us))
        else:
            since_us, until_us = self.stretches[-1]
            self.stretches[-1] = min(since_us, at_us), max(until_us, at_us)

    def _step(self, probe: str, before: _Last, now: _Last) -> None:
        lasted_s = (now.mono_us - before.mono_us) / 1e6
        if before.missing == now.missing and lasted_s > self._limits[probe]:
            self._gaps.append(Gap(probes=(probe,), since_us=before.at_us, until_us=now.at_us, lasted_s=lasted_s))

    def gaps(self) -> list[Gap]:
        """Those of several probes that overlap are one, with all their probes."""
        for at in range(len(self._watches)):
            end = self._end(at)
            for probe in self._limits if end else ():
                assert end
                self._step(probe, self._last.get((at, probe)) or self._begin(at), end)
        found: list[Gap] = []
        for gap in sorted(self._gaps, key=lambda each: (each.since_us, each.until_us, each.probes)):
            if found and gap.since_us < found[-1].until_us:
                found[-1] = _joined(found[-1], gap)
            else:
                found.append(gap)
        return found


def _joined(one: Gap, other: Gap) -> Gap:
    since_us, until_us = min(one.since_us, other.since_us), max(one.until_us, other.until_us)
    probes = tuple(dict.fromkeys((*one.probes, *other.probes)))
    lasted_s = max(one.lasted_s, other.lasted_s)
    return Gap(probes=probes, since_us=since_us, until_us=until_us, lasted_s=lasted_s)
