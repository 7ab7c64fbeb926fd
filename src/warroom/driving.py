"""What exactly one process does for a release: it probes, runs commands, and writes down what they change.

It lives in the engine's thread and loop. Which process that is, is `live`'s business.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from warroom.core import decisions, probe_decisions, views
from warroom.core.decisions import Wish
from warroom.core.errors import WarroomError
from warroom.core.probe import Outcome, Verdict
from warroom.core.store import Sample
from warroom.desk import Desk
from warroom.identity import Here
from warroom.keeping import Keeping
from warroom.probing.blocking import in_thread
from warroom.probing.engine import Engine, Observation
from warroom.probing.sampling import Sampler
from warroom.reloading import Changed, Reloading
from warroom.room import OBSERVER
from warroom.steps import GRACE_S, OutputPart, Steps
from warroom.watching import Watching

ENDING_S = GRACE_S + 2  # how long an end waits for a running command to stop and its result to be stored
RELOAD_S = 2.0  # between two looks at the probe files


class Driving:
    """Started once and stopped once."""

    def __init__(
        self,
        desk: Desk,
        sampler: Sampler,
        here: Here,
        probe_files: Path | None,
        runs: Path,
        *,
        on_reading: Callable[[], None],
        on_output: Callable[[OutputPart], None],
    ) -> None:
        """`probe_files` are those of the release, where they are known; in `runs` detached commands are kept.

        Both listeners are called in the engine's thread; the second by `start`, too.
        """
        self._desk = desk
        self._clock = sampler.clock
        self._on_reading = on_reading
        self._works: list[Future[None]] = []
        self._ending = set[str]()  # probes that will measure something else at any moment: readings would be mixed up
        self._engine = Engine(desk.plan.probes, sampler, on_observation=self._observe)
        self._steps = Steps(desk, sampler.clock, here, on_output, runs)
        self._reloading = Reloading(probe_files, sampler) if probe_files else None

    def start(self, kept: Mapping[str, Sequence[Sample]]) -> None:
        """Settles what a crash left, and goes on from the readings that were kept."""
        self._steps.settle()
        self._desk.keep_with(Keeping(self._clock))
        self._watching = Watching(self._desk.plan, self._desk.release, self._clock)
        self._engine.preload(kept)
        self._engine.start()
        self._background(self._steps.follow())
        self._engine.submit(self._watch())
        if self._reloading:
            self._engine.submit(self._reload(self._reloading))

    def stop(self) -> None:
        """Ends what runs, unless it is detached, and stores how it ended. Takes a few seconds at most."""
        if self._unended() and not self.goes_on:
            self.stop_step()
            wait(self._unended(), ENDING_S)
        self._engine.stop()
        self._desk.settle().result()

    def verdicts(self) -> tuple[Verdict, ...]:
        return self._engine.verdicts(self._clock.mono_us())

    def observer(self) -> Verdict:
        """Whether the verdicts can be believed."""
        return self._engine.observer(self._clock.mono_us())

    def points(self, probe: str, count: int) -> list[tuple[float | None, Outcome]]:
        return [(value, outcome) for _, value, outcome in self._engine.series(probe).tail(count)]

    def run_item(self, item: str, *, actor: str) -> "Future[None]":
        """Runs an item's step. Resolves when it has ended; with `Refused` when it may not start."""
        return self._background(self._steps.run_item(item, actor=actor))

    def roll_back(self, wish: Wish, *, actor: str) -> "Future[None]":
        """Has `wish` decided, which starts the rollback or answers for a step; then runs the plan as far as it goes."""
        return self._background(self._steps.roll_back(wish, actor=actor))

    def retry_step(self, *, actor: str) -> "Future[None]":
        """Runs the rollback step again that waits for an answer, then the rest of the plan."""
        return self._background(self._steps.retry_rollback(actor=actor))

    def stop_step(self) -> None:
        """Ends the command that runs now."""
        self._engine.loop.call_soon_threadsafe(self._steps.stop)

    @property
    def goes_on(self) -> bool:
        """Whether the command that runs now will go on when this process ends."""
        return self._steps.goes_on

    def _background(self, work: "Coroutine[Any, Any, None]") -> "Future[None]":
        ended = self._engine.submit(work)
        self._works = [*self._unended(), ended]
        return ended

    def _unended(self) -> list["Future[None]"]:
        return [work for work in self._works if not work.done()]

    def _observe(self, observation: Observation) -> None:
        """Keeps the reading, records what it changed, tells the screen."""
        if observation.reading.probe not in self._ending:
            self._desk.record(observation.sample)
        self._note_change(observation.verdict)
        self._on_reading()

    async def _watch(self) -> None:
        """Once a second: what changes by time alone, what triggers ask for, whether production has recovered."""
        while True:
            verdicts = self.verdicts()
            for verdict in verdicts:
                self._note_change(verdict)
            self._note_fault(self.observer())
            if self._desk.release.rollback.status == "recovering":
                now_us = self._clock.mono_us()
                well = partial(decisions.restored, verdicts=verdicts, seen=views.seen(verdicts), mono_us=now_us)
                self._desk.submit(well, actor=OBSERVER)
            for wish in self._watching.look(self._desk.plan, self._desk.release, verdicts):
                self._desk.submit(wish, actor=OBSERVER)
            await asyncio.sleep(1)

    async def _reload(self, reloading: Reloading) -> None:
        """Goes on for ever, for files may change at any time."""
        while True:
            await asyncio.sleep(RELOAD_S)
            looked = await in_thread(partial(reloading.look, self._desk.plan, self._desk.release), "probe files")
            for wish in looked.wishes:
                self._desk.submit(wish, actor=OBSERVER)
            for changed in looked.changed:
                await self._revise(changed)

    async def _revise(self, changed: Changed) -> None:
        """What a probe measures is on record before it is measured."""
        spec, wish = changed.spec, partial(probe_decisions.revise, spec=changed.spec, toml=changed.toml)
        if not spec.measures_as(self._desk.plan.probes_by_id[spec.id]):
            self._ending.add(spec.id)
        with suppress(WarroomError):  # it cannot be stored now; the next look finds the file again
            await asyncio.wrap_future(self._desk.submit(wish, actor=OBSERVER))
            self._engine.replace(spec)
        self._ending.discard(spec.id)

    def _note_fault(self, observer: Verdict) -> None:
        """That the verdicts could not be believed is put on record, and when they could again; all else is usual."""
        if observer.word != "ok" or observer.probe in self._desk.release.probes:
            self._note_change(observer)

    def _note_change(self, verdict: Verdict) -> None:
        before = self._desk.release.probes.get(verdict.probe)
        if verdict.word != (before.word if before else "pending"):
            self._desk.submit(partial(decisions.verdict_changed, verdict=verdict), actor=OBSERVER)
