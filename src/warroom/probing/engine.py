"""Runs all probes, each at its own phase, in one background thread with an event loop of its own.

So the screen's work neither delays a measurement nor lengthens it. It does not keep, show or decide anything.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from warroom.core.network import Hearing
from warroom.core.probe import ProbeSpec, Reading, Track, Verdict
from warroom.core.series import Series
from warroom.core.store import Sample
from warroom.probing.hosts import is_here
from warroom.probing.lane import Lane
from warroom.probing.observing import Observing
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


class Punctuality(NamedTuple):
    """How well a probe has kept to its slots."""

    missed: int
    """Slots that passed unused because the probe, or this whole machine, was late."""
    late_us: int
    """How long after its slot the last reading began."""
    latest_us: int
    """The same of the latest one of all."""


class Engine:
    """Measures until it is stopped. If it dies, every verdict turns stale, because `judge` compares ages."""

    def __init__(
        self, specs: Iterable[ProbeSpec], sampler: Sampler, *, on_observation: Callable[[Observation], None]
    ) -> None:
        """`on_observation` is called in the engine's thread; it must be quick and must not raise."""
        self._lanes = {spec.id: Lane(spec) for spec in specs}
        self._sampler = sampler
        self._clock = sampler.clock
        self._on_observation = on_observation
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._observing = Observing(self._lanes, self._clock)
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

    def replace(self, spec: ProbeSpec) -> None:
        """Asks a probe as `spec` says from now on. Its track goes on when it still measures the same, else it begins
        anew. From any thread.
        """
        self.loop.call_soon_threadsafe(self._replace, spec)

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
        facts = self._observing.facts
        return tuple(lane.verdict(mono_us, facts) for lane in self._lanes.values())

    def observer(self, mono_us: int) -> Verdict:
        """What the engine thinks of itself as of now: whether the verdicts can be believed. From any thread."""
        return self._observing.verdict(mono_us)

    def track(self, probe: str) -> Track:
        return self._lanes[probe].track

    def series(self, probe: str) -> Series:
        return self._lanes[probe].series

    def punctuality(self, probe: str) -> Punctuality:
        lane = self._lanes[probe]
        return Punctuality(lane.missed, lane.late_us, lane.latest_us)

    def _run(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        self._halt = asyncio.Event()
        self._ready.set_result(asyncio.get_running_loop())
        begun: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        # Not a task group: a probe that breaks must not take the others with it.
        self._tasks = {probe: asyncio.create_task(self._watch(lane, begun)) for probe, lane in self._lanes.items()}
        observing = asyncio.create_task(self._observing.run())
        await asyncio.sleep(0)  # all open their sources, which loads what they need, before the first is timed
        begun.set_result(self._clock.mono_us())
        await self._halt.wait()
        tasks = [observing, *self._tasks.values()]
        for task in tasks:
            task.cancel()
        # First the probes, then, by `asyncio.run`, what is left: the HTTP client's own tasks want to be ended by it.
        await asyncio.gather(*tasks, return_exceptions=True)

    def _replace(self, spec: ProbeSpec) -> None:
        self._tasks[spec.id].cancel()
        lane = self._lanes[spec.id] = self._lanes[spec.id].revised(spec)
        begun: asyncio.Future[int] = self.loop.create_future()
        begun.set_result(self._clock.mono_us())
        self._tasks[spec.id] = asyncio.create_task(self._watch(lane, begun))

    async def _watch(self, lane: Lane, begun: asyncio.Future[int]) -> None:
        """Asks one probe at each of its slots, one sample at a time."""
        source = self._sampler.open(lane.spec)
        host = self._sampler.host(lane.spec)
        lane.ask(_hearing(lane.spec, source, host))
        try:
            schedule = Schedule(lane.spec.id, every_us=round(lane.spec.every * 1e6), started_us=await begun)
            slot = schedule.first()
            while True:
                await asyncio.sleep(max(0, slot.due_us - self._clock.mono_us()) / 1e6)
                began_s = asyncio.get_running_loop().time()
                reading = await self._sampler.sample(lane.spec, source)
                late = {"late_us": reading.mono_us - slot.due_us}
                self._observe(lane, reading.model_copy(update=late), began_s, host)
                slot = schedule.after(slot.due_us, self._clock.mono_us())
                if slot.missed:
                    self._observing.missed(lane, slot.missed)
        finally:
            await _close(source)

    def _observe(self, lane: Lane, reading: Reading, began_s: float, host: str) -> None:
        lane.late_us, lane.latest_us = reading.late_us, max(lane.latest_us, reading.late_us)
        kept = self._observing.take(lane, reading, began_s=began_s, address=self._sampler.address(host))
        lane.series.add(kept.at_us, kept.value, kept.outcome)
        verdict = lane.verdict(self._clock.mono_us(), self._observing.facts)
        self._on_observation(Observation(kept, verdict, lane.track))


def _hearing(spec: ProbeSpec, source: Source, host: str) -> Hearing | None:
    """What the observer listens to. A messenger on this machine proves nothing about the network."""
    direct = source.blames == "target"
    if not host or (not direct and is_here(host)):
        return None
    return Hearing(host, "canary" if spec.canary else "target" if direct else "messenger")


async def _close(source: Source) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(_CLOSE_S):
            await source.close()
