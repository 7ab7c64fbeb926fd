"""The branches of `fold` for commands: steps of items, and the rollback with its steps."""

from warroom.core import events as ev
from warroom.core.release import Release
from warroom.core.states import RollbackState, StepPhase, StepState


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
        by=event.actor,
        reason=body.reason,
        started_us=event.at_us,
        started_mono_us=event.mono_us,
        steps=(None,) * body.steps,
    )
    return state.model_copy(update={"rollback": begun})


def rollback_step_skipped(body: ev.RollbackStepSkipped, state: Release, event: ev.Event) -> Release:
    before = state.step(body.subject)
    step = StepState(
        run=before.run if before else "",
        attempt=before.attempt if before else 0,
        phase="skipped",
        title=before.title if before else "",
        started_us=before.started_us if before else event.at_us,
        by=event.actor,
        why=body.reason,
    )
    return state.with_step(body.subject, step).with_rollback(status="running")


def rollback_stopped(_body: ev.RollbackStopped, state: Release, _event: ev.Event) -> Release:
    return state.with_rollback(status="stopped")


def rolled_back(body: ev.RolledBack, state: Release, event: ev.Event) -> Release:
    return state.with_rollback(
        status="recovering", ended_us=event.at_us, ended_mono_us=event.mono_us, took_s=body.took_s
    )


def restored(body: ev.Restored, state: Release, _event: ev.Event) -> Release:
    return state.with_rollback(status="restored", restored_s=body.took_s)


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
    rollback_step_skipped,
    rollback_stopped,
    rolled_back,
    restored,
)
