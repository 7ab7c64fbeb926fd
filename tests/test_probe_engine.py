"""The engine: when it asks, what it makes of sources that misbehave, and how it ends and goes on."""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine_kit import running
from http_traps import Reply, Request, raw_server, replies, serve, silent
from probe_kit import STATUS, probe, sampler
from warroom.clock import SystemClock
from warroom.core.probe import Blames, Measurement, Outcome, ProbeSpec
from warroom.probing.resume import resume
from warroom.probing.sampling import Sampler, measure_once
from warroom.probing.schedule import Schedule
from warroom.probing.secrets import Secrets

patient = settings(deadline=None)  # a busy machine is no failure
S = 1_000_000  # microseconds
FAST: dict[str, Any] = {"every": "40ms", "deadline": "30ms"}


class Scripted:
    """A source that does what it is told, and remembers how it was treated."""

    def __init__(self, act: Callable[[int], Any] = lambda _: 1, *, blames: Blames = "messenger") -> None:
        """`act` is given the number of the sample; it returns the value, or something to wait for, or raises."""
        self.blames: Blames = blames
        self.asked = 0
        self.now = 0
        self.most_at_once = 0
        self.closed = False

        self._act = act

    async def measure(self) -> Measurement:
        self.asked += 1
        self.now += 1
        self.most_at_once = max(self.most_at_once, self.now)
        try:
            found = self._act(self.asked)
            return Measurement(values={"value": await found if asyncio.iscoroutine(found) else found})
        finally:
            self.now -= 1

    async def close(self) -> None:
        self.closed = True


def scripted(name: str = "probe", **fields: Any) -> ProbeSpec:
    return probe({"kind": "scripted"}, {"warn": "> 5", "fail": "> 10"}, **({"id": name} | FAST | fields))


# --- when


def test_phases_are_spread_and_the_same_in_every_process() -> None:
    due = [Schedule(f"probe-{n}", every_us=60 * S, started_us=0) for n in range(1000)]
    first = sorted(schedule.first().due_us for schedule in due)
    assert first[0] >= 0
    assert first[-1] < S  # numbers at once
    second = sorted(schedule.after(schedule.first().due_us, S).due_us for schedule in due)
    assert second[-1] - second[0] > 55 * S  # then over the whole interval
    assert Schedule("health", every_us=60 * S, started_us=0).first().due_us == 408_355


@patient
@given(
    st.text(min_size=1),
    st.integers(10_000, 600 * S),
    st.integers(0, 10**15),
    st.lists(st.integers(0, 2000 * S), max_size=8),
)
def test_slots_keep_their_phase_whatever_is_late(name: str, every: int, started: int, delays: list[int]) -> None:
    schedule = Schedule(name, every_us=every, started_us=started)
    slot, phase = schedule.first(), None
    assert started <= slot.due_us < started + min(every, S)
    for delay in delays:
        before, now = slot.due_us, slot.due_us + delay
        slot = schedule.after(before, now)
        assert phase in (None, (slot.due_us - started) % every)
        assert slot.due_us > now  # none is made up for
        assert slot.due_us - before >= every // 2
        assert slot.due_us - now <= every + every // 2 + 1
        assert phase is None or slot.missed == (slot.due_us - before) // every - 1
        phase = (slot.due_us - started) % every


def test_slots_that_passed_are_counted() -> None:
    schedule = Schedule("health", every_us=10 * S, started_us=0)
    due = schedule.after(schedule.first().due_us, S).due_us
    assert schedule.after(due, due + S) == (due + 10 * S, 0)
    assert schedule.after(due, due + 10 * S - 1) == (due + 10 * S, 0)
    assert schedule.after(due, due + 35 * S) == (due + 40 * S, 3)


def test_every_probe_is_read_again_and_again() -> None:
    specs = [scripted(f"probe-{n}") for n in range(20)]
    with running(specs, lambda _: Scripted()) as (engine, watcher):
        watcher.until(lambda: all(len(watcher.of(spec.id)) >= 3 for spec in specs))
        verdicts = engine.verdicts(SystemClock().mono_us())
    assert [verdict.probe for verdict in verdicts] == [spec.id for spec in specs]
    assert {verdict.word for verdict in verdicts} == {"ok"}


def test_a_probe_never_overlaps_itself_and_the_slots_it_missed_are_counted() -> None:
    def stutter(number: int) -> int:
        time.sleep(0.15 if number == 2 else 0)  # as a machine does that was suspended: nothing runs meanwhile
        return 1

    source = Scripted(stutter)
    with running([scripted()], lambda _: source) as (engine, watcher):
        watcher.until(lambda: len(watcher.seen) >= 4)
        assert engine.punctuality("probe").missed >= 2
    assert source.most_at_once == 1


def test_opening_all_sources_makes_no_first_reading_late() -> None:
    """It loads an HTTP client, say, and builds a thousand of them."""

    def opened(_spec: ProbeSpec) -> Scripted:
        time.sleep(0.05)
        return Scripted()

    specs = [scripted(f"probe-{n}", every="60s", deadline="30s") for n in range(20)]
    with running(specs, opened) as (_, watcher):
        watcher.until(lambda: len(watcher.seen) == len(specs))
    assert sorted(one.reading.late_us for one in watcher.seen)[len(specs) // 2] < 0.25 * S


# --- sources that misbehave


def test_an_exception_becomes_a_reading_and_the_probe_goes_on() -> None:
    with running([scripted()], lambda _: Scripted(lambda number: 1 / (number - 1), blames="target")) as (_, watcher):
        watcher.until(lambda: len(watcher.seen) >= 2)
    first, second = watcher.seen[:2]
    assert (first.reading.outcome, first.reading.text) == ("error", "ZeroDivisionError: division by zero")
    assert second.reading.outcome == "ok"


@pytest.mark.parametrize(("blames", "outcome"), [("target", "fail"), ("messenger", "error")])
def test_a_source_that_never_answers_ends_at_its_deadline_and_delays_nobody(blames: Blames, outcome: Outcome) -> None:
    sources = {"hung": Scripted(lambda _: asyncio.sleep(3600), blames=blames), "well": Scripted()}
    with running([scripted("hung"), scripted("well")], lambda spec: sources[spec.id]) as (_, watcher):
        watcher.until(lambda: watcher.of("hung") and len(watcher.of("well")) >= 2)
    hung = watcher.of("hung")[0].reading
    assert (hung.outcome, hung.text) == (outcome, "no answer within 0.03 s")
    assert {one.reading.outcome for one in watcher.of("well")} == {"ok"}


def test_nan_and_errors_turn_unknown_and_then_a_value_ends_it() -> None:
    def act(number: int) -> float:
        if number == 3:
            raise OSError("gone")
        return float("nan") if number == 2 else 1

    with running([scripted()], lambda _: Scripted(act)) as (_, watcher):
        watcher.until(lambda: watcher.words() == ["ok", "unknown", "ok"])
    unknown = watcher.seen[2].verdict
    assert (unknown.word, unknown.was, unknown.value) == ("unknown", "ok", 1)


def test_outside_text_is_one_harmless_line_and_the_value_stays_whole() -> None:
    nasty = "\x1b[31mred\n[/b]"
    spec = probe({"kind": "scripted"}, {"fail": '== "x"'}, **FAST)
    with running([spec], lambda _: Scripted(lambda _: nasty)) as (_, watcher):
        watcher.until(lambda: watcher.seen)
    assert (watcher.seen[0].reading.value, watcher.seen[0].reading.text) == (nasty, "red ⏎ [/b]")


# --- a real target


def test_a_target_that_breaks_and_heals_is_followed_through_its_verdicts() -> None:
    status = [200]

    def answer(_request: Request) -> Reply:
        return Reply(status[0])

    with serve(answer) as url:
        spec = probe({"kind": "http", "url": url}, STATUS, every="60ms", deadline="59ms", on_trouble="unknown")
        with running([spec], sampler()) as (engine, watcher):
            watcher.until(lambda: watcher.words()[-1:] == ["ok"])
            status[0] = 503
            watcher.until(lambda: watcher.seen[-1].verdict.word == "fail")
            status[0] = 200
            watcher.until(lambda: watcher.seen[-1].verdict.word == "ok")
            points = engine.series("probe").tail(1000)
    hard = next(one for one in watcher.seen if one.verdict.word == "fail")
    assert hard.verdict.mark == "3 of 5"
    assert hard.verdict.text.startswith("status 503 != 200, 3 of 5, 127.0.0.1:")
    healed = next(one for one in watcher.seen[watcher.seen.index(hard) :] if one.verdict.word == "ok")
    assert (healed.verdict.mark, healed.track.good_run) == ("", 2)
    assert [(one.reading.at_us, one.reading.value) for one in watcher.seen][: len(points)] == [p[:2] for p in points]


async def test_once_asks_every_probe_and_keeps_their_order() -> None:
    sources = [Scripted(lambda _: asyncio.sleep(0.001, 12)) for _ in range(40)]
    specs = [scripted(str(number), every="60s", deadline="30s") for number in range(40)]
    readings = await measure_once(specs, Sampler(SystemClock(), Secrets({}), lambda spec: sources[int(spec.id)]))
    assert [spec for spec, _ in readings] == specs
    assert [reading.probe for _, reading in readings] == [spec.id for spec in specs]
    assert {reading.outcome for _, reading in readings} == {"fail"}
    assert all(source.closed for source in sources)


# --- the end


def test_it_stops_in_the_middle_of_a_sample_and_closes_its_sources() -> None:
    source = Scripted(lambda _: asyncio.sleep(3600))
    with running([scripted(every="9000s", deadline="8000s")], lambda _: source) as (engine, _):
        deadline = time.monotonic() + 20
        while not source.asked:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        engine.stop()
        assert not any(thread.name == "probes" for thread in threading.enumerate())
    assert source.closed
    assert source.now == 0


def test_it_stops_though_a_real_connection_and_a_name_look_up_hang() -> None:
    ended = threading.Event()

    def lookup(_host: str) -> list[str]:
        ended.wait()
        return []

    asking = threading.Event()

    def busy(client: Any, end: threading.Event) -> None:
        asking.set()
        silent(client, end)

    with raw_server(busy) as url:
        slow = {"every": "9000s", "deadline": "8000s"}
        specs = [
            probe({"kind": "http", "url": "http://dead.test"}, STATUS, id="name", **slow),
            probe({"kind": "http", "url": url}, STATUS, id="connection", **slow),
        ]
        with running(specs, sampler(lookup=lookup)) as (engine, _):
            assert asking.wait(20)
            engine.stop()
            assert not any(thread.name == "probes" for thread in threading.enumerate())
    ended.set()


def test_a_dead_engine_turns_every_probe_stale_each_in_its_own_time() -> None:
    limits_s = {"quick": 1.0, "usual": 60.0, "slow": 3600.0}
    specs = [scripted(name, stale_after=limit_s) for name, limit_s in limits_s.items()]
    with running(specs, lambda _: Scripted()) as (engine, watcher):
        watcher.until(lambda: all(watcher.of(spec.id) for spec in specs))
    dead_us = {name: watcher.of(name)[-1].reading.mono_us for name in limits_s}
    for name, limit_s in limits_s.items():
        for later_us, word in ((-1, "ok"), (1, "stale")):
            verdicts = {one.probe: one.word for one in engine.verdicts(dead_us[name] + round(limit_s * S) + later_us)}
            assert verdicts[name] == word


def test_other_work_runs_in_the_engines_thread() -> None:
    async def where() -> str:
        return threading.current_thread().name

    with running([], lambda _: Scripted()) as (engine, _):
        assert engine.submit(where()).result(timeout=20) == "probes"


def test_an_observation_is_kept_as_the_sample_from_which_it_can_go_on() -> None:
    with serve(replies(Reply(503))) as url:
        spec = probe({"kind": "http", "url": url}, STATUS, every="60ms", deadline="59ms")
        with running([spec], sampler()) as (engine, watcher):
            watcher.until(lambda: watcher.seen[-1:] and watcher.seen[-1].verdict.word == "fail")
    kept = [one.sample for one in watcher.seen]
    track = resume(spec, kept, at_us=kept[-1].at_us, mono_us=kept[-1].mono_us)
    assert (track.level, track.window) == (watcher.seen[-1].track.level, watcher.seen[-1].track.window)
    assert engine.track("probe").level == "fail"
