"""Wishes about the rollback: arm it, start it, answer for a step, end it, restored. Pure, as all decisions are."""

from collections.abc import Container, Sequence

from warroom.core import events as ev
from warroom.core import trigger_decisions
from warroom.core.definitions import Definitions
from warroom.core.probe import Verdict
from warroom.core.release import Release
from warroom.core.signing import by_oneself, only_people
from warroom.core.step_decisions import Launch, busy, started_by, taken_back
from warroom.core.wish import Decision, Refusal

ARMED_BY = 2
"""Operators who arm a rollback."""


def arm_rollback(plan: Definitions, state: Release, *, by: str) -> Decision:
    """One of two different operators says that the plan is right and may be pulled by one person from here on."""
    now = state.rollback
    if plan.bindings.rollback is None:
        return Refusal(_NO_PLAN)
    if now.status in ("running", "asking"):
        return Refusal("a rollback is under way")
    if now.is_armed:
        return Refusal(f"it is armed already, by {_names(state)}")
    if refusal := only_people(by, "arm a rollback"):
        return refusal
    if own := next((signature for signature in now.armed if signature.by == by), None):
        return by_oneself(own, "arm", f"{by} has signed already; another operator must sign as well")
    return (ev.RollbackArmed(signature=len(now.armed) + 1),)


def start_rollback(
    plan: Definitions, state: Release, *, typed: str, reason: str, seen: tuple[ev.Seen, ...], by: str = ""
) -> Decision:
    """Take production back. `typed` must be the release's name, to the letter; `by` is the operator who pulls it."""
    rollback = plan.bindings.rollback
    if rollback is None:
        return Refusal(_NO_PLAN)
    if typed != state.name:
        return Refusal(f'type the name of the release, "{state.name}", to start')
    if state.rollback.status in ("running", "asking"):
        return Refusal("a rollback is under way")
    if refusal := busy(state):
        return refusal
    why = emergency(plan, state, by)
    if why and not reason.strip():
        return Refusal(f"{why}: an emergency rollback needs a reason")
    answers = trigger_decisions.answered_by_rollback(state, reason=reason.strip(), seen=seen)
    started = ev.RollbackStarted(
        typed=typed, reason=reason.strip(), steps=len(rollback.step), emergency=bool(why), seen=seen
    )
    return (*answers, started)


def emergency(plan: Definitions, state: Release, by: str) -> str:
    """Why a rollback by this operator would be an emergency, which needs a reason; or ""."""
    rollback = plan.bindings.rollback
    if not state.rollback.is_armed:
        return f"it is not armed ({len(state.rollback.armed)} of {ARMED_BY} have signed)"
    if rollback and rollback.pulled_by and by not in rollback.pulled_by:
        return f"{by} is not among those who pull it ({', '.join(rollback.pulled_by)})"
    return ""


def warn_of_window(_plan: Definitions, state: Release, *, need: str, left_s: float) -> Decision:
    """Something that the rollback needs will soon be gone. Each threshold is told once."""
    warned = state.warned.get(need)
    if warned is not None and warned <= left_s:
        return Refusal("that was told already")
    return (ev.RollbackWindow(need=need, left_s=left_s),)


def next_rollback_step(plan: Definitions, state: Release, launch: Launch) -> Decision:
    """The plan goes on by itself after a step that is done or skipped."""
    if state.rollback.status != "running" or state.running():
        return Refusal("the rollback is not ready for its next step")
    return _rollback_step(plan, state, launch)


def retry_rollback_step(plan: Definitions, state: Release, launch: Launch) -> Decision:
    """Run the step again that failed, or whose outcome is unknown."""
    if state.rollback.status not in ("asking", "stopped"):
        return Refusal("no step waits for an answer")
    return busy(state) or _rollback_step(plan, state, launch)


def skip_rollback_step(_plan: Definitions, state: Release, *, reason: str) -> Decision:
    """Go on without the step that failed."""
    index = state.rollback.current
    if state.rollback.status not in ("asking", "stopped") or index is None:
        return Refusal("no step waits for an answer")
    if not reason.strip():
        return Refusal("a skipped step needs a reason")
    if refusal := busy(state):
        return refusal
    return (ev.RollbackStepSkipped(step=index + 1, reason=reason.strip()),)


def rollback_step_by_hand(plan: Definitions, state: Release, *, reason: str) -> Decision:
    """Somebody did by hand what the step that waits for an answer should have done."""
    index = state.rollback.current
    if state.rollback.status not in ("asking", "stopped") or index is None:
        return Refusal("no step waits for an answer")
    if not reason.strip():
        return Refusal("say what was done by hand")
    if refusal := busy(state):
        return refusal
    by_hand = ev.RollbackStepByHand(step=index + 1, reason=reason.strip())
    return (by_hand, *taken_back(plan, state, f"rollback:{index + 1}"))


def stop_rollback(_plan: Definitions, state: Release, *, reason: str) -> Decision:
    """Leave production as it is, between two steps."""
    index = state.rollback.current
    if state.rollback.status != "asking" or index is None:
        return Refusal("no step waits for an answer")
    return (ev.RollbackStopped(step=index + 1, reason=reason.strip()),)


def end_rollback(_plan: Definitions, state: Release, *, mono_us: int) -> Decision:
    """All steps are done or skipped."""
    rollback = state.rollback
    if rollback.status != "running" or rollback.current is not None:
        return Refusal("the rollback has steps left")
    took_us = mono_us - rollback.started_mono_us
    return (ev.RolledBack(took_s=took_us / 1e6 if took_us >= 0 else _time_of_steps(state)),)


def restored(
    plan: Definitions, state: Release, *, verdicts: Sequence[Verdict], seen: tuple[ev.Seen, ...], mono_us: int
) -> Decision:
    """Production is well again: every verify probe is ok, by a reading that was taken after the last step ended."""
    rollback = plan.bindings.rollback
    if rollback is None or state.rollback.status != "recovering":
        return Refusal("nothing is recovering")
    since_us = mono_us - state.rollback.ended_mono_us
    since_s = (since_us if since_us >= 0 else mono_us) / 1e6  # a host that was started anew counts from there
    well = {v.probe for v in verdicts if v.word == "ok" and v.age_s is not None and v.age_s < since_s}
    missing = [probe for probe in rollback.verify if probe not in well]
    if missing:
        return Refusal(f"not ok yet: {', '.join(missing)}")
    return (ev.Restored(took_s=since_s, seen=seen),)


def interrupted(_plan: Definitions, state: Release, *, but: Container[str] = ()) -> Decision:
    """A new driver finds what began and never ended: its process is gone, so nobody knows how a step ended.

    `but` are runs of which more is known. A rollback that was between two steps stops there, so that somebody says how
    it goes on.
    """
    running = state.running()
    if running or state.rollback.status != "running":
        lost = [(target, step) for target, step in running.items() if step.run not in but]
        return tuple(ev.StepInterrupted(run=step.run, target=target, title=step.title) for target, step in lost)
    index = state.rollback.current
    if index is None:
        return (ev.RolledBack(took_s=_time_of_steps(state)),)
    return (ev.RollbackStopped(step=index + 1, reason="the process that ran it ended before this step"),)


def stop_between_steps(plan: Definitions, state: Release) -> Decision:
    """A command that another process began has ended: the rollback does not go on after it by itself."""
    return () if state.running() else interrupted(plan, state)


def _time_of_steps(state: Release) -> float:
    """Seconds from the rollback's start to the end of its last step, by the wall clock: a reboot may lie between."""
    ends = (step.started_us + (step.duration_s or 0) * 1e6 for step in state.rollback.steps if step)
    return max(0.0, (max(ends) - state.rollback.started_us) / 1e6)


def _rollback_step(plan: Definitions, state: Release, launch: Launch) -> Decision:
    index, rollback = state.rollback.current, plan.bindings.rollback
    if index is None or rollback is None:
        return Refusal("the rollback has no step left")
    target = f"rollback:{index + 1}"
    return (started_by(plan, rollback.step[index], target, state.rollback.steps[index], launch),)


def _names(state: Release) -> str:
    return " and ".join(signature.by for signature in state.rollback.armed)


_NO_PLAN = "the side file has no rollback plan"
