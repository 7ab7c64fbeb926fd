"""Commands as real processes: how they end, and that nothing stays behind."""

import asyncio
import hashlib
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from running_kit import DEADLINE_S, FOREVER_S, Screen, ended_at_last, is_alive, python, run, shell, wait_until
from warroom.core.outcome import Outcome
from warroom.running.child import Child, start_child

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


# Ending it


async def test_timeout() -> None:
    outcome = await shell("echo begun; exec sleep 60", timeout_s=0.2)
    assert (outcome.ended, outcome.exit_status) == ("timeout", -signal.SIGTERM)
    assert outcome.why == "timed out after 0.2 s"


async def test_stop_is_polite_first() -> None:
    stop, screen = asyncio.Event(), Screen()
    code = "import signal, time; signal.signal(15, lambda *_: (print('bye'), exit(7))); print('ready'); time.sleep(60)"
    running = asyncio.create_task(python(code, stop=stop, on_output=screen.show, grace_s=FOREVER_S))
    await screen.line("ready")
    stop.set()
    outcome = await running
    assert (outcome.ended, outcome.exit_status, outcome.why) == ("stopped", 7, "stopped by TERM")
    assert outcome.output == "ready\nbye\n"


async def test_a_command_that_ignores_term_is_killed() -> None:
    stop, screen = asyncio.Event(), Screen()
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print('ready'); time.sleep(60)"
    running = asyncio.create_task(python(code, stop=stop, on_output=screen.show, grace_s=0.1))
    await screen.line("ready")
    stop.set()
    outcome = await running
    assert (outcome.ended, outcome.exit_status, outcome.why) == ("stopped", -signal.SIGKILL, "stopped by KILL")


async def test_a_stop_before_the_start_runs_nothing(tmp_path: Path) -> None:
    stop = asyncio.Event()
    stop.set()
    outcome = await run("touch", str(tmp_path / "ran"), stop=stop)
    assert (outcome.ended, outcome.why) == ("not_started", "stopped before it started")
    assert not (tmp_path / "ran").exists()


GRANDCHILD = "(trap '' TERM; {redirect} exec sleep 60) & echo pid $!; "


@pytest.mark.parametrize("redirect", ["", "exec >/dev/null 2>&1;"], ids=["holding the pipe", "silent"])
async def test_a_stop_ends_grandchildren_that_ignore_term(redirect: str) -> None:
    stop, screen = asyncio.Event(), Screen()
    script = GRANDCHILD.format(redirect=redirect) + "wait"
    with ended_at_last(screen):
        running = asyncio.create_task(shell(script, stop=stop, on_output=screen.show, grace_s=0.1))
        grandchild = int(await screen.line("pid "))
        stop.set()
        assert (await running).ended == "stopped"
        wait_until(lambda: not is_alive(grandchild))


async def test_cancelling_ends_the_group() -> None:
    screen = Screen()
    with ended_at_last(screen):
        running = asyncio.create_task(
            shell(GRANDCHILD.format(redirect="") + "wait", on_output=screen.show, grace_s=0.1)
        )
        grandchild = int(await screen.line("pid "))
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        wait_until(lambda: not is_alive(grandchild))


async def test_cancelling_twice_kills_at_once() -> None:
    screen = Screen()
    with ended_at_last(screen):
        script = "trap '' TERM; echo pid $$; while :; do sleep 60; done"
        running = asyncio.create_task(shell(script, on_output=screen.show, grace_s=FOREVER_S))
        leader = int(await screen.line("pid "))
        running.cancel()
        await asyncio.sleep(0)  # lets it take the first
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        wait_until(lambda: not is_alive(leader))


async def test_a_leftover_that_holds_the_output_open_is_ended() -> None:
    screen = Screen()
    with ended_at_last(screen):
        outcome = await shell(GRANDCHILD.format(redirect="") + "echo over", on_output=screen.show, grace_s=0.1)
        assert (outcome.ended, outcome.exit_status) == ("done", 0)
        assert outcome.why == "exit status 0; processes that it left behind were ended"
        leftover = int(await screen.line("pid "))
        wait_until(lambda: not is_alive(leftover))


async def test_a_leftover_that_soon_ends_may_finish_what_it_says() -> None:
    outcome = await shell("(sleep 0.1; echo late) & echo early")
    assert (outcome.output, outcome.why) == ("early\nlate\n", "exit status 0")


async def test_a_leftover_that_closed_the_output_is_a_service_and_stays() -> None:
    screen = Screen()
    with ended_at_last(screen):
        outcome = await shell("sleep 60 >/dev/null 2>&1 & echo pid $!", on_output=screen.show)
        assert outcome.why == "exit status 0"
        assert is_alive(int(await screen.line("pid ")))


async def test_a_leftover_out_of_reach_does_not_keep_us() -> None:
    """It has left the group, and still holds the pipe: we close our end."""
    screen = Screen()
    code = (
        "import subprocess; p = subprocess.Popen(['sleep', '60'], start_new_session=True); print('pid', p.pid);"
        "p.returncode = 0"
    )
    with ended_at_last(screen):
        async with asyncio.timeout(DEADLINE_S):
            outcome = await python(code, on_output=screen.show, grace_s=FOREVER_S)
        assert outcome.why == "exit status 0"


async def test_a_command_that_closes_its_output_is_waited_for() -> None:
    outcome = await shell("echo last words; exec >&- 2>&-; sleep 0.2; exit 4")
    assert (outcome.exit_status, outcome.output) == (4, "last words\n")


async def test_a_command_that_may_not_be_signalled_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    """As one that runs as another user."""
    children: list[Child] = []

    async def start(*args: Any, **settings: Any) -> Child:
        children.append(await start_child(*args, **settings))
        return children[0]

    def refuse(_group: int, _number: int) -> None:
        raise PermissionError

    monkeypatch.setattr("warroom.running.command.start_child", start)
    monkeypatch.setattr("warroom.running.child.killpg", refuse)
    outcome = await shell("exec sleep 60", timeout_s=0.1, grace_s=0.1)
    assert (outcome.ended, outcome.exit_status) == ("timeout", None)
    assert outcome.why == "timed out after 0.1 s, but could not be ended and may still run"
    # This one can be ended after all, and was when its transport was closed.
    await asyncio.to_thread(wait_until, lambda: children[0].exit_status is not None)


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
