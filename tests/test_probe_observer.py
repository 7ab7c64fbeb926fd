"""The engine's observer: when the fault is at this end nothing fails, when it is not everything does; real sockets."""

import asyncio
import resource
import time

import pytest

from engine_kit import Watcher, running
from hosts_kit import FAST, hosts
from probe_kit import probe, read, sampler
from warroom.clock import SystemClock
from warroom.core import network, observer
from warroom.core.probe import Blames, Measurement, ProbeSpec, Word
from warroom.probing.engine import Engine
from warroom.probing.pulse import connect_to_oneself
from warroom.probing.resolver import Resolver
from warroom.probing.resume import resume
from warroom.probing.sampling import Sampler
from warroom.probing.secrets import Secrets
from warroom.probing.sources.table import build


def words(engine: Engine) -> set[Word]:
    return {verdict.word for verdict in engine.verdicts(SystemClock().mono_us())}


def observer_of(engine: Engine) -> str:
    return engine.observer(SystemClock().mono_us()).text


def ever(watcher: Watcher) -> set[Word]:
    return {one.verdict.word for one in watcher.seen}


# --- the network


def test_in_a_dead_network_nothing_fails_and_the_observer_says_so_until_it_is_back() -> None:
    with hosts(4) as them, running(them.probes(), sampler()) as (engine, watcher):
        watcher.until(lambda: words(engine) == {"ok"})
        them.close(them.addresses)
        watcher.until(lambda: words(engine) == {"unknown"})
        count = len(watcher.seen)
        watcher.until(lambda: len(watcher.seen) >= count + 40)  # ten times as many as a fail needs
        assert words(engine) == {"unknown"}
        assert "4 of 4 hosts fell silent together" in observer_of(engine)
        assert engine.observer(SystemClock().mono_us()).word == "warn"
        text = engine.verdicts(SystemClock().mono_us())[0].text
        assert text.startswith("observer: 4 of 4 hosts fell silent together")
        assert "connection refused at 127.0.0.2" in text
        them.open(them.addresses)
        watcher.until(lambda: words(engine) == {"ok"})
        assert observer_of(engine).startswith("lag ")
    assert "fail" not in ever(watcher)
    held = [one.sample for one in watcher.seen if one.verdict.word == "unknown"]
    assert {sample.outcome for sample in held} <= {"error", "ok"}  # a new start goes on from these
    for spec in them.probes():
        kept = [one.sample for one in watcher.of(spec.id)]
        assert resume(spec, kept, at_us=kept[-1].at_us, mono_us=kept[-1].mono_us).level == "ok"


def test_one_host_of_several_that_goes_down_fails_as_always() -> None:
    with hosts(4) as them, running(them.probes(), sampler()) as (engine, watcher):
        watcher.until(lambda: words(engine) == {"ok"})
        them.close(them.addresses[:1])
        watcher.until(lambda: words(engine) == {"ok", "fail"})
        assert "fail" in {one.verdict.word for one in watcher.of("127-0-0-2")}
        assert {one.verdict.word for one in watcher.seen if one.reading.probe != "127-0-0-2"} == {"ok"}


@pytest.mark.parametrize("count", [1, 3])
def test_all_probes_of_a_single_host_fail_with_it(count: int) -> None:
    with hosts(1) as them:
        [spec] = them.probes()
        specs = [spec.model_copy(update={"id": f"probe-{number}"}) for number in range(count)]
        with running(specs, sampler()) as (engine, watcher):
            watcher.until(lambda: words(engine) == {"ok"})
            them.close(them.addresses)
            watcher.until(lambda: words(engine) == {"fail"})
    assert "unknown" not in ever(watcher)


def test_several_names_of_one_address_are_one_host() -> None:
    with hosts(1) as them:
        [spec] = them.probes()
        names = [f"{name}.test" for name in ("www", "api", "pay", "cdn")]
        specs = [spec.model_copy(update={"id": n, "source": spec.source | {"host": n}}) for n in names]
        with running(specs, sampler(lookup=lambda _: them.addresses)) as (engine, watcher):
            watcher.until(lambda: words(engine) == {"ok"})
            them.close(them.addresses)
            watcher.until(lambda: words(engine) == {"fail"})


def test_an_outage_of_everything_that_goes_on_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "HOLD_US", 1_000_000)
    with hosts(4) as them, running(them.probes(), sampler()) as (engine, watcher):
        watcher.until(lambda: words(engine) == {"ok"})
        them.close(them.addresses)
        watcher.until(lambda: words(engine) == {"unknown"})
        watcher.until(lambda: words(engine) == {"fail"})
        assert "4 of 4 hosts are silent, by their own fault" in observer_of(engine)
        them.open(them.addresses)
        watcher.until(lambda: words(engine) == {"ok"})


def test_with_a_canary_that_answers_an_outage_of_everything_fails_at_once() -> None:
    with hosts(5) as them:
        *production, outside = them.probes()
        specs = [*production, outside.model_copy(update={"canary": True})]
        with running(specs, sampler()) as (engine, watcher):
            watcher.until(lambda: words(engine) == {"ok"})
            them.close(them.addresses[:4])
            watcher.until(lambda: words(engine) == {"fail", "ok"})


def test_with_a_canary_that_is_silent_too_a_single_host_does_not_fail() -> None:
    with hosts(2) as them:
        shop, outside = them.probes()
        with running([shop, outside.model_copy(update={"canary": True})], sampler()) as (engine, watcher):
            watcher.until(lambda: words(engine) == {"ok"})
            them.close(them.addresses)
            watcher.until(lambda: words(engine) == {"unknown"})
            count = len(watcher.seen)
            watcher.until(lambda: len(watcher.seen) >= count + 20)
            them.open(them.addresses)
            watcher.until(lambda: words(engine) == {"ok"})
    assert "fail" not in {one.verdict.word for one in watcher.of(shop.id)}


def test_a_host_that_failed_before_stays_failed_whatever_befalls_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "TOGETHER_US", 100_000)  # two seconds last as long as this whole test
    with hosts(5) as them, running(them.probes(), sampler()) as (engine, watcher):
        watcher.until(lambda: words(engine) == {"ok"})
        first, second = them.probes()[:2]
        them.close(them.addresses[:1])
        watcher.until(lambda: watcher.of(first.id)[-1].verdict.word == "fail")
        count = len(watcher.of(first.id))
        them.close(them.addresses[1:2])
        watcher.until(lambda: watcher.of(second.id)[-1].verdict.word == "fail")
        assert {one.verdict.word for one in watcher.of(first.id)[count:]} == {"fail"}
        them.open(them.addresses[1:2])
        watcher.until(lambda: watcher.of(second.id)[-1].verdict.word == "ok")
        them.close(them.addresses[1:])
        watcher.until(lambda: words(engine) == {"unknown"})
        them.open(them.addresses[1:])
        watcher.until(lambda: words(engine) == {"fail", "ok"})
        assert {one.verdict.was for one in watcher.of(first.id)[count:]} == {"fail"}


class Beside:
    """A source that a test makes good and bad."""

    blames: Blames = "messenger"

    def __init__(self) -> None:
        self.value = 1

    async def measure(self) -> Measurement:
        return Measurement(values={"value": self.value})

    async def close(self) -> None: ...


def with_beside(beside: Beside) -> Sampler:
    resolver, secrets = Resolver(), Secrets({})
    return Sampler(
        SystemClock(), secrets, lambda spec: beside if spec.kind == "scripted" else build(spec, secrets, resolver)
    )


@pytest.mark.parametrize("where", [{}, {"url": "http://127.0.0.1:9090"}, {"host": "localhost"}])
def test_what_is_asked_here_neither_fails_in_a_dead_network_nor_proves_that_it_lives(where: dict[str, str]) -> None:
    """A command that itself asks over the network, say, or a Prometheus on this machine."""
    beside = Beside()
    local = scripted("local", **where)
    with hosts(4) as them, running([local, *them.probes()], with_beside(beside)) as (engine, watcher):
        watcher.until(lambda: words(engine) == {"ok"})
        them.close(them.addresses)
        watcher.until(lambda: words(engine) == {"unknown"})
        beside.value = 20 if not where else 1
        count = len(watcher.of("local"))
        watcher.until(lambda: len(watcher.of("local")) >= count + 10)
        assert words(engine) == {"unknown"}
        beside.value = 1
        them.open(them.addresses)
        watcher.until(lambda: words(engine) == {"ok"})
    assert "fail" not in ever(watcher)


def test_a_prometheus_on_another_machine_proves_that_the_network_lives() -> None:
    elsewhere = scripted("elsewhere", url="http://prometheus.test:9090")
    with hosts(4) as them, running([elsewhere, *them.probes()], with_beside(Beside())) as (engine, watcher):
        watcher.until(lambda: words(engine) == {"ok"})
        them.close(them.addresses)
        watcher.until(lambda: words(engine) == {"fail", "ok"})


# --- this process


class Late:
    """A source that lets nothing run for a while, itself not either, as a machine does that swaps. Then it is well."""

    blames: Blames = "target"

    def __init__(self, stands_still_s: float = 0.0) -> None:
        self.stands_still_s = stands_still_s

    async def measure(self) -> Measurement:
        asyncio.get_running_loop().call_later(0.01, time.sleep, self.stands_still_s)
        self.stands_still_s = 0.0
        await asyncio.sleep(0.02)
        return Measurement(values={"value": 1})

    async def close(self) -> None: ...


def scripted(name: str, **source: str) -> ProbeSpec:
    return probe({"kind": "scripted"} | source, {"fail": "> 10"}, id=name, **FAST)


def test_what_ran_out_of_time_because_we_stood_still_is_no_failure() -> None:
    source = Late(stands_still_s=0.6)
    with running([scripted("probe")], lambda _: source) as (engine, watcher):
        watcher.until(lambda: len(watcher.seen) >= 3)
        [verdict], punctuality = engine.verdicts(SystemClock().mono_us()), engine.punctuality("probe")
    first, *others = [one.reading for one in watcher.seen]
    assert first.outcome == "error"
    assert first.text.startswith("observer: this process stood still for 0.")
    assert first.text.endswith("no answer within 0.09 s")
    assert {reading.outcome for reading in others} == {"ok"}
    assert punctuality.missed >= 3
    assert verdict.missed == punctuality.missed
    assert verdict.text.endswith(f", {verdict.missed} slots missed")


def test_a_reading_that_began_late_says_by_how_much() -> None:
    sources = {"still": Late(stands_still_s=0.6), "probe": Late()}
    with running([scripted("still"), scripted("probe")], lambda spec: sources[spec.id]) as (engine, watcher):
        watcher.until(lambda: all(len(watcher.of(name)) >= 4 for name in sources))
        late = {name: engine.punctuality(name).latest_us for name in sources}
    assert late == {name: max(one.reading.late_us for one in watcher.of(name)) for name in sources}
    assert late["probe"] >= 300_000


def test_a_process_that_stood_still_for_long_knows_nothing_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observer, "STUCK_S", 0.5)
    sources = {"still": Late(), "probe": Late()}
    with running([scripted("still"), scripted("probe")], lambda spec: sources[spec.id]) as (engine, watcher):
        watcher.until(lambda: words(engine) == {"ok"})
        sources["still"].stands_still_s = 0.8
        watcher.until(lambda: words(engine) == {"unknown"})
        assert "this process stood still for 0." in observer_of(engine)
        watcher.until(lambda: words(engine) == {"ok"})
        missed = engine.observer(SystemClock().mono_us())
        assert missed.value == sum(engine.punctuality(name).missed for name in sources)
        assert "missed, most by " in missed.text


async def test_a_machine_without_a_file_to_spare_blames_itself() -> None:
    with hosts(1) as them:
        [spec] = them.probes()
        assert (await read(spec)).outcome == "ok"
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))  # those that are open stay so
        try:
            canary, reading = await connect_to_oneself(), await read(spec)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert canary == "too many open files"
        assert (reading.outcome, "too many open files" in reading.text) == ("error", True)
        assert await connect_to_oneself() == ""


def test_a_dead_engine_is_noticed_by_its_observer() -> None:
    with running([scripted("probe")], lambda _: Late()) as (engine, watcher):
        assert engine.observer(SystemClock().mono_us()).word in ("pending", "ok")
        watcher.until(lambda: engine.observer(SystemClock().mono_us()).word == "ok")
    later_us = SystemClock().mono_us() + 60_000_000
    assert engine.observer(later_us).word == "stale"
