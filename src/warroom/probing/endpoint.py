"""Hosts and ports, as sources that ask no URL name them."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

_OUT_OF_PLACE = re.compile(r"[\s\x00-\x1f\x7f/@?#\[\]]")


def _checked(host: str) -> str:
    """Raises `ValueError` with a sentence that does not repeat the host: it may be a secret."""
    if not host or _OUT_OF_PLACE.search(host):
        raise ValueError("a host is a name such as shop.example, or an address without brackets")
    return host


Host = Annotated[str, AfterValidator(_checked)]
Port = Annotated[int, Field(ge=1, le=65535)]
