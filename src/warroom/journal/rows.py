"""Values to rows and back: events, samples, definitions. What cannot be kept as it is, is mended or refused here."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from math import isfinite
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json, to_json

from warroom.core.definitions import Definitions
from warroom.core.errors import BadInput
from warroom.core.events import KINDS, Body, Draft, Event, Redacted
from warroom.core.redaction import Redactor
from warroom.core.store import Sample
from warroom.core.texts import NAMES, change_texts
from warroom.journal.chain import Entry, body_hash, definition_hash, event_hash

V = 1
"""The version of the bodies that this program writes, and the newest that it reads."""

INSERT_EVENT = "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
SELECT_EVENTS = "SELECT seq, id, at_us, mono_us, kind, v, actor, origin, body, hash FROM events"
_BODY = 8  # where the body stands in it
INSERT_SAMPLE = (
    "INSERT INTO samples (probe, at_us, mono_us, took_us, outcome, value, text, word) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
SELECT_SAMPLES = "SELECT probe, at_us, mono_us, took_us, outcome, value, text, word FROM samples"
SELECT_WHOLE_SAMPLES = "SELECT id, probe, at_us, mono_us, took_us, outcome, value, text, word FROM samples"

_LONE_SURROGATES = re.compile("[\ud800-\udfff]")  # bytes of the command line that are no UTF-8; SQLite takes none

Row = tuple[Any, ...]


class Sealed(NamedTuple):
    """A row of `events`, in the order of the table."""

    seq: int
    at_us: int
    mono_us: int
    v: int
    id: str
    kind: str
    actor: str
    origin: str
    subject: str
    body_hash: bytes
    hash: bytes
    salt: bytes
    body: str


class Prepared(NamedTuple):
    """A draft in the form in which it is stored, before it has a place in the chain."""

    id: str
    at_us: int
    mono_us: int
    kind: str
    actor: str
    origin: str
    subject: str
    body: str
    said: Body
    """The body as it will be read again."""


def prepare(draft: Draft, redactor: Redactor) -> Prepared:
    """The draft without the secrets in its texts. Raises `BadInput` for a number that would not come back as it was."""
    body = draft.body
    written, said = _written(body, redactor)
    return Prepared(
        _mended(draft.id),
        _checked(draft.at_us),
        _checked(draft.mono_us),
        body.kind,
        _mended(draft.actor),
        _mended(draft.origin),
        _mended(body.subject),
        written,
        said,
    )


def seal(draft: Prepared, *, seq: int, before: bytes, salt: bytes) -> Sealed:
    """The draft as the event number `seq`, which follows the event with the hash `before`."""
    event_id, at_us, mono_us, kind, actor, origin, subject, body, _ = draft
    digest = body_hash(salt, body.encode())
    names = event_id.encode(), kind.encode(), actor.encode(), origin.encode(), subject.encode()
    own = event_hash(before, Entry(seq, at_us, mono_us, V, *names, digest))
    return Sealed(seq, at_us, mono_us, V, event_id, kind, actor, origin, subject, digest, own, salt, body)


def sealed_event(row: Sealed, said: Body) -> Event:
    """What a reader will get of a row whose body says `said`."""
    return Event(
        seq=row.seq,
        id=row.id,
        at_us=row.at_us,
        mono_us=row.mono_us,
        actor=row.actor,
        origin=row.origin,
        body=said,
        hash=row.hash.hex(),
    )


def is_redacted(row: Row) -> bool:
    """Whether a row of `SELECT_EVENTS` has lost its body."""
    return row[_BODY] is None


def event(row: Row) -> Event:
    """The event in a row of `SELECT_EVENTS`. Raises `BadInput` when this program cannot know what it says."""
    seq, kind, v, body = row[0], row[4], row[5], row[_BODY]
    if kind not in KINDS or v > V:
        raise BadInput(f'event {seq} is of a kind that this warroom does not know: "{kind}", version {v}')
    if body is None:
        raise BadInput(f"the body of event {seq} was removed", "see what warroom verify says")
    with _told(seq, kind):
        said = KINDS[kind].model_validate_json(body)
    return _event(row, said)


def stand_in(row: Row, redaction: Event) -> Event:
    """The event in a row that has lost its body, with what `redaction` keeps of it."""
    assert isinstance(redaction.body, Redacted)
    with _told(row[0], row[4]):
        kept = KINDS[row[4]].model_validate(redaction.body.kept)
    return _event(row, kept).model_copy(update={"redacted_by": redaction.seq})


@contextmanager
def _told(seq: int, kind: str) -> Iterator[None]:
    try:
        yield
    except ValidationError as error:
        problem = error.errors()[0]["msg"]
        raise BadInput(f"event {seq} cannot be read as {kind}: {problem}", "see what warroom verify says") from error


def _event(row: Row, body: Body) -> Event:
    seq, event_id, at_us, mono_us, _, _, actor, origin, _, digest = row
    return Event(
        seq=seq,
        id=event_id,
        at_us=at_us,
        mono_us=mono_us,
        actor=actor,
        origin=origin,
        body=body,
        hash=digest.hex(),
    )


def sample_row(sample: Sample, redactor: Redactor) -> Row:
    """The values for `INSERT_SAMPLE`, without secrets.

    The value is JSON, so that 1, 1.0, true and "1" stay four values.
    """
    kept = change_texts(_kept(sample.model_dump()), lambda text: redactor.redact(text)[0])
    return tuple({**kept, "value": to_json(kept["value"]).decode()}.values())


def sample(row: Row) -> Sample:
    """The sample in a row of `SELECT_SAMPLES`. Raises `BadInput` when it was changed beyond reading."""
    named = dict(zip(Sample.model_fields, row, strict=True))
    try:
        return Sample.model_validate({**named, "value": from_json(named["value"])})
    except ValueError as error:
        raise BadInput(f'a sample of the probe "{named["probe"]}" cannot be read') from error


def sample_bytes(row: Row) -> tuple[tuple[int, ...], tuple[bytes, ...]]:
    """The numbers and texts in a row of `SELECT_WHOLE_SAMPLES`, as a digest takes them."""
    sample_id, probe, at_us, mono_us, took_us, *texts = row
    return (sample_id, at_us, mono_us, took_us), tuple(text.encode() for text in (probe, *texts))


def definition_rows(definitions: Definitions) -> list[Row]:
    """One row for the parsed value, one for each file as it was written: role, name, body, hash."""
    parsed = ("parsed", "definitions", _json(definitions, exclude={"texts"}))
    files = [("file", _mended(name), _mended(text)) for name, text in definitions.texts.items()]
    return [(*part, definition_hash(*(text.encode() for text in part))) for part in (parsed, *files)]


def definitions(rows: Iterable[Sequence[str]]) -> Definitions:
    """The definitions in rows of role, name, body. Raises `BadInput` when they were changed beyond reading."""
    bodies = {(role, name): body for role, name, body in rows}
    try:
        parsed = Definitions.model_validate_json(bodies.pop(("parsed", "definitions"), ""))
    except ValidationError as error:
        raise BadInput("the definitions in this journal cannot be read", "see what warroom verify says") from error
    return parsed.model_copy(update={"texts": {name: body for (_, name), body in bodies.items()}})


def _json(model: BaseModel, exclude: set[str] | None = None) -> str:
    return to_json(_kept(model.model_dump(exclude=exclude))).decode()


def _written(body: Body, redactor: Redactor) -> tuple[str, Body]:
    """A body as it is stored, and as it will be read again. Nearly all are stored as they are."""
    texts: list[str] = []
    _look_through(body, "", texts)
    if not redactor.find("\n".join(texts)):  # no secret goes over the end of a line but a private key, which has a mark
        with suppress(ValueError):  # bytes that are no UTF-8
            return to_json(body).decode(), body
    said = to_json(change_texts(_kept(body.model_dump()), lambda text: redactor.redact(text)[0])).decode()
    return said, type(body).model_validate_json(said)


def _look_through(value: Any, field: str, texts: list[str]) -> None:
    """Adds every text in `value` to `texts`, and leaves names out as `change_texts` does.

    Raises `BadInput` for numbers that JSON or 64 bits cannot hold.
    """
    if isinstance(value, str):
        if field not in NAMES:
            texts.append(value)
    elif isinstance(value, BaseModel):
        for name, part in value.__dict__.items():
            _look_through(part, name, texts)
    elif isinstance(value, dict):
        for name, part in value.items():
            _look_through(part, name, texts)
    elif isinstance(value, list | tuple):
        for part in value:
            _look_through(part, field, texts)
    else:
        _checked(value)


def _mended(text: str) -> str:
    return text if text.isascii() else _LONE_SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)


def _kept(value: Any) -> Any:  # Any: the whole tree of what a model can hold
    """`value` with its text mended. Raises `BadInput` for numbers that JSON or 64 bits cannot hold."""
    if isinstance(value, str):
        return _mended(value)
    if isinstance(value, dict):
        return {_kept(key): _kept(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_kept(item) for item in value]
    return _checked(value)


def _checked(value: Any) -> Any:
    if (isinstance(value, int) and not -(2**63) <= value < 2**63) or (isinstance(value, float) and not isfinite(value)):
        raise BadInput("a journal keeps only finite numbers, and whole ones of up to 64 bits")
    return value
