"""Where events go while the journal cannot be written: a plain file of JSON lines beside it, imported later.

It is no journal: it has no chain, and nobody reads it for the state of the release.
"""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from warroom.core.base import Frozen
from warroom.core.errors import BadInput, CannotWrite, reason
from warroom.core.events import KINDS, Draft, Event
from warroom.core.redaction import Redactor
from warroom.core.store import Journal
from warroom.journal import rows
from warroom.journal.lock import beside

_AT_ONCE = 500  # drafts in one transaction


def fallback_path(journal: Path) -> Path:
    """`JOURNAL.fallback.jsonl`."""
    return beside(journal, "fallback.jsonl")


class _Line(Frozen):
    """One event as it is written; `body` is that of its `kind`."""

    journal: str
    """Id of the journal that it belongs to."""
    id: str
    at_us: int
    mono_us: int
    actor: str
    origin: str
    kind: str
    body: dict[str, object]


class Damage(NamedTuple):
    """A line that cannot be read."""

    line: int
    why: str


class Imported(NamedTuple):
    """What came of an import."""

    new: int
    known: int
    """Lines whose event was in the journal already."""
    damaged: tuple[Damage, ...]


class FallbackFile:
    """Appends drafts to the file, durably."""

    def __init__(self, path: Path, *, journal_id: str, redactor: Redactor) -> None:
        """The file is made by the first append. `redactor` knows the secrets that no text may hold."""
        self._path = path
        self._journal_id = journal_id
        self._redactor = redactor

    def append(self, drafts: Sequence[Draft]) -> None:
        """On disk when this returns. Raises `CannotWrite`, and `BadInput` for a number that no journal keeps."""
        lines = b"".join(self._line(rows.prepare(draft, self._redactor)) for draft in drafts)
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "ab", buffering=0) as file:
                written = file.write(b"\n" * _ends_in_a_line(descriptor) + lines)
                os.fdatasync(descriptor)
        except OSError as error:
            raise CannotWrite(f"{self._path} cannot be written: {reason(error)}") from None
        if written < len(lines):
            raise CannotWrite(f"{self._path} cannot be written: the disk is full")

    def _line(self, draft: rows.Prepared) -> bytes:
        told = {field: getattr(draft, field) for field in ("id", "at_us", "mono_us", "actor", "origin", "kind")}
        line = {"journal": self._journal_id, **told, "body": json.loads(draft.body)}
        return (json.dumps(line, ensure_ascii=False) + "\n").encode()


def read_fallback(path: Path, journal_id: str) -> Iterator[Draft | Damage]:
    """The drafts in the file, in order; a `Damage` for each line that is none of this journal.

    Raises `BadInput` when the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield _read_line(number, line, journal_id)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {reason(error)}") from None


def import_fallback(path: Path, journal: Journal) -> Imported:
    """Appends what the file holds and the journal does not, in order and with the original times.

    A second import adds nothing. Raises what `append` does; what was imported until then stays.
    """
    damaged: list[Damage] = []
    drafts: list[Draft] = []
    for found in read_fallback(path, journal.id):
        if isinstance(found, Damage):
            damaged.append(found)
        else:
            drafts.append(found)
    before = journal.head().seq
    stored = {
        event.seq
        for start in range(0, len(drafts), _AT_ONCE)
        for event in _append(journal, drafts[start : start + _AT_ONCE])
    }
    new = sum(seq > before for seq in stored)
    return Imported(new, len(drafts) - new, tuple(damaged))


def _append(journal: Journal, drafts: Sequence[Draft]) -> tuple[Event, ...]:
    with journal.turn():
        return journal.append(drafts, after=journal.head().seq)


def _read_line(number: int, line: bytes, journal_id: str) -> Draft | Damage:
    try:
        read = _Line.model_validate_json(line)
        body = KINDS[read.kind].model_validate(read.body)
    except ValidationError as error:
        return Damage(number, error.errors()[0]["msg"])
    except KeyError:
        return Damage(number, "it is of a kind that this warroom does not know")
    if read.journal != journal_id:
        return Damage(number, f"it belongs to the journal {read.journal}")
    return Draft(id=read.id, at_us=read.at_us, mono_us=read.mono_us, actor=read.actor, origin=read.origin, body=body)


def _ends_in_a_line(descriptor: int) -> bool:
    """Whether a crash has cut the last line, so that the next must begin on one of its own."""
    size = os.fstat(descriptor).st_size
    return size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
