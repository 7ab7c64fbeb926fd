"""TOML text -> frozen models, refused loudly: every mistake with its line, its key as people write it, and plain words.

Knows pydantic's errors, and nothing of what the models mean.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, time
from math import isfinite
from typing import Any, NamedTuple, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from warroom.core.errors import nearest
from warroom.core.plain import one_line
from warroom.files.findings import BadFile, Finding
from warroom.files.toml_file import KeyPath, TomlFile

T = TypeVar("T", bound=BaseModel)
KeysAt = Callable[[KeyPath], set[str]]
"""The keys that the table at a path may have; empty when they are not known."""

_WANTED = {
    "string_type": "a text in quotes",
    "bool_type": "true or false",
    "float_type": "a number",
    "int_type": "a whole number",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}
_SHOWN = 40  # characters of a value in a message
_QUOTED = re.compile(r'"([^"]*)"')


class _Mistake(NamedTuple):
    """One of pydantic's errors, at a place that the file really has."""

    kind: str
    path: KeyPath
    """Of the value that is wrong, unknown or missing."""
    given: object
    said: str
    """By our own model where it said something, else by pydantic."""

    @property
    def table(self) -> KeyPath:
        return self.path[:-1]

    @property
    def key(self) -> str:
        return str(self.path[-1])


def fit(file: TomlFile, model: type[T], **context: object) -> T:
    """The values of `file` as a `model`. `context` sets fields that must not stand in the file.

    Raises `BadFile` with all findings, the most helpful one first.

    A number is no text, a text no truth value, and 1 is not true: TOML has types, so nothing is guessed.
    """

    def keys_at(path: KeyPath) -> set[str]:
        return _keys_of(model, path) - (set() if path else set(context))

    not_theirs = [_unknown_key(file, (name,), keys_at) for name in file.data if name in context]
    if unusable := [*not_theirs, *_unusable(file, file.data, ())]:
        raise BadFile(unusable)
    try:
        # Strict about types, but JSON's way: Python's would not take a list for a tuple.
        return model.model_validate_json(
            json.dumps({**file.data, **context}), strict=True, by_alias=True, by_name=False
        )
    except ValidationError as error:
        raise BadFile(mistakes(file, error, keys_at)) from None


def mistakes(file: TomlFile, error: ValidationError, keys_at: KeysAt, under: KeyPath = ()) -> list[Finding]:
    """What `error` says of the table at `under`, the most helpful finding first. `keys_at` gets whole paths."""
    found = list(_mistakes(file, error, under))
    found = [one for one in found if one.kind != "missing" or not _is_misspelt(one, found)]
    found.sort(key=lambda one: (one.kind == "missing", one.kind != "extra_forbidden"))
    return [_finding(file, one, keys_at) for one in found]


def _mistakes(file: TomlFile, error: ValidationError, under: KeyPath) -> Iterator[_Mistake]:
    for one in error.errors(include_url=False):
        kind, given = one["type"], one["input"]
        if kind == "too_short" and given:
            continue  # pydantic counts only the entries that fit; what is wrong with the others is told anyway
        said = str(one["ctx"]["error"]) if kind == "value_error" else one["msg"]
        yield _Mistake(kind, _place(file, (*under, *one["loc"]), kind), given, said)


def _place(file: TomlFile, loc: KeyPath, kind: str) -> KeyPath:
    """`loc` without what pydantic adds to it, such as the tag of a union."""
    end = loc[-1:] if kind == "missing" else ()
    path: KeyPath = ()
    for part in loc[: len(loc) - len(end)]:
        if file.at((*path, part)) is not None:
            path = (*path, part)
    return (*path, *end)


def _is_misspelt(missing: _Mistake, found: Sequence[_Mistake]) -> bool:
    """Whether an unknown key stands there in place of the missing one: one mistake, not two."""
    beside = (one for one in found if one.kind == "extra_forbidden" and one.table == missing.table)
    return any(nearest(one.key, [missing.key]) for one in beside)


def _finding(file: TomlFile, one: _Mistake, keys_at: KeysAt) -> Finding:
    """A mistake in people's words."""
    match one.kind:
        case "extra_forbidden":
            return _unknown_key(file, one.path, keys_at)
        case "missing":
            return file.finding(one.table, f'"{one.key}" is missing', on=one.path)
        case "value_error":
            return file.finding(one.path, one.said, on=_meant(file, one))
        case "too_short":
            return file.finding(one.path, "must not be empty")
        case "json_invalid":  # all that TOML can say is JSON, but for its depth
            return file.finding(one.path, "nested too deeply")
        case "literal_error":
            allowed = one.said.removeprefix("Input should be ").replace("'", '"')
            hint = nearest(str(one.given), _QUOTED.findall(allowed))
            return file.finding(one.path, f"must be {allowed}, not {_shown(one.given)}", hint)
        case kind if kind in _WANTED:
            return file.finding(one.path, f"must be {_WANTED[kind]}, not {_shown(one.given)}")
    return file.finding(one.path, one.said[:1].lower() + one.said[1:])


def _unknown_key(file: TomlFile, path: KeyPath, keys_at: KeysAt) -> Finding:
    *table, key = path
    known = keys_at(tuple(table))
    hint = nearest(str(key), known) or (f"keys that fit: {', '.join(sorted(known))}" if known else "")
    return file.finding(tuple(table), f'unknown key "{key}"', hint, on=path)


def _meant(file: TomlFile, one: _Mistake) -> KeyPath:
    """A rule about a whole table is about the first key of the table that it quotes."""
    table = file.at(one.path)
    named = [key for key in _QUOTED.findall(one.said) if isinstance(table, dict) and key in table]
    return (*one.path, *named[:1])


def _unusable(file: TomlFile, value: object, path: KeyPath) -> Iterator[Finding]:
    """What TOML can say and no model of ours can use."""
    if isinstance(value, dict | list):
        for part, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _unusable(file, inner, (*path, part))
    elif isinstance(value, date | time):
        yield file.finding(path, "must not be a date or a time", f'write it as a text: "{value}"')
    elif isinstance(value, float) and not isfinite(value):
        yield file.finding(path, f"must be a finite number, not {value}")


def _keys_of(kind: Any, path: KeyPath) -> set[str]:
    """The keys of the table at `path` in a value of type `kind`."""
    for part in path:
        kind = _inside(kind, part)
    model = _model_of(kind)
    return {field.alias or name for name, field in model.model_fields.items()} if model else set()


def _inside(kind: Any, part: str | int) -> Any:
    """The type of the entry or field `part` in a value of type `kind`, as far as our models go."""
    if get_origin(kind) in (tuple, list, dict):
        return next(inner for inner in reversed(get_args(kind)) if inner is not Ellipsis)
    model = _model_of(kind)
    fields = model.model_fields.items() if model else ()
    return next((field.annotation for name, field in fields if (field.alias or name) == part), None)


def _model_of(kind: Any) -> type[BaseModel] | None:
    """The model in `Model` or `Model | None`."""
    if get_origin(kind) in (tuple, list, dict):
        return None
    kinds = (inner for inner in (kind, *get_args(kind)) if isinstance(inner, type))
    return next((inner for inner in kinds if issubclass(inner, BaseModel)), None)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'the text "{one_line(value, _SHOWN)}"'
    if isinstance(value, int | float):
        return f"the number {value}"
    return "a list" if isinstance(value, list) else "a table"
