"""The dns source against a small server on loopback, over UDP and TCP."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from http_traps import free_port
from probe_kit import probe, read
from warroom.core.probe import Reading
from warroom.probing.sources.table import check_spec

ZONE = {
    ("shop.test.", "A"): ["60 A 192.0.2.7", "30 A 192.0.2.5"],
    ("www.shop.test.", "A"): ["300 CNAME shop.cdn.test.", "20 A 192.0.2.9"],
    ("www.shop.test.", "CNAME"): ["300 CNAME shop.cdn.test."],
    ("shop.test.", "TXT"): ['60 TXT "v=spf1 " "-all"'],
    ("empty.test.", "A"): [],
    ("large.test.", "TXT"): [f'60 TXT "{number:04} {"x" * 200}"' for number in range(20)],
}
CHECK = {"get": "count", "fail": "< 1"}


def answer(wire: bytes, *, udp: bool) -> bytes:
    question = dns.message.from_wire(wire)
    response = dns.message.make_response(question)
    [asked] = question.question
    records = ZONE.get((asked.name.to_text(), asked.to_text().split()[-1]))
    if records is None:
        response.set_rcode(dns.rcode.NXDOMAIN)
    for record in records or ():
        ttl, kind, data = record.split(" ", 2)
        response.answer.append(dns.rrset.from_text(asked.name, int(ttl), "IN", kind, data))
    full = response.to_wire()
    if udp and len(full) > 512:
        response.answer.clear()
        response.flags |= dns.flags.TC
    return response.to_wire()


class Udp(asyncio.DatagramProtocol):
    """Leaves the first `lost` questions unanswered."""

    def __init__(self, reply: Callable[[bytes], bytes], lost: int) -> None:
        self._reply = reply
        self._lost = lost

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if self._lost:
            self._lost -= 1
        else:
            self._transport.sendto(self._reply(data), addr)


@asynccontextmanager
async def server(reply: Callable[[bytes], bytes] | None = None, *, lost: int = 0) -> AsyncIterator[int]:
    async def over_tcp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        size = int.from_bytes(await reader.readexactly(2))
        content = answer(await reader.readexactly(size), udp=False)
        writer.write(len(content).to_bytes(2) + content)
        writer.close()

    tcp = await asyncio.start_server(over_tcp, "127.0.0.1", 0)
    port = tcp.sockets[0].getsockname()[1]
    udp, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Udp(reply or (lambda wire: answer(wire, udp=True)), lost), local_addr=("127.0.0.1", port)
    )
    async with tcp:
        try:
            yield port
        finally:
            udp.close()


async def asked(port: int, name: str, kind: str, check: dict[str, Any] = CHECK, deadline: str = "5s") -> Reading:
    source = {"kind": "dns", "name": name, "type": kind, "server": "127.0.0.1", "port": port}
    return await read(probe(source, check, deadline=deadline))


@pytest.mark.parametrize(
    ("name", "kind", "get", "value"),
    [
        ("shop.test", "A", "answers", "192.0.2.5, 192.0.2.7"),
        ("shop.test", "A", "count", 2),
        ("shop.test", "A", "ttl", 30),
        ("www.shop.test", "A", "answers", "192.0.2.9"),
        ("www.shop.test", "A", "ttl", 20),
        ("www.shop.test", "CNAME", "answers", "shop.cdn.test"),
        ("shop.test", "TXT", "answers", "v=spf1 -all"),
        ("large.test", "TXT", "count", 20),
        ("empty.test", "A", "count", 0),
        ("none.test", "A", "rcode", "NXDOMAIN"),
    ],
)
async def test_records_are_read(name: str, kind: str, get: str, value: Any) -> None:
    async with server() as port:
        rule = '== ""' if isinstance(value, str) else "< 0"
        reading = await asked(port, name, kind, {"get": get, "fail": rule})
    assert (reading.outcome, reading.value, reading.via) == ("ok", value, f"127.0.0.1:{port}")


@pytest.mark.parametrize(
    ("name", "text"), [("none.test", "A of none.test: NXDOMAIN"), ("empty.test", "A of empty.test: no such record")]
)
async def test_a_name_without_a_record_is_a_failure(name: str, text: str) -> None:
    async with server() as port:
        reading = await asked(port, name, "A", {"get": "answers", "fail": '== "192.0.2.66"'})
    assert (reading.outcome, reading.text) == ("fail", text)


async def test_a_lost_packet_is_no_failure() -> None:
    async with server(lost=1) as port:
        assert (await asked(port, "shop.test", "A", deadline="900ms")).outcome == "ok"


async def test_a_silent_server_is_a_failure() -> None:
    async with server(lost=99) as port:
        reading = await asked(port, "shop.test", "A", deadline="300ms")
    assert reading.outcome == "fail"
    assert reading.text.startswith("no answer")


async def test_a_dead_server_is_a_failure() -> None:
    reading = await asked(free_port(), "shop.test", "A", deadline="300ms")
    assert reading.outcome == "fail"
    assert reading.text.startswith("no answer")


async def test_what_is_no_dns_is_a_failure() -> None:
    async with server(lambda wire: wire[:2] + b"nonsense") as port:
        reading = await asked(port, "shop.test", "A", deadline="900ms")
    assert reading.outcome == "fail"


async def test_metadata_addresses_are_never_asked() -> None:
    reading = await read(probe({"kind": "dns", "name": "shop.test", "server": "169.254.169.254"}, CHECK))
    assert (reading.outcome, "link-local or metadata" in reading.text) == ("error", True)


async def test_a_name_that_is_none_is_told() -> None:
    reading = await read(probe({"kind": "dns", "name": "a..b", "server": "127.0.0.1"}, CHECK))
    assert (reading.outcome, reading.text) == ("error", "a..b is no name that a DNS server could be asked for")


async def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "warroom.probing.dns_query", None)
    reading = await asked(1, "shop.test", "A")
    assert (reading.outcome, reading.text) == ("error", "the dns probe needs dnspython: pip install 'warroom[dns]'")


def test_a_check_that_cannot_work_is_refused() -> None:
    with pytest.raises(ValueError, match='did you mean "answers"'):
        check_spec(probe({"kind": "dns", "name": "shop.test"}, {"get": "answer", "fail": '== ""'}))
