"""`${env:NAME}` and `${file:PATH}` in probe files. What they stand for never leaves this room."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qsl, quote

from pydantic import JsonValue

from warroom.core.errors import nearest
from warroom.core.redaction import Redactor

PLACEHOLDER = re.compile(r"\$\{(\w+):([^}]*)\}")
_STORES = ("env", "file")
_PASSWORD_IN_URL = re.compile(r"://[^/?#\s@:]*:([^/?#\s@]+)@")
_SHORTEST = 6  # masking shorter values, such as `on` or `8080`, would make texts unreadable
_LARGEST_FILE = 64 * 1024


def check_placeholders(value: JsonValue) -> None:
    """Raises `ValueError` for a placeholder of a form that is not known, such as `${evn:TOKEN}`."""
    for text in _strings(value):
        for store, name in PLACEHOLDER.findall(text):
            if store not in _STORES or not name:
                hint = nearest(store, _STORES) if name else ""
                raise ValueError(f'"${{{store}:{name}}}" is not known; {hint or "write ${env:NAME} or ${file:PATH}"}')


class Secrets:
    """Resolves placeholders and masks what they stood for."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._known: set[str] = set()
        self._redactor = Redactor()

    def resolve(self, value: JsonValue) -> JsonValue:
        """`value` with every placeholder in its strings replaced.

        Raises `ValueError` naming the variable or file that is missing. Relative paths begin at the working directory.
        """
        if isinstance(value, str):
            return PLACEHOLDER.sub(lambda found: self._lookup(found[1], found[2]), value)
        if isinstance(value, list):
            return [self.resolve(part) for part in value]
        if isinstance(value, dict):
            return {key: self.resolve(part) for key, part in value.items()}
        return value

    def mask(self, text: str) -> str:
        """`text` without the values resolved so far, nor anything else that looks like a secret."""
        return self._redactor.redact(text)[0]

    def _lookup(self, store: str, name: str) -> str:
        value = self._variable(name) if store == "env" else _content(name)
        self._known |= {form for form in _forms(value) if len(form) >= _SHORTEST}
        self._redactor = Redactor(self._known)
        return value

    def _variable(self, name: str) -> str:
        value = self._environ.get(name)
        if not value:
            raise ValueError(f"environment variable {name} is {'not set' if value is None else 'empty'}")
        return value


def _content(name: str) -> str:
    path = Path(name)
    try:
        if not path.is_file():  # reading a pipe might never end
            raise ValueError(f"secret file {name} does not exist or is no file")
        if path.stat().st_size > _LARGEST_FILE:
            raise ValueError(f"secret file {name} is larger than 64 KiB")
        value = path.read_text(encoding="utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise ValueError(f"secret file {name} is not UTF-8") from None
    except OSError as error:
        raise ValueError(f"secret file {name} cannot be read: {error.strerror}") from None
    if not value:
        raise ValueError(f"secret file {name} is empty")
    return value


def _forms(value: str) -> Iterator[str]:
    """How a value may show up in a text: whole, by line, percent-encoded, and a URL's password and parameters alone."""
    yield value
    yield quote(value, safe="")
    yield from (line.strip() for line in value.splitlines())
    yield from _PASSWORD_IN_URL.findall(value)
    yield from (parameter for _, parameter in parse_qsl(value.partition("?")[2]))


def _strings(value: JsonValue) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)
    elif isinstance(value, dict):
        for part in value.values():
            yield from _strings(part)
