"""What probes, as another process, so that nothing else counts: `prober.py WORK [ARGUMENT...]`. Prints a number."""

import asyncio
import gc
import sys
import time
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from kit import CLOCK, percentile

from warroom.core.probe import Blames, Check, Measurement, ProbeSpec
from warroom.core.store import Sample
from warroom.probing.engine import Engine
from warroom.probing.sampling import Sampler
from warroom.probing.schedule import Schedule

PROBES, READINGS = 1000, 1000
EVERY_US = 1_000_000
WARM_UP_S = 2  # the first readings are extra ones, and load what they need
SECONDS = 5


class NoOp:
    """A source that has its answer at once."""

    blames: Blames = "messenger"

    async def measure(self) -> Measurement:
        return Measurement(values={"value": 42.0})

    async def close(self) -> None:
        """Nothing outlives a reading."""


def http(url: str, per_second: str, seconds: str) -> float:
    """Milliseconds of this process's CPU for each probe, asking as the product does."""
    specs = [_spec(n, url) for n in range(int(per_second))]
    outcomes: list[str] = []
    with _running(Engine(specs, Sampler(CLOCK), on_observation=lambda seen: outcomes.append(seen.reading.outcome))):
        count, cpu_s = len(outcomes), time.process_time()
        time.sleep(float(seconds))
        count, cpu_s = len(outcomes) - count, time.process_time() - cpu_s
    if bad := len(outcomes) - outcomes.count("ok"):
        sys.exit(f"{bad} of {len(outcomes)} probes did not get the page in time: this machine has other things to do")
    return cpu_s / count * 1e3


def lateness() -> float:
    """Milliseconds by which probes are asked too late: 99 % of them by no more."""
    late_us: list[int] = []  # whole readings would be work for Python's garbage collector
    sampler = Sampler(CLOCK, open_source=lambda _: NoOp())
    specs = map(_spec, range(PROBES))
    with _running(Engine(specs, sampler, on_observation=lambda seen: late_us.append(seen.reading.late_us))):
        late_us.clear()
        time.sleep(SECONDS)
    return _p99_ms(late_us)


def bare_lateness() -> float:
    """The same of tasks that sleep, and do nothing else."""
    late_us: list[int] = []

    async def sleeper(first_us: int) -> None:
        for due_us in range(first_us, first_us + SECONDS * EVERY_US, EVERY_US):
            await asyncio.sleep((due_us - CLOCK.mono_us()) / 1e6)
            late_us.append(CLOCK.mono_us() - due_us)

    async def main() -> None:
        started_us = CLOCK.mono_us()
        plans = (Schedule(f"probe-{n}", every_us=EVERY_US, started_us=started_us) for n in range(PROBES))
        await asyncio.gather(*(sleeper(plan.first().due_us) for plan in plans))

    asyncio.run(main())
    return _p99_ms(late_us)


def history() -> float:
    """MiB that this process grows by for an engine whose probes have all their readings."""
    before = _resident_mib()
    engine = Engine(map(_spec, range(PROBES)), Sampler(CLOCK), on_observation=lambda _: None)
    for n in range(PROBES):
        engine.preload({f"probe-{n}": _samples(f"probe-{n}")})
    assert len(engine.series(f"probe-{PROBES - 1}")) == READINGS
    return _resident_mib() - before


def bare_history() -> float:
    """The same for nothing but arrays of the times, the values and the outcomes."""
    columns = array("q", range(READINGS)), array("d", range(READINGS)), bytearray(READINGS)
    before = _resident_mib()
    kept = [[column[:] for column in columns] for _ in range(PROBES)]
    return _resident_mib() - before if kept else 0.0


def _samples(probe: str) -> list[Sample]:
    at_us, mono_us = CLOCK.utc_us(), CLOCK.mono_us()
    back_us = [(READINGS - n) * EVERY_US for n in range(READINGS)]
    return [
        Sample(probe=probe, at_us=at_us - us, mono_us=mono_us - us, took_us=900, outcome="ok", value=us / 7, word="ok")
        for us in back_us
    ]


def _spec(number: int, url: str = "") -> ProbeSpec:
    """A probe of a page's status, or of nothing."""
    return ProbeSpec(
        id=f"probe-{number}",
        title=f"Probe {number}",
        every=EVERY_US / 1e6,
        deadline=0.9,
        source={"kind": "http", "url": url},
        check=(Check(get="status", fail="!= 200") if url else Check(fail="> 100"),),
    )


@contextmanager
def _running(engine: Engine) -> Iterator[None]:
    engine.start()
    time.sleep(WARM_UP_S)
    yield
    engine.stop()


def _p99_ms(late_us: Sequence[int]) -> float:
    return percentile(late_us, 0.99) / 1e3


def _resident_mib() -> float:
    gc.collect()
    return int(Path("/proc/self/status").read_text().split("VmRSS:")[1].split()[0]) / 1024


def main() -> None:
    works = {work.__name__: work for work in (http, lateness, bare_lateness, history, bare_history)}
    print(works[sys.argv[1]](*sys.argv[2:]))


if __name__ == "__main__":
    main()
