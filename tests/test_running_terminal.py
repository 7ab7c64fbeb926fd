"""Commands see a terminal, at which nobody sits; what they do to it is shown as lines that can do no harm."""

import asyncio
import os
from pathlib import Path
from typing import Self

import pytest

from running_kit import DEADLINE_S, SECRET, Screen, all_gone, python, run, shell
from warroom.core.redaction import Redactor
from warroom.running.terminal import Window

# What a command sees


async def test_stdout_and_stderr_are_a_terminal_and_stdin_is_empty() -> None:
    outcome = await shell("test -t 1 && test -t 2 && echo terminal; test -t 0 || echo not stdin; cat; echo end")
    assert outcome.output == "terminal\nnot stdin\nend\n"


async def test_it_has_the_size_that_was_asked_for() -> None:
    code = "import os; print(*os.get_terminal_size(1))"
    assert (await python(code)).output == "120 40\n"
    assert (await python(code, window=Window(columns=77, rows=5))).output == "77 5\n"


async def test_the_environment_says_what_kind_it_is_and_that_nobody_turns_pages() -> None:
    env = {"PATH": os.defpath, "TERM": "xterm-256color", "PAGER": "less", "MINE": "kept"}
    outcome = await shell('echo "$TERM $PAGER $GIT_PAGER $SYSTEMD_PAGER $MINE"', env=env)
    assert outcome.output == "dumb cat cat cat kept\n"


async def test_bytes_pass_as_they_are() -> None:
    """So that size and hash are those of what the command wrote."""
    outcome = await python(r"import os; os.write(1, b'a\tb\nc\x04\x03\x1a\r\n')")
    assert outcome.output_bytes == 10


# Asking


async def test_a_question_to_the_terminal_is_refused_at_once() -> None:
    async with asyncio.timeout(DEADLINE_S):
        outcome = await shell("read answer </dev/tty", timeout_s=60 * DEADLINE_S)
    assert (outcome.ended, outcome.exit_status) == ("failed", 2)
    assert "cannot open /dev/tty" in outcome.output


async def test_a_question_for_a_password_fails_at_once() -> None:
    async with asyncio.timeout(DEADLINE_S):
        outcome = await python("import getpass; getpass.getpass()", timeout_s=60 * DEADLINE_S)
    assert outcome.ended == "failed"
    assert "Password: " in outcome.output
    assert outcome.output.endswith("EOFError\n")


@pytest.mark.parametrize("fd", [1, 2])
async def test_the_terminal_cannot_be_read_from(fd: int) -> None:
    async with asyncio.timeout(DEADLINE_S):
        outcome = await python(f"import os; os.read({fd}, 1)", timeout_s=60 * DEADLINE_S)
    assert "Bad file descriptor" in outcome.output


async def test_a_tool_that_finds_a_way_to_wait_for_keys_shows_its_question_and_runs_to_its_deadline() -> None:
    code = "import os; print('Go on? ', end=''); os.read(os.open(os.ttyname(1), os.O_RDONLY | os.O_NOCTTY), 1)"
    screen = Screen()
    with all_gone() as marked:
        running = asyncio.create_task(python(code, on_growing=screen.grow, timeout_s=0.5, env=marked.env))
        await screen.grown("Go on? ")
        assert (await running).why == "timed out after 0.5 s"


# What they draw


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        (r"\033[31mred\033[0m\n", ["red"]),
        (r"\033[2J\033[1;1Hwiped?\n", ["wiped?"]),
        (r"\033]0;title\007named\n", ["named"]),
        (r"\033]8;;http://127.0.0.1/\033\\link\033]8;;\033\\\n", ["link"]),
        (r"\033]52;c;cm0gLXJmIC8=\007pasted?\n", ["pasted?"]),
        (r"\033P1$r0m\033\\\033c\0337reset\n", ["reset"]),
        (r"bell\007 and escape \033\n", ["bell␇ and escape ␛"]),
        (r"windows\r\n", ["windows"]),
        (r"10%%\r50%%\r100%%\n", ["100%"]),
        (r"\r10%%\r50%%\r100%%\r\ndone\n", ["100%", "done"]),
        (r"|\b/\b-\b done\n", [" done"]),
        (r"a\tb\n", ["a       b"]),
        (r"\n\n", ["", ""]),
    ],
)
async def test_control_sequences_are_harmless_and_lines_in_their_last_state(printed: str, shown: list[str]) -> None:
    screen = Screen()
    outcome = await run("printf", printed, on_output=screen.show)
    assert screen.lines == shown
    assert outcome.output == "".join(f"{line}\n" for line in shown)


async def test_a_sequence_and_a_line_may_come_in_any_pieces() -> None:
    printed = b"10%\r\x1b[32m100%\x1b[0m \xe0\xa6\x95\x1b]0;t\x07\r\nnext\n"
    code = f"import os, time\nfor byte in {printed!r}: os.write(1, bytes([byte])); time.sleep(0.001)"
    assert (await python(code)).output == "100% ক\nnext\n"


async def test_a_secret_is_found_under_colours() -> None:
    outcome = await shell(rf"printf 'pass\033[1mword=abc \033[31m{SECRET[:5]}\033[0m{SECRET[5:]}\n'")
    assert outcome.output == "password=[redacted] [redacted]\n"


# A line that has not ended


class Steered:
    """A command that prints what it is told, when it is told."""

    def __init__(self, directory: Path) -> None:
        self._orders = directory / "orders"
        os.mkfifo(self._orders)
        self.argv = ("/bin/sh", "-c", f'while IFS= read -r order; do printf "$order"; done <{self._orders}')

    def __enter__(self) -> Self:
        self._file = os.open(self._orders, os.O_RDWR)
        return self

    def prints(self, text: str) -> None:
        os.write(self._file, f"{text}\n".encode())

    def __exit__(self, *_: object) -> None:
        os.close(self._file)


async def test_it_is_shown_while_it_grows(tmp_path: Path) -> None:
    screen = Screen()
    with Steered(tmp_path) as command:
        running = asyncio.create_task(run(*command.argv, on_output=screen.show, on_growing=screen.grow))
        command.prints("working")
        await screen.grown("working")
        command.prints(r" 10%%\rworking 20%%")
        await screen.grown("working 20%")
        command.prints(r"\033[1mx")
        await screen.grown("working 20%x")
        assert screen.lines == []
        command.prints(r" done\nnext")
        await screen.grown("next")
        assert screen.lines == ["working 20%x done"]
        command.prints(r"\n")
        await screen.grown("")
    await running
    assert screen.lines == ["working 20%x done", "next"]


async def test_one_that_never_ends_is_shown_at_last(tmp_path: Path) -> None:
    screen = Screen()
    with Steered(tmp_path) as command:
        running = asyncio.create_task(run(*command.argv, on_output=screen.show, on_growing=screen.grow))
        command.prints("the end")
        await screen.grown("the end")
    await running
    assert (screen.lines, screen.growing[-1]) == (["the end"], "")


async def test_only_the_end_of_a_long_one_is_shown() -> None:
    screen = Screen()
    await python("import time; print('.' * 3000 + 'x', end=''); time.sleep(0.3)", on_growing=screen.grow)
    assert screen.growing[-2:] == ["…" + "." * 498 + "x", ""]


@pytest.mark.parametrize(
    ("begun", "shown"),
    [
        (f"login {SECRET[:-1]}", "login "),
        (f"login {SECRET}", "login [redacted]"),
        ("password=abc", "password=[redacted]"),
        ("get http://me:hunter", "get http://"),
        (r"\055----BEGIN PRIVATE KEY-----\nMIIEvQ", "[redacted]"),
    ],
)
async def test_half_a_secret_is_not_shown(begun: str, shown: str, tmp_path: Path) -> None:
    screen = Screen()
    with Steered(tmp_path) as command:
        running = asyncio.create_task(run(*command.argv, on_growing=screen.grow))
        command.prints(begun)
        await screen.grown(shown)
    await running
    assert all(line in {shown, ""} for line in screen.growing)


async def test_no_terminal_left(monkeypatch: pytest.MonkeyPatch) -> None:
    def openpty() -> tuple[int, int]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.openpty", openpty)
    outcome = await run("true", redactor=Redactor())
    assert (outcome.ended, outcome.why) == (
        "not_started",
        "cannot start true: no terminal for it: No space left on device",
    )
