"""A child process that leads a session of its own, with stdin empty, and its output on a terminal or on two pipes.

It lives here until it has exited or must be ended. What its output and its exit mean is not known here.
"""

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL, Popen
from typing import Any, Literal, NamedTuple
from uuid import uuid4

from warroom.running.family import MARK, Family, node_of
from warroom.running.streams import Exit, OnChunk, Stream
from warroom.running.terminal import ENV, Window, open_terminal

Cause = Literal["exited", "stopped", "timeout"]

_LEFTOVERS_S = 1.0
"""How long processes that the leader left behind may go on printing."""
_AFTER_KILL_S = 2.0
"""KILL works at once, unless the process belongs to another user or waits for a dead disk."""
_LOOK_AGAIN_S = 0.05


class _Output(NamedTuple):
    """Our end, the command's end, and who takes what comes."""

    ours: int
    theirs: int
    on_chunk: OnChunk


def start_on_terminal(
    argv: Sequence[str], *, cwd: Path | None, env: Mapping[str, str] | None, window: Window, on_chunk: OnChunk
) -> "Child":
    """Starts `argv`, which sees a terminal. Raises what `Popen` raises, and `NoTerminal`."""
    environment = dict(os.environ if env is None else env) | ENV
    return _start(argv, cwd, environment, [_Output(*open_terminal(window), on_chunk)])


def start_on_pipes(
    argv: Sequence[str], *, cwd: Path | None, env: Mapping[str, str], on_stdout: OnChunk, on_stderr: OnChunk
) -> "Child":
    """Starts `argv`, which sees two pipes. Raises what `Popen` raises."""
    stdout = _Output(*os.pipe(), on_stdout)
    try:
        stderr = _Output(*os.pipe(), on_stderr)
    except OSError:
        _close(stdout.ours, stdout.theirs)
        raise
    return _start(argv, cwd, env, [stdout, stderr])


def _start(argv: Sequence[str], cwd: Path | None, env: Mapping[str, str], outputs: Sequence[_Output]) -> "Child":
    """`outputs`: for stdout and stderr, or one for both. Takes their descriptors over."""
    mark = uuid4().hex
    nodes = frozenset(node_of(output.theirs) for output in outputs)
    try:
        process = Popen(
            argv,
            stdin=DEVNULL,
            stdout=outputs[0].theirs,
            stderr=outputs[-1].theirs,
            cwd=cwd,
            env={**env, MARK: mark},
            start_new_session=True,
        )
    except BaseException:
        _close(*(output.ours for output in outputs))
        raise
    finally:
        _close(*(output.theirs for output in outputs))
    streams = [Stream(output.ours, output.on_chunk) for output in outputs]
    return Child(process, Family(process.pid, mark, nodes), streams)


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


class Child:
    """Reaped by us and not by the event loop, whose ways differ from Python to Python: not before all is over."""

    def __init__(self, process: Popen[bytes], family: Family, streams: Sequence[Stream]) -> None:
        self._process = process
        self._family = family
        self._streams = streams
        self._exit = Exit(process.pid)
        self.exit_status: int | None = None
        """Of the leader: minus the signal's number when a signal ended it; None while it runs or could not be ended."""
        self.left_behind = False
        """Whether processes had to be ended that the leader left behind."""

    async def live(self, timeout_s: float, stop: asyncio.Event, grace_s: float) -> Cause:
        """Waits for the leader's exit, the timeout or `stop`, then sees to it that nothing holds the output any more.

        Ends the whole family unless the leader ended by itself: TERM, `grace_s`, KILL. So does cancelling; cancelled
        twice, it kills. After an exit those are ended so who hold the output open.
        """
        cause: Cause | None = None
        try:
            cause = await self._first_of(timeout_s, stop)
            if cause == "exited":
                await self._quiet(_LEFTOVERS_S)
        finally:
            try:
                await self._end(cause, grace_s)
            finally:
                self._let_go()
        return cause

    async def _first_of(self, timeout_s: float, stop: asyncio.Event) -> Cause:
        stopped = asyncio.create_task(stop.wait())
        try:
            waiting: set[asyncio.Future[Any]] = {self._exit.noticed, stopped}
            await asyncio.wait(waiting, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
        if self._exit.noticed.done():
            return "exited"
        return "stopped" if stop.is_set() else "timeout"

    async def _end(self, cause: Cause | None, grace_s: float) -> None:
        if cause != "exited":
            await self._end_all(self._family.everyone, grace_s)
        elif not all(stream.closed.done() for stream in self._streams):
            self.left_behind = await self._end_all(self._family.holders, grace_s)

    async def _end_all(self, find: Callable[[], set[int]], grace_s: float) -> bool:
        """Whether there was anything left to end."""
        found = self._family.signal(find(), signal.SIGTERM)
        try:
            if found:
                with suppress(TimeoutError):
                    async with asyncio.timeout(grace_s):
                        await self._gone(find)
        finally:
            self._family.signal(find(), signal.SIGKILL)  # also for those that ignored TERM and had closed the output
        with suppress(TimeoutError):
            async with asyncio.timeout(_AFTER_KILL_S):
                await self._gone(find, signal.SIGKILL)
        return found

    async def _gone(self, find: Callable[[], set[int]], number: int | None = None) -> None:
        """Waits until nobody is found, and all that they printed has been read; `number` goes to whoever is."""
        if not self._family.can_be_seen:
            await asyncio.wait(self._ends())
            return
        while members := find():
            if number is not None:
                self._family.signal(members, number)
            if all(end.done() for end in self._ends()):
                await asyncio.sleep(_LOOK_AGAIN_S)
            else:
                await self._quiet(_LOOK_AGAIN_S)
        await self._quiet(_LEFTOVERS_S)

    async def _quiet(self, within_s: float) -> None:
        """Waits until the leader has exited and nobody holds its output open, but not for longer than `within_s`."""
        await asyncio.wait(self._ends(), timeout=within_s)

    def _ends(self) -> list[asyncio.Future[None]]:
        return [self._exit.noticed, *(stream.closed for stream in self._streams)]

    def _let_go(self) -> None:
        self._exit.close()
        for stream in self._streams:
            stream.close()
        self.exit_status = self._process.poll()
        if self.exit_status is None:  # we may not end it; should it end after all, it must not stay a zombie
            threading.Thread(target=self._process.wait, name="reaper", daemon=True).start()
