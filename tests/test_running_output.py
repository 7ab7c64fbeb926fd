"""What is shown and kept of a real command's output: in order, redacted, bounded."""

import asyncio
import hashlib
import os
import tracemalloc
from pathlib import Path

import pytest

from running_kit import SECRET, Screen, python, shell
from warroom.running.output import CALLS_A_SECOND


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


async def test_a_long_line_that_comes_slowly_is_not_cut_in_an_escape_sequence() -> None:
    screen = Screen()
    code = (
        "import os, time\nfor part in (b'x' * 9000 + b'\\x1b[3', b'1mred', b'\\n'): os.write(1, part); time.sleep(0.2)"
    )
    outcome = await python(code, on_output=screen.show)
    assert outcome.output == "x" * 9000 + "red\n"
    assert "".join(screen.lines) == "x" * 9000 + "red"
    assert "" not in screen.lines


async def test_of_a_long_progress_the_last_state_is_kept() -> None:
    code = "for n in range(2000): print(f'\\rstep {n} of 2000', end='')\nprint(', done')"
    assert (await python(code)).output == "step 1999 of 2000, done\n"


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


async def test_many_lines_come_in_few_batches_of_bounded_size() -> None:
    screen = Screen()
    outcome = await python("for n in range(2000): print(n)", on_output=screen.show)
    shown = screen.lines
    assert shown[:250] == [str(n) for n in range(250)]
    assert shown[-1] == "1999"
    assert len(screen.batches) <= 1 + outcome.duration_s * CALLS_A_SECOND + 1  # at the start, in between, at the end
    assert max(map(len, screen.batches)) <= 501
    missing = sum(int(line.split()[1]) for line in shown if line.startswith("[..."))
    assert missing + sum(1 for line in shown if not line.startswith("[...")) == 2000


@pytest.mark.parametrize("line", ["x" * 8000, "ক" * 20_000], ids=["long", "too long"])
async def test_a_batch_of_long_lines_is_bounded_too(line: str) -> None:
    screen = Screen()
    await python(f"import sys\nsys.stdout.reconfigure(encoding='utf-8')\nfor n in range(60): print('{line}')",
                 on_output=screen.show)  # fmt: skip
    assert max(sum(map(len, batch)) for batch in screen.batches) <= 2 * (32 + 8) * 1024


class Turns:
    """Counts the turns that other work in the loop gets meanwhile."""

    def __init__(self) -> None:
        self.count = 0

    async def take(self) -> None:
        while True:
            await asyncio.sleep(0)
            self.count += 1


FLOODS = {
    "no newline": "x",
    "nothing that can be printed": "\\0",
    "lines": "a line of output like many others\\n",
    "short lines": "y\\n",
    "progress": "\\r 10% of what there is",
    "escape sequences": "\\x1b[31mred\\x1b[0m ",
}


@pytest.mark.parametrize("unit", FLOODS.values(), ids=FLOODS.keys())
@pytest.mark.parametrize("megabytes", [5, pytest.param(100, marks=pytest.mark.slow)])
async def test_a_flood_keeps_the_loop_alive_and_the_memory_small(unit: str, megabytes: int) -> None:
    turns, screen = Turns(), Screen()
    other = asyncio.create_task(turns.take())
    code = (
        f"import os\nblock = ('{unit}' * 50_000)[:50_000].encode()\n"
        f"for n in range({megabytes * 20}): os.write(1, block)\n"
        "os.write(1, b'\\nthe end')"
    )
    tracemalloc.start()
    try:
        outcome = await python(code, timeout_s=120, on_output=screen.show)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        other.cancel()
    assert outcome.why == "exit status 0"
    assert outcome.output_bytes == megabytes * 1_000_000 + 8
    assert len(outcome.output.encode()) < 70_000
    assert (outcome.output.endswith("\nthe end"), screen.lines[-1]) == (True, "the end")
    assert peak < 16_000_000
    assert turns.count > megabytes * 10  # a turn for others between any two chunks of at most 64 KiB


async def test_size_and_hash_of_a_flood_are_those_of_all_of_it() -> None:
    block = "".join(f"line {n}\n" for n in range(100_000)).encode()
    code = "import os\nblock = ''.join(f'line {n}\\n' for n in range(100_000)).encode()"
    outcome = await python(f"{code}\nfor _ in range(4): os.write(1, block)")
    assert (outcome.output_bytes, outcome.output_sha256) == (4 * len(block), hashlib.sha256(4 * block).hexdigest())
    head, rest = outcome.output.split("\n[... ")
    cut, tail = rest.split(" bytes cut ...]\n")
    assert (4 * block).startswith(head.encode())
    assert block.endswith(tail.encode())
    assert len(head) + int(cut) + len(tail) == outcome.output_bytes
    assert min(len(head), len(tail)) > 30_000


KEY = "-----BEGIN PRIVATE KEY-----\\n" + "MIIEvQ\\n" * 1000 + "-----END PRIVATE KEY-----\\n"


@pytest.mark.parametrize("secret", [SECRET, KEY], ids=["known", "key"])
async def test_a_secret_that_a_flood_cuts_in_two_is_not_shown(secret: str) -> None:
    """Wherever reading goes on after what was dropped, a secret may have begun before."""
    screen = Screen()
    times = 2_000_000 // len(secret)
    code = f"import os\nblock = ('{secret}' * {times}).encode()\nfor n in range(10): os.write(1, block)"
    outcome = await python(code, on_output=screen.show)
    told = "\n".join([outcome.output, *screen.lines])
    assert "bytes not shown" in told
    assert "[redacted]" in told
    assert not any(part in told for part in (SECRET[:5], SECRET[-5:], "MIIEvQ"))
