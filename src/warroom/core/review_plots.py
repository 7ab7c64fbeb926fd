"""The readings of probes, reduced to what a chart can show: for each of its columns the lowest, the highest and the
worst, and where nothing was measured.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from warroom.core.definitions import Definitions
from warroom.core.probe import PANES, Outcome
from warroom.core.review_values import Review
from warroom.core.store import Sample
from warroom.core.thinning import MINUTE_US
from warroom.core.views import plotted

COLUMNS = 420
CHARTS = 60
"""So many probes have a chart of the whole release."""

_STRETCHES = 12
_LEAST = 0.04  # of the width, for a stretch however short
_BREAK = 0.015  # of the width, for the time between two
_AROUND_S = 300.0  # before and after an incident, at most
_WORSE: dict[Outcome, int] = {"ok": 0, "no_data": 1, "error": 1, "warn": 2, "fail": 3}


class Axis:
    """Times on a line from 0 to 1: stretches in which something was measured, and short breaks between them."""

    def __init__(self, stretches: Sequence[tuple[int, int]]) -> None:
        """At least one. When there are many, those that are near are joined."""
        self.stretches = _joined(stretches)
        lengths = [max(1, until_us - since_us) for since_us, until_us in self.stretches]
        room = 1.0 - _BREAK * (len(lengths) - 1)
        shares = [max(_LEAST, room * length / sum(lengths)) for length in lengths]
        self._widths = [room * share / sum(shares) for share in shares]
        self._begins = [sum(self._widths[:n]) + n * _BREAK for n in range(len(lengths))]

    def at(self, moment_us: int) -> float | None:
        """Where a moment lies: between two stretches in the middle of their break, and outside of all nowhere."""
        n = bisect_right(self.stretches, (moment_us, 2**63)) - 1
        if n < 0 or moment_us > self.stretches[-1][1]:
            return None
        since_us, until_us = self.stretches[n]
        if moment_us > until_us:
            return self._begins[n] + self._widths[n] + _BREAK / 2
        return self._begins[n] + self._widths[n] * (moment_us - since_us) / max(1, until_us - since_us)

    def near(self, moment_us: int) -> float:
        """The same, with what lies outside at the ends."""
        at = self.at(moment_us)
        return at if at is not None else 0.0 if moment_us < self.stretches[0][0] else 1.0

    def parts(self) -> list[tuple[tuple[int, int], float, float]]:
        """The stretches, each with its begin and its width on the line."""
        return list(zip(self.stretches, self._begins, self._widths, strict=True))


def _joined(stretches: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for since_us, until_us in sorted(stretches):  # a clock that was put back makes them overlap
        if found and since_us <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], until_us)
        else:
            found.append((since_us, until_us))
    while len(found) > _STRETCHES:
        at = min(range(1, len(found)), key=lambda n: found[n][0] - found[n - 1][1])
        found[at - 1 : at + 1] = [(found[at - 1][0], found[at][1])]
    return found


class Dot(NamedTuple):
    """A column of a chart in which there are readings."""

    x: float
    """Of its last reading, from 0 to 1."""
    at_us: int
    low: float | None
    """None when no reading of it has a number."""
    high: float | None
    last: float | None
    worst: Outcome
    broken: bool
    """Whether there was a hole before it."""


class Plot(NamedTuple):
    """A chart of one probe."""

    probe: str
    axis: Axis
    incident: int | None
    """The number of the incident that it shows, from 0; None for one of the whole release."""
    dots: list[Dot]


def charts(plan: Definitions, review: Review) -> list[Plot]:
    """The charts to draw, still empty: around each incident its probes and the panes, then of the whole release the
    panes, then what was not always ok, then the others.
    """
    if not review.stretches:
        return []
    whole = Axis(review.stretches)
    panes = [spec.id for pane in PANES for spec in plan.probes if spec.pane == pane]
    bad = [each.probe for each in review.probes if each.lasted_s.keys() - {"ok", "pending"}]
    probes = dict.fromkeys((*panes, *(each for each in bad if each in plan.probes_by_id), *plan.probes_by_id))
    found = [
        Plot(probe, axis, number, [])
        for number, axis in _closer(review, whole)
        for probe in dict.fromkeys((*review.incidents[number].probes, *panes))
        if probe in plan.probes_by_id
    ]
    return [*found, *(Plot(probe, whole, None, []) for probe in list(probes)[:CHARTS])]


def _closer(review: Review, whole: Axis) -> Iterable[tuple[int, Axis]]:
    """The incidents that are too small to be seen on a chart of the whole release."""
    for number, incident in enumerate(review.incidents[:10]):
        since_us, until_us = incident.moments[0].at_us, incident.moments[-1].at_us
        pad_us = round(1e6 * min(_AROUND_S, max(30.0, incident.took_s / 4)))
        if until_us >= since_us and whole.near(until_us + pad_us) - whole.near(since_us - pad_us) < 0.5:
            yield number, Axis([(since_us - pad_us, until_us + pad_us)])


class Plotter:
    """Hears all readings, in the order of their numbers, and fills charts with them."""

    def __init__(self, plan: Definitions, plots: Iterable[Plot]) -> None:
        self._every_s = {spec.id: (spec.every, spec.freshness) for spec in plan.probes}
        self._plots: dict[str, list[Plot]] = {}
        for plot in plots:
            self._plots.setdefault(plot.probe, []).append(plot)
        self._last: dict[str, tuple[int, int]] = {}  # probes, by when and after how many missing ones the last was read
        self._number = self._missing = 0

    def hear(self, number: int, reading: Sample) -> None:
        self._missing += number - self._number - 1
        self._number = number
        if plots := self._plots.get(reading.probe):
            broken = self._is_broken(reading)
            for plot in plots:
                _add(plot, reading, broken)
            self._last[reading.probe] = reading.at_us, self._missing

    def _is_broken(self, reading: Sample) -> bool:
        """Where readings were thinned out, those that are left lie up to two minutes apart."""
        if reading.probe not in self._last:
            return True
        at_us, missing = self._last[reading.probe]
        every_s, limit_s = self._every_s[reading.probe]
        thinned_us = 2 * MINUTE_US + every_s * 1e6 if missing != self._missing else 0
        return reading.at_us - at_us > max(limit_s * 1e6, thinned_us)


def _add(plot: Plot, reading: Sample, broken: bool) -> None:
    x, dots = plot.axis.at(reading.at_us), plot.dots
    if x is None:
        return
    value = plotted(reading.value)
    if dots and not broken and int(dots[-1].x * COLUMNS) == int(x * COLUMNS):
        dots[-1] = _merged(dots[-1], x, reading, value)
    else:
        dots.append(Dot(x, reading.at_us, value, value, value, reading.outcome, broken))


def _merged(dot: Dot, x: float, reading: Sample, value: float | None) -> Dot:
    numbers = [number for number in (dot.low, dot.high, value) if number is not None]
    return Dot(
        x=max(dot.x, x),
        at_us=reading.at_us,
        low=min(numbers, default=None),
        high=max(numbers, default=None),
        last=dot.last if value is None else value,
        worst=max(dot.worst, reading.outcome, key=_WORSE.__getitem__),
        broken=dot.broken,
    )
