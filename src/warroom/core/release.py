"""The state of a release, and `fold`: state + event -> state. Live, replayed and exported are this one fold."""

from functools import singledispatch
from typing import Literal

from warroom.core import events as ev
from warroom.core.base import Frozen
from warroom.core.definitions import Definitions
from warroom.core.probe import Level, Word
from warroom.core.rules import Value

FOLD = 2
"""Raised with every change of what `fold` makes of stored events, so that snapshots made before are not used."""

ItemStatus = Literal["open", "done", "skipped", "failed"]
StepPhase = Literal["running", "done", "failed", "interrupted", "skipped"]
RollbackStatus = Literal["ready", "running", "asking", "stopped", "recovering", "restored"]


class StepState(Frozen):
    """The latest run of a step."""

    run: str
    attempt: int
    phase: StepPhase
    title: str
    started_us: int
    by: str
    duration_s: float | None = None
    why: str = ""
    """How it ended, or why it was skipped."""


class ItemState(Frozen):
    """What people have said of an item, and what its step did."""

    status: ItemStatus = "open"
    at_us: int = 0
    by: str = ""
    text: str = ""
    """The note of a tick, the reason of a skip or failure."""
    value: str = ""
    step: StepState | None = None
    notes: int = 0

    @property
    def shown(self) -> str:
        """The status for a screen: a step in motion, or one whose end is unknown, shows through an open item."""
        if self.step and self.step.phase == "running":
            return "running"
        if self.step and self.step.phase == "interrupted" and self.status == "open":
            return "interrupted"
        return self.status


class RollbackState(Frozen):
    """How far production has been taken back."""

    status: RollbackStatus = "ready"
    by: str = ""
    reason: str = ""
    started_us: int = 0
    started_mono_us: int = 0
    steps: tuple[StepState | None, ...] = ()
    ended_us: int = 0
    """When the last step ended: from here recovery is timed."""
    ended_mono_us: int = 0
    took_s: float | None = None
    restored_s: float | None = None

    @property
    def current(self) -> int | None:
        """Index of the first step that is neither done nor skipped, or None."""
        for index, step in enumerate(self.steps):
            if step is None or step.phase not in ("done", "skipped"):
                return index
        return None


class ProbeState(Frozen):
    """The last verdict change of a probe. Readings in between are samples, not events."""

    word: Word
    was: Level | Word
    at_us: int
    value: Value = None


class Release(Frozen):
    """Everything that the journal says, up to the event `seq`."""

    name: str = ""
    environment: str = ""
    t0_us: int = 0
    started_us: int = 0
    items: dict[str, ItemState] = {}
    rollback: RollbackState = RollbackState()
    probes: dict[str, ProbeState] = {}
    driver: str = ""
    """Who probes and runs commands, as far as the journal knows; after a crash it is still named."""
    driver_origin: str = ""
    seq: int = 0
    hash: str = ""

    def item(self, item_id: str) -> ItemState:
        return self.items.get(item_id, _OPEN)

    def running(self) -> dict[str, StepState]:
        """Steps that have begun and not ended, by target: an item's id or `rollback:N`."""
        found = {item_id: state.step for item_id, state in self.items.items() if state.step}
        found |= {f"rollback:{n}": step for n, step in enumerate(self.rollback.steps, 1) if step}
        return {target: step for target, step in found.items() if step.phase == "running"}

    def phase_id(self, plan: Definitions) -> str:
        """The phase at work: the first timed or plain one, in the checklist's order, that has an open item."""
        ordinary = [phase for phase in plan.checklist.phases if phase.kind in ("timed", "plain")]
        for phase in ordinary or plan.checklist.phases:
            if any(self.item(item.id).status in ("open", "failed") for item in phase.walk()):
                return phase.id
        return (ordinary or plan.checklist.phases)[-1].id


_OPEN = ItemState()


def fold(state: Release, event: ev.Event) -> Release:
    """The state after one more event."""
    changed = _apply(event.body, state, event)
    return changed.model_copy(update={"seq": event.seq, "hash": event.hash})


@singledispatch
def _apply(_body: ev.Body, state: Release, _event: ev.Event) -> Release:
    """Events without a branch of their own change nothing but the timeline."""
    return state


def _with_item(state: Release, item_id: str, **changes: object) -> Release:
    item = state.item(item_id).model_copy(update=changes)
    return state.model_copy(update={"items": {**state.items, item_id: item}})


def _with_rollback(state: Release, **changes: object) -> Release:
    return state.model_copy(update={"rollback": state.rollback.model_copy(update=changes)})


@_apply.register
def _(body: ev.ReleaseStarted, state: Release, event: ev.Event) -> Release:
    return state.model_copy(
        update={
            "name": body.release,
            "environment": body.environment,
            "t0_us": body.t0_us,
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
def _(body: ev.ItemDone, state: Release, event: ev.Event) -> Release:
    said = {"at_us": event.at_us, "by": event.actor, "text": body.note, "value": body.value}
    return _with_item(state, body.item, status="done", **said)


@_apply.register
def _(body: ev.ItemSkipped, state: Release, event: ev.Event) -> Release:
    return _with_item(state, body.item, status="skipped", at_us=event.at_us, by=event.actor, text=body.reason, value="")


@_apply.register
def _(body: ev.ItemFailed, state: Release, event: ev.Event) -> Release:
    return _with_item(state, body.item, status="failed", at_us=event.at_us, by=event.actor, text=body.reason, value="")


@_apply.register
def _(body: ev.ItemReopened, state: Release, event: ev.Event) -> Release:
    return _with_item(state, body.item, status="open", at_us=event.at_us, by=event.actor, text=body.reason, value="")


@_apply.register
def _(body: ev.Noted, state: Release, _event: ev.Event) -> Release:
    return _with_item(state, body.item, notes=state.item(body.item).notes + 1) if body.item else state


@_apply.register
def _(body: ev.StepStarted, state: Release, event: ev.Event) -> Release:
    step = StepState(
        run=body.run,
        attempt=body.attempt,
        phase="running",
        title=body.title,
        started_us=event.at_us,
        by=event.actor,
    )
    changed = _with_step(state, body.target, step)
    return _with_rollback(changed, status="running") if body.target.startswith("rollback:") else changed


@_apply.register
def _(body: ev.StepFinished, state: Release, _event: ev.Event) -> Release:
    outcome = body.outcome
    phase: StepPhase = "done" if outcome.ended == "done" else "failed"
    return _end_step(state, body, phase, outcome.duration_s, outcome.why)


@_apply.register
def _(body: ev.StepInterrupted, state: Release, _event: ev.Event) -> Release:
    return _end_step(state, body, "interrupted", None, "outcome unknown, verify by hand")


@_apply.register
def _(body: ev.RollbackStarted, state: Release, event: ev.Event) -> Release:
    begun = RollbackState(
        status="running",
        by=event.actor,
        reason=body.reason,
        started_us=event.at_us,
        started_mono_us=event.mono_us,
        steps=(None,) * body.steps,
    )
    return state.model_copy(update={"rollback": begun})


@_apply.register
def _(body: ev.RollbackStepSkipped, state: Release, event: ev.Event) -> Release:
    before = state.rollback.steps[body.step - 1]
    step = StepState(
        run=before.run if before else "",
        attempt=before.attempt if before else 0,
        phase="skipped",
        title=before.title if before else "",
        started_us=before.started_us if before else event.at_us,
        by=event.actor,
        why=body.reason,
    )
    return _with_rollback(_with_step(state, body.subject, step), status="running")


@_apply.register
def _(_body: ev.RollbackStopped, state: Release, _event: ev.Event) -> Release:
    return _with_rollback(state, status="stopped")


@_apply.register
def _(body: ev.RolledBack, state: Release, event: ev.Event) -> Release:
    return _with_rollback(
        state, status="recovering", ended_us=event.at_us, ended_mono_us=event.mono_us, took_s=body.took_s
    )


@_apply.register
def _(body: ev.Restored, state: Release, _event: ev.Event) -> Release:
    return _with_rollback(state, status="restored", restored_s=body.took_s)


@_apply.register
def _(body: ev.VerdictChanged, state: Release, event: ev.Event) -> Release:
    probe = ProbeState(word=body.to, was=body.was, at_us=event.at_us, value=body.value)
    return state.model_copy(update={"probes": {**state.probes, body.probe: probe}})


def _with_step(state: Release, target: str, step: StepState) -> Release:
    kind, _, number = target.partition(":")
    if kind != "rollback" or not number:
        return _with_item(state, target, step=step)
    steps = list(state.rollback.steps)
    steps[int(number) - 1] = step
    return _with_rollback(state, steps=tuple(steps))


def step_of(state: Release, target: str) -> StepState | None:
    """The latest run of an item's step or of `rollback:N`."""
    kind, _, number = target.partition(":")
    if kind != "rollback" or not number:
        return state.item(target).step
    return state.rollback.steps[int(number) - 1]


def _end_step(
    state: Release,
    body: ev.StepFinished | ev.StepInterrupted,
    phase: StepPhase,
    duration_s: float | None,
    why: str,
) -> Release:
    step = step_of(state, body.target)
    if step is None or step.run != body.run or step.phase != "running":
        return state  # an older run; or one given up as interrupted, which somebody has to verify by hand
    ended = step.model_copy(update={"phase": phase, "duration_s": duration_s, "why": why})
    changed = _with_step(state, body.target, ended)
    bad_rollback_step = body.target.startswith("rollback:") and phase != "done"
    return _with_rollback(changed, status="asking") if bad_rollback_step else changed
