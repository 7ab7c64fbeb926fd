"""Name look-ups that delay nobody else, and the addresses that probes never ask.

`getaddrinfo` cannot be cancelled. In a shared pool of threads a few dead names would keep all other probes waiting, and
the program would wait for them at its end. So each look-up has a daemon thread, and each name at most one look-up.
"""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Thread

Lookup = Callable[[str], list[str]]
"""The addresses of a name, in the order in which to try them. Blocks. Raises `OSError` or `UnicodeError`."""

# Cloud machines get credentials there: a probe file from elsewhere must not fetch them.
_METADATA = tuple(map(ip_network, ("169.254.0.0/16", "fe80::/10", "fd00:ec2::254/128", "100.100.100.200/32")))
_NAT64 = ip_network("64:ff9b::/96")


class NotFound(Exception):
    """The name has no address."""


class Forbidden(Exception):
    """The address is link-local or a metadata service."""


def system_lookup(host: str) -> list[str]:
    """What the machine's resolver says, each address once."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Resolver:
    """Finds the addresses of hosts. Used in one event loop."""

    def __init__(self, lookup: Lookup = system_lookup) -> None:
        self._lookup = lookup
        self._pending: dict[str, asyncio.Future[list[str]]] = {}
        self._addresses: dict[str, str] = {}

    async def addresses(self, host: str) -> list[str]:
        """At least one address. Raises `NotFound`, and `Forbidden` when any of them must not be asked."""
        found = [host] if _literal(host) else await self._look_up(host)
        if not found:
            raise NotFound(f"name not found: {host}")
        self._addresses[host] = min(found)
        for address in found:
            if _is_metadata(address):
                raise Forbidden(f"{host} is {address}, a link-local or metadata address, which probes do not ask")
        return found

    def address(self, host: str) -> str:
        """One address for all names of a host, as far as they were found; else the name itself."""
        return self._addresses.get(host, host)

    async def _look_up(self, host: str) -> list[str]:
        if host not in self._pending:
            future: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()
            future.add_done_callback(lambda _: self._pending.pop(host))
            self._pending[host] = future
            Thread(target=self._run, args=(host, future), name=f"lookup {host}", daemon=True).start()
        return await asyncio.shield(self._pending[host])  # another probe may wait for the same name

    def _run(self, host: str, future: "asyncio.Future[list[str]]") -> None:
        try:
            found = self._lookup(host)
        except (OSError, UnicodeError):
            found = []
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            future.get_loop().call_soon_threadsafe(_resolve, future, found)


def _resolve(future: "asyncio.Future[list[str]]", found: list[str]) -> None:
    if not future.done():
        future.set_result(found)


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _is_metadata(address: str) -> bool:
    parsed = ip_address(address)
    return any(form in network for form in (parsed, *_embedded(parsed)) for network in _METADATA)


def _embedded(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses to which an IPv6 address may lead: mapped, 6to4, and through NAT64."""
    if isinstance(address, IPv4Address):
        return []
    through = [IPv4Address(int(address) & 0xFFFF_FFFF)] if address in _NAT64 else []
    return [*through, *filter(None, (address.ipv4_mapped, address.sixtofour))]
