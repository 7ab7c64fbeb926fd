"""One TOML file: its values, and the line of each. Knows nothing of what the values mean."""

import re
import tomllib
from bisect import bisect_left
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from warroom.core.plain import one_line
from warroom.files.findings import BadFile, Finding

KeyPath = tuple[str | int, ...]
"""Where a value stands: table names, keys, and 0-based positions in lists. () is the whole file."""

_PLACE = re.compile(r"(?P<what>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)", re.DOTALL)
_GIVEN_TWICE = re.compile(r"overwrite|twice|mutate")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_LONGEST = 400  # characters of a message


@dataclass(frozen=True)
class TomlFile:
    """A file that is valid TOML."""

    name: str
    """As people call it: the path that they gave."""
    text: str
    data: dict[str, Any]

    @classmethod
    def parse(cls, text: str, name: str) -> "TomlFile":
        """Raises `BadFile` with the line at which the text stops being TOML."""
        try:
            return cls(name, text, tomllib.loads(text))
        except RecursionError:
            raise BadFile([Finding(file=name, line=1, message="not valid TOML: nested too deeply")]) from None
        except ValueError as error:
            raise BadFile([_not_toml(str(error), text, name)]) from None

    def at(self, path: KeyPath) -> object:
        """The value at `path`, or None."""
        return _at(self.data, path)

    def line(self, path: KeyPath) -> int:
        """1-based line on which the value at `path` begins; without one, that of the nearest table around it.

        tomllib tells no lines. But a file grows by lines without ever losing a key, and a piece of it that ends inside
        a multi-line value cannot be read. So the value begins behind the longest readable piece that lacks it.
        """
        while self.at(path) is None:
            path = path[:-1]
        if not path:
            return 1
        lines = _lines(self.text)

        def present(count: int) -> bool:
            return _at(_readable(lines[:count])[1], path) is not None

        complete = bisect_left(range(len(lines)), True, key=present)
        return _readable(lines[: complete - 1])[0] + 1

    def finding(self, path: KeyPath, message: str, hint: str = "", *, on: KeyPath | None = None) -> Finding:
        """An error in the value at `path`, on its line or on that of the value at `on`."""
        where = self._written(path)
        return Finding(
            file=self.name,
            line=self.line(path if on is None else on),
            message=one_line(f"{where}: {message}" if where else message, _LONGEST),
            hint=one_line(hint, _LONGEST),
        )

    def _written(self, path: KeyPath) -> str:
        """`path` as people write it: `every`, `[source]: url`, `[[rollback.step]] 2: argv 1`."""
        depth = 0
        while depth < len(path) and isinstance(self.at(path[: depth + 1]), dict):
            depth += 1
        if _is_list_of_tables(self.at(path[: depth + 1])):
            number = _joined(path[depth + 1 : depth + 2])
            header, rest = f"[[{_joined(path[: depth + 1])}]] {number}".rstrip(), path[depth + 2 :]
        else:
            header, rest = f"[{_joined(path[:depth])}]" if depth else "", path[depth:]
        return ": ".join(part for part in (header, _joined(rest)) if part)


def _at(data: Any, path: KeyPath) -> Any:
    """The value at `path`, or None: TOML itself has no null."""
    for part in path:
        known = part in data if isinstance(data, dict) else isinstance(data, list) and part in range(len(data))
        if not known:
            return None
        data = data[part]
    return data


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").split("\n")


def _readable(lines: list[str]) -> tuple[int, dict[str, Any]]:
    """How many of the lines, from the first on, are TOML by themselves, and what they hold."""
    for count in range(len(lines), 0, -1):
        with suppress(ValueError):
            return count, tomllib.loads("\n".join(lines[:count]))
    return 0, {}


def _not_toml(said: str, text: str, name: str) -> Finding:
    place = _PLACE.fullmatch(said)
    what = place["what"] if place else said
    # An end of the document comes too early for something that was opened long before.
    line = int(place["line"]) if place and place["line"] else _readable(_lines(text))[0] + 1
    hint = "the same key or table is given twice" if _GIVEN_TWICE.search(what) else ""
    message = one_line(f"not valid TOML: {what[:1].lower()}{what[1:]}", _LONGEST)
    return Finding(file=name, line=line, message=message, hint=hint)


def _is_list_of_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(entry, dict) for entry in value)


def _joined(path: KeyPath) -> str:
    """Keys with dots, quoted where TOML wants it; positions counted from 1."""
    parts = (f" {part + 1}" if isinstance(part, int) else f".{key(part)}" for part in path)
    return "".join(parts).lstrip(". ")


def key(name: str) -> str:
    """`name` as TOML wants it for a key."""
    return name if _BARE_KEY.fullmatch(name) else f'"{name}"'
