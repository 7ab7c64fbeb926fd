"""Connections to hosts, and in words why there is none. For all kinds that ask a host."""

import asyncio
import errno
import os
import socket
import ssl
from collections.abc import Iterator, Sequence

from warroom.probing.resolver import Forbidden, NotFound, Resolver
from warroom.probing.source import Trouble


async def addresses_of(resolver: Resolver, host: str) -> list[str]:
    """Where to find a host, in the order in which to try. Raises `Trouble`; a forbidden address is no fault of it."""
    try:
        return await resolver.addresses(host)
    except NotFound as error:
        raise Trouble(str(error), answered=False) from None
    except Forbidden as error:
        raise Trouble(str(error), blames="messenger") from None


async def dial(resolver: Resolver, host: str, port: int, *, deadline_s: float) -> socket.socket:
    """A connected socket to the first address that takes one, each for its share of the deadline. Raises `Trouble`."""
    addresses = await addresses_of(resolver, host)
    whys: list[Trouble] = []
    for address in addresses:
        try:
            async with asyncio.timeout(deadline_s / len(addresses)):
                return await _connected(address, port)
        except OSError as error:  # a time-out too
            whys.append(no_connection(error, host, host_and_port(address, port)))
    raise worst_of(whys)


async def _connected(address: str, port: int) -> socket.socket:
    connecting = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        connecting.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connecting, (address, port))
    except BaseException:  # cancelled, too
        connecting.close()
        raise
    return connecting


_OURS = frozenset(
    {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EADDRNOTAVAIL, errno.ENETDOWN, errno.ENETUNREACH}
)
"""Errors that say that no question left this machine: no more files, no more ports, no network."""


def no_connection(error: BaseException, host: str, where: str) -> Trouble:
    """The trouble for an attempt to connect that failed. What never left this machine is no fault of the target."""
    answered = any(isinstance(cause, ssl.SSLError) for cause in _causes(error))
    ours = any(isinstance(cause, OSError) and cause.errno in _OURS for cause in _causes(error))
    return Trouble(why_not_connected(error, host, where), blames="messenger" if ours else None, answered=answered)


def worst_of(attempts: Sequence[Trouble]) -> Trouble:
    """The last of several attempts to connect, but rather one that the target can be blamed for."""
    return next((each for each in reversed(attempts) if each.blames is None), attempts[-1])


def why_not_connected(error: BaseException, host: str, where: str) -> str:
    """What lies at the bottom of an error, in words. `where` is the address that was tried."""
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


def host_and_port(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
