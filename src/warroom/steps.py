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
from warroom.core.errors import Busy, CannotWrite
from warroom.core.events import Event, StepStarted
from warroom.core.redaction import Redactor, secrets_of
from warroom.desk import Desk
from warroom.identity import Here
from warroom.pieces import Pieces
from warroom.running.command import run_command

GRACE_S = 5.0  # between TERM and KILL
AGAIN_S = 1.0  # before a result is offered again to a journal that refused it


@dataclass(frozen=True)
class OutputPart:
    """Lines that a running command has printed, redacted."""

    target: str
    run: str
    lines: tuple[str, ...]


def environment(command: Command) -> dict[str, str] | None:
    """What a command gets of this process's environment; None is all of it."""
    if command.env is None:
        return None
    return {name: os.environ[name] for name in (*ALWAYS_PASSED, *command.env) if name in os.environ}


class Steps:
    """Runs at most one command at a time, in the event loop that calls it."""

    def __init__(self, desk: Desk, clock: Clock, here: Here, on_output: Callable[[OutputPart], None]) -> None:
        """`on_output` is called in the loop's thread."""
        self._desk = desk
        self._clock = clock
        self._here = here
        self._on_output = on_output
        self._stop = asyncio.Event()
        self._redactor = Redactor(secrets_of(os.environ))

    def launch(self) -> Launch:
        """Where and as whom the next command would run."""
        return Launch(run=uuid4().hex, base=str(self._here.base), host=self._here.host, user=self._here.user)

    def stop(self) -> None:
        """Ends the running command: TERM to its group, a grace, KILL."""
        self._stop.set()

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
        pieces = Pieces(started, self._desk, actor)

        def show(lines: Sequence[str]) -> None:
            pieces.add(lines)
            self._on_output(OutputPart(started.target, started.run, tuple(lines)))

        outcome = await run_command(
            command.argv,
            cwd=Path(started.cwd),
            env=environment(command),
            timeout_s=command.timeout,
            clock=self._clock,
            redactor=self._redactor,
            on_output=show,
            grace_s=GRACE_S,
            stop=self._stop,
        )
        pieces.end()
        ended = decisions.judged(command, outcome)
        await self._keep(partial(decisions.finish_step, started=started, outcome=ended), actor)

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
