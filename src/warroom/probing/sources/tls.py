"""`kind = "tls"`: what a server shows of itself in TLS handshakes: certificate, names, time left, versions."""

import asyncio
import ssl
from datetime import UTC, datetime
from typing import Literal

from warroom.clock import Clock, SystemClock
from warroom.core.probe import Blames, Measurement, ProbeSpec
from warroom.core.rules import Value
from warroom.probing.dial import host_and_port
from warroom.probing.endpoint import Host, Port
from warroom.probing.resolver import Resolver
from warroom.probing.source import Source, SourceSpec, Trouble
from warroom.probing.tls_handshake import Certificate, Handshake, Shaker, Version

_DAY_S = 86_400


class TlsSpec(SourceSpec):
    """One server."""

    kind: Literal["tls"]
    host: Host
    port: Port = 443
    servername: str = ""
    """The name that the certificate must be for, and that is asked for; without it, the host."""
    min_version: Version | None = None
    """The server's best version must not be older."""
    forbid: tuple[Version, ...] = ()
    """Versions that the server must refuse, each tried in a handshake of its own."""
    ca_file: str = ""
    """PEM file of more roots to believe, such as a company's."""

    @property
    def offers(self) -> tuple[str, ...]:
        about = ("days_left", "left_fraction", "verified", "version", "issuer", "names")
        return (*(f"tls.{name}" for name in about), "latency_ms")

    def open(self, spec: ProbeSpec, resolver: Resolver) -> Source:
        shaker = Shaker(
            resolver, self.host, self.port, self.servername or self.host,
            ca_file=self.ca_file, deadline_s=spec.deadline,
        )  # fmt: skip
        return TlsSource(self, frozenset(check.get for check in spec.check), shaker, SystemClock())


class TlsSource:
    """Shakes hands, once as a careful client would, and once for each version that must be refused."""

    blames: Blames = "target"

    def __init__(self, spec: TlsSpec, gets: frozenset[str], shaker: Shaker, clock: Clock) -> None:
        self._spec = spec
        self._gets = gets
        self._shaker = shaker
        self._clock = clock

    async def measure(self) -> Measurement:
        began = asyncio.get_running_loop().time()
        shown, verified = await self._look()
        latency_ms = (asyncio.get_running_loop().time() - began) * 1000
        spec = self._spec
        if spec.min_version and shown.version < spec.min_version:
            raise Trouble(f"speaks TLS {shown.version} at best, and not {spec.min_version}")
        for version in spec.forbid:
            if await self._shaker.accepts(version):
                raise Trouble(f"accepts TLS {version}, which must be refused")
        values = {"tls.verified": verified, "tls.version": shown.version, "latency_ms": latency_ms}
        return Measurement(values={**values, **self._about(shown.certificate)}, via=host_and_port(spec.host, spec.port))

    async def close(self) -> None:
        """Nothing outlives a reading."""

    async def _look(self) -> tuple[Handshake, bool]:
        """What the server shows, and whether it can be believed. Unless a check asks that, it must be."""
        try:
            return await self._shaker.careful(), True
        except Trouble as trouble:
            if "tls.verified" not in self._gets or not isinstance(trouble.__cause__, ssl.SSLCertVerificationError):
                raise
        return await self._shaker.credulous(), False

    def _about(self, certificate: Certificate) -> dict[str, Value]:
        now = datetime.fromtimestamp(self._clock.utc_us() / 1e6, UTC)
        left, whole = certificate.not_after - now, certificate.not_after - certificate.not_before
        return {
            "tls.days_left": left.total_seconds() / _DAY_S,
            "tls.left_fraction": left / whole if whole else None,
            "tls.issuer": certificate.issuer,
            "tls.names": ", ".join(certificate.names),
        }
