"""`fold`: state + event -> state. Live, replayed and exported are this one fold."""

from functools import singledispatch

from warroom.core import events as ev
from warroom.core import fold_decisions, fold_items, fold_steps
from warroom.core.release import Release
from warroom.core.states import ProbeState

FOLD = 3
"""Raised with every change of what `fold` makes of stored events, so that snapshots made before are not used."""


def fold(state: Release, event: ev.Event) -> Release:
    """The state after one more event."""
    changed = _apply(event.body, state, event)
    return changed.model_copy(update={"seq": event.seq, "hash": event.hash})


@singledispatch
def _apply(_body: ev.Body, state: Release, _event: ev.Event) -> Release:
    """Events without a branch of their own change nothing but the timeline."""
    return state


@_apply.register
def _(body: ev.ReleaseStarted, state: Release, event: ev.Event) -> Release:
    return state.model_copy(
        update={
            "name": body.release,
            "environment": body.environment,
            "t0_us": body.t0_us,
            "rehearsal": body.rehearsal,
            "started_us": event.at_us,
        }
    )


@_apply.register
def _(body: ev.CockpitOpened, state: Release, event: ev.Event) -> Release:
    if not body.drives:
        return state
    return state.model_copy(update={"driver": body.driver, "driver_origin": event.origin})


@_apply.register
def _(body: ev.DriverTook, state: Release, event: ev.Event) -> Release:
    return state.model_copy(update={"driver": body.driver, "driver_origin": event.origin})


@_apply.register
def _(_body: ev.CockpitClosed, state: Release, event: ev.Event) -> Release:
    left = event.origin == state.driver_origin
    return state.model_copy(update={"driver": "", "driver_origin": ""}) if left else state


@_apply.register
def _(body: ev.VerdictChanged, state: Release, event: ev.Event) -> Release:
    probe = ProbeState(word=body.to, was=body.was, at_us=event.at_us, value=body.value)
    return state.model_copy(update={"probes": {**state.probes, body.probe: probe}})


for _branch in (*fold_items.BRANCHES, *fold_steps.BRANCHES, *fold_decisions.BRANCHES):
    _apply.register(_branch)
