"""A small production of several hosts on loopback that a test takes down and up again."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from http_traps import free_port
from probe_kit import probe
from warroom.core.probe import ProbeSpec

FAST: dict[str, Any] = {"every": "100ms", "deadline": "90ms", "stale_after": "30s"}
LATENCY = {"get": "latency_ms", "fail": "> 10000"}


class Hosts:
    """A port on several addresses of this machine, each as good as a host of its own, that can be closed and opened."""

    def __init__(self, count: int) -> None:
        self.port = free_port()
        self.addresses = [f"127.0.0.{number + 2}" for number in range(count)]
        self._open: dict[str, socket.socket] = {}

    def open(self, addresses: Sequence[str]) -> None:
        for address in addresses:  # the kernel answers by itself; nobody needs to accept
            self._open[address] = socket.create_server((address, self.port), backlog=1000)

    def close(self, addresses: Sequence[str]) -> None:
        for address in addresses:
            self._open.pop(address).close()

    def probes(self) -> list[ProbeSpec]:
        source = {"kind": "tcp", "port": self.port}
        return [probe(source | {"host": a}, LATENCY, id=a.replace(".", "-"), **FAST) for a in self.addresses]


@contextmanager
def hosts(count: int) -> Iterator[Hosts]:
    them = Hosts(count)
    them.open(them.addresses)
    try:
        yield them
    finally:
        them.close([address for address in them.addresses if address in them._open])
