"""Servers that have caught monitoring tools, all watched by one engine, with healthy ones beside them.

Each ends in the right verdict within its deadline, and the healthy ones are asked as often as if they were alone.
"""

import gzip
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from threading import Event
from typing import Any, NamedTuple

import pytest

from engine_kit import Watcher, running
from http_traps import (
    Reply,
    dripping,
    endless,
    endless_headers,
    free_port,
    hangs_up,
    raw_server,
    replies,
    serve,
    silent,
)
from nginx_kit import Nginx
from probe_kit import STATUS, probe, sampler
from warroom.core.probe import ProbeSpec, Word
from warroom.probing.engine import Observation

BOMB = gzip.compress(b"0" * 100_000_000, 1)
JSON = {"get": "json:$.depth", "fail": "> 5"}
PACE: dict[str, Any] = {"every": "1s", "deadline": "900ms"}
UNHURRIED: dict[str, Any] = {"every": "60s", "deadline": "10s"}
HEALTHY = 12  # most: were it the other way round, the engine would rather doubt itself
ROUNDS = 3  # readings: as many as make a fail hard


class Trap(NamedTuple):
    """What stands at the other end, what is asked of it, and what must come of that."""

    name: str
    talk: Callable[[socket.socket, Event], None] | Reply
    check: dict[str, str]
    word: Word
    text: str
    source: dict[str, Any] = {}


def bomb(client: socket.socket, _ended: Event) -> None:
    """Little on the wire, and a lot once unpacked."""
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(BOMB)}\r\n\r\n"
    client.sendall(head.encode() + BOMB)


TRAPS = (
    Trap("dripping", dripping, STATUS, "fail", "no answer within 0.5 s"),
    Trap("silent", silent, STATUS, "fail", "no answer within 0.5 s"),
    Trap("hangs-up", hangs_up, STATUS, "fail", "no HTTP answer"),
    Trap("endless-headers", endless_headers, STATUS, "fail", "no HTTP answer"),
    Trap("endless-body", endless, JSON, "unknown", "no data: the body is larger than 64 KiB"),
    Trap("gzip-bomb", bomb, JSON, "unknown", "no data: the body is compressed (gzip)"),
    Trap("redirect-loop", Reply(302, headers={"Location": "/"}), STATUS, "fail", "more than 5 redirects",
         {"follow_redirects": True}),
)  # fmt: skip


def healthy(port: int) -> list[ProbeSpec]:
    """Some ask by name: those must wait for no other name."""
    return [
        probe({"kind": "http", "url": f"http://{host}:{port}/"}, STATUS, id=f"healthy-{number}", **PACE)
        for number in range(HEALTHY)
        for host in ("127.0.0.1" if number % 2 else "shop.test",)
    ]


def trapped(trap: Trap, stack: ExitStack) -> ProbeSpec:
    server = serve(replies(trap.talk)) if isinstance(trap.talk, Reply) else raw_server(trap.talk)
    source = {"kind": "http", "url": stack.enter_context(server)} | trap.source
    return probe(source, trap.check, id=trap.name, every="1s", deadline="500ms")


def ended(watcher: Watcher, name: str, word: Word) -> list[Observation]:
    """What was seen of a probe since its verdict is this one."""
    return [one for one in watcher.of(name) if one.verdict.word == word]


def unharmed(watcher: Watcher, specs: Sequence[ProbeSpec]) -> bool:
    return all({one.reading.outcome for one in watcher.of(spec.id)} == {"ok"} for spec in specs)


@pytest.fixture
def lookup() -> Iterator[Callable[[str], list[str]]]:
    """Knows shop.test. For dead.test it never finds an answer."""
    ended = Event()

    def find(host: str) -> list[str]:
        if host == "dead.test":
            ended.wait()
        return ["127.0.0.1"] if host == "shop.test" else []

    yield find
    ended.set()


def test_traps_end_in_the_right_verdict_and_harm_no_probe_beside_them(lookup: Callable[[str], list[str]]) -> None:
    expected: dict[str, tuple[Word, str]] = {trap.name: (trap.word, trap.text) for trap in TRAPS}
    expected |= {"name-hangs": ("fail", "no answer within 0.5 s"), "name-unknown": ("fail", "name not found")}
    with ExitStack() as stack:
        specs = [trapped(trap, stack) for trap in TRAPS]
        for name, host in (("name-hangs", "dead.test"), ("name-unknown", "nowhere.test")):
            source = {"kind": "http", "url": f"http://{host}/"}
            specs.append(probe(source, STATUS, id=name, every="1s", deadline="500ms"))
        well = healthy(int(stack.enter_context(serve(replies(Reply()))).rpartition(":")[2]))
        _, watcher = stack.enter_context(running([*specs, *well], sampler(lookup=lookup)))
        watcher.until(lambda: all(ended(watcher, name, word) for name, (word, _) in expected.items()))
        counts = {spec.id: len(watcher.of(spec.id)) for spec in [*specs, *well]}
        for name, (word, text) in expected.items():
            words = {one.verdict.word for one in watcher.of(name)}
            assert words <= {"pending", "unknown", word}, name
            assert ended(watcher, name, word)[-1].reading.text.startswith(text)
    assert unharmed(watcher, well)
    assert min(counts[spec.id] for spec in well) >= max(counts.values()) - 1, counts  # all are asked at the same pace


@pytest.mark.real
def test_a_switch_of_traffic_is_seen_at_once_and_harms_no_probe_beside_it() -> None:
    """nginx changes over from blue to green by reloading, as many sites do."""
    with Nginx.start("blue") as nginx, serve(replies(Reply())) as url:
        release = {"get": "header:X-Release", "fail": '!= "blue"'}
        switched = probe({"kind": "http", "url": nginx.url}, release, id="release", every="400ms", deadline="390ms")
        well = [
            probe({"kind": "http", "url": url}, STATUS, id=f"healthy-{number}", every="400ms", deadline="390ms")
            for number in range(HEALTHY)
        ]
        with running([switched, *well], sampler()) as (_, watcher):
            watcher.until(lambda: len(watcher.of("release")) >= ROUNDS)
            nginx.switch("green")
            before = len(watcher.of("release")) + 1  # one may have been on its way
            watcher.until(lambda: len(watcher.of("release")) >= before + ROUNDS)
    values = [one.reading.value for one in watcher.of("release")]
    assert values[:ROUNDS] == ["blue"] * ROUNDS
    assert values[before : before + ROUNDS] == ["green"] * ROUNDS
    assert watcher.of("release")[before + ROUNDS - 1].verdict.word == "fail"
    assert unharmed(watcher, well)


@pytest.mark.real
def test_a_thousand_probes_started_together_are_all_answered_in_time() -> None:
    """A real server, which takes no time away from this process; one in ten asks a port on which nobody listens."""
    dead = f"http://127.0.0.1:{free_port()}"
    with Nginx.start("blue") as nginx:
        specs = [
            probe({"kind": "http", "url": nginx.url if number % 10 else dead}, STATUS, id=str(number), **UNHURRIED)
            for number in range(1000)
        ]
        with running(specs, sampler()) as (_, watcher):
            watcher.until(lambda: len(watcher.seen) >= len(specs))
    said = {int(one.reading.probe): one.reading for one in watcher.seen}
    assert len(said) == 1000
    assert {reading.outcome for number, reading in said.items() if number % 10} == {"ok"}
    refused = f"connection refused at {dead.removeprefix('http://')}"
    assert all(said[number].outcome != "ok" and said[number].text.endswith(refused) for number in range(0, 1000, 10))
