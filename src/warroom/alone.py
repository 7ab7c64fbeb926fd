"""Runs one step without a cockpit. For as long as it runs this process drives the release, so no cockpit may."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from warroom.clock import Clock
from warroom.core.states import StepState
from warroom.desk import Desk
from warroom.identity import Here
from warroom.journal.driver import DriverLock
from warroom.journal.lock import beside
from warroom.journal.store import open_journal
from warroom.room import Room
from warroom.running.detached import DetachedRun
from warroom.steps import OutputPart, Steps


def run_step(
    path: Path, clock: Clock, here: Here, item: str, *, operator: str, on_output: Callable[[OutputPart], None]
) -> StepState:
    """Runs an item's step to its end, and tells how it ended. SIGINT and SIGTERM end the command; its result is kept.

    When it turns out that another process began it and that it goes on or has left its end, that is what is told, and
    nothing is started. Raises `Busy` while a cockpit drives the release, and `Refused` when the step may not start.
    """
    with _driving(path, here), _desk(path, clock, here) as desk:
        steps = Steps(desk, clock, here, on_output, beside(path, "runs"))
        if item in steps.settle():
            asyncio.run(_stoppable(steps, steps.follow()))
        else:
            asyncio.run(_stoppable(steps, steps.run_item(item, actor=operator)))
        return _end(desk, item)


def follow_step(
    path: Path, clock: Clock, here: Here, item: str, *, on_output: Callable[[OutputPart], None]
) -> StepState:
    """Follows an item's step, which another process has begun, to its end. Starts nothing. Raises `Busy` likewise."""
    with _driving(path, here), _desk(path, clock, here) as desk:
        steps = Steps(desk, clock, here, on_output, beside(path, "runs"))
        steps.settle()
        asyncio.run(_stoppable(steps, steps.follow()))
        return _end(desk, item)


def is_known(path: Path, step: StepState | None) -> bool:
    """Whether a step whose end the journal does not know goes on, or has left how it ended."""
    if step is None or step.phase != "running":
        return False
    run = DetachedRun(beside(path, "runs"), step.run)
    return run.lives() or run.outcome() is not None


def _end(desk: Desk, item: str) -> StepState:
    step = desk.release.item(item).step
    assert step is not None
    return step


async def _stoppable(steps: Steps, work: Coroutine[Any, Any, None]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, steps.stop)
    await work


@contextmanager
def _driving(path: Path, here: Here) -> Iterator[None]:
    lock = DriverLock(path, user=here.user, host=here.host)
    try:
        lock.acquire()
        yield
    finally:
        lock.close()


@contextmanager
def _desk(path: Path, clock: Clock, here: Here) -> Iterator[Desk]:
    desk = Desk(lambda: Room(open_journal(path), clock, origin=here.origin("cli")))
    desk.start()
    try:
        yield desk
    finally:
        desk.stop()
