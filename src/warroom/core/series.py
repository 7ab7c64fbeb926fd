"""The last readings of one probe for plots, in flat arrays: a thousand probes with a thousand readings stay small."""

from array import array
from math import isnan, nan
from threading import Lock
from typing import NamedTuple, get_args

from warroom.core.probe import Outcome
from warroom.core.rules import Value

LIMIT = 1000

_OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


class Point(NamedTuple):
    """One reading as a plot needs it."""

    at_us: int
    value: float | None
    """None where nothing was measured, and for texts."""
    outcome: Outcome


class Series:
    """A bounded history, oldest first. One thread adds; any thread may read."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._at_us = array("q")
        self._values = array("d")
        self._outcomes = bytearray()
        self._lock = Lock()  # the three columns change together

    def __len__(self) -> int:
        return len(self._outcomes)

    def add(self, at_us: int, value: Value, outcome: Outcome) -> None:
        """Appends a reading; beyond the limit the oldest one goes."""
        with self._lock:
            self._at_us.append(at_us)
            self._values.append(_plotted(value))
            self._outcomes.append(_OUTCOMES.index(outcome))
            if len(self._outcomes) > self._limit:
                del self._at_us[0], self._values[0], self._outcomes[0]

    def tail(self, count: int) -> list[Point]:
        """A copy of the last `count` readings, or of all when there are fewer."""
        if count <= 0:
            return []
        with self._lock:
            columns = self._at_us[-count:], self._values[-count:], self._outcomes[-count:]
        return [
            Point(at_us, None if isnan(value) else value, _OUTCOMES[code])
            for at_us, value, code in zip(*columns, strict=True)
        ]


def _plotted(value: Value) -> float:
    return nan if value is None or isinstance(value, str) else float(value)
