"""One HTTP exchange, without anything that a client does by itself: no proxy, cookie, retry, decoding or redirect.

Calls httpx at its transport, below the client that has those habits. The only module that imports it.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version

import httpx

from warroom.probing.dial import addresses_of, host_and_port, no_connection, worst_of
from warroom.probing.resolver import Resolver
from warroom.probing.source import Trouble
from warroom.probing.trust import tls_context

BODY_LIMIT = 64 * 1024  # bytes as sent: a compressed answer of 398 KiB has become 400 MiB

for _name in ("httpx", "httpcore"):  # below this level they log URLs and headers, with the secrets in them
    logging.getLogger(_name).setLevel(logging.WARNING)

_PORTS = {"http": 80, "https": 443}
_USER_AGENT = f"warroom/{version('warroom')}"

_PHASES = {
    "dns": ("look_up.started", "look_up.complete"),
    "connect": ("connection.connect_tcp.started", "connection.connect_tcp.complete"),
    "tls": ("connection.start_tls.started", "connection.start_tls.complete"),
    "first_byte": ("http11.send_request_headers.started", "http11.receive_response_headers.complete"),
}
"""By the names that httpcore gives to what happens, but for the first, which is ours."""
PHASES = tuple(_PHASES)


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
    phases_s: Mapping[str, float]
    """How long its parts took, by `PHASES`. A part that did not happen is missing."""


class _Stopwatch:
    """Notes when things happen; of those that happen again, with another address, the last time."""

    def __init__(self) -> None:
        self._time = asyncio.get_running_loop().time
        self._at = {"look_up.started": self._time()}

    def note(self, event: str) -> None:
        self._at[event] = self._time()

    async def trace(self, event: str, _details: object) -> None:
        """As httpcore calls it."""
        self.note(event)

    def passed(self) -> float:
        return self._time() - self._at["look_up.started"]

    def phases(self) -> dict[str, float]:
        at = self._at
        return {name: at[end] - at[begin] for name, (begin, end) in _PHASES.items() if begin in at and end in at}


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
        watch = _Stopwatch()
        where = _where(url.host, url)
        try:
            response = await self._send(url, method, headers or {}, body, watch)
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
        return Answer(response.status_code, response.headers, content, complete, watch.passed(), watch.phases())

    async def close(self) -> None:
        await self._transport.aclose()

    async def _send(
        self, url: httpx.URL, method: str, headers: Mapping[str, str], body: str, watch: _Stopwatch
    ) -> httpx.Response:
        """The response to the first address that takes the connection."""
        host = url.raw_host.decode("ascii")
        addresses = await addresses_of(self._resolver, host)
        watch.note("look_up.complete")
        whys: list[Trouble] = []
        for address in addresses:
            request = httpx.Request(
                method,
                url.copy_with(host=address),  # the address that was looked at, not one that a second look-up finds
                headers=self._headers(url, headers),
                content=body.encode() or None,
                extensions={
                    "sni_hostname": host,
                    "timeout": {"connect": self._deadline_s / len(addresses)},
                    "trace": watch.trace,
                },
            )
            try:
                return await self._transport.handle_async_request(request)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                whys.append(no_connection(error, host, _where(address, url)))
        raise worst_of(whys)

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


async def _read(response: httpx.Response) -> tuple[bytes, bool]:
    content = b""
    async for chunk in response.aiter_raw():
        content += chunk
        if len(content) > BODY_LIMIT:
            return content[:BODY_LIMIT], False
    return content, True


def _where(host: str, url: httpx.URL) -> str:
    return host_and_port(host, url.port or _PORTS[url.scheme])
