"""Wishes: what somebody wants to happen -> the events that make it so, or a refusal with its reason. Pure.

Every function takes the plan and the state first and is decided against the newest state, under the journal's lock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from warroom.core import events as ev
from warroom.core import trigger_decisions
from warroom.core.bindings import Command
from warroom.core.definitions import Definitions
from warroom.core.outcome import Outcome
from warroom.core.probe import Verdict
from warroom.core.release import Release
from warroom.core.states import StepState
from warroom.core.wish import Decision as Decision
from warroom.core.wish import Refusal as Refusal
from warroom.core.wish import Wish as Wish


def start(plan: Definitions, state: Release, *, release: str, environment: str, t0_us: int) -> Decision:
    """The first event of a journal."""
    if state.seq:
        return Refusal(f'the journal holds the release "{state.name}" already')
    title = plan.checklist.title
    return (ev.ReleaseStarted(release=release, environment=environment, t0_us=t0_us, checklist=title),)


def tick(plan: Definitions, state: Release, item: str, *, note: str, value: str, seen: tuple[ev.Seen, ...]) -> Decision:
    """Somebody says that an item is done."""
    now = state.item(item)
    if now.status == "done":
        return Refusal(f"already done by {now.by}; reopen it first")
    if now.shown == "running":
        return Refusal("its step is still running")
    below = [child for child in plan.places[item].item.children if state.item(child.id).status in ("open", "failed")]
    if below:
        return Refusal(f"{len(below)} of the items under it {'is' if len(below) == 1 else 'are'} open")
    return (ev.ItemDone(item=item, note=note.strip(), value=value.strip(), seen=seen),)


def skip(_plan: Definitions, state: Release, item: str, *, reason: str) -> Decision:
    """Somebody says that an item will not be done."""
    now = state.item(item)
    if not reason.strip():
        return Refusal("a skip needs a reason")
    if now.status in ("done", "skipped"):
        return Refusal(f"already {now.status} by {now.by}; reopen it first")
    if now.shown == "running":
        return Refusal("its step is still running")
    return (ev.ItemSkipped(item=item, reason=reason.strip()),)


def fail(_plan: Definitions, state: Release, item: str, *, reason: str, seen: tuple[ev.Seen, ...]) -> Decision:
    """Somebody says that an item was tried and did not work."""
    if not reason.strip():
        return Refusal("a failure needs a reason")
    if state.item(item).shown == "running":
        return Refusal("its step is still running")
    return (ev.ItemFailed(item=item, reason=reason.strip(), seen=seen),)


def reopen(_plan: Definitions, state: Release, item: str, *, reason: str) -> Decision:
    """Somebody takes back what was said of an item. The history stays."""
    if state.item(item).status == "open":
        return Refusal("it is open already")
    return (ev.ItemReopened(item=item, reason=reason.strip()),)


def note(_plan: Definitions, _state: Release, item: str, *, text: str) -> Decision:
    """Somebody writes something down, about an item or ("" as item) about the release."""
    if not text.strip():
        return Refusal("a note needs a text")
    return (ev.Noted(text=text.strip(), item=item),)


@dataclass(frozen=True)
class Launch:
    """Where and as whom a command is about to run."""

    run: str
    """A unique id for this run."""
    base: str
    """The directory that a command's own `cwd` starts from."""
    host: str
    user: str

    def cwd(self, command: Command) -> str:
        return str(PurePath(self.base) / command.cwd)


def command_of(plan: Definitions, target: str) -> Command | None:
    """The command behind an item or behind `rollback:N`."""
    kind, _, number = target.partition(":")
    rollback = plan.bindings.rollback
    if kind == "rollback" and number and rollback:
        return rollback.step[int(number) - 1]
    return plan.binding(target).step


def start_step(plan: Definitions, state: Release, target: str, launch: Launch) -> Decision:
    """Run the command of an item, once more if need be."""
    command = plan.binding(target).step
    if command is None:
        return Refusal("no step is bound to it")
    if state.item(target).status == "done":
        return Refusal("the item is done; reopen it first")
    if busy := _busy(state):
        return busy
    if state.rollback.status in ("running", "asking"):
        return Refusal("a rollback is under way")
    return (_started(plan, command, target, state.step(target), launch),)


def finish_step(_plan: Definitions, _state: Release, started: ev.StepStarted, outcome: Outcome) -> Decision:
    """A command has ended. Its result is recorded whatever happened meanwhile."""
    return (ev.StepFinished(run=started.run, target=started.target, title=started.title, outcome=outcome),)


def interrupted(_plan: Definitions, state: Release) -> Decision:
    """A new driver finds what began and never ended: its process is gone, so nobody knows how a step ended.

    A rollback that was between two steps stops there, so that somebody says how it goes on.
    """
    running = state.running()
    if running or state.rollback.status != "running":
        steps = running.items()
        return tuple(ev.StepInterrupted(run=step.run, target=target, title=step.title) for target, step in steps)
    index = state.rollback.current
    if index is None:
        return (ev.RolledBack(took_s=_time_of_steps(state)),)
    return (ev.RollbackStopped(step=index + 1, reason="the process that ran it ended before this step"),)


def start_rollback(
    plan: Definitions, state: Release, *, typed: str, reason: str, seen: tuple[ev.Seen, ...]
) -> Decision:
    """Take production back. `typed` must be the release's name, to the letter."""
    rollback = plan.bindings.rollback
    if rollback is None:
        return Refusal("the side file has no rollback plan")
    if typed != state.name:
        return Refusal(f'type the name of the release, "{state.name}", to start')
    if state.rollback.status in ("running", "asking"):
        return Refusal("a rollback is under way")
    if busy := _busy(state):
        return busy
    answers = trigger_decisions.answered_by_rollback(state, reason=reason.strip(), seen=seen)
    return (*answers, ev.RollbackStarted(typed=typed, reason=reason.strip(), steps=len(rollback.step), seen=seen))


def next_rollback_step(plan: Definitions, state: Release, launch: Launch) -> Decision:
    """The plan goes on by itself after a step that is done or skipped."""
    if state.rollback.status != "running" or state.running():
        return Refusal("the rollback is not ready for its next step")
    return _rollback_step(plan, state, launch)


def retry_rollback_step(plan: Definitions, state: Release, launch: Launch) -> Decision:
    """Run the step again that failed, or whose outcome is unknown."""
    if state.rollback.status not in ("asking", "stopped"):
        return Refusal("no step waits for an answer")
    return _busy(state) or _rollback_step(plan, state, launch)


def skip_rollback_step(_plan: Definitions, state: Release, *, reason: str) -> Decision:
    """Go on without the step that failed."""
    index = state.rollback.current
    if state.rollback.status not in ("asking", "stopped") or index is None:
        return Refusal("no step waits for an answer")
    if not reason.strip():
        return Refusal("a skipped step needs a reason")
    if busy := _busy(state):
        return busy
    return (ev.RollbackStepSkipped(step=index + 1, reason=reason.strip()),)


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


def verdict_changed(_plan: Definitions, state: Release, verdict: Verdict) -> Decision:
    """A probe's verdict is recorded when its word changes."""
    before = state.probes.get(verdict.probe)
    if (before.word if before else "pending") == verdict.word:
        return Refusal("no change")
    return (
        ev.VerdictChanged(
            probe=verdict.probe,
            to=verdict.word,
            was=before.word if before else "pending",
            value=verdict.value,
            unit=verdict.unit,
            text=verdict.text,
        ),
    )


def _busy(state: Release) -> Refusal | None:
    """Only one command runs at a time."""
    running = next(iter(state.running().values()), None)
    return Refusal(f'"{running.title}" is still running') if running else None


def _time_of_steps(state: Release) -> float:
    """Seconds from the rollback's start to the end of its last step, by the wall clock: a reboot may lie between."""
    ends = (step.started_us + (step.duration_s or 0) * 1e6 for step in state.rollback.steps if step)
    return max(0.0, (max(ends) - state.rollback.started_us) / 1e6)


def _rollback_step(plan: Definitions, state: Release, launch: Launch) -> Decision:
    index, rollback = state.rollback.current, plan.bindings.rollback
    if index is None or rollback is None:
        return Refusal("the rollback has no step left")
    target = f"rollback:{index + 1}"
    return (_started(plan, rollback.step[index], target, state.rollback.steps[index], launch),)


def _started(
    plan: Definitions, command: Command, target: str, before: StepState | None, launch: Launch
) -> ev.StepStarted:
    return ev.StepStarted(
        run=launch.run,
        target=target,
        attempt=before.attempt + 1 if before else 1,
        title=plan.title(target),
        argv=command.argv,
        cwd=launch.cwd(command),
        host=launch.host,
        user=launch.user,
    )
