"""The branches of `fold` for commands: steps of items, and the rollback with its steps."""

from warroom.core import events as ev
from warroom.core.release import Release
from warroom.core.states import RollbackState, Signature, StepPhase, StepState


def step_started(body: ev.StepStarted, state: Release, event: ev.Event) -> Release:
    step = StepState(
        run=body.run,
        attempt=body.attempt,
        phase="running",
        title=body.title,
        started_us=event.at_us,
        by=event.actor,
    )
    changed = state.with_step(body.target, step)
    return changed.with_rollback(status="running") if body.target.startswith("rollback:") else changed


def step_finished(body: ev.StepFinished, state: Release, _event: ev.Event) -> Release:
    outcome = body.outcome
    phase: StepPhase = "done" if outcome.ended == "done" else "failed"
    return _end_step(state, body, phase, outcome.duration_s, outcome.why)


def step_interrupted(body: ev.StepInterrupted, state: Release, _event: ev.Event) -> Release:
    return _end_step(state, body, "interrupted", None, "outcome unknown, verify by hand")


def rollback_started(body: ev.RollbackStarted, state: Release, event: ev.Event) -> Release:
    begun = RollbackState(
        status="running",
        emergency=body.emergency,
        by=event.actor,
        reason=body.reason,
        started_us=event.at_us,
        started_mono_us=event.mono_us,
        steps=(None,) * body.steps,
    )
    return state.model_copy(update={"rollback": begun})


def rollback_armed(_body: ev.RollbackArmed, state: Release, event: ev.Event) -> Release:
    return state.with_rollback(armed=(*state.rollback.armed, Signature(by=event.actor, at_us=event.at_us)))


def rollback_window(body: ev.RollbackWindow, state: Release, _event: ev.Event) -> Release:
    return state.model_copy(update={"warned": {**state.warned, body.need: body.left_s}})


def rollback_step_skipped(body: ev.RollbackStepSkipped, state: Release, event: ev.Event) -> Release:
    return _answered(state, event, body, "skipped", body.reason)


def rollback_step_by_hand(body: ev.RollbackStepByHand, state: Release, event: ev.Event) -> Release:
    return _answered(state, event, body, "done", f"by hand: {body.reason}")


def rollback_stopped(_body: ev.RollbackStopped, state: Release, _event: ev.Event) -> Release:
    return state.with_rollback(status="stopped")


def rolled_back(body: ev.RolledBack, state: Release, event: ev.Event) -> Release:
    return state.with_rollback(
        status="recovering", ended_us=event.at_us, ended_mono_us=event.mono_us, took_s=body.took_s
    )


def restored(body: ev.Restored, state: Release, _event: ev.Event) -> Release:
    return state.with_rollback(status="restored", restored_s=body.took_s)


def _answered(
    state: Release,
    event: ev.Event,
    body: ev.RollbackStepSkipped | ev.RollbackStepByHand,
    phase: StepPhase,
    why: str,
) -> Release:
    """A step of the rollback over which somebody has decided."""
    before = state.rollback.steps[body.step - 1]
    step = StepState(
        run=before.run if before else "",
        attempt=before.attempt if before else 0,
        phase=phase,
        title=before.title if before else "",
        started_us=before.started_us if before else event.at_us,
        by=event.actor,
        why=why,
    )
    return state.with_step(body.subject, step).with_rollback(status="running")


def _end_step(
    state: Release,
    body: ev.StepFinished | ev.StepInterrupted,
    phase: StepPhase,
    duration_s: float | None,
    why: str,
) -> Release:
    step = state.step(body.target)
    if step is None or step.run != body.run or step.phase != "running":
        return state  # an older run; or one given up as interrupted, which somebody has to verify by hand
    ended = step.model_copy(update={"phase": phase, "duration_s": duration_s, "why": why})
    changed = state.with_step(body.target, ended)
    bad_rollback_step = body.target.startswith("rollback:") and phase != "done"
    return changed.with_rollback(status="asking") if bad_rollback_step else changed


BRANCHES = (
    step_started,
    step_finished,
    step_interrupted,
    rollback_started,
    rollback_armed,
    rollback_window,
    rollback_step_skipped,
    rollback_step_by_hand,
    rollback_stopped,
    rolled_back,
    restored,
)
