"""Runs one command, of a step or of the rollback plan, and tells how it ended.

Never through a shell. A command that cannot start, fails, hangs or floods is an outcome, never an exception.
"""

import asyncio
import signal
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from warroom.clock import Clock
from warroom.core.outcome import Ended, Outcome
from warroom.core.redaction import Redactor
from warroom.running.child import Cause, start_on_terminal
from warroom.running.output import Output
from warroom.running.terminal import Window

_WINDOW = Window()


def _ignore(_line: str) -> None:
    """For those who show whole lines only."""


async def run_command(
    argv: Sequence[str],
    *,
    cwd: Path | None,
    env: Mapping[str, str] | None,
    timeout_s: float,
    clock: Clock,
    redactor: Redactor,
    on_output: Callable[[list[str]], None],
    grace_s: float = 3.0,
    stop: asyncio.Event | None = None,
    on_growing: Callable[[str], None] = _ignore,
    window: Window = _WINDOW,
) -> Outcome:
    """Runs `argv` to its end, for at most `timeout_s` and until `stop` is set; then TERM to all of it, `grace_s`, KILL.

    It sees a terminal of the size `window` on stdout and stderr, and an empty stdin. `env` None is the caller's own;
    `terminal.ENV` and a mark are added. Cancelling ends it as well. After a command that ended by itself only those of
    its processes are ended that hold its output open.

    `on_output` gets redacted, harmless lines, at most 10 times a second, at most 501 lines and 80 Ki characters at a
    time; when there are more, a line in the middle says how many are missing. A line of more than 8 Ki characters comes
    in pieces. `on_growing` is told, as often, how the line looks that has no newline yet; "" when there is none.
    Neither may raise.
    """
    output = Output(redactor, on_output, on_growing)
    started_us = clock.mono_us()
    try:
        end = await _run(argv, cwd, env, window, output, timeout_s, grace_s, stop or asyncio.Event())
    finally:
        duration_us = clock.mono_us() - started_us
        output.finish()
    return Outcome(
        ended=end.ended,
        exit_status=end.exit_status,
        duration_s=duration_us / 1e6,
        output=output.text,
        output_bytes=output.size,
        output_sha256=output.sha256,
        redactions=output.redactions,
        why=end.why,
    )


class _End(NamedTuple):
    ended: Ended
    exit_status: int | None
    why: str


async def _run(
    argv: Sequence[str],
    cwd: Path | None,
    env: Mapping[str, str] | None,
    window: Window,
    output: Output,
    timeout_s: float,
    grace_s: float,
    stop: asyncio.Event,
) -> _End:
    if stop.is_set():
        return _End("not_started", None, "stopped before it started")
    try:
        child = start_on_terminal(argv, cwd=cwd, env=env, window=window, on_chunk=output.take)
    except (OSError, ValueError) as problem:
        return _End("not_started", None, why_not_started(problem, argv[0], cwd))
    cause = await child.live(timeout_s, stop, grace_s)
    status = child.exit_status
    why = _why(cause, status, timeout_s) + ("; processes that it left behind were ended" if child.left_behind else "")
    return _End(_ended(cause, status), status, why)


def why_not_started(problem: OSError | ValueError, program: str, cwd: Path | None) -> str:
    """In words for people, what kept `program` from starting."""
    if isinstance(problem, ValueError):  # a NUL or a lone surrogate in an argument or a variable
        return f"cannot start {program}: {problem}"
    if cwd is not None and str(problem.filename) == str(cwd):
        return f"cannot work in {cwd}: {problem.strerror}"
    if isinstance(problem, PermissionError):
        return f"not executable: {program}"
    if isinstance(problem, FileNotFoundError):
        # The system says "not found" of a script as well when the interpreter that its first line names is missing.
        is_there = Path(cwd or "", program).exists()
        return f"cannot start {program}: its interpreter is missing" if is_there else f"no such program: {program}"
    return f"cannot start {program}: {problem.strerror}"


def _ended(cause: Cause, status: int | None) -> Ended:
    if cause == "exited":
        return "done" if status == 0 else "failed"
    return cause


def _why(cause: Cause, status: int | None, timeout_s: float) -> str:
    if cause == "exited" and status is not None:
        return f"exit status {status}" if status >= 0 else f"killed by {signal_name(-status)}"
    asked = f"timed out after {timeout_s:g} s" if cause == "timeout" else "stopped"
    if status is None:
        return f"{asked}, but could not be ended and may still run"
    return asked if cause == "timeout" else f"stopped by {'KILL' if status == -signal.SIGKILL else 'TERM'}"


def signal_name(number: int) -> str:
    """Such as `SIGKILL`."""
    try:
        return signal.Signals(number).name
    except ValueError:  # the real-time signals have no names
        return f"signal {number}"
