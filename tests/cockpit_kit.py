"""The cockpit as a person meets it: keys in, a frame of text out. All of it is real but the terminal."""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Literal

from textual.events import Key
from textual.keys import _character_to_key
from textual.pilot import Pilot

from http_traps import Reply, Request, serve
from warroom.cli.cockpit import start_release
from warroom.clock import Clock, SystemClock
from warroom.core import decisions
from warroom.core.events import Event
from warroom.core.probe import Measurement, Verdict
from warroom.core.rules import parse_rule
from warroom.core.store import Sample
from warroom.identity import Here
from warroom.journal.store import open_journal
from warroom.live import Live, drive
from warroom.probing.sampling import OpenSource, Sampler
from warroom.room import Room
from warroom.tui.app import WarroomApp

WIDE, NARROW, TINY = (120, 40), (80, 24), (60, 15)
RELEASE = "shop 4.2.0"
OPERATOR = "ops-1"
T0 = 1_772_395_200_000_000  # 2026-03-01T20:00:00Z
PATIENCE_S = 3.0

CHECKLIST = """\
# Shop release

## Before (T-1 day)

### Data
- [ ] Back up the database <!-- wr: backup -->
- [ ] Restore the backup <!-- wr: restore -->

## Deployment Day

### Switch
- [ ] Deploy to production <!-- wr: deploy -->
- [ ] Verify payments <!-- wr: payments -->
  - [ ] by card <!-- wr: card -->
  - [ ] by wallet <!-- wr: wallet -->
- [ ] Verify the search <!-- wr: search -->

## After (T+1 day)
- [ ] Read the error log <!-- wr: error-log -->
"""

VITALS = {"health": 6.0, "error-rate": 0.2, "payment-success": 99.4, "queue-depth": 40.0}
_RULES = {"health": "< 5", "error-rate": "> 2", "payment-success": "< 95", "queue-depth": "> 500"}


class HandClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now_us = T0

    def utc_us(self) -> int:
        return self.now_us

    def mono_us(self) -> int:
        return self.now_us

    def advance(self, seconds: float) -> None:
        self.now_us += round(seconds * 1e6)


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


class Shop:
    """A small production on loopback whose numbers a test sets."""

    def __init__(self) -> None:
        self.numbers: dict[str, Any] = dict(VITALS)
        self.url = ""

    def answer(self, _request: Request) -> Reply:
        return Reply(body=json.dumps(self.numbers))


@contextmanager
def shop() -> Iterator[Shop]:
    it = Shop()
    with serve(it.answer) as it.url:
        yield it


def vitals(url: str = "http://127.0.0.1:9/", *, every: str = "100ms", deadline: str = "90ms") -> dict[str, str]:
    """Probe files for the four big panes, by name."""
    return {
        name: (
            f'title = "{name.replace("-", " ").capitalize()}"\npane = "{name.replace("-", " ")}"\n'
            f'every = "{every}"\ndeadline = "{deadline}"\nstale_after = "90s"\n'
            f'[source]\nkind = "http"\nurl = "{url}"\n[[check]]\nget = "json:$[\'{name}\']"\nfail = "{rule}"\n'
        )
        for name, rule in _RULES.items()
    }


def begin(
    home: Path,
    checklist: str = CHECKLIST,
    side_file: str = "",
    probes: Mapping[str, str] | None = None,
    *,
    release: str = RELEASE,
    environment: str = "production",
) -> Path:
    """A release that has just been started; gives its journal."""
    (home / "probes").mkdir()
    for name, text in (vitals() if probes is None else probes).items():
        (home / "probes" / f"{name}.toml").write_text(text, encoding="utf-8")
    (home / "shop.toml").write_text(side_file, encoding="utf-8")
    path, journal = home / "shop.md", home / "shop.journal"
    path.write_text(checklist, encoding="utf-8")
    start_release(path, home / "probes", release, environment, "2026-03-01T20:00:00Z", journal, OPERATOR)
    return journal


def events(journal: Path) -> list[Event]:
    """All that the journal holds, as another process reads it."""
    stored = open_journal(journal, read_only=True)
    try:
        return list(stored.read())
    finally:
        stored.close()


SIDE_FILE = """\
[item.pay-e2e]
owner = "payments"
required = true
probe = "payment-success"
guide = "Pay once by card and once by wallet, then compare with the pane."

[item.deploy]
owner = "deploy lead"
required = true
step = { argv = ["true", "--to", "green"], expected = "10s" }

[rollback]
to = "shop 4.1.7 (blue)"
verify = ["health", "payment-success"]
does_not_undo = ["payments that green took stay in the table", "push notifications that went out stay out"]
""" + "".join(
    f"""
[[rollback.step]]
title = "{title}"
where = "{where}"
argv = {argv}
expected = "{expected}"
"""
    for title, where, argv, expected in (
        ("Point traffic back to blue", "prod-lb-1", '["true", "--to", "blue"]', "10s"),
        ("Drain the green workers", "prod-app-g1..g4", '["false", "--drain", "green"]', "45s"),
        ("Set the feature flags of 4.1.7", "flagd", '["true", "flags/4.1.7.toml"]', "5s"),
        ("Warm the caches of blue", "prod-app-b1..b4", '["true", "--warm", "blue"]', "20s"),
        ("Turn the banner off", "cdn", '["true", "--banner", "off"]', "5s"),
        ("Tell the support desk", "chat", '["true", "#support"]', "2s"),
    )
)


def half_way(home: Path, clock: HandClock, *, falling: bool = False) -> Path:
    """The shipped checklist in the middle of its deployment day, every second the same; `falling`: payments fail."""
    text = (Path(__file__).parents[1] / "checklists" / "production.md").read_text(encoding="utf-8")
    journal = begin(home, text, SIDE_FILE, vitals(every="60s", deadline="59s"))
    stored = open_journal(journal)
    room = Room(stored, clock, origin="cli@prod-ops-1:4711")
    clock.now_us = T0 - 1_200_000_000
    tick = partial(decisions.tick, note="", value="", seen=())
    for spec in room.plan.probes:
        calm = Verdict(probe=spec.id, word="ok", text="as it should be")
        room.act(partial(decisions.verdict_changed, verdict=calm), actor="warroom")
    earlier = [item for phase in room.plan.checklist.phases[:2] for item in phase.walk()]
    for item in (*(item.id for item in earlier), "tag", "go-no-go", "deploy", "services", "smoke", "api-health"):
        clock.advance(15)
        room.act(partial(tick, item=item), actor="sre-1")
    clock.now_us = T0 + 700_000_000
    room.act(partial(decisions.skip, item="auth", reason="covered by smoke suite S-14"), actor="sre-1")
    room.act(partial(decisions.note, item="pay-e2e", text="first payment by card: ok"), actor="sre-1")
    room.act(partial(decisions.fail, item="realtime", reason="websocket closed 1006", seen=()), actor="ci:1882")
    room.act(partial(decisions.note, item="", text="bKash ও Nagad দুটোই ঠিক আছে"), actor="qa-1")
    for name in VITALS:
        stored.record(_history(name, clock.now_us, falling=falling))
    stored.remember("cursor", "pay-e2e")
    stored.close()
    clock.advance(4)
    return journal


def _history(name: str, now_us: int, *, falling: bool) -> list[Sample]:
    made = []
    for n in range(40):
        value = VITALS[name] - (0.6 * max(0, n - 30) if falling and name == "payment-success" else 0)
        fails = parse_rule(_RULES[name]).holds(value)
        at_us = now_us - (39 - n) * 5_000_000
        word: Literal["ok", "fail"] = "fail" if fails else "ok"
        made.append(Sample(probe=name, at_us=at_us, mono_us=at_us, took_us=9000, outcome=word, value=value, word=word))
    return made


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
            for _ in range(3):  # a key may open a screen, which then composes and takes the focus
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
        """The frame without what differs from run to run."""
        digits = self.live.release.hash[:8]
        return "\n".join(line.rstrip() for line in self.text.replace(digits, "-" * 8).split("\n")) + "\n"

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
) -> AsyncIterator[Cockpit]:
    """The cockpit on a journal. With `source` None the probes really ask what their files say.

    Commands run in `base`, or beside the journal.
    """
    here = Here(user="deploy", host="prod-ops-1", pid=4711, base=base or journal.parent)
    sampler = Sampler(clock or SystemClock(), open_source=source)
    with _in_utc(), drive(journal, sampler, here, operator=operator) as live:
        app = WarroomApp(live)
        async with app.run_test(size=size, notifications=True) as pilot:
            running = Cockpit(live, app, pilot, journal)
            await running.until(lambda: len(app.screen_stack) > 1, "the cockpit")
            yield running


FRAMES = Path(__file__).parent / "frames"


async def assert_frame(it: Cockpit, name: str) -> None:
    """The frame is the one kept as `frames/NAME-WIDTHxHEIGHT.txt`, but for the head's hash, which is random.

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
