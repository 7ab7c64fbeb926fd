"""A DNS server on loopback that knows a few names, over UDP and TCP."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

Zone = Mapping[tuple[str, str], Sequence[str]]
"""Records, such as `60 A 192.0.2.7`, by name and type asked for."""


def answer(zone: Zone, wire: bytes, *, udp: bool) -> bytes:
    question = dns.message.from_wire(wire)
    response = dns.message.make_response(question)
    [asked] = question.question
    records = zone.get((asked.name.to_text(), asked.to_text().split()[-1]))
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
async def dns_server(zone: Zone, reply: Callable[[bytes], bytes] | None = None, *, lost: int = 0) -> AsyncIterator[int]:
    """Gives its port. `reply` stands for what it says over UDP; the first `lost` questions are not answered."""

    async def over_tcp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        size = int.from_bytes(await reader.readexactly(2))
        content = answer(zone, await reader.readexactly(size), udp=False)
        writer.write(len(content).to_bytes(2) + content)
        writer.close()

    tcp = await asyncio.start_server(over_tcp, "127.0.0.1", 0)
    port = tcp.sockets[0].getsockname()[1]
    udp, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Udp(reply or (lambda wire: answer(zone, wire, udp=True)), lost), local_addr=("127.0.0.1", port)
    )
    async with tcp:
        try:
            yield port
        finally:
            udp.close()
