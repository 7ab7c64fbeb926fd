"""`kind = "tcp"`: connects to a port, and looks at what the other side says first if that is wanted."""

import asyncio
import socket
from typing import Literal

from warroom.core.probe import Blames, Measurement, ProbeSpec
from warroom.core.rules import Value
from warroom.probing.dial import dial, host_and_port
from warroom.probing.endpoint import Host, Port
from warroom.probing.resolver import Resolver
from warroom.probing.source import Source, SourceSpec, Trouble

_LONGEST_LINE = 1024  # bytes


class TcpSpec(SourceSpec):
    """One port."""

    kind: Literal["tcp"]
    host: Host
    port: Port
    send: str = ""
    """Said first, once connected."""
    expect: str = ""
    """What the first line from the other side must begin with."""

    @property
    def offers(self) -> tuple[str, ...]:
        return ("latency_ms", "banner")

    def open(self, spec: ProbeSpec, resolver: Resolver) -> Source:
        listens = bool(self.expect) or any(check.get == "banner" for check in spec.check)
        return TcpSource(self, resolver, listens=listens, deadline_s=spec.deadline)


class TcpSource:
    """Connects anew for each reading."""

    blames: Blames = "target"

    def __init__(self, spec: TcpSpec, resolver: Resolver, *, listens: bool, deadline_s: float) -> None:
        self._spec = spec
        self._resolver = resolver
        self._listens = listens
        self._deadline_s = deadline_s

    async def measure(self) -> Measurement:
        spec, loop = self._spec, asyncio.get_running_loop()
        began = loop.time()
        with await dial(self._resolver, spec.host, spec.port, deadline_s=self._deadline_s) as connection:
            try:
                await loop.sock_sendall(connection, spec.send.encode())
                line = await self._first_line(connection) if self._listens else ""
            except OSError:
                raise Trouble(f"connection to {host_and_port(spec.host, spec.port)} lost") from None
        if not line.startswith(spec.expect):
            raise Trouble(f'says "{line}" and not "{spec.expect}"' if line else "hangs up without a word")
        values: dict[str, Value] = {"latency_ms": (loop.time() - began) * 1000, "banner": line or None}
        return Measurement(values=values, via=host_and_port(spec.host, spec.port))

    async def close(self) -> None:
        """Nothing outlives a reading."""

    async def _first_line(self, connection: socket.socket) -> str:
        """Up to its end, to the end of the connection or to 1 KiB; also as soon as it is what is expected."""
        loop, said = asyncio.get_running_loop(), b""
        expected = self._spec.expect.encode()
        while b"\n" not in said and len(said) < _LONGEST_LINE and not (expected and said.startswith(expected)):
            chunk = await loop.sock_recv(connection, _LONGEST_LINE)
            if not chunk:
                break
            said += chunk
        return said.partition(b"\n")[0].decode("utf-8", "replace").strip()
