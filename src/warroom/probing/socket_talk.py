"""One WebSocket: opened, said something to, listened to, dropped. The only module that imports websockets."""

import asyncio
import logging
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.frames import CloseCode

from warroom.probing.dial import dial, host_and_port, why_not_connected
from warroom.probing.resolver import Resolver
from warroom.probing.source import Trouble
from warroom.probing.trust import tls_context

_LARGEST = 64 * 1024  # bytes of a message
_PORTS = {"ws": 80, "wss": 443}

logging.getLogger("websockets").setLevel(logging.WARNING)  # below it, headers are logged with the secrets in them


class Talk(NamedTuple):
    """What became of it."""

    open_s: float
    """Until the socket was open."""
    took_s: float
    """Until the reply, if one was waited for."""
    reply: str | None
    where: str


async def talk(
    url: str, headers: Mapping[str, str], resolver: Resolver, *, say: str, skip: int | None, deadline_s: float
) -> Talk:
    """Says `say` unless it is "", then takes the message after the first `skip`, or none when that is None.

    Raises `Trouble`. Neither redirects nor proxies are followed.
    """
    began = asyncio.get_running_loop().time()
    parts = urlsplit(url)
    assert parts.hostname
    port = parts.port or _PORTS[parts.scheme]
    where = host_and_port(parts.hostname, port)
    socket = await _opened(url, headers, resolver, parts.hostname, port, deadline_s=deadline_s)
    try:
        open_s = asyncio.get_running_loop().time() - began
        reply = await _converse(socket, say, skip)
    except ConnectionClosed as error:
        raise Trouble(f"the WebSocket at {where} was closed{_why_closed(error)}") from None
    finally:
        socket.transport.abort()
    return Talk(open_s, asyncio.get_running_loop().time() - began, reply, where)


class _Connect(connect):
    """Takes a redirect for the answer that it is."""

    def process_redirect(self, exc: Exception) -> Exception:
        return exc


async def _opened(
    url: str, headers: Mapping[str, str], resolver: Resolver, host: str, port: int, *, deadline_s: float
) -> ClientConnection:
    line = await dial(resolver, host, port, deadline_s=deadline_s)
    tls = tls_context() if url.startswith("wss:") else None
    try:
        return await _Connect(
            url, sock=line, ssl=tls, additional_headers=dict(headers), compression=None, proxy=None, open_timeout=None,
            ping_interval=None, max_size=_LARGEST,
        )  # fmt: skip
    except InvalidStatus as error:
        raise Trouble(f"status {error.response.status_code} instead of a WebSocket") from None
    except OSError as error:
        raise Trouble(why_not_connected(error, host, host_and_port(host, port))) from None
    except (WebSocketException, EOFError):
        raise Trouble(f"no WebSocket at {host_and_port(host, port)}") from None


async def _converse(socket: ClientConnection, say: str, skip: int | None) -> str | None:
    if say:
        await socket.send(say)
    if skip is None:
        return None
    for _ in range(skip):
        await socket.recv()
    reply = await socket.recv()
    return reply if isinstance(reply, str) else reply.decode("utf-8", "replace")


def _why_closed(error: ConnectionClosed) -> str:
    """By whom, and with which code: 1009 from us is a message that is too large."""
    if error.rcvd:
        return f" with code {error.rcvd.code}"
    if error.sent and error.sent.code == CloseCode.MESSAGE_TOO_BIG:
        return ": the message is larger than 64 KiB"
    return " without a word"
