"""A path to one value in a JSON document: `$.payments.ok`, `$.hosts[0].load`, `$['queue depth']`. No eval."""

import re
from typing import NamedTuple

from pydantic import JsonValue

_STEP = re.compile(r"""\.([A-Za-z_][\w-]*)|\[(\d{1,9})\]|\['([^']*)'\]|\["([^"]*)"\]""")


class JsonPath(NamedTuple):
    """Keys and indexes from the outside in."""

    steps: tuple[str | int, ...]

    @classmethod
    def parse(cls, text: str) -> "JsonPath":
        """Raises `ValueError` with a sentence that shows the right form."""
        steps: list[str | int] = []
        at = 1
        while text.startswith("$") and (found := _STEP.match(text, at)):
            key, index, *quoted = found.groups()
            steps.append(int(index) if index else next(part for part in (key, *quoted) if part is not None))
            at = found.end()
        if not text.startswith("$") or at != len(text):
            raise ValueError(f"{text!r} is no JSON path; write it like $.a.b, $.list[0] or $['any key']")
        return cls(tuple(steps))

    def find(self, document: JsonValue) -> JsonValue:
        """The value, which may be null. Raises `LookupError` when the document has no such place."""
        for step in self.steps:
            match step, document:
                case str(), dict():
                    document = document[step]
                case int(), list():
                    document = document[step]
                case _:
                    raise LookupError(step)
        return document
