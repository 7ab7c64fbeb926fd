"""What the driver does for the journal itself: anchors at the moments that matter, and thinning of old readings."""

from warroom.clock import Clock
from warroom.core.definitions import Definitions
from warroom.core.release import Release
from warroom.room import OBSERVER, Room

ANCHOR_US = 300 * 1_000_000
TEND_US = 60 * 1_000_000


class Keeping:
    """Called again and again with the room, in the thread that owns it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._anchored_us = clock.mono_us()
        self._tended_us = self._anchored_us - TEND_US  # at once
        self._mark: tuple[str, str] | None = None

    def __call__(self, room: Room) -> None:
        """Raises what the journal raises when it cannot be written."""
        self._anchor(room)
        if self._clock.mono_us() - self._tended_us >= TEND_US:
            self.settle(room)

    def settle(self, room: Room) -> None:
        """Digests the readings so far, thins old ones, and vouches for the snapshot."""
        self._tended_us = self._clock.mono_us()
        digests = room.journal.tend(self._clock.utc_us())
        if digests:
            room.act(lambda _plan, _state: digests, actor=OBSERVER)

    def _anchor(self, room: Room) -> None:
        mark, before = _mark(room.plan, room.release), self._mark
        self._mark = mark
        late = self._clock.mono_us() - self._anchored_us >= ANCHOR_US
        if before is not None and before != mark:
            phase, rollback = mark
            room.journal.anchor(f"rollback {rollback}" if rollback != before[1] else f"phase {phase}")
        elif late:
            room.journal.anchor("five minutes")
        else:
            return
        self._anchored_us = self._clock.mono_us()


def _mark(plan: Definitions, state: Release) -> tuple[str, str]:
    """What is vouched for when it changes: the phase at work, and how far a rollback is."""
    return state.phase_id(plan), state.rollback.status
