"""The form of a reader: bytes of one report in, values by name out."""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from warroom.core.rules import Value
from warroom.probing.json_values import parse_json
from warroom.probing.source import Trouble

M = TypeVar("M", bound=BaseModel)

Read = Callable[[bytes, frozenset[str]], dict[str, Value]]
"""Takes a report and the names that checks get. Raises `Trouble` when the report says nothing, or only part of it."""


class Reader(NamedTuple):
    """How the reports of one tool are read."""

    read: Read
    offers: tuple[str, ...]
    """The names and forms that checks can get."""
    any_exit: bool = True
    """Whether the tool's exit status may be anything: many exit 1 for findings, which the report tells better."""


def model_of(kind: type[M], content: bytes, what: str) -> M:
    """A JSON report as a model. Raises `Trouble` that calls it `what`."""
    try:
        return kind.model_validate(parse_json(content))
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        raise Trouble(f"this is no {what}: {where or 'it'} is missing or of the wrong sort") from None
    except ValueError as error:
        raise Trouble(f"this is no {what}: {error}") from None


def text_of(content: bytes, what: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Trouble(f"this is no {what}: not UTF-8") from None
