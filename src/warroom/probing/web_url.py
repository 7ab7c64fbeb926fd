"""The URLs that probes may ask. Also for URLs that still hold placeholders, which are looked at again once resolved."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

from warroom.probing.secrets import PLACEHOLDER

_USERINFO = re.compile(r"://[^/?#]*@")
_OUT_OF_PLACE = re.compile(r"[\s\x00-\x1f\x7f]")


def check_url(text: str, *schemes: str) -> str:
    """The URL of a server under one of the schemes. Raises `ValueError` with a sentence that does not repeat it."""
    if PLACEHOLDER.search(text):
        return text
    if _OUT_OF_PLACE.search(text):
        raise ValueError("a URL must not hold blanks or control characters")
    if not _names_a_server(text, schemes):
        raise ValueError(f"a URL must begin like {schemes[0]}://host or {schemes[-1]}://host:port")
    return text


def _without_userinfo(text: str) -> str:
    if _USERINFO.search(text):
        raise ValueError("a URL must not hold a user or password; send them in headers, from ${env:NAME}")
    return text


def _names_a_server(text: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:  # no port, or no IPv6 address
        return False


def _web(text: str) -> str:
    return check_url(_without_userinfo(text), "http", "https")


def _socket(text: str) -> str:
    return check_url(_without_userinfo(text), "ws", "wss")


WebUrl = Annotated[str, AfterValidator(_web)]
SocketUrl = Annotated[str, AfterValidator(_socket)]
