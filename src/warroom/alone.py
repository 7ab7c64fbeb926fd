"""Runs one step without a cockpit. For as long as it runs this process drives the release, so no cockpit may."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from warroom.clock import Clock
from warroom.core import decisions
from warroom.core.states import StepState
from warroom.desk import Desk
from warroom.identity import Here
from warroom.journal.driver import DriverLock
from warroom.journal.store import open_journal
from warroom.room import OBSERVER, Room
from warroom.steps import OutputPart, Steps


def run_step(
    path: Path, clock: Clock, here: Here, item: str, *, operator: str, on_output: Callable[[OutputPart], None]
) -> StepState:
    """Runs an item's step to its end, and tells how it ended. SIGINT and SIGTERM end the command; its result is kept.

    Raises `Busy` while a cockpit drives the release, and `Refused` when the step may not start.
    """
    with _driving(path, here), _desk(path, clock, here) as desk:
        desk.submit(decisions.interrupted, actor=OBSERVER).result()
        asyncio.run(_run(Steps(desk, clock, here, on_output), item, operator))
        step = desk.release.item(item).step
        assert step is not None
        return step


async def _run(steps: Steps, item: str, operator: str) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, steps.stop)
    await steps.run_item(item, actor=operator)


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
