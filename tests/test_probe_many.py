"""Many probes at once, and bad neighbours: each ends rightly, and healthy ones are neither late nor wrong."""

import asyncio
import gzip
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from threading import Event
from typing import Any

from engine_kit import Watcher, running
from http_traps import Reply, Request, dripping, endless, endless_headers, raw_server, replies, serve, silent
from probe_kit import STATUS, probe, sampler
from warroom.clock import SystemClock
from warroom.core.probe import Blames, Measurement, ProbeSpec, Reading
from warroom.probing.engine import Engine

HEALTHY = {"every": "1s", "deadline": "900ms"}
MANY = 1000


def healthy(url: str, count: int = 5) -> list[ProbeSpec]:
    source = {"kind": "http", "url": url}
    return [probe(source, STATUS, id=f"healthy-{number}", **HEALTHY) for number in range(count)]


def assert_undisturbed(engine: Engine, watcher: Watcher, specs: list[ProbeSpec], readings: int = 3) -> None:
    """Each was read often, was ok every time, and missed no slot."""
    watcher.until(lambda: all(len(watcher.of(spec.id)) >= readings for spec in specs))
    for spec in specs:
        assert {(one.reading.outcome, one.verdict.word) for one in watcher.of(spec.id)} == {("ok", "ok")}
        assert engine.punctuality(spec.id).missed == 0


# --- a thousand


class Counted:
    """A source that notes how many are asked at once, and takes its time."""

    blames: Blames = "target"
    now = 0
    most = 0

    async def measure(self) -> Measurement:
        Counted.now += 1
        Counted.most = max(Counted.most, Counted.now)
        await asyncio.sleep(0.005)
        Counted.now -= 1
        return Measurement(values={"value": 1})

    async def close(self) -> None: ...


def test_a_thousand_probes_started_together_are_not_asked_together() -> None:
    every = {"every": "60s", "deadline": "30s"}
    specs = [probe({"kind": "scripted"}, {"fail": "> 5"}, id=f"probe-{n}", **every) for n in range(MANY)]
    with running(specs, lambda _: Counted()) as (engine, watcher):
        watcher.until(lambda: len(watcher.seen) >= MANY)
        verdicts = engine.verdicts(SystemClock().mono_us())
    assert {one.reading.probe for one in watcher.seen} == {spec.id for spec in specs}
    assert {verdict.word for verdict in verdicts} == {"ok"}
    assert Counted.most < MANY / 4


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
    assert {(one.outcome, one.text) for one in hung_of(watcher)} == {("fail", "no answer within 2 s")}


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


A_NUMBER = {"get": "json:$.a", "fail": "> 5"}
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
