"""Runs all probes, each at its own phase, in one background thread with an event loop of its own.

So the screen's work neither delays a measurement nor lengthens it. It does not keep, show or decide anything.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from warroom.core.probe import ProbeSpec, Reading, Track, Verdict, advance, judge
from warroom.core.series import Series
from warroom.core.store import Sample
from warroom.probing.resume import resume
from warroom.probing.sampling import Sampler
from warroom.probing.schedule import Schedule
from warroom.probing.source import Source

T = TypeVar("T")

_STOP_S = 2.0
_CLOSE_S = 0.5


@dataclass(frozen=True)
class Observation:
    """One reading and what it leads to."""

    reading: Reading
    verdict: Verdict
    track: Track

    @property
    def sample(self) -> Sample:
        """As a journal keeps it."""
        reading = self.reading
        return Sample(
            probe=reading.probe,
            at_us=reading.at_us,
            mono_us=reading.mono_us,
            took_us=reading.took_us,
            outcome=reading.outcome,
            value=reading.value,
            text=reading.text,
            word=self.verdict.word,
        )


@dataclass
class _Lane:
    """What changes about one probe. Written by the engine's thread only."""

    spec: ProbeSpec
    track: Track = field(default_factory=Track)
    series: Series = field(default_factory=Series)
    missed: int = 0


class Engine:
    """Measures until it is stopped. If it dies, every verdict turns stale, because `judge` compares ages."""

    def __init__(
        self, specs: Iterable[ProbeSpec], sampler: Sampler, *, on_observation: Callable[[Observation], None]
    ) -> None:
        """`on_observation` is called in the engine's thread; it must be quick and must not raise."""
        self._lanes = {spec.id: _Lane(spec) for spec in specs}
        self._sampler = sampler
        self._clock = sampler.clock
        self._on_observation = on_observation
        self._ready: Future[asyncio.AbstractEventLoop] = Future()
        self._thread = threading.Thread(target=self._run, name="probes", daemon=True)

    def preload(self, samples: Mapping[str, Sequence[Sample]]) -> None:
        """Goes on from kept readings, by probe, oldest first. Call it before `start`."""
        at_us, mono_us = self._clock.utc_us(), self._clock.mono_us()
        for probe, kept in samples.items():
            if lane := self._lanes.get(probe):
                lane.track = resume(lane.spec, kept, at_us=at_us, mono_us=mono_us)
                for sample in kept:
                    lane.series.add(sample.at_us, sample.value, sample.outcome)

    def start(self) -> None:
        """Returns when the loop runs; the first readings come within about a second."""
        self._thread.start()
        self._ready.result()

    def stop(self) -> None:
        """Ends everything in the loop, probes and submitted work, and returns within 2 seconds."""
        if not self._thread.is_alive():
            return
        with suppress(RuntimeError):  # the loop ended just now
            self.loop.call_soon_threadsafe(self._halt.set)
        self._thread.join(_STOP_S)

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop of a started engine."""
        return self._ready.result()

    def submit(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        """Runs other background work, such as a step's command, in the same loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def verdicts(self, mono_us: int) -> tuple[Verdict, ...]:
        """Every probe's verdict as of now, in the order of the specs. From any thread."""
        return tuple(judge(lane.spec, lane.track, mono_us=mono_us) for lane in self._lanes.values())

    def track(self, probe: str) -> Track:
        return self._lanes[probe].track

    def series(self, probe: str) -> Series:
        return self._lanes[probe].series

    def missed(self, probe: str) -> int:
        """Slots that passed unused because the probe, or this whole machine, was late."""
        return self._lanes[probe].missed

    def _run(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        self._halt = asyncio.Event()
        self._ready.set_result(asyncio.get_running_loop())
        started_us = self._clock.mono_us()
        # Not a task group: a probe that breaks must not take the others with it.
        tasks = [asyncio.create_task(self._watch(lane, started_us)) for lane in self._lanes.values()]
        await self._halt.wait()
        for task in tasks:
            task.cancel()
        # First the probes, then, by `asyncio.run`, what is left: the HTTP client's own tasks want to be ended by it.
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self, lane: _Lane, started_us: int) -> None:
        """Asks one probe at each of its slots, one sample at a time."""
        schedule = Schedule(lane.spec.id, every_us=round(lane.spec.every * 1e6), started_us=started_us)
        source = self._sampler.open(lane.spec)
        slot = schedule.first()
        try:
            while True:
                await asyncio.sleep(max(0, slot.due_us - self._clock.mono_us()) / 1e6)
                self._observe(lane, await self._sampler.sample(lane.spec, source))
                slot = schedule.after(slot.due_us, self._clock.mono_us())
                lane.missed += slot.missed
        finally:
            await _close(source)

    def _observe(self, lane: _Lane, reading: Reading) -> None:
        lane.track = advance(lane.track, reading)
        lane.series.add(reading.at_us, reading.value, reading.outcome)
        verdict = judge(lane.spec, lane.track, mono_us=self._clock.mono_us())
        self._on_observation(Observation(reading, verdict, lane.track))


async def _close(source: Source) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(_CLOSE_S):
            await source.close()
