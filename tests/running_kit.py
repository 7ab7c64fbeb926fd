"""Short ways to run a command, to look at what it shows, and to see that its processes are gone."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from warroom.clock import SystemClock
from warroom.core.outcome import Outcome
from warroom.core.redaction import Redactor
from warroom.running.command import run_command

SECRET = "correct-horse-battery"
DEADLINE_S = 20.0
FOREVER_S = 60.0


class Screen:
    """Keeps the lines it is shown, and lets a test wait for one."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._changed = asyncio.Event()

    def show(self, lines: list[str]) -> None:
        self.lines += lines
        self._changed.set()

    async def line(self, start: str) -> str:
        """The first line that begins with `start`, without that."""
        async with asyncio.timeout(DEADLINE_S):
            while not (found := [line for line in self.lines if line.startswith(start)]):
                self._changed.clear()
                await self._changed.wait()
        return found[0].removeprefix(start)


def ignore(_lines: list[str]) -> None:
    """For tests that look at the outcome alone."""


async def run(*argv: str, **settings: Any) -> Outcome:
    defaults: dict[str, Any] = {
        "cwd": None,
        "env": None,
        "timeout_s": DEADLINE_S,
        "clock": SystemClock(),
        "redactor": Redactor([SECRET]),
        "on_output": ignore,
    }
    return await run_command(argv, **defaults | settings)


async def python(code: str, **settings: Any) -> Outcome:
    return await run(sys.executable, "-u", "-c", code, **settings)


async def shell(script: str, **settings: Any) -> Outcome:
    return await run("/bin/sh", "-c", script, **settings)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come about in time"
        time.sleep(0.01)


def is_alive(pid: int) -> bool:
    """Whether the process runs; a zombie that nobody reaps does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


@contextmanager
def ended_at_last(screen: Screen) -> Iterator[None]:
    """Whatever the test shows, the processes that told their pid on `screen` are ended."""
    try:
        yield
    finally:
        for line in screen.lines:
            if line.startswith("pid ") and is_alive(int(line[4:])):
                os.kill(int(line[4:]), signal.SIGKILL)
