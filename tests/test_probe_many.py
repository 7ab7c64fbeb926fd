"""Many probes at once, and bad neighbours: each ends rightly, and healthy ones are neither late nor wrong."""

import asyncio
import gzip
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from threading import Event
from typing import Any

import pytest

from engine_kit import Watcher, running
from http_traps import Reply, Request, dripping, endless, endless_headers, free_port, raw_server, replies, serve, silent
from probe_kit import STATUS, probe, sampler
from warroom.clock import SystemClock
from warroom.core.network import Hearing, Network, weigh
from warroom.core.probe import Blames, Measurement, ProbeSpec, Reading
from warroom.probing import observing
from warroom.probing.engine import Engine

HEALTHY = {"every": "1s", "deadline": "900ms"}
MANY = 1000
A_NUMBER = {"get": "json:$.a", "fail": "> 5"}


def healthy(url: str, count: int = 5) -> list[ProbeSpec]:
    source = {"kind": "http", "url": url}
    return [probe(source, STATUS, id=f"healthy-{number}", **HEALTHY) for number in range(count)]


def assert_undisturbed(engine: Engine, watcher: Watcher, specs: list[ProbeSpec], readings: int = 3) -> None:
    """Each was read often, missed no slot, and was ok but for what the observer takes on itself, on a busy machine."""
    watcher.until(lambda: all(len(watcher.of(spec.id)) >= readings for spec in specs))
    for spec in specs:
        own = [one for one in watcher.of(spec.id) if not one.reading.text.startswith("observer: ")]
        assert {(one.reading.outcome, one.verdict.word) for one in own} == {("ok", "ok")}
        assert engine.punctuality(spec.id).missed == 0


# --- a thousand


class Well:
    """A source that takes its time."""

    blames: Blames = "target"

    async def measure(self) -> Measurement:
        await asyncio.sleep(0.005)
        return Measurement(values={"value": 1})

    async def close(self) -> None: ...


def test_a_thousand_probes_started_together_are_not_asked_together() -> None:
    every = {"every": "60s", "deadline": "30s"}
    specs = [probe({"kind": "scripted"}, {"fail": "> 5"}, id=f"probe-{n}", **every) for n in range(MANY)]
    with running(specs, lambda _: Well()) as (engine, watcher):
        watcher.until(lambda: len(watcher.seen) >= MANY)
        verdicts = engine.verdicts(SystemClock().mono_us())
    assert {one.reading.probe for one in watcher.seen} == {spec.id for spec in specs}
    assert {verdict.word for verdict in verdicts} == {"ok"}
    due_us = sorted(one.reading.mono_us - one.reading.late_us for one in watcher.seen)
    assert due_us[-1] - due_us[0] > 900_000  # spread over the first second
    assert min(later - due for due, later in zip(due_us, due_us[50:], strict=False)) > 10_000  # never 50 within 10 ms


@contextmanager
def mute() -> Iterator[int]:
    """A port that takes every connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=2 * MANY) as listener:
        yield listener.getsockname()[1]


def hung_of(watcher: Watcher) -> list[Reading]:
    return [one.reading for one in watcher.seen if one.reading.probe.startswith("hung")]


def test_a_thousand_probes_that_hang_end_at_their_deadlines_and_disturb_nobody() -> None:
    with mute() as port, serve(replies(Reply())) as url:
        source = {"kind": "tcp", "host": "127.0.0.1", "port": port, "expect": "SSH-2.0"}
        slow = {"every": "60s", "deadline": "2s"}
        hung = [probe(source, {"get": "latency_ms", "fail": "> 1"}, id=f"hung-{n}", **slow) for n in range(MANY)]
        well = healthy(url)
        with running([*hung, *well], sampler()) as (engine, watcher):
            watcher.until(lambda: len(watcher.seen) >= MANY + 3 * len(well) and len(hung_of(watcher)) == MANY)
            assert_undisturbed(engine, watcher, well)
    assert {one.text.rpartition("; ")[2] for one in hung_of(watcher)} == {"no answer within 2 s"}
    assert {one.outcome for one in hung_of(watcher)} <= {"fail", "error"}  # an error if this machine had no time


def test_a_thousand_hosts_that_fall_silent_together_are_not_weighed_a_thousand_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    weighed: list[int] = []

    def counted(before: Network, hearings: Iterable[Hearing], now_us: int) -> Network:
        weighed.append(now_us)
        return weigh(before, hearings, now_us)

    monkeypatch.setattr(observing, "weigh", counted)
    source, check = {"kind": "tcp", "port": free_port()}, {"get": "latency_ms", "fail": "> 1"}
    addresses = [f"127.0.{n // 250 + 1}.{n % 250 + 1}" for n in range(MANY)]
    specs = [probe(source | {"host": a}, check, id=a.replace(".", "-"), **HEALTHY) for a in addresses]
    with running(specs, sampler()) as (engine, watcher):
        watcher.until(lambda: len(watcher.seen) >= 2 * MANY)
        assert {verdict.word for verdict in engine.verdicts(SystemClock().mono_us())} == {"unknown"}
    assert len(weighed) < MANY / 4


# --- names


def test_a_name_that_does_not_resolve_fails_alone() -> None:
    """Twelve probes ask it, so its look-up hangs twelve times; the others' names are found meanwhile."""
    ended = Event()

    def lookup(host: str) -> list[str]:
        if host == "dead.test":
            ended.wait()
            return []
        return ["127.0.0.1"]

    with serve(replies(Reply())) as url:
        port = url.rpartition(":")[2]
        well = healthy(f"http://shop.test:{port}")
        dead = [
            probe({"kind": "http", "url": "http://dead.test"}, STATUS, id=f"dead-{n}", **HEALTHY) for n in range(12)
        ]
        try:
            with running([*dead, *well], sampler(lookup=lookup)) as (engine, watcher):
                watcher.until(lambda: all(has_word(engine, spec.id, "fail") for spec in dead))
                assert_undisturbed(engine, watcher, well)
        finally:
            ended.set()
    assert {one.reading.text for one in watcher.seen if one.reading.probe.startswith("dead")} == {
        "no answer within 0.9 s"
    }


def has_word(engine: Engine, name: str, word: str) -> bool:
    return any((one.probe, one.word) == (name, word) for one in engine.verdicts(SystemClock().mono_us()))


# --- traps


def bomb(_request: Request) -> Reply:
    return Reply(body=gzip.compress(b"0" * 30_000_000), headers={"Content-Encoding": "gzip"})


def loop(request: Request) -> Reply:
    return Reply(302, headers={"Location": request.path})


TRAPS: list[tuple[str, Callable[..., Any], dict[str, str], bool, str, str]] = [
    ("dripping", dripping, STATUS, True, "fail", "no answer within 0.9 s"),
    ("mute", silent, STATUS, True, "fail", "no answer within 0.9 s"),
    ("headers", endless_headers, STATUS, True, "fail", "no HTTP answer from "),
    ("endless", endless, A_NUMBER, True, "unknown", "no data: the body is larger than 64 KiB"),
    ("bomb", bomb, A_NUMBER, False, "unknown", "no data: the body is compressed (gzip), though that was declined"),
    ("loop", loop, STATUS, False, "fail", "more than 5 redirects"),
]


def test_traps_all_at_once_end_rightly_and_disturb_nobody() -> None:
    with ExitStack() as stack:
        traps = []
        for name, behave, check, raw, _, _ in TRAPS:
            url = stack.enter_context(raw_server(behave) if raw else serve(behave))
            source = {"kind": "http", "url": url, "follow_redirects": True}
            traps.append(probe(source, check, id=name, **HEALTHY))
        well = healthy(stack.enter_context(serve(replies(Reply()))))
        engine, watcher = stack.enter_context(running([*traps, *well], sampler()))
        for name, _, _, _, word, text in TRAPS:
            watcher.until(partial(has_word, engine, name, word))
            last = watcher.of(name)[-1].reading
            assert last.text.startswith(text)
            assert engine.punctuality(name).missed == 0  # none went on beyond its interval
        assert_undisturbed(engine, watcher, well)
