"""`fold`: state + event -> state. Live, replayed and exported are this one fold."""

from functools import singledispatch

from warroom.core import events as ev
from warroom.core import fold_decisions, fold_gates, fold_items, fold_seats, fold_steps
from warroom.core.release import Release
from warroom.core.states import ProbeState, Revision

FOLD = 5
"""Raised with every change of what `fold` makes of stored events, so that snapshots made before are not used."""


def fold(state: Release, event: ev.Event) -> Release:
    """The state after one more event."""
    changed = _apply(event.body, state, event)
    known = state.operators if event.actor in state.operators else (*state.operators, event.actor)
    return changed.model_copy(update={"seq": event.seq, "hash": event.hash, "operators": known})


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
def _(body: ev.VerdictChanged, state: Release, event: ev.Event) -> Release:
    probe = ProbeState(word=body.to, was=body.was, at_us=event.at_us, value=body.value)
    return state.model_copy(update={"probes": {**state.probes, body.probe: probe}})


@_apply.register
def _(body: ev.ProbeRevised, state: Release, event: ev.Event) -> Release:
    if body.spec is None or body.toml is None:
        return _without_config_error(state, body.probe)
    before = state.revised.get(body.probe)
    since_us = event.at_us if body.anew else before.since_us if before else 0
    revision = Revision(spec=body.spec, toml=body.toml, since_us=since_us)
    revised = {**state.revised, body.probe: revision}
    return _without_config_error(state, body.probe).model_copy(update={"revised": revised})


@_apply.register
def _(body: ev.ProbeRefused, state: Release, _event: ev.Event) -> Release:
    return state.model_copy(update={"config_errors": {**state.config_errors, body.probe: body.reason}})


@_apply.register
def _(body: ev.ProbeCleared, state: Release, _event: ev.Event) -> Release:
    return _without_config_error(state, body.probe)


def _without_config_error(state: Release, probe: str) -> Release:
    left = {name: why for name, why in state.config_errors.items() if name != probe}
    return state.model_copy(update={"config_errors": left})


for _branch in (
    *fold_items.BRANCHES,
    *fold_steps.BRANCHES,
    *fold_decisions.BRANCHES,
    *fold_gates.BRANCHES,
    *fold_seats.BRANCHES,
):
    _apply.register(_branch)
