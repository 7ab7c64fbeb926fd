"""When phases are due, and how late they are. A hold moves both by its own length. Pure."""

from typing import NamedTuple

from warroom.core.checklist import Phase
from warroom.core.definitions import Definitions
from warroom.core.release import Release


class Due(NamedTuple):
    """When something is to be done."""

    at_us: int
    """UTC. While the clock is held it moves with the time."""
    late_s: float
    """How far the T-clock is past it; 0 before it, and for what is closed."""


def t0_us(state: Release, now_us: int) -> int:
    """T-0 if the clock went on now."""
    return state.t0_us + now_us - state.clock_us(now_us)


def phase_due(state: Release, phase: Phase, now_us: int) -> Due | None:
    """None for a phase without a time of its own."""
    return _due(state, phase, now_us, closed=all(state.item(item.id).is_closed for item in phase.walk()))


def item_due(plan: Definitions, state: Release, item: str, now_us: int) -> Due | None:
    """By the phase in which it is to be done."""
    now = state.item(item)
    own = plan.places[item].phase
    phase = next((each for each in plan.checklist.phases if each.id == now.deferred_to), own)
    return _due(state, phase, now_us, closed=now.is_closed and now.status != "deferred")


def end_us(plan: Definitions, state: Release, now_us: int) -> int | None:
    """When the last phase is due, UTC."""
    offsets = [phase.offset_s for phase in plan.checklist.phases if phase.offset_s is not None]
    return t0_us(state, now_us) + max(offsets) * 1_000_000 if offsets else None


def _due(state: Release, phase: Phase, now_us: int, *, closed: bool) -> Due | None:
    if phase.offset_s is None:
        return None
    at_us = t0_us(state, now_us) + phase.offset_s * 1_000_000
    return Due(at_us, 0.0 if closed else max(0.0, (now_us - at_us) / 1e6))
