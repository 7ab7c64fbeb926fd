"""Commands as real processes: how they end by themselves, or do not start."""

import asyncio
import hashlib
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from running_kit import DEADLINE_S, run, shell
from warroom.core.outcome import Outcome

# How a command ends


async def test_done() -> None:
    outcome = await shell("echo out; echo err >&2; printf 'last'")
    assert (outcome.ended, outcome.exit_status, outcome.why) == ("done", 0, "exit status 0")
    assert outcome.output == "out\nerr\nlast"
    assert outcome.output_bytes == 12
    assert outcome.output_sha256 == hashlib.sha256(b"out\nerr\nlast").hexdigest()
    assert outcome.redactions == 0


async def test_failed() -> None:
    outcome = await shell("exit 3")
    assert (outcome.ended, outcome.exit_status, outcome.why) == ("failed", 3, "exit status 3")


async def test_killed_by_another() -> None:
    outcome = await shell("kill -SEGV $$")
    assert (outcome.ended, outcome.exit_status, outcome.why) == ("failed", -signal.SIGSEGV, "killed by SIGSEGV")


async def test_duration_is_read_from_the_clock() -> None:
    class Ticking:
        """Two and a half seconds go by between two looks."""

        now = 0

        def utc_us(self) -> int:
            return 0

        def mono_us(self) -> int:
            self.now += 2_500_000
            return self.now

    assert (await shell("true", clock=Ticking())).duration_s == 2.5


async def test_no_such_program() -> None:
    outcome = await run("no-such-program-anywhere", "x")
    assert (outcome.ended, outcome.exit_status) == ("not_started", None)
    assert outcome.why == "no such program: no-such-program-anywhere"
    assert outcome.output == ""


@pytest.mark.parametrize(
    ("content", "mode", "why"),
    [
        ("#!/bin/sh\n", 0o644, "not executable: ./program"),
        ("#!/no/such/interpreter\n", 0o755, "cannot start ./program: its interpreter is missing"),
        ("no first line\n", 0o755, "cannot start ./program: Exec format error"),
    ],
)
async def test_a_file_that_cannot_be_run(tmp_path: Path, content: str, mode: int, why: str) -> None:
    (tmp_path / "program").write_text(content)
    (tmp_path / "program").chmod(mode)
    outcome = await run("./program", cwd=tmp_path)
    assert (outcome.ended, outcome.exit_status, outcome.why) == ("not_started", None, why)


async def test_no_such_directory(tmp_path: Path) -> None:
    outcome = await run("true", cwd=tmp_path / "absent")
    assert outcome.ended == "not_started"
    assert outcome.why == f"cannot work in {tmp_path / 'absent'}: No such file or directory"


async def test_an_argument_that_no_program_can_be_given() -> None:
    outcome = await run("echo", "a\0b")
    assert (outcome.ended, outcome.why) == ("not_started", "cannot start echo: embedded null byte")


async def test_directory_and_environment_are_given_to_the_command(tmp_path: Path) -> None:
    outcome = await shell('pwd; echo "$GREETING"; cat', cwd=tmp_path, env={"GREETING": "hello", "PATH": os.defpath})
    assert outcome.output == f"{tmp_path}\nhello\n"  # and cat saw the end of an empty stdin


# Where it runs


@pytest.mark.parametrize("loops", [1, 3])
def test_commands_run_in_loops_of_other_threads(loops: int) -> None:
    outcomes: list[Outcome] = []

    def thread() -> None:
        outcomes.append(asyncio.run(shell("echo from a thread; exit 5")))

    threads = [threading.Thread(target=thread) for _ in range(loops)]
    in_all(threads, threading.Thread.start)
    in_all(threads, lambda thread: thread.join(DEADLINE_S))
    assert [(outcome.exit_status, outcome.output) for outcome in outcomes] == [(5, "from a thread\n")] * loops


def in_all(threads: list[threading.Thread], act: Callable[[threading.Thread], None]) -> None:
    for thread in threads:
        act(thread)


async def test_commands_run_side_by_side() -> None:
    outcomes = await asyncio.gather(*(shell(f"exit {n}") for n in range(10)))
    assert [outcome.exit_status for outcome in outcomes] == list(range(10))
