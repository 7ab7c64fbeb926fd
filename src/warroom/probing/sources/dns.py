"""`kind = "dns"`: asks a DNS server for one name. No such name, no such record and no answer are failures."""

import asyncio
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from warroom.core.probe import Blames, Measurement, ProbeSpec
from warroom.core.rules import Value
from warroom.probing.dial import addresses_of, host_and_port
from warroom.probing.endpoint import Host, Port
from warroom.probing.resolver import Resolver
from warroom.probing.source import Source, SourceSpec, Trouble, needing

if TYPE_CHECKING:
    from warroom.probing.dns_query import Found, Question


class DnsSpec(SourceSpec):
    """One question."""

    kind: Literal["dns"]
    name: str = Field(min_length=1)
    type: Literal["A", "AAAA", "CNAME", "MX", "NS", "TXT"] = "A"
    server: Host | None = None
    """Whom to ask; without it, the first server that this machine asks."""
    port: Port = 53

    @property
    def offers(self) -> tuple[str, ...]:
        return ("answers", "count", "ttl", "rcode", "latency_ms")

    def open(self, spec: ProbeSpec, resolver: Resolver) -> Source:
        with needing("dns", "dnspython", "dns"):
            from warroom.probing.dns_query import Question, system_server
        gets = frozenset(check.get for check in spec.check)
        question, own = Question(self.name, self.type), None if self.server else system_server()
        return DnsSource(self, gets, question, resolver, system_server=own, deadline_s=spec.deadline)


class DnsSource:
    """Asks past all caches of ours."""

    blames: Blames = "target"

    def __init__(
        self,
        spec: DnsSpec,
        gets: frozenset[str],
        question: "Question",
        resolver: Resolver,
        *,
        system_server: str | None,
        deadline_s: float,
    ) -> None:
        self._spec = spec
        self._gets = gets
        self._question = question
        self._resolver = resolver
        self._system_server = system_server
        self._deadline_s = deadline_s

    async def measure(self) -> Measurement:
        began = asyncio.get_running_loop().time()
        address = await self._address()
        found = await self._question.ask(address, self._spec.port, deadline_s=self._deadline_s)
        latency_ms = (asyncio.get_running_loop().time() - began) * 1000
        self._expect_records(found)
        values: dict[str, Value] = {
            "answers": ", ".join(found.records),
            "count": len(found.records),
            "ttl": found.ttl,
            "rcode": found.rcode,
            "latency_ms": latency_ms,
        }
        return Measurement(values=values, via=host_and_port(address, self._spec.port))

    async def close(self) -> None:
        """Nothing outlives a reading."""

    async def _address(self) -> str:
        """This machine's own server may well be link-local; one from a file may not."""
        if self._spec.server is None:
            assert self._system_server
            return self._system_server
        return (await addresses_of(self._resolver, self._spec.server))[0]

    def _expect_records(self, found: "Found") -> None:
        """Raises `Trouble` when there are none, unless a check asks just that."""
        if not found.records and not self._gets & {"rcode", "count"}:
            words = "no such record" if found.rcode == "NOERROR" else found.rcode
            raise Trouble(f"{self._spec.type} of {self._spec.name}: {words}")
