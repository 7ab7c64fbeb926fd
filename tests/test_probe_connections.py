"""Whom the http source talks to: fresh connections, names that hang, addresses that are never asked, certificates."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from threading import Event

import pytest

from http_traps import (
    CERTIFICATE,
    Reply,
    raw_server,
    replies,
    serve,
    silent,
)
from probe_kit import STATUS, probe, read, sampler
from warroom.probing.resolver import Resolver
from warroom.probing.sampling import measure_once
from warroom.probing.secrets import Secrets
from warroom.probing.sources.table import build
from warroom.probing.trust import tls_context


async def test_after_a_switch_of_traffic_no_kept_connection_answers_for_the_old_release() -> None:
    """As behind a load balancer, a connection stays with the release to which it was made."""
    live = ["blue"]

    class Balanced(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            self.release = live[0]

        def do_GET(self) -> None:  # the name that http.server calls
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.send_header("X-Release", self.release)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name in http.server
            """Says nothing."""

    with serve(Balanced) as url:
        asker = sampler()
        spec = probe({"kind": "http", "url": url}, {"get": "header:X-Release", "fail": '== ""'})
        source = asker.open(spec)
        before = [(await asker.sample(spec, source)).value for _ in range(3)]
        live[0] = "green"
        afterwards = [(await asker.sample(spec, source)).value for _ in range(3)]
        await source.close()
    assert (before, afterwards) == (["blue"] * 3, ["green"] * 3)


async def test_a_name_that_is_not_found_is_a_failure() -> None:
    def lookup(_host: str) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    reading = await read(probe({"kind": "http", "url": "http://shop.test"}, STATUS), lookup=lookup)
    assert (reading.outcome, reading.text) == ("fail", "name not found: shop.test")


async def test_hanging_look_ups_delay_nobody_else() -> None:
    """Not even where there is only one thread for what blocks."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    ended, asked = Event(), list[str]()

    def lookup(host: str) -> list[str]:
        asked.append(host)
        if host.startswith("dead"):
            ended.wait()
        return ["127.0.0.1"]

    with serve(replies(Reply())) as url:
        port = url.rpartition(":")[2]
        dead = [probe({"kind": "http", "url": f"http://dead{n % 4}.test"}, STATUS, deadline="400ms") for n in range(12)]
        healthy = probe({"kind": "http", "url": f"http://shop.test:{port}"}, STATUS, deadline="300ms")
        try:
            readings = await measure_once([*dead, healthy], sampler(lookup=lookup))
        finally:
            ended.set()
    assert [reading.outcome for _, reading in readings] == ["fail"] * 12 + ["ok"]
    assert len(asked) == 5  # one for each name, however many ask


async def test_the_next_address_of_a_name_is_tried() -> None:
    with serve(replies(Reply())) as url:
        source = {"kind": "http", "url": url.replace("127.0.0.1", "shop.test")}
        reading = await read(probe(source, STATUS), lookup=lambda _: ["::1", "127.0.0.1"])
    assert reading.outcome == "ok"


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
        "fe80::1",
        "fd00:ec2::254",
        "100.100.100.200",
        "fe80::1%eth0",
    ],
)
async def test_metadata_addresses_are_never_asked(address: str) -> None:
    by_name = await read(probe({"kind": "http", "url": "http://shop.test"}, STATUS), lookup=lambda _: ["::1", address])
    assert by_name.outcome == "error"
    assert "link-local or metadata" in by_name.text
    if "%" not in address:
        host = f"[{address}]" if ":" in address else address
        assert (await read(probe({"kind": "http", "url": f"http://{host}/latest"}, STATUS))).text.endswith("do not ask")


async def test_a_certificate_that_nobody_vouches_for_is_a_failure() -> None:
    with serve(replies(Reply()), tls=True) as url:
        reading = await read(probe({"kind": "http", "url": url}, STATUS))
    assert (reading.outcome, reading.text) == ("fail", "certificate of 127.0.0.1 refused: self-signed certificate")


async def test_the_machines_own_roots_are_trusted_for_the_right_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    tls_context.cache_clear()
    try:
        with serve(replies(Reply()), tls=True) as url:
            named = [
                probe({"kind": "http", "url": url.replace("127.0.0.1", n)}, STATUS) for n in ("shop.test", "other.test")
            ]
            right, wrong = [await read(spec, lookup=lambda _: ["127.0.0.1"]) for spec in named]
    finally:
        tls_context.cache_clear()
    assert right.outcome == "ok"
    assert wrong.outcome == "fail"
    assert wrong.text.startswith("certificate of other.test refused: Hostname mismatch")


async def test_a_source_can_be_closed_in_the_middle_of_a_sample() -> None:
    with raw_server(silent) as url:
        spec = probe({"kind": "http", "url": url}, STATUS)
        source = build(spec, Secrets({}), Resolver())
        measuring = asyncio.create_task(source.measure())
        await asyncio.sleep(0)
        measuring.cancel()
        await source.close()
        with pytest.raises(asyncio.CancelledError):
            await measuring
