"""A child process that leads a group of its own, with stdin empty, and stdout and stderr on one pipe or on two.

It lives here until it has exited or must be ended. What its output and its exit mean is not known here.
"""

import asyncio
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from os import killpg
from pathlib import Path
from typing import Any, Literal, cast

Cause = Literal["exited", "stopped", "timeout"]

_STDOUT, _STDERR = 1, 2

_LEFTOVERS_S = 1.0
"""How long processes that the leader left behind may go on printing."""
_AFTER_KILL_S = 2.0
"""KILL works at once, unless the process belongs to another user or waits for a dead disk."""


OnChunk = Callable[[bytes], None]


async def start_child(
    argv: Sequence[str],
    *,
    cwd: Path | None,
    env: Mapping[str, str] | None,
    on_chunk: OnChunk,
    on_error_chunk: OnChunk | None = None,
) -> "Child":
    """Starts `argv`; without `on_error_chunk` stderr comes in order with stdout. Raises what `Popen` raises."""
    loop = asyncio.get_running_loop()
    devnull, pipe, merged = asyncio.subprocess.DEVNULL, asyncio.subprocess.PIPE, asyncio.subprocess.STDOUT
    stderr = pipe if on_error_chunk else merged
    _, child = await loop.subprocess_exec(
        lambda: Child(on_chunk, on_error_chunk),
        *argv, stdin=devnull, stderr=stderr, cwd=cwd, env=env, start_new_session=True,
    )  # fmt: skip
    return child


class Child(asyncio.SubprocessProtocol):
    """A protocol rather than a `Process`: on some Pythons `Process.wait()` also waits for all who hold the pipe open.

    Chunks are handled while they are read, so nothing piles up: a flood waits in the pipe, and other work gets its turn
    between two chunks.
    """

    def __init__(self, on_chunk: OnChunk, on_error_chunk: OnChunk | None = None) -> None:
        loop = asyncio.get_running_loop()
        self._takes = {_STDOUT: on_chunk} | ({_STDERR: on_error_chunk} if on_error_chunk else {})
        self._open_pipes = len(self._takes)
        self._exited: asyncio.Future[None] = loop.create_future()
        self._closed: asyncio.Future[None] = loop.create_future()
        self.left_behind = False
        """Whether processes had to be ended that the leader left behind."""

    @property
    def exit_status(self) -> int | None:
        """Of the leader: minus the signal's number when a signal ended it; None while it runs or could not be ended."""
        return self._transport.get_returncode()

    async def live(self, timeout_s: float, stop: asyncio.Event, grace_s: float) -> Cause:
        """Waits for the leader's exit, the timeout or `stop`, then sees to it that nothing holds the pipe any more.

        Ends the group unless it ended by itself: TERM, `grace_s`, KILL. So does cancelling; cancelled twice, it kills.
        """
        cause: Cause | None = None
        try:
            cause = await self._first_of(timeout_s, stop)
            if cause == "exited":
                await self._gone(_LEFTOVERS_S)
        finally:
            await self._end(cause, grace_s)
        return cause

    async def _first_of(self, timeout_s: float, stop: asyncio.Event) -> Cause:
        stopped = asyncio.create_task(stop.wait())
        try:
            waiting: set[asyncio.Future[Any]] = {self._exited, stopped}
            await asyncio.wait(waiting, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
        if self._exited.done():
            return "exited"
        return "stopped" if stop.is_set() else "timeout"

    async def _end(self, cause: Cause | None, grace_s: float) -> None:
        try:
            if cause != "exited":
                await self._end_group(grace_s)
            elif not self._closed.done():
                self.left_behind = await self._end_group(grace_s)
        finally:
            with suppress(PermissionError):  # closing kills once more, and a set-uid leader does not let us
                self._transport.close()

    async def _end_group(self, grace_s: float) -> bool:
        """Whether there was anything left to end."""
        found = self._signal(signal.SIGTERM)
        try:
            if found:
                await self._gone(grace_s)
        finally:
            self._signal(signal.SIGKILL)  # also for those that ignored TERM and had closed the pipe
        await self._gone(_AFTER_KILL_S)
        return found

    async def _gone(self, within_s: float) -> None:
        """Waits until the leader has exited and nobody holds the pipe open, but not for longer than `within_s`."""
        await asyncio.wait({self._exited, self._closed}, timeout=within_s)

    def _signal(self, number: signal.Signals) -> bool:
        """Whether the group still had a process that may be signalled."""
        try:
            killpg(self._transport.get_pid(), number)
        except (ProcessLookupError, PermissionError):
            return False
        return True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.SubprocessTransport", transport)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self._takes[fd](data)

    def pipe_connection_lost(self, _fd: int, _problem: Exception | None) -> None:
        self._open_pipes -= 1
        if not self._open_pipes:
            self._closed.set_result(None)

    def process_exited(self) -> None:
        self._exited.set_result(None)
