"""Round numbers and round times for the axes of a chart."""

from collections.abc import Iterator, Sequence
from math import floor, log10
from typing import NamedTuple

_STEPS = 4  # lines of a grid, about
_CLOCK_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800)
_LABEL = 0.1  # of the width that a time takes


class Scale(NamedTuple):
    """Numbers from `low` to `high`, with round ones between them."""

    low: float
    high: float
    steps: tuple[float, ...]

    @classmethod
    def over(cls, low: float, high: float) -> "Scale":
        """Some room is left beyond both ends."""
        size = high - low or abs(high) * 0.1 or 1.0
        low, high = low - size * 0.06, high + size * 0.08
        step = _rounded((high - low) / _STEPS)
        first = floor(low / step) + 1
        steps = tuple(n * step for n in range(first, floor(high / step) + 1))
        return cls(low, high, steps)

    def share(self, value: float) -> float:
        """0 at the low end, 1 at the high one."""
        return (value - self.low) / (self.high - self.low)


def _rounded(size: float) -> float:
    """1, 2 or 5 times a power of ten, at least `size`."""
    power = 10.0 ** floor(log10(size))
    return next((factor * power for factor in (1, 2, 5) if factor * power >= size), 10 * power)


def clock_steps(parts: Sequence[tuple[tuple[int, int], float, float]], t0_us: int) -> Iterator[tuple[int, float]]:
    """Round times counted from T-0, with their places, for the `parts` of an axis. None stands upon another."""
    free = -1.0
    for (since_us, until_us), begin, width in parts:
        length_us = max(1, until_us - since_us)
        most = max(1, floor(width / _LABEL))
        step_us = next((s for s in _CLOCK_S if s * 1e6 * most >= length_us), _CLOCK_S[-1]) * 1_000_000
        at_us = t0_us + ((since_us - t0_us) // step_us + 1) * step_us
        while at_us <= until_us:
            at = begin + width * (at_us - since_us) / length_us
            if at - free >= _LABEL * 0.9 and 0.03 <= at <= 0.97:
                yield at_us, at
                free = at
            at_us += step_us
