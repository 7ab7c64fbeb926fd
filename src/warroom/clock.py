"""The one seam to time. Everything that needs the time is given a `Clock`; nothing else reads one."""

import time
from typing import Protocol


class Clock(Protocol):
    """Two readings of now, both in microseconds."""

    def utc_us(self) -> int:
        """UTC since the Unix epoch. May jump; only for showing and storing."""

    def mono_us(self) -> int:
        """Never goes back and goes on during suspend. For ages and durations on this host since its boot."""


class SystemClock:
    """The machine's own clocks."""

    def utc_us(self) -> int:
        return time.time_ns() // 1000

    def mono_us(self) -> int:
        return time.clock_gettime_ns(_MONOTONIC) // 1000


# CLOCK_MONOTONIC stands still while a laptop sleeps, which would make an old reading look fresh.
_MONOTONIC = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
