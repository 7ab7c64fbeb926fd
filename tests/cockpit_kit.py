"""The cockpit as a person meets it: keys in, a frame of text out. All of it is real but the terminal."""

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Literal

import pytest
from textual.events import Key
from textual.keys import _character_to_key
from textual.pilot import Pilot

from cockpit_releases import OPERATOR, RELEASE, events
from warroom.clock import Clock, SystemClock
from warroom.core.events import Event
from warroom.core.probe import Measurement
from warroom.identity import Here
from warroom.live import Live
from warroom.opening import drive
from warroom.presence import Clients
from warroom.probing.sampling import OpenSource, Sampler
from warroom.tui.app import WarroomApp
from warroom.tui.widgets.name_field import NameField

WIDE, NARROW, TINY = (120, 40), (80, 24), (60, 15)
PATIENCE_S = 20.0

_NUMBER = re.compile(r"(?<=^ )\d+(?= +\d\d:\d\d:\d\d  T)", re.MULTILINE)

each_size = pytest.mark.parametrize("size", [WIDE, NARROW, TINY], ids=lambda size: f"{size[0]}x{size[1]}")


class ShiftedClock(SystemClock):
    """The machine's own clock, as if it had slept for a while."""

    def __init__(self) -> None:
        self._ahead_us = 0

    def utc_us(self) -> int:
        return super().utc_us() + self._ahead_us

    def mono_us(self) -> int:
        return super().mono_us() + self._ahead_us

    def advance(self, seconds: float) -> None:
        self._ahead_us += round(seconds * 1e6)


class Silent:
    """A source that never answers, so that only kept readings are shown."""

    blames: Literal["target", "messenger"] = "messenger"

    async def measure(self) -> Measurement:
        await asyncio.Event().wait()
        raise AssertionError("the event is never set")

    async def close(self) -> None: ...


def silent(_spec: object) -> Silent:
    return Silent()


class Cockpit:
    """The running program."""

    def __init__(self, live: Live, app: WarroomApp, pilot: Pilot[None], journal: Path) -> None:
        self.live = live
        self.app = app
        self.pilot = pilot
        self.journal = journal

    async def press(self, *keys: str) -> None:
        """Named keys, or single characters, each after the one before was dealt with."""
        for key in keys:
            self._send(key)
            for _ in range(2):  # a key may open a screen, which then composes and takes the focus
                await self.pilot._wait_for_screen()
            await self.pilot.pause(0)

    async def write(self, text: str) -> None:
        """As from a fast keyboard: nobody waits for anything between two letters."""
        for letter in text:
            self._send("space" if letter == " " else letter)
        await self.pilot.pause(0)

    def _send(self, key: str) -> None:
        """Pilot's own `press` waits until the process is idle, which one that probes is never for long."""
        driver = self.app._driver
        assert driver is not None
        character = " " if key == "space" else key if len(key) == 1 else None
        driver.send_message(Key(key if len(key) > 1 or key.isalnum() else _character_to_key(key), character))

    async def resize(self, size: tuple[int, int]) -> None:
        await self.pilot.resize_terminal(*size)

    async def until(self, holds: Callable[[], object], what: str = "the condition") -> None:
        """Waits until `holds` is true; fails with the frame that was there instead."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not holds():
                    await self.pilot.pause(0.02)
        except TimeoutError:
            raise AssertionError(f"{what} did not come about:\n{self.text}") from None

    async def shows(self, *texts: str) -> None:
        """Waits until the frame holds all `texts`."""
        await self.until(lambda: all(text in self.text for text in texts), f"{texts}")

    async def hides(self, text: str) -> None:
        await self.until(lambda: text not in self.text, f"a frame without {text!r}")

    async def listens(self) -> None:
        """Waits until the rollback screen's first, deaf moment is over."""
        await self.until(lambda: not self.app.screen.query_one(NameField).deaf, "a screen that listens")

    async def open_rollback(self) -> None:
        """Its screen, past that moment."""
        await self.press("R")
        await self.shows("ROLL BACK", "Type the name of the release to start")
        await self.listens()

    async def start_rollback(self) -> None:
        await self.open_rollback()
        await self.write(RELEASE)
        await self.press("enter")
        await self.stored("rollback_started")

    async def stored(self, kind: str, count: int = 1) -> list[Event]:
        """Waits until the journal holds `count` events of the kind; gives them."""
        await self.until(lambda: len(self.of_kind(kind)) >= count, f"{count} x {kind}")
        return self.of_kind(kind)

    def of_kind(self, kind: str) -> list[Event]:
        return [event for event in events(self.journal) if event.body.kind == kind]

    @property
    def lines(self) -> list[str]:
        """The frame, a line of text a row, as the terminal gets it."""
        strips = self.app.screen._compositor.render_strips()  # what the driver draws; Textual has no public door to it
        return ["".join(segment.text for segment in strip) for strip in strips]

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.lines)

    @property
    def still(self) -> str:
        """The frame without what differs from run to run: the head's hash, and the numbers of events in the feed."""
        text = self.text.replace(self.live.release.hash[:8], "-" * 8)
        return _NUMBER.sub(lambda found: "-" * len(found[0]), text) + "\n"

    def row(self, text: str) -> int:
        """The first row of the frame with this text in it."""
        return next(number for number, line in enumerate(self.lines) if text in line)


@contextmanager
def _in_utc() -> Iterator[None]:
    """Frames show local time only where it differs from UTC."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    time.tzset()
    try:
        yield
    finally:
        os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
        time.tzset()


@asynccontextmanager
async def cockpit(
    journal: Path,
    size: tuple[int, int] = WIDE,
    *,
    clock: Clock | None = None,
    source: OpenSource | None = silent,
    operator: str = OPERATOR,
    base: Path | None = None,
    probe_files: Path | None = None,
    approved: Collection[str] | None = None,
    clients: Clients | None = None,
) -> AsyncIterator[Cockpit]:
    """The cockpit on a journal. With `source` None the probes really ask what their files say.

    Commands run in `base`, or beside the journal. Changed files in `probe_files` are taken; of commands of probes only
    those `approved` run.
    """
    here = Here(user="deploy", host="prod-ops-1", pid=4711, base=base or journal.parent)
    sampler = Sampler(clock or SystemClock(), open_source=source, approved=approved)
    with _in_utc(), drive(journal, sampler, here, operator=operator, probe_files=probe_files, clients=clients) as live:
        app = WarroomApp(live)
        async with app.run_test(size=size, notifications=True) as pilot:
            running = Cockpit(live, app, pilot, journal)
            await running.until(lambda: len(app.screen_stack) > 1, "the cockpit")
            yield running


FRAMES = Path(__file__).parent / "frames"


async def assert_frame(it: Cockpit, name: str) -> None:
    """The frame is, but for what differs from run to run, the one kept as `frames/NAME-WIDTHxHEIGHT.txt`.

    With ACCEPT_FRAMES set it is kept as it is now, to be looked at in the diff.
    """
    width, height = it.app.size
    kept = FRAMES / f"{name}-{width}x{height}.txt"
    if os.environ.get("ACCEPT_FRAMES"):
        await it.pilot.pause(1)
        kept.write_text(it.still, encoding="utf-8")
    expected = kept.read_text(encoding="utf-8")
    try:
        await it.until(lambda: it.still == expected, kept.name)
    except AssertionError:
        assert it.still == expected, f"another frame than {kept.name}; ACCEPT_FRAMES=1 keeps it"
