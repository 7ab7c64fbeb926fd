"""Runs one command for what it prints, as a probe does: stdout and stderr apart, raw, limited in size. Never a shell.

What it holds is neither redacted nor decoded; whoever shows or keeps any of it sees to that.
"""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from warroom.running.child import start_on_pipes
from warroom.running.command import signal_name, why_not_started

_ERRORS_KEPT = 4 * 1024  # bytes of stderr


class Captured(NamedTuple):
    """A command that ended by itself."""

    exit_status: int
    stdout: bytes
    complete: bool
    """Whether that is all that it printed."""
    stderr: bytes
    """Its beginning."""


class NotCaptured(Exception):
    """The command did not start, or was ended. The text says why."""


async def capture(
    argv: Sequence[str], *, cwd: Path | None, env: Mapping[str, str], timeout_s: float, grace_s: float, limit: int
) -> Captured:
    """Runs `argv` to its end, and keeps up to `limit` bytes of stdout. Raises `NotCaptured`.

    After `timeout_s`, or when cancelled, its group gets TERM, after `grace_s` KILL.
    """
    stdout, stderr = _Kept(limit), _Kept(_ERRORS_KEPT)
    try:
        child = start_on_pipes(argv, cwd=cwd, env=env, on_stdout=stdout.take, on_stderr=stderr.take)
    except (OSError, ValueError) as problem:
        raise NotCaptured(why_not_started(problem, argv[0], cwd)) from None
    cause = await child.live(timeout_s, asyncio.Event(), grace_s)
    status = child.exit_status
    if cause != "exited" or status is None:
        raise NotCaptured(f"timed out after {timeout_s:g} s")
    if status < 0:
        raise NotCaptured(f"{argv[0]} was killed by {signal_name(-status)}")
    return Captured(status, bytes(stdout.data), stdout.complete, bytes(stderr.data))


class _Kept:
    """The first bytes of a stream that may be of any length."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.data = bytearray()
        self.complete = True

    def take(self, chunk: bytes) -> None:
        room = self._limit - len(self.data)
        self.data += chunk[:room]
        self.complete = self.complete and len(chunk) <= room
