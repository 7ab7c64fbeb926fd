"""What is shown and kept of a real command's output: in order, redacted, bounded."""

import asyncio
import hashlib
import os
import tracemalloc
from pathlib import Path

import pytest

from running_kit import SECRET, Screen, python, shell


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


@pytest.mark.slow
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
