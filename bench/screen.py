"""Whether the screen's loop stays free while a command floods it with output and probes bring readings."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from kit import CLOCK, ITEM, PROBE, Figure, Target, new_journal, percentile

from warroom.core.store import Sample
from warroom.desk import Desk
from warroom.identity import Here
from warroom.journal.store import open_journal
from warroom.room import Room
from warroom.steps import OutputPart, Steps

SECONDS = 10
LINES_A_SECOND, SAMPLES_A_SECOND = 2000, 1000
TICK_S = 0.01

_FLOOD = f"""
import time
due = time.monotonic()
for _ in range({int(SECONDS / TICK_S)}):
    for _ in range({int(LINES_A_SECOND * TICK_S)}):
        print("2026-03-01T20:00:00Z INFO the next wave of pods is ready, 12 of 12, none was restarted", flush=True)
    due += {TICK_S}
    time.sleep(max(0, due - time.monotonic()))
"""


def lag(room: Path) -> Iterator[Figure]:
    """How late a task of the loop is woken, with steps, readings and the journal's thread all in this process."""
    new_journal(room / "screen", (sys.executable, "-c", _FLOOD)).close()
    ours, idle = asyncio.run(_busy(room / "screen")), asyncio.run(_idle())
    yield Figure("event-loop lag, p99", "ms", ours, idle, "an idle loop", Target("ours", "<=", 5))


async def _busy(path: Path) -> float:
    desk = Desk(lambda: Room(open_journal(path), CLOCK, origin="bench@host:1"))
    desk.start()
    lags: list[float] = []
    parts: list[OutputPart] = []
    steps = Steps(desk, CLOCK, Here("ada", "host", 1, Path.cwd()), parts.append, path.with_name("runs"))
    async with _task(_beat(lags)), _task(_record(desk)):
        await steps.run_item(ITEM, actor="ada")
    desk.stop()
    assert sum(len(part.lines) for part in parts) == LINES_A_SECOND * SECONDS
    return percentile(lags, 0.99) * 1e3


async def _idle() -> float:
    lags: list[float] = []
    async with _task(_beat(lags)):
        await asyncio.sleep(SECONDS / 2)
    return percentile(lags, 0.99) * 1e3


async def _beat(lags: list[float]) -> None:
    while True:
        due = time.monotonic() + TICK_S
        await asyncio.sleep(TICK_S)
        lags.append(max(0.0, time.monotonic() - due))


async def _record(desk: Desk) -> None:
    due = time.monotonic()
    while True:
        for n in range(int(SAMPLES_A_SECOND * TICK_S)):
            at_us, mono_us = CLOCK.utc_us(), CLOCK.mono_us()
            desk.record(
                Sample(probe=PROBE, at_us=at_us, mono_us=mono_us, took_us=900, outcome="ok", value=n / 10, word="ok")
            )
        due += TICK_S
        await asyncio.sleep(due - time.monotonic())


@asynccontextmanager
async def _task(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Works while this is open."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
