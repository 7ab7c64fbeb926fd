"""One question to a DNS server, up to three times: a lost packet is no verdict. Alone in importing dnspython."""

import asyncio
from typing import NamedTuple

import dns.asyncquery
import dns.exception
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset

from warroom.probing.dial import host_and_port
from warroom.probing.source import Trouble

_TRIES = 3


class Found(NamedTuple):
    """What a server answered."""

    rcode: str
    """Such as `NOERROR` or `NXDOMAIN`."""
    records: tuple[str, ...]
    """Of the type that was asked for, sorted."""
    ttl: int | None
    """Seconds that they may be kept."""


def system_server() -> str:
    """The first server that this machine asks. Raises `ValueError`."""
    try:
        return str(dns.resolver.Resolver().nameservers[0])
    except (dns.exception.DNSException, IndexError):
        raise ValueError("this machine names no DNS server; write one") from None


class Question:
    """A name and a type of record."""

    def __init__(self, name: str, kind: str) -> None:
        """Raises `ValueError` for what cannot be a name."""
        try:
            self._message = dns.message.make_query(name, kind)
        except dns.exception.DNSException:
            raise ValueError(f"{name} is no name that a DNS server could be asked for") from None
        self._kind = dns.rdatatype.from_text(kind)

    async def ask(self, address: str, port: int, *, deadline_s: float) -> Found:
        """Raises `Trouble`."""
        where = host_and_port(address, port)
        for _ in range(_TRIES):
            try:
                async with asyncio.timeout(deadline_s / _TRIES):
                    answer, _ = await dns.asyncquery.udp_with_fallback(
                        self._message, address, port=port, ignore_unexpected=True
                    )
            except TimeoutError:
                continue
            except OSError as error:
                words = f"no answer from {where}: {(error.strerror or 'lost').lower()}"
                raise Trouble(words, answered=False) from None
            except (dns.exception.DNSException, EOFError):
                raise Trouble(f"no DNS answer from {where}") from None
            return self._found(answer)
        raise Trouble(f"no answer from {where}", answered=False)

    def _found(self, answer: dns.message.Message) -> Found:
        """Behind aliases too: the answer to a question for an address has the whole chain in it."""
        wanted = [one for one in answer.answer if one.rdtype == self._kind]
        records = sorted(_text(record.to_text()) for one in wanted for record in one)
        ttl = min((one.ttl for one in wanted), default=None)
        return Found(dns.rcode.to_text(answer.rcode()), tuple(records), ttl)


def _text(record: str) -> str:
    """A name without its last dot; the parts of a TXT as the one text that they are."""
    return record[1:-1].replace('" "', "") if record.startswith('"') else record.removesuffix(".")
