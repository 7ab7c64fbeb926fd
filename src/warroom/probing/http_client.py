"""One HTTP exchange, without anything that a client does by itself: no proxy, cookie, retry, decoding or redirect.

Calls httpx at its transport, below the client that has those habits. The only module that imports it.
"""

import asyncio
import errno
import logging
import os
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

import httpx

from warroom.probing.resolver import Forbidden, NotFound, Resolver
from warroom.probing.source import Trouble

BODY_LIMIT = 64 * 1024  # bytes as sent: a compressed answer of 398 KiB has become 400 MiB

for _name in ("httpx", "httpcore"):  # below this level they log URLs and headers, with the secrets in them
    logging.getLogger(_name).setLevel(logging.WARNING)

_PORTS = {"http": 80, "https": 443}
_USER_AGENT = f"warroom/{version('warroom')}"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: httpx.Headers
    body: bytes
    """At most `BODY_LIMIT` bytes, as sent."""
    complete: bool
    """Whether that is all of it."""
    took_s: float
    """From the name look-up to the last byte read."""


class HttpClient:
    """Asks for one probe. A client for all would grow slow with their number."""

    def __init__(self, resolver: Resolver, *, deadline_s: float, keep_alive: bool) -> None:
        """Keep-alive is for messengers only: through a kept connection a load balancer goes on answering "blue"."""
        self._resolver = resolver
        self._deadline_s = deadline_s
        self._keep_alive = keep_alive
        self._transport = httpx.AsyncHTTPTransport(verify=tls_context())

    async def fetch(
        self, url: httpx.URL, *, method: str = "GET", headers: Mapping[str, str] | None = None, body: str = ""
    ) -> Answer:
        """Raises `Trouble`. Has no time limit of its own."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        where = _where(url.host, url)
        try:
            response = await self._send(url, method, headers or {}, body)
            try:
                content, complete = await _read(response)
            finally:
                await response.aclose()
        except httpx.LocalProtocolError:  # its text repeats the headers
            raise Trouble("the URL or the headers of this probe are not valid HTTP", blames="messenger") from None
        except httpx.RemoteProtocolError as error:
            raise Trouble(f"no HTTP answer from {where}: {error}") from None
        except httpx.TransportError:
            raise Trouble(f"connection to {where} lost") from None
        return Answer(response.status_code, response.headers, content, complete, loop.time() - began)

    async def close(self) -> None:
        await self._transport.aclose()

    async def _send(self, url: httpx.URL, method: str, headers: Mapping[str, str], body: str) -> httpx.Response:
        """The response to the first address that takes the connection."""
        host = url.raw_host.decode("ascii")
        addresses = await self._addresses(host)
        why = ""
        for address in addresses:
            request = httpx.Request(
                method,
                url.copy_with(host=address),  # the address that was looked at, not one that a second look-up finds
                headers=self._headers(url, headers),
                content=body.encode() or None,
                extensions={"sni_hostname": host, "timeout": {"connect": self._deadline_s / len(addresses)}},
            )
            try:
                return await self._transport.handle_async_request(request)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                why = _why_not_connected(error, host, _where(address, url))
        raise Trouble(why)

    async def _addresses(self, host: str) -> list[str]:
        try:
            return await self._resolver.addresses(host)
        except NotFound as error:
            raise Trouble(str(error)) from None
        except Forbidden as error:
            raise Trouble(str(error), blames="messenger") from None

    def _headers(self, url: httpx.URL, own: Mapping[str, str]) -> httpx.Headers:
        """A file may replace the usual headers, but not the two on which the honesty of a reading rests."""
        headers = httpx.Headers({"Host": url.netloc.decode("ascii"), "User-Agent": _USER_AGENT, "Accept": "*/*"})
        headers.update(httpx.Headers(dict(own), encoding="utf-8"))
        headers.update({"Accept-Encoding": "identity", "Connection": "keep-alive" if self._keep_alive else "close"})
        return headers


def parse_url(text: str) -> httpx.URL:
    """Raises `ValueError` without repeating the URL."""
    try:
        return httpx.URL(text)
    except httpx.InvalidURL:
        raise ValueError("the URL is not valid") from None


@cache  # building one takes 24 ms of CPU, and it never changes
def tls_context() -> ssl.SSLContext:
    """Trusts the public roots, and those of this machine: a company's own are there."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context


async def _read(response: httpx.Response) -> tuple[bytes, bool]:
    content = b""
    async for chunk in response.aiter_raw():
        content += chunk
        if len(content) > BODY_LIMIT:
            return content[:BODY_LIMIT], False
    return content, True


def _why_not_connected(error: httpx.TransportError, host: str, where: str) -> str:
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"certificate of {host} refused: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return f"no TLS with {where}: {(cause.reason or 'unknown reason').replace('_', ' ').lower()}"
        if isinstance(cause, OSError) and cause.errno == errno.ECONNREFUSED:
            return f"connection refused at {where}"
        if isinstance(cause, OSError) and cause.errno:
            return f"no connection to {where}: {os.strerror(cause.errno).lower()}"
    return f"no connection to {where}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _where(host: str, url: httpx.URL) -> str:
    port = url.port or _PORTS[url.scheme]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
