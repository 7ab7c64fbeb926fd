"""A release whose journal cannot be written at the moment of rollback, and cockpits without a screen on it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cockpit_kit import silent
from cockpit_releases import OPERATOR, RELEASE, begin
from warroom.clock import SystemClock
from warroom.core.events import Event
from warroom.identity import Here
from warroom.live import Listeners, Live
from warroom.opening import drive
from warroom.probing.sampling import Sampler

STEPS = 2
COURSE = [
    "rollback_started rollback",
    *(f"step_{what} rollback:{number}" for number in range(1, STEPS + 1) for what in ("started", "finished")),
    "rolled_back rollback",
]
"""A whole rollback, as its events tell it."""


def plan(*, waits_in: int = 0) -> str:
    """A side file whose steps each make a directory of their own, which works once; one of them may never end."""
    text = '[rollback]\nto = "shop 4.1.7"\nverify = ["health"]\n'
    for number in range(1, STEPS + 1):
        script = f"mkdir ran-{number}" + ("; exec sleep 600" if number == waits_in else "")
        argv = json.dumps(["sh", "-ec", script])
        text += f'[[rollback.step]]\ntitle = "Step {number}"\nargv = {argv}\n'
    return text


def release(home: Path, side_file: str = "") -> Path:
    """A release that has begun, in a directory of its own; gives its journal."""
    home.mkdir(exist_ok=True)
    return begin(home, side_file=side_file or plan())


def ran(base: Path) -> list[str]:
    """What the steps have made in the directory that they run in."""
    return sorted(path.name for path in base.glob("ran-*"))


ALL_RAN = [f"ran-{number}" for number in range(1, STEPS + 1)]


@contextmanager
def driven(journal: Path, base: Path | None = None, *, pid: int = 4711) -> Iterator[Live]:
    """A cockpit that drives, without a screen. Its commands run in `base`, or beside the journal."""
    here = Here(user="deploy", host="prod-ops-1", pid=pid, base=base or journal.parent)
    with drive(journal, Sampler(SystemClock(), open_source=silent), here, operator=OPERATOR) as live:
        deaf = Listeners(*[lambda _news=None: None] * 4)
        live.start(deaf, version="0.1.0")
        yield live


def roll_back(live: Live) -> None:
    """To the end of its plan."""
    live.roll_back(typed=RELEASE, reason="errors").result(30)


def acts(events: list[Event]) -> list[Event]:
    """Those of rollbacks and of steps, as they are done; not that a rollback was made ready, nor what was printed."""
    kinds = ("rollback", "rolled", "step_", "restored")
    return [
        event
        for event in events
        if event.body.kind.startswith(kinds) and event.body.kind not in ("rollback_armed", "step_output")
    ]


def course(events: list[Event]) -> list[str]:
    """What they tell of a rollback, in order."""
    return [f"{event.body.kind} {event.body.subject}" for event in acts(events)]


def late(events: list[Event]) -> list[str]:
    """The notes that say that something was stored late."""
    return [event.body.detail for event in events if event.actor == "warroom" and event.body.kind == "noted"]
