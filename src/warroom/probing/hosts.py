"""Which host a probe asks, out of its `[source]` with the secrets in place."""

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from pydantic import JsonValue

_SYSTEM_DNS = "this machine's DNS server"


def host_asked(source: Mapping[str, JsonValue]) -> str:
    """The host by name or address, of several requests the first one's; "" for a source that asks none."""
    requests = source.get("request")
    first = requests[0] if isinstance(requests, list) and requests else source
    table = first if isinstance(first, Mapping) else {}
    if url := table.get("url"):
        return _host_of(str(url))
    system = _SYSTEM_DNS if source.get("kind") == "dns" else ""
    return str(table.get("host") or table.get("server") or system)


def is_here(host: str) -> bool:
    """Whether it is this machine: an answer from it says nothing about the network."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # what is wrong with it, the source says
        return ""
