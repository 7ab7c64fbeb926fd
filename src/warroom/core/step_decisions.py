"""Wishes about commands: run the step of an item, and store how a command ended. Pure, as all decisions are."""

from dataclasses import dataclass
from pathlib import PurePath

from warroom.core import events as ev
from warroom.core.bindings import Command, RollbackStep
from warroom.core.definitions import Definitions
from warroom.core.gates import closed_gate
from warroom.core.outcome import Outcome
from warroom.core.release import Release
from warroom.core.signing import by_oneself, only_people
from warroom.core.states import StepState
from warroom.core.wish import Decision, Refusal


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


def detached(plan: Definitions, state: Release) -> dict[str, str]:
    """Runs that may outlive the process that started them and have not ended, with what each is a run of."""
    running = state.running().items()
    return {step.run: target for target, step in running if (command := command_of(plan, target)) and command.detach}


def start_step(plan: Definitions, state: Release, target: str, launch: Launch, *, by: str = "") -> Decision:
    """Run the command of an item, once more if need be. `by` is the operator who runs it."""
    command = plan.binding(target).step
    if command is None:
        return Refusal("no step is bound to it")
    if state.item(target).status == "done":
        return Refusal("the item is done; reopen it first")
    if refusal := busy(state):
        return refusal
    if state.rollback.status in ("running", "asking"):
        return Refusal("a rollback is under way")
    if refusal := closed_gate(plan, state, target):
        return refusal
    crossing = cross(plan, state, target, by)
    if isinstance(crossing, Refusal):
        return crossing
    return (*crossing, started_by(plan, command, target, state.step(target), launch))


def cross(plan: Definitions, state: Release, item: str, by: str) -> Decision:
    """What comes first when an item is a point of no return: a second operator has signed, and it is crossed."""
    if not plan.binding(item).point_of_no_return or item in state.crossed:
        return ()
    signed = state.item(item).signed
    if signed is None:
        return Refusal("it is a point of no return: another operator must sign it first, with a tick")
    if refusal := only_people(by, "cross a point of no return"):
        return refusal
    if signed.by == by:
        reason = f"it is a point of no return that {by} has signed: another operator must cross it"
        return by_oneself(signed, "step", reason, item)
    return (ev.PointCrossed(item=item, first=signed.by, second=by),)


def judged(command: Command, outcome: Outcome) -> Outcome:
    """How a command ended by what its side file expects of it: exit status, and what it must print."""
    if outcome.ended not in ("done", "failed") or outcome.exit_status is None:
        return outcome
    if outcome.exit_status not in command.succeeds:
        wanted = " or ".join(map(str, command.succeeds))
        why = outcome.why if outcome.ended == "failed" else f"{outcome.why}, but {wanted} means success"
        return outcome.model_copy(update={"ended": "failed", "why": why})
    if command.prints not in outcome.output:
        return outcome.model_copy(
            update={"ended": "failed", "why": f'{outcome.why}, but it did not print "{command.prints}"'}
        )
    return outcome.model_copy(update={"ended": "done"})


def finish_step(plan: Definitions, state: Release, started: ev.StepStarted, outcome: Outcome) -> Decision:
    """A command has ended. Its result is recorded whatever happened meanwhile, with the items that it took back."""
    finished = ev.StepFinished(run=started.run, target=started.target, title=started.title, outcome=outcome)
    return (finished, *(taken_back(plan, state, started.target) if outcome.ended == "done" else ()))


def taken_back(plan: Definitions, state: Release, target: str) -> tuple[ev.Body, ...]:
    """The items that a step of the rollback undoes, as far as they were done."""
    command, (_, _, number) = command_of(plan, target), target.partition(":")
    if not isinstance(command, RollbackStep):
        return ()
    done = (item for item in command.undoes if state.item(item).status == "done")
    return tuple(ev.ItemTakenBack(item=item, step=int(number)) for item in done)


def busy(state: Release) -> Refusal | None:
    """Only one command runs at a time."""
    running = next(iter(state.running().values()), None)
    return Refusal(f'"{running.title}" is still running') if running else None


def started_by(
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
