"""TLS handshakes with one server, for what they show. Nothing is ever sent over the connections."""

import asyncio
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple
from warnings import catch_warnings, simplefilter

from warroom.probing.dial import dial, host_and_port, why_not_connected
from warroom.probing.resolver import Resolver
from warroom.probing.source import Trouble
from warroom.probing.trust import new_context

Version = Literal["1.0", "1.1", "1.2", "1.3"]
_VERSIONS: Mapping[Version, ssl.TLSVersion] = {
    "1.0": ssl.TLSVersion.TLSv1,
    "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}
_EVERY_CIPHER = "ALL:@SECLEVEL=0"  # else our own side refuses old versions, which would look like theirs
_NO_CHECK_TIME = 0x200000  # OpenSSL's X509_V_FLAG_NO_CHECK_TIME, which Python does not name
_OTHER_VERSION = ("UNSUPPORTED_PROTOCOL", "WRONG_VERSION_NUMBER")  # what OpenSSL says of an answer in another version


class Certificate(NamedTuple):
    """What the server's own certificate says."""

    issuer: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime


class Handshake(NamedTuple):
    """A handshake that came to its end."""

    version: str
    """Such as `1.3`."""
    certificate: Certificate


class Shaker:
    """Shakes hands in several ways, each time over a new connection. All raise `Trouble`."""

    def __init__(
        self, resolver: Resolver, host: str, port: int, servername: str, *, ca_file: str, deadline_s: float
    ) -> None:
        """Raises `ValueError` when `ca_file` cannot be used."""
        self._resolver = resolver
        self._host = host
        self._port = port
        self._servername = servername
        self._deadline_s = deadline_s
        self._careful = new_context(ca_file)

    async def careful(self) -> Handshake:
        """As a client does that lets nobody fool it. The cause of its `Trouble` is the error."""
        return _handshake(await self._told(self._careful))

    async def credulous(self) -> Handshake:
        """Whatever is wrong with the certificate.

        The standard library takes only those apart that it believes in. So the second of two handshakes believes in
        exactly the certificate that the first one was shown, at any time and for any name.
        """
        blind = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        blind.check_hostname, blind.verify_mode = False, ssl.CERT_NONE
        seen = (await self._told(blind)).getpeercert(binary_form=True)
        assert seen
        believing = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        believing.check_hostname = False
        believing.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VerifyFlags(_NO_CHECK_TIME)
        believing.load_verify_locations(cadata=seen)
        return _handshake(await self._told(believing))

    async def accepts(self, version: Version) -> bool:
        """Whether the server speaks this version with a client that knows no other, nor cares about certificates."""
        only = _only(version)
        try:
            await self._shake(only)
        except (ConnectionResetError, BrokenPipeError, ssl.SSLEOFError):  # some hang up instead of saying no
            return False
        except ssl.SSLError as error:
            if "ALERT" in error.reason or error.reason in _OTHER_VERSION:
                return False
            why = error.reason.replace("_", " ").lower()  # our side gave up, which proves nothing
            raise Trouble(f"whether TLS {version} is refused is not known: {why}", blames="messenger") from None
        return True

    async def _told(self, context: ssl.SSLContext) -> ssl.SSLObject:
        try:
            return await self._shake(context)
        except OSError as error:
            where = host_and_port(self._host, self._port)
            raise Trouble(why_not_connected(error, self._servername, where)) from error

    async def _shake(self, context: ssl.SSLContext) -> ssl.SSLObject:
        """The finished handshake of a connection that is closed already. Raises `OSError`, of which TLS' are some."""
        connection = await dial(self._resolver, self._host, self._port, deadline_s=self._deadline_s)
        try:
            _, writer = await asyncio.open_connection(
                sock=connection, ssl=context, server_hostname=self._servername, ssl_handshake_timeout=self._deadline_s
            )
        except BaseException:
            connection.close()
            raise
        shaken: ssl.SSLObject = writer.get_extra_info("ssl_object")
        writer.transport.abort()
        return shaken


def _only(version: Version) -> ssl.SSLContext:
    """A client that knows one version."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers(_EVERY_CIPHER)
    with catch_warnings():
        simplefilter("ignore", DeprecationWarning)  # old versions are what is looked for
        context.minimum_version = context.maximum_version = _VERSIONS[version]
    return context


def _handshake(shaken: ssl.SSLObject) -> Handshake:
    certificate: Mapping[str, Any] | None = shaken.getpeercert()
    assert certificate
    version = shaken.version() or ""
    return Handshake({"TLSv1": "1.0"}.get(version, version.removeprefix("TLSv")), _certificate(certificate))


def _certificate(fields: Mapping[str, Any]) -> Certificate:
    """Out of the tuples in which the standard library has it."""
    issuer = dict(pair for group in fields["issuer"] for pair in group)
    return Certificate(
        issuer=issuer.get("commonName") or issuer.get("organizationName") or "no name",
        names=tuple(name for kind, name in fields.get("subjectAltName", ()) if kind in ("DNS", "IP Address")),
        not_before=_moment(fields["notBefore"]),
        not_after=_moment(fields["notAfter"]),
    )


def _moment(text: str) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(text), UTC)
