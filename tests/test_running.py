"""Commands as real processes: how they end, what is kept of their output, and that nothing stays behind."""

import asyncio
import hashlib
import os
import signal
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from warroom.clock import SystemClock
from warroom.core.outcome import Outcome
from warroom.core.redaction import Redactor
from warroom.running.child import Child, start_child
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


# Its output


async def test_stdout_and_stderr_come_in_the_order_they_were_written() -> None:
    code = "import os\nfor n in range(500): os.write(1 + n % 2, b'%d\\n' % n)"
    screen = Screen()
    outcome = await python(code, on_output=screen.show)
    assert screen.lines == [str(n) for n in range(500)]
    assert outcome.output.split() == screen.lines


async def test_lines_are_shown_while_the_command_runs(tmp_path: Path) -> None:
    screen = Screen()
    go = tmp_path / "go"
    os.mkfifo(go)
    running = asyncio.create_task(shell(f"echo first; read line < {go}; echo second", on_output=screen.show))
    await screen.line("first")
    assert screen.lines == ["first"]
    await asyncio.to_thread(go.write_text, "now\n")
    assert (await running).output == "first\nsecond\n"


async def test_a_long_line_is_shown_in_pieces_and_kept_whole() -> None:
    screen = Screen()
    outcome = await python("print('x' * 20000)", on_output=screen.show)
    assert "".join(screen.lines) == "x" * 20000
    assert max(map(len, screen.lines)) <= 8192
    assert outcome.output == "x" * 20000 + "\n"


async def test_a_large_output_keeps_head_and_tail_and_says_what_was_cut() -> None:
    text = "".join(f"line {n}\n" for n in range(20_000))
    outcome = await python("print('\\n'.join(f'line {n}' for n in range(20_000)))")
    kept = 32 * 1024
    cut = f"\n[... {len(text) - 2 * kept} bytes cut ...]\n"
    assert outcome.output == text[:kept] + cut + text[-kept:]
    assert outcome.output_bytes == len(text)
    assert outcome.output_sha256 == hashlib.sha256(text.encode()).hexdigest()


async def test_a_character_is_not_halved_by_the_cut() -> None:
    outcome = await python("print('x' + 'ক' * 60_000)", env={"PYTHONIOENCODING": "utf-8"})
    assert "\ufffd" not in outcome.output
    assert set(outcome.output.partition("\n[")[0]) == {"x", "ক"}


async def test_escape_sequences_are_kept_as_they_came() -> None:
    outcome = await shell(r"printf '\033[31mred\033[0m\r\n\000'")
    assert outcome.output == "\x1b[31mred\x1b[0m\r\n\0"


async def test_bytes_that_are_no_utf8_are_replaced() -> None:
    outcome = await python("import os; os.write(1, b'a\\xffb \\xe0\\xa6'); os.write(1, b'\\x95 \\xe0')")
    assert outcome.output == "a\ufffdb ক \ufffd"
    assert outcome.output_sha256 == hashlib.sha256(b"a\xffb \xe0\xa6\x95 \xe0").hexdigest()


async def test_a_secret_is_neither_shown_nor_kept() -> None:
    screen = Screen()
    env = {"DB_PASSWORD": SECRET, "PATH": os.defpath}
    outcome = await shell('echo "login $DB_PASSWORD ok"; echo token=abc', env=env, on_output=screen.show)
    assert outcome.output == "login [redacted] ok\ntoken=[redacted]\n"
    assert outcome.redactions == 2
    assert screen.lines == ["login [redacted] ok", "token=[redacted]"]


@pytest.mark.parametrize("before", range(8192 - len(SECRET), 8192 + 2, 4))
async def test_a_secret_across_the_border_of_two_pieces_is_found(before: int) -> None:
    screen = Screen()
    outcome = await python(
        f"import os, time; os.write(1, b'-' * {before} + b'{SECRET[:8]}'); time.sleep(0.05);"
        f"os.write(1, b'{SECRET[8:]}' + b'-' * 9000)",
        on_output=screen.show,
    )
    assert outcome.output == "-" * before + "[redacted]" + "-" * 9000
    assert "".join(screen.lines) == outcome.output


@pytest.mark.parametrize(
    ("unit", "megabytes"), [("\\0", 100), ("a line of output like many others\\n", 20)], ids=["no newline", "lines"]
)
async def test_a_flood_keeps_the_loop_alive_and_the_memory_small(unit: str, megabytes: int) -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    other = asyncio.create_task(others())
    code = (
        f"import os\nblock = ('{unit}' * 50_000)[:50_000].encode()\n"
        f"for n in range({megabytes * 20}): os.write(1, block)"
    )
    tracemalloc.start()
    try:
        outcome = await python(code, timeout_s=120)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        other.cancel()
    assert outcome.ended == "done"
    assert outcome.output_bytes == megabytes * 1_000_000
    assert len(outcome.output) < 70_000
    assert peak < 16_000_000
    assert turns > megabytes * 10  # a turn for others between any two chunks of at most 64 KiB


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
