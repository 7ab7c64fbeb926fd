"""When a probe is due. Probes that fired together would measure each other, so each has a phase of its own. Pure."""

from hashlib import blake2b
from typing import NamedTuple

_FIRST_WITHIN_US = 1_000_000


class Slot(NamedTuple):
    """The next time to ask, and how many earlier ones passed unused. They are never made up for."""

    due_us: int
    missed: int


class Schedule:
    """Slots at `started + phase + n * every`, in microseconds of the monotonic clock.

    An extra one comes first, within a second of the start, because people want to see numbers at once.
    """

    def __init__(self, probe: str, *, every_us: int, started_us: int) -> None:
        share = _share(probe)
        self._every_us = every_us
        self._base_us = started_us + int(share * every_us)
        self._first_us = started_us + int(share * min(every_us, _FIRST_WITHIN_US))

    def first(self) -> Slot:
        return Slot(self._first_us, 0)

    def after(self, due_us: int, now_us: int) -> Slot:
        """The slot after the one that was due at `due_us`, when it is `now_us`.

        At least half an interval after the extra one: two readings in haste are no history.
        """
        every_us, base_us = self._every_us, self._base_us
        planned = -((base_us - due_us - every_us // 2) // every_us)  # the first at or after half an interval
        number = max(planned, (now_us - base_us) // every_us + 1)
        return Slot(base_us + number * every_us, number - planned)


def _share(probe: str) -> float:
    """A number from 0 to 1 that is the same for the same id in every process, unlike `hash`."""
    return int.from_bytes(blake2b(probe.encode(), digest_size=8).digest()) / 2**64
