"""Values that checks get out of a JSON text: `json:PATH` is what stands there, `count:PATH` how many entries it has."""

import json
from collections.abc import Iterable

from pydantic import JsonValue

from warroom.core.rules import Value
from warroom.probing.json_path import JsonPath

FORMS = ("json:$.a.b", "count:$.list")
"""As checks may get them."""


def parse_json(text: bytes | str) -> JsonValue:
    """Raises `ValueError` for what is not JSON, or nested too deeply."""
    try:
        document: JsonValue = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("not JSON") from None
    return document


def wants_json(gets: Iterable[str]) -> bool:
    """Whether any of the checks gets its value from JSON."""
    return any(_form(get) for get in gets)


def json_values(gets: Iterable[str], document: JsonValue) -> dict[str, Value]:
    """The values that are there, by the names in `gets`. A table or list is no value, and a value has no entries."""
    found: dict[str, Value] = {}
    for get in gets:
        if form := _form(get):
            try:
                value = JsonPath.parse(get.removeprefix(form)).find(document)
            except LookupError:
                continue
            if form == "count:":
                found[get] = len(value) if isinstance(value, list | dict) else None
            elif not isinstance(value, list | dict):
                found[get] = value
    return found


def _form(get: str) -> str:
    return next((form for form in ("json:", "count:") if get.startswith(form)), "")
