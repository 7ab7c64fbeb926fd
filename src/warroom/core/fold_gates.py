"""The branches of `fold` for gates, polls and the T-clock."""

from warroom.core import events as ev
from warroom.core.fold_items import said
from warroom.core.release import Release
from warroom.core.states import Hold, Opened, Slip


def gate_passed(body: ev.GatePassed, state: Release, event: ev.Event) -> Release:
    opened = Opened(by=event.actor, at_us=event.at_us, risk=body.risk)
    return state.model_copy(update={"opened": {**state.opened, body.phase: opened}})


def gate_reopened(body: ev.GateReopened, state: Release, _event: ev.Event) -> Release:
    return _without(state, (body.phase,))


def polled(body: ev.Polled, state: Release, _event: ev.Event) -> Release:
    return state.model_copy(update={"polls": {**state.polls, body.phase: body}})


def clock_held(body: ev.ClockHeld, state: Release, event: ev.Event) -> Release:
    hold = Hold(by=event.actor, at_us=event.at_us, reason=body.reason, planned=body.planned)
    return state.model_copy(update={"hold": hold})


def clock_resumed(body: ev.ClockResumed, state: Release, _event: ev.Event) -> Release:
    held = state.hold
    slip = Slip(by=held.by if held else "", reason=body.reason, seconds=body.slip_s)
    moved_us = state.t0_us + round(body.slip_s * 1e6)
    return state.model_copy(update={"hold": None, "t0_us": moved_us, "slips": (*state.slips, slip)})


def recycled(body: ev.Recycled, state: Release, event: ev.Event) -> Release:
    for item in body.items:
        state = said(state, event, item, "open", body.reason)
    slip = Slip(by=event.actor, reason=body.reason, seconds=(body.t0_us - state.t0_us) / 1e6)
    changed = _without(state, tuple(state.opened))
    return changed.model_copy(update={"t0_us": body.t0_us, "hold": None, "polls": {}, "slips": (*state.slips, slip)})


def _without(state: Release, phases: tuple[str, ...]) -> Release:
    """With these gates closed again."""
    kept = {phase: opened for phase, opened in state.opened.items() if phase not in phases}
    return state.model_copy(update={"opened": kept})


BRANCHES = (gate_passed, gate_reopened, polled, clock_held, clock_resumed, recycled)
