"""Runs the commands of items and of the rollback plan, in this order: intent durable, run, result durable.

Nothing here decides: what may start is asked of the room before each command, and the state after it says what is next.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import uuid4

from warroom.clock import Clock
from warroom.core import decisions
from warroom.core.bindings import ALWAYS_PASSED, Command
from warroom.core.decisions import Launch, Wish
from warroom.core.errors import Busy, CannotWrite, reason
from warroom.core.events import Event, StepOutput, StepStarted
from warroom.core.outcome import Outcome
from warroom.core.redaction import Redactor, secrets_of
from warroom.desk import Desk
from warroom.identity import Here
from warroom.pieces import OutputPart as OutputPart
from warroom.pieces import RunOutput
from warroom.room import OBSERVER
from warroom.running.command import run_command
from warroom.running.detached import DetachedRun, tidy
from warroom.running.keeper import Order

GRACE_S = 5.0  # between TERM and KILL
AGAIN_S = 1.0  # before a result is offered again to a journal that refused it


def environment(command: Command) -> dict[str, str] | None:
    """What a command gets of this process's environment; None is all of it."""
    if command.env is None:
        return None
    return {name: os.environ[name] for name in (*ALWAYS_PASSED, *command.env) if name in os.environ}


@dataclass(frozen=True)
class _Run:
    """One that has begun, here or in another process."""

    started: StepStarted
    actor: str
    command: Command
    output: RunOutput


class Steps:
    """Runs at most one command at a time, in the event loop that calls it."""

    def __init__(
        self, desk: Desk, clock: Clock, here: Here, on_output: Callable[[OutputPart], None], runs: Path
    ) -> None:
        """`on_output` is called in the loop's thread, and by `settle`. `runs` is the directory for detached runs."""
        self._desk = desk
        self._clock = clock
        self._here = here
        self._on_output = on_output
        self._runs = runs
        self._stop = asyncio.Event()
        self._redactor = Redactor(secrets_of(os.environ))
        self._found: _Run | None = None
        self.goes_on = False
        """Whether the command that runs now will go on when this process ends."""

    def launch(self) -> Launch:
        """Where and as whom the next command would run."""
        return Launch(run=uuid4().hex, base=str(self._here.base), host=self._here.host, user=self._here.user)

    def stop(self) -> None:
        """Ends the running command: TERM to its group, a grace, KILL."""
        self._stop.set()

    def settle(self) -> set[str]:
        """Tells the truth about what a process before began and did not end. What still runs is left to `follow`.

        Gives the items and steps of which is known, or will be, how they ended. For the start, before anything runs.
        Blocks. Raises `Busy` and `CannotWrite`.
        """
        known = dict[str, str]()
        for run_id, target in decisions.detached(self._desk.plan, self._desk.release).items():
            if (run := self._begun_before(run_id, target)) and self._is_known(run):
                known[run_id] = target
        # nothing that a dead process ran goes on by itself: a person must look at production first
        self._desk.submit(partial(decisions.interrupted, but=known), actor=OBSERVER).result()
        tidy(self._runs, but=self._found.started.run if self._found else "")
        return set(known.values())

    async def follow(self) -> None:
        """Follows to its end what `settle` has found running. A rollback does not go on after it by itself."""
        if self._found:
            self._stop.clear()
            await self._follow(self._found)
            await self._keep(decisions.stop_between_steps, OBSERVER)

    async def run_item(self, item: str, *, actor: str) -> None:
        """Runs an item's step to its end. Raises `Refused` before anything runs."""
        events = await self._commit(partial(decisions.start_step, target=item, launch=self.launch(), by=actor), actor)
        self._stop.clear()
        await self._execute(events, actor)

    async def roll_back(self, wish: Wish, *, actor: str) -> None:
        """Has `wish` decided, which starts the rollback or answers for a step, then runs what the plan has left.

        Ends when all steps are done, or when one failed and somebody must answer.
        """
        await self._commit(wish, actor)
        self._stop.clear()
        await self._continue(actor)

    async def retry_rollback(self, *, actor: str) -> None:
        """Runs the step again that waits for an answer, then the rest of the plan."""
        events = await self._commit(partial(decisions.retry_rollback_step, launch=self.launch()), actor)
        self._stop.clear()
        await self._execute(events, actor)
        await self._continue(actor)

    async def _continue(self, actor: str) -> None:
        """A stop between two steps holds: the next one is not started, and somebody must answer."""
        while (rollback := self._desk.release.rollback).status == "running":
            if rollback.current is None:
                await self._commit(partial(decisions.end_rollback, mono_us=self._clock.mono_us()), actor)
                return
            events = await self._commit(partial(decisions.next_rollback_step, launch=self.launch()), actor)
            await self._execute(events, actor)

    async def _execute(self, events: Sequence[Event], actor: str) -> None:
        """Runs the command whose start was just stored, and stores how it ended."""
        started = next(event.body for event in events if isinstance(event.body, StepStarted))
        command = decisions.command_of(self._desk.plan, started.target)
        assert command is not None
        run = _Run(started, actor, command, RunOutput(started, self._desk, actor, self._on_output))
        if command.detach and await self._is_detached(run):
            await self._follow(run)
            return
        outcome = await run_command(
            command.argv,
            cwd=Path(started.cwd),
            env=environment(command),
            timeout_s=command.timeout,
            clock=self._clock,
            redactor=self._redactor,
            on_output=run.output.add,
            on_growing=run.output.grow,
            grace_s=GRACE_S,
            stop=self._stop,
        )
        run.output.end()
        await self._keep(_end(run, outcome), actor)

    async def _is_detached(self, run: _Run) -> bool:
        """Starts it so that it outlives this process. Where that cannot be done it is told, and nothing is started."""
        self.goes_on = True
        command, cwd = run.command, run.started.cwd
        order = Order(command.argv, cwd, environment(command), command.timeout, GRACE_S)
        try:
            await asyncio.to_thread(self._directory(run).start, order)
        except OSError as error:
            self.goes_on = False
            run.output.add([f"[it cannot be detached, and will end with this process: {reason(error)}]"])
        return self.goes_on

    async def _follow(self, run: _Run) -> None:
        """Stores how a detached run ends; cancelling leaves it running."""
        self.goes_on = True
        directory = self._directory(run)
        try:
            outcome = await directory.follow(run.output.take, run.output.grow, self._stop)
        finally:
            run.output.end()
        self.goes_on = False
        if outcome:
            await self._keep(_end(run, outcome), run.actor)
        else:
            await self._keep(decisions.interrupted, OBSERVER)
        directory.remove()

    def _begun_before(self, run_id: str, target: str) -> _Run | None:
        """A run as the journal has it."""
        bodies = [(event.body, event.actor) for event in self._desk.about(target)]
        pieces = [body for body, _ in bodies if isinstance(body, StepOutput) and body.run == run_id]
        for started, actor in bodies:
            command = decisions.command_of(self._desk.plan, target)
            if command and isinstance(started, StepStarted) and started.run == run_id:
                return _Run(started, actor, command, RunOutput(started, self._desk, actor, self._on_output, pieces))
        return None

    def _is_known(self, run: _Run) -> bool:
        """Whether a run of a process before still runs, or has left how it ended, which is then stored."""
        directory = self._directory(run)
        if directory.lives() and directory.outcome() is None:
            self._found, self.goes_on = run, True
            return True
        for printed in directory.printed():
            run.output.hold(printed)
        directory.close()
        run.output.end()
        outcome = directory.outcome()
        if outcome:
            self._desk.submit(_end(run, outcome), actor=run.actor).result()
            directory.remove()
        return outcome is not None

    def _directory(self, run: _Run) -> DetachedRun:
        return DetachedRun(self._runs, run.started.run)

    async def _keep(self, wish: Wish, actor: str) -> None:
        """What has happened is stored as soon as the journal can be written again."""
        while True:
            try:
                await self._commit(wish, actor)
            except (Busy, CannotWrite):
                await asyncio.sleep(AGAIN_S)
            else:
                return

    async def _commit(self, wish: Wish, actor: str) -> tuple[Event, ...]:
        return await asyncio.wrap_future(self._desk.submit(wish, actor=actor))


def _end(run: _Run, outcome: Outcome) -> Wish:
    return partial(decisions.finish_step, started=run.started, outcome=decisions.judged(run.command, outcome))
