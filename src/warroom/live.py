"""The live release as the cockpit sees it: what it can read, and what it can wish for. Wires desk, probes and steps.

The screen's thread reads frozen values from here; the journal is written by the desk's thread, and probes and commands
run in the engine's, so that none of the three can make another stutter.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from warroom.core import decisions, views
from warroom.core.decisions import Decision, Launch, Wish
from warroom.core.definitions import Definitions
from warroom.core.errors import WarroomError
from warroom.core.events import CockpitClosed, CockpitOpened, Event, RollbackStopped, Seen
from warroom.core.probe import Outcome, Verdict
from warroom.core.release import Release
from warroom.core.store import Journal
from warroom.desk import Desk
from warroom.identity import Here
from warroom.journal.driver import DriverLock
from warroom.journal.store import open_journal
from warroom.probing.engine import Engine, Observation
from warroom.probing.sampling import Sampler
from warroom.room import Room, Update
from warroom.steps import GRACE_S, OutputPart, Steps

KEPT = 100  # readings of each probe that a new start takes over from the journal
KEPT_PARTS = 400  # pieces of output, for a screen that is come back to
ENDING_S = GRACE_S + 2  # how long leaving waits for a running command to end and its result to be stored

OBSERVER = "warroom"
"""The actor of what nobody did: verdict changes, recovery, interruption."""


@dataclass
class Listeners:
    """Whom to tell. Called from other threads than the screen's; each must only pass the news on."""

    update: Callable[[Update], None]
    reading: Callable[[], None]
    output: Callable[[OutputPart], None]
    trouble: Callable[[str], None]


class Live:
    """A release that this process drives."""

    def __init__(self, desk: Desk, reader: Journal, sampler: Sampler, here: Here, *, operator: str) -> None:
        """`desk` is started; `reader` is a second, read-only connection for the screen's thread."""
        clock = sampler.clock
        self.clock = clock
        self.operator = operator
        self._here = here
        self._desk = desk
        self._reader = reader
        self._listeners: Listeners | None = None
        self._works: list[Future[None]] = []
        self._printed: tuple[OutputPart, ...] = ()
        self.trouble = ""
        """Why the journal cannot be written, or ""."""
        self._engine = Engine(self.plan.probes, sampler, on_observation=self._observe)
        self._steps = Steps(desk, clock, here, self._output)

    @property
    def plan(self) -> Definitions:
        return self._desk.plan

    @property
    def release(self) -> Release:
        return self._desk.release

    def recent(self, count: int) -> tuple[Event, ...]:
        """The last events, oldest first."""
        return self._reader.recent(count)

    def about(self, subject: str) -> tuple[Event, ...]:
        """Every event about one item."""
        return self._reader.about(subject)

    def setting(self, key: str) -> str:
        return self._reader.recall(key)

    def verdicts(self) -> tuple[Verdict, ...]:
        """All probes as of now, in the order of the plan."""
        return self._engine.verdicts(self.clock.mono_us())

    def points(self, probe: str, count: int) -> list[tuple[float | None, Outcome]]:
        """Values and outcomes of the last readings of a probe, oldest first."""
        return [(value, outcome) for _, value, outcome in self._engine.series(probe).tail(count)]

    def seen(self) -> tuple[Seen, ...]:
        return views.seen(self.verdicts())

    def printed(self, target: str) -> list[str]:
        """The last lines that commands have printed here for an item, or for all steps of `rollback:`, oldest first."""
        return [line for part in self._printed if part.target.startswith(target) for line in part.lines]

    def launch(self) -> Launch:
        """Where and as whom a command would run now."""
        return self._steps.launch()

    def start(self, listeners: Listeners, *, version: str) -> None:
        """Marks what an earlier crash left running, tells the journal that a cockpit is here, and starts to probe."""
        self._listeners = listeners
        self._desk.listen(listeners.update, self._troubled)
        self._settle_what_a_crash_left()
        here = self._here
        opened = CockpitOpened(host=here.host, user=here.user, pid=here.pid, version=version)
        self.act(lambda _plan, _release: (opened,)).result()
        self._engine.preload({spec.id: self._reader.samples(spec.id, KEPT) for spec in self.plan.probes})
        self._engine.start()
        self._engine.submit(self._watch())

    def stop(self) -> None:
        """Ends what runs, says goodbye to the journal, closes it. Takes a few seconds at most."""
        if self._unended():
            self.stop_step()
            wait(self._unended(), ENDING_S)
        self._engine.stop()
        with suppress(WarroomError):  # the journal cannot be written; whoever listens was told when that began
            self.act(lambda _plan, _release: (CockpitClosed(),)).result()
        self._reader.close()
        self._desk.stop()

    def act(self, wish: Wish) -> "Future[tuple[Event, ...]]":
        """Wishes in the operator's name. Resolves once durable, or with the refusal."""
        return self._desk.submit(wish, actor=self.operator)

    def remember(self, key: str, value: str) -> None:
        self._desk.remember(key, value)

    def run_item(self, item: str) -> "Future[None]":
        """Runs an item's step. Resolves when it has ended; with `Refused` when it may not start."""
        return self._background(self._steps.run_item(item, actor=self.operator))

    def roll_back(self, *, typed: str, reason: str) -> "Future[None]":
        """Starts the rollback and runs its plan until it ends or waits for an answer."""
        wish = partial(decisions.start_rollback, typed=typed, reason=reason, seen=self.seen())
        return self._background(self._steps.roll_back(wish, actor=self.operator))

    def retry_step(self) -> "Future[None]":
        """Runs the rollback step again that waits for an answer, then the rest of the plan."""
        return self._background(self._steps.retry_rollback(actor=self.operator))

    def skip_step(self, *, reason: str) -> "Future[None]":
        """Goes on with the plan without the step that waits for an answer."""
        wish = partial(decisions.skip_rollback_step, reason=reason)
        return self._background(self._steps.roll_back(wish, actor=self.operator))

    def stop_step(self) -> None:
        """Ends the command that runs now."""
        self._engine.loop.call_soon_threadsafe(self._steps.stop)

    def _background(self, work: "Coroutine[Any, Any, None]") -> "Future[None]":
        ended = self._engine.submit(work)
        self._works = [*self._unended(), ended]
        return ended

    def _unended(self) -> list["Future[None]"]:
        return [work for work in self._works if not work.done()]

    def _settle_what_a_crash_left(self) -> None:
        """Nothing that a dead cockpit ran goes on by itself: a person must look at production first."""
        if self.release.running():
            self._desk.submit(decisions.interrupted, actor=OBSERVER).result()
        if self.release.rollback.status == "running":
            self._desk.submit(partial(_halted, mono_us=self.clock.mono_us()), actor=OBSERVER).result()

    def _troubled(self, trouble: str) -> None:
        """In the desk's thread."""
        self.trouble = trouble
        if self._listeners:
            self._listeners.trouble(trouble)

    def _observe(self, observation: Observation) -> None:
        """In the engine's thread: keep the reading, record what changed, tell the screen."""
        self._desk.record(observation.sample)
        self._note_change(observation.verdict)
        if self._listeners:
            self._listeners.reading()

    async def _watch(self) -> None:
        """Once a second: what changes by time alone (staleness), and whether production has recovered."""
        while True:
            verdicts = self.verdicts()
            for verdict in verdicts:
                self._note_change(verdict)
            if self.release.rollback.status == "recovering":
                now_us = self.clock.mono_us()
                well = partial(decisions.restored, verdicts=verdicts, seen=views.seen(verdicts), mono_us=now_us)
                self._desk.submit(well, actor=OBSERVER)
            await asyncio.sleep(1)

    def _note_change(self, verdict: Verdict) -> None:
        before = self.release.probes.get(verdict.probe)
        if verdict.word != (before.word if before else "pending"):
            self._desk.submit(partial(decisions.verdict_changed, verdict=verdict), actor=OBSERVER)

    def _output(self, part: OutputPart) -> None:
        """In the engine's thread."""
        self._printed = (*self._printed, part)[-KEPT_PARTS:]
        if self._listeners:
            self._listeners.output(part)


def _halted(plan: Definitions, state: Release, *, mono_us: int) -> Decision:
    """A rollback that was cut off between two steps stops there; after the last one it only has to be ended."""
    rollback = state.rollback
    if rollback.current is None:
        return decisions.end_rollback(plan, state, mono_us=max(mono_us, rollback.started_mono_us))
    return (RollbackStopped(step=rollback.current + 1, reason="the cockpit ended between two steps"),)


@contextmanager
def drive(path: Path, sampler: Sampler, here: Here, *, operator: str) -> Iterator[Live]:
    """Opens the journal at `path` to drive its release. Raises `Busy` when another cockpit does so already."""
    clock = sampler.clock
    lock = DriverLock(path, user=here.user, host=here.host)
    lock.acquire()
    try:
        desk = Desk(lambda: Room(open_journal(path), clock, origin=here.origin("cockpit")))
        desk.start()
        live = Live(desk, open_journal(path, read_only=True), sampler, here, operator=operator)
        try:
            yield live
        finally:
            live.stop()
    finally:
        lock.close()
