"""What a keeper writes down for others: bounded, in order, and what is missing is told."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from room_kit import no_room_to_write
from warroom.running.detached import DetachedRun
from warroom.running.keeper import Log


def batches(log: Log, numbers: range) -> list[str]:
    """Adds as many, each as large as a flood's; gives their lines."""
    made = [[f"{number}.{n} {'x' * 150}" for n in range(480)] for number in numbers]
    for lines in made:
        log.add(lines)
    return [line for lines in made for line in lines]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    (tmp_path / "run").mkdir()
    with closing(Log(tmp_path / "run")) as it:
        yield it


@pytest.fixture
def run(tmp_path: Path) -> Iterator[DetachedRun]:
    with closing(DetachedRun(tmp_path, "run")) as it:
        yield it


def test_a_flood_that_nobody_reads_is_bounded_and_its_gap_is_told(tmp_path: Path, log: Log, run: DetachedRun) -> None:
    written = batches(log, range(60))
    sizes = [path.stat().st_size for path in (tmp_path / "run").glob("output*")]
    assert (len(sizes), sum(sizes) < 3 * 1024 * 1024) == (2, True)
    (missing,), *rest = (printed.lines for printed in run.printed())
    read = [line for lines in rest for line in lines]
    assert missing == f"[... not kept: {len(written) - len(read)} lines ...]"
    assert read == written[-len(read) :]


def test_who_reads_along_misses_nothing(log: Log, run: DetachedRun) -> None:
    written, read = list[str](), list[str]()
    for number in range(0, 60, 5):
        written += batches(log, range(number, number + 5))
        read += [line for printed in run.printed() for line in printed.lines]
    assert read == written


def test_what_a_full_disk_does_not_take_is_told_as_a_gap(log: Log, run: DetachedRun) -> None:
    log.add(["one"])
    with no_room_to_write():
        log.add(["two", "three"])
        log.grow("four")
    log.add(["four"])
    assert [printed.lines for printed in run.printed()] == [("one",), ("[... not kept: 2 lines ...]",), ("four",)]


FULL = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from fallback_child import fill
from warroom.running.detached import DetachedRun
from warroom.running.keeper import Log, Order

def order(): return Order(["sh", "-c", "echo begun; exec sleep 600"], str(disk), None, 60, 5)

async def main():
    stop = asyncio.Event()
    def full(printed):
        print(*printed.lines)
        for number in range(3): fill(disk / f"filler{number}")
        stop.set()
    outcome = await run.follow(full, print, stop)
    print(outcome.why)

disk = Path(sys.argv[1])
run = DetachedRun(disk / "runs", "one")
run.start(order())
asyncio.run(main())
try: DetachedRun(disk / "runs", "two").start(order())
except OSError as error: print(error.strerror)
print(*sorted(path.name for path in (disk / "runs").iterdir()))
"""


def test_a_disk_that_gets_full_keeps_room_for_the_result_and_can_be_asked_to_stop(tmp_path: Path) -> None:
    mount = f'mount -t tmpfs -o size=2m none "{tmp_path}" && exec "$@"'
    wrapper = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh"]
    if subprocess.run([*wrapper, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount")
    argv = [*wrapper, sys.executable, "-c", FULL, str(tmp_path), str(Path(__file__).parent)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.splitlines() == ["begun", "stopped by TERM", "No space left on device", "one"], done.stderr
