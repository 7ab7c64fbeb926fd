"""The URLs that probes may ask. Also for URLs that still hold placeholders, which are looked at again once resolved."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

from warroom.probing.secrets import PLACEHOLDER

_USERINFO = re.compile(r"://[^/?#]*@")
_OUT_OF_PLACE = re.compile(r"[\s\x00-\x1f\x7f]")


def check_url(text: str) -> str:
    """Raises `ValueError` with a sentence that does not repeat the URL."""
    if _USERINFO.search(text):
        raise ValueError("a URL must not hold a user or password; send them in headers, from ${env:NAME}")
    if PLACEHOLDER.search(text):
        return text
    if _OUT_OF_PLACE.search(text):
        raise ValueError("a URL must not hold blanks or control characters")
    if not _names_a_server(text):
        raise ValueError("a URL must begin like http://host or https://host:port")
    return text


def _names_a_server(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # no port, or no IPv6 address
        return False


WebUrl = Annotated[str, AfterValidator(check_url)]
