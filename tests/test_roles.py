"""Several cockpits on one journal: one drives, others stand by and act, a watcher only looks; nobody is lost."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from cockpit_kit import silent
from release_kit import NAME
from room_kit import begin, stored
from warroom.clock import SystemClock
from warroom.core import decisions
from warroom.core.errors import Refused
from warroom.core.events import CockpitOpened, DriverTook, Event, StepInterrupted
from warroom.identity import Here
from warroom.live import Listeners, Live
from warroom.opening import drive, watch
from warroom.probing.sampling import Sampler

PATIENCE_S = 10.0


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return begin(tmp_path / "r.journal")


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def here(pid: int) -> Here:
    return Here(user="ada", host="tower", pid=pid, base=Path("/"))


def open_cockpit(stack: ExitStack, journal: Path, pid: int) -> Live:
    live = stack.enter_context(drive(journal, Sampler(SystemClock(), open_source=silent), here(pid), operator="ada"))
    live.start(deaf(), version="0")
    return live


def open_watcher(stack: ExitStack, journal: Path, listeners: Listeners | None = None) -> Live:
    live = stack.enter_context(watch(journal, Sampler(SystemClock(), open_source=silent), here(99)))
    live.start(listeners or deaf(), version="0")
    return live


def deaf() -> Listeners:
    return Listeners(update=lambda _: None, reading=lambda: None, output=lambda _: None, trouble=lambda _: None)


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def note(text: str) -> decisions.Wish:
    return partial(decisions.note, item="", text=text)


def bodies(journal: Path, kind: type) -> list[Event]:
    return [event for event in stored(journal) if isinstance(event.body, kind)]


def test_the_first_cockpit_drives_and_the_second_stands_by(stack: ExitStack, journal: Path) -> None:
    first, second = open_cockpit(stack, journal, 1), open_cockpit(stack, journal, 2)
    assert (first.role, second.role) == ("drives", "stands by")
    until(lambda: second.release.driver == "ada@tower:1")
    opened = [event.body for event in bodies(journal, CockpitOpened)]
    assert [body.drives for body in opened if isinstance(body, CockpitOpened)] == [True, False]


def test_who_stands_by_acts_on_the_same_journal(stack: ExitStack, journal: Path) -> None:
    first, second = open_cockpit(stack, journal, 1), open_cockpit(stack, journal, 2)
    seq = second.act(note("from the second")).result()[0].seq
    until(lambda: first.release.seq >= seq)
    with pytest.raises(Refused, match="by ada@tower:1"):
        second.roll_back(typed=NAME, reason="").result()


def test_when_the_driver_leaves_who_stood_by_takes_over(stack: ExitStack, journal: Path) -> None:
    with ExitStack() as first_stack:
        open_cockpit(first_stack, journal, 1)
        second = open_cockpit(stack, journal, 2)
    until(lambda: second.role == "drives")
    assert second.release.driver == "ada@tower:2"


DRIVER = """
import sys, time
from pathlib import Path
sys.path.insert(0, {tests!r})
from contextlib import ExitStack
from test_roles import open_cockpit
with ExitStack() as stack:
    live = open_cockpit(stack, Path({journal!r}), 1)
    live.run_item({item!r})
    while not live.release.running():
        time.sleep(0.01)
    print("runs", flush=True)
    time.sleep(600)
"""


def test_when_the_driver_is_killed_nothing_is_lost_and_its_step_is_interrupted(
    stack: ExitStack, tmp_path: Path
) -> None:
    journal, item = begin_with_a_long_step(tmp_path)
    code = DRIVER.format(tests=str(Path(__file__).parent), journal=str(journal), item=item)
    driver = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert driver.stdout
    with driver:
        assert driver.stdout.readline() == "runs\n"
        second = open_cockpit(stack, journal, 2)
        before = stored(journal)
        driver.send_signal(signal.SIGKILL)
        until(lambda: second.role == "drives")
    assert stored(journal)[: len(before)] == before
    assert len(bodies(journal, DriverTook)) == 1
    assert len(bodies(journal, StepInterrupted)) == 1
    assert second.release.item(item).shown == "interrupted"


def begin_with_a_long_step(directory: Path) -> tuple[Path, str]:
    from warroom.cli.cockpit import start_release

    (directory / "r.md").write_text("# R\n- [ ] wait\n", encoding="utf-8")
    (directory / "r.toml").write_text('[item.wait.step]\nargv = ["sleep", "5"]\n', encoding="utf-8")
    start_release(directory / "r.md", None, NAME, "production", "now", directory / "r.journal", "ada")
    return directory / "r.journal", "wait"


def test_a_watcher_sees_what_others_do_and_writes_nothing(stack: ExitStack, journal: Path) -> None:
    seen: list[int] = []
    listeners = deaf()
    listeners.update = lambda update: seen.append(update.release.seq)
    watcher = open_watcher(stack, journal, listeners)
    before = stored(journal)
    with pytest.raises(Refused, match="only watches"):
        watcher.act(note("no")).result()
    with pytest.raises(Refused):
        watcher.run_item("anything").result()
    watcher.remember("cursor", "x")
    assert stored(journal) == before
    other = open_cockpit(stack, journal, 1)
    seq = other.act(note("yes")).result()[0].seq
    until(lambda: seq in seen)
    assert watcher.role == "watches"
    assert watcher.setting("cursor") == ""


async def test_a_watcher_does_not_keep_a_writer_waiting(stack: ExitStack, journal: Path) -> None:
    watcher = open_watcher(stack, journal)
    driver = open_cockpit(stack, journal, 1)
    for n in range(50):
        events = await asyncio.wrap_future(driver.act(note(str(n))))
        assert watcher.recent(1)
        assert events
