"""RESP, the protocol of Redis and its kin: commands out, plain answers in, over one connection.

Written out here because it is little, and because clients look names up by themselves, in a pool of threads that all
share, try again, and read answers of any size. It sends what it is told; which commands are harmless is not known here.
"""

import asyncio
import ssl
from types import TracebackType
from typing import Self

from warroom.probing.dial import dial, host_and_port, why_not_connected
from warroom.probing.resolver import Resolver
from warroom.probing.source import Trouble

_LARGEST = 64 * 1024  # bytes of one answer


class Resp:
    """One connection. All that goes wrong is `Trouble`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, where: str) -> None:
        self._reader = reader
        self._writer = writer
        self._where = where

    @classmethod
    async def connect(
        cls, resolver: Resolver, host: str, port: int, *, tls: ssl.SSLContext | None, deadline_s: float
    ) -> "Resp":
        connection = await dial(resolver, host, port, deadline_s=deadline_s)
        where = host_and_port(host, port)
        try:
            reader, writer = await asyncio.open_connection(
                sock=connection, ssl=tls, server_hostname=host if tls else None, limit=_LARGEST
            )
        except OSError as error:
            connection.close()
            raise Trouble(why_not_connected(error, host, where)) from None
        except BaseException:  # cancelled
            connection.close()
            raise
        return cls(reader, writer, where)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._writer.transport.abort()

    async def ask(self, *words: str) -> int | str | None:
        """The answer; None for a key that is not there."""
        sent = [word.encode() for word in words]
        self._writer.write(b"*%d\r\n" % len(sent) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in sent))
        try:
            await self._writer.drain()
            return await self._answer()
        except (OSError, asyncio.IncompleteReadError):
            raise Trouble(f"connection to {self._where} lost") from None
        except (ValueError, asyncio.LimitOverrunError):
            raise Trouble(f"no answer of a Redis from {self._where}") from None

    async def _answer(self) -> int | str | None:
        line = await self._reader.readuntil(b"\r\n")
        kind, rest = line[:1], line[1:-2].decode("utf-8", "replace")
        if kind == b"-":
            raise Trouble(f"Redis refuses: {rest}")
        if kind == b"+":
            return rest
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return await self._bulk(int(rest))
        raise ValueError(kind)

    async def _bulk(self, size: int) -> str | None:
        if size < 0:
            return None
        if size > _LARGEST:
            raise Trouble("the answer is larger than 64 KiB")
        return (await self._reader.readexactly(size + 2))[:-2].decode("utf-8", "replace")
