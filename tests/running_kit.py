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
from uuid import uuid4

from warroom.clock import SystemClock
from warroom.core.outcome import Outcome
from warroom.core.redaction import Redactor
from warroom.running.command import run_command

SECRET = "correct-horse-battery"
DEADLINE_S = 20.0
FOREVER_S = 60.0


class Screen:
    """Keeps what it is shown, and lets a test wait for a line."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.growing: list[str] = []
        self._changed = asyncio.Event()

    @property
    def lines(self) -> list[str]:
        return [line for batch in self.batches for line in batch]

    def show(self, lines: list[str]) -> None:
        self.batches.append(lines)
        self._changed.set()

    def grow(self, line: str) -> None:
        self.growing.append(line)
        self._changed.set()

    async def grown(self, line: str) -> None:
        """Waits until the unfinished line looks so."""
        async with asyncio.timeout(DEADLINE_S):
            while self.growing[-1:] != [line]:
                self._changed.clear()
                await self._changed.wait()

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


class Marked:
    """An environment by which all processes of a command are found again, wherever they went."""

    def __init__(self) -> None:
        self._mark = f"RUNNING_TEST={uuid4().hex}"
        self.env = dict(os.environ) | dict([self._mark.split("=")])

    def alive(self) -> set[int]:
        pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
        return {pid for pid in pids if self._has(pid) and is_alive(pid)}

    def _has(self, pid: int) -> bool:
        try:
            return self._mark.encode() in Path(f"/proc/{pid}/environ").read_bytes()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            return False


@contextmanager
def all_gone() -> Iterator[Marked]:
    """Nothing that ran with this environment lives at the end; whatever the test shows, it is ended."""
    marked = Marked()
    try:
        yield marked
        assert marked.alive() == set()
    finally:
        for pid in marked.alive():
            os.kill(pid, signal.SIGKILL)
