"""Where events go while the journal cannot be written: a plain file of JSON lines beside it, imported later.

It is no journal: it has no chain, and nobody reads it for the state of the release.
"""

import json
import os
import stat
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from errno import ENOSPC, EPERM
from pathlib import Path
from tempfile import gettempdir
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
_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW


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


Doubt = Callable[[Draft], str]
"""Asked of each draft in order: why it cannot be stored after those before it, or ""."""


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
        self.path = path
        self._journal_id = journal_id
        self._redactor = redactor

    def elsewhere(self) -> "Iterator[FallbackFile]":
        """The same in other directories: where the user's state is kept, and where temporary files are."""
        for directory in _directories():
            path = directory / f"warroom-{self._journal_id}.fallback.jsonl"
            yield FallbackFile(path, journal_id=self._journal_id, redactor=self._redactor)

    def append(self, drafts: Sequence[Draft]) -> None:
        """On disk when this returns. Raises `CannotWrite`, and `BadInput` for a number that no journal keeps."""
        lines = b"".join(self._line(rows.prepare(draft, self._redactor)) for draft in drafts)
        try:
            descriptor = os.open(self.path, _FLAGS, 0o600)
            try:
                _append_durably(descriptor, lines)
                _sync_directory(self.path.parent)  # the name of the file may be new
            finally:
                os.close(descriptor)
        except OSError as error:
            raise CannotWrite(f"{self.path} cannot be written: {reason(error)}") from None

    def _line(self, draft: rows.Prepared) -> bytes:
        told = {field: getattr(draft, field) for field in ("id", "at_us", "mono_us", "actor", "origin", "kind")}
        line = {"journal": self._journal_id, **told, "body": json.loads(draft.body)}
        return (json.dumps(line, ensure_ascii=False) + "\n").encode()


class FallbackFiles:
    """The fallback file of one journal, in the first of several directories that takes it."""

    def __init__(self, beside: FallbackFile) -> None:
        """`beside` stands beside the journal. The other places are chosen now, while there is no trouble yet."""
        self._files = deque((beside, *beside.elsewhere()))
        self._beside = beside.path
        self._written = set[str]()

    def keep(self, drafts: Sequence[Draft]) -> Path | None:
        """All of them, in order, in one file, however many are there from calls before.

        The file is on disk when this returns; None when there is none, because it can be written nowhere.
        Raises `BadInput` for a number that no journal keeps.
        """
        for _ in self._files.copy():
            file = self._files[0]
            with suppress(OSError):
                file.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                file.append([draft for draft in drafts if draft.id not in self._written])
            except CannotWrite:
                self._files.rotate(-1)
                self._written.clear()
            else:
                self._written.update(draft.id for draft in drafts)
                return file.path
        return None

    def found(self) -> tuple[Path, ...]:
        """The files that are there. Elsewhere than beside the journal, anybody may have put one there: only our own."""
        return tuple(file.path for file in self._files if _is_ours(file.path, anybody=file.path == self._beside))

    def remove(self, path: Path) -> None:
        """Its events are in the journal."""
        self._written.clear()
        with suppress(OSError):
            path.unlink()


def _no_doubt(_draft: Draft) -> str:
    return ""


def read_fallback(path: Path, journal_id: str, doubt: Doubt = _no_doubt) -> Iterator[Draft | Damage]:
    """The drafts in the file, in order; a `Damage` for each line that is none of this journal, or that is doubted.

    Raises `BadInput` when the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    read = _read_line(number, line, journal_id)
                    why = "" if isinstance(read, Damage) else doubt(read)
                    yield Damage(number, why) if why else read
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {reason(error)}") from None


def import_fallback(path: Path, journal: Journal, doubt: Doubt = _no_doubt) -> Imported:
    """Appends what the file holds and the journal does not, in order and with the original times.

    A second import adds nothing. Raises what `append` does; what was imported until then stays.
    """
    damaged: list[Damage] = []
    drafts: list[Draft] = []
    for found in read_fallback(path, journal.id, doubt):
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


def _append_durably(descriptor: int, lines: bytes) -> None:
    """All of it or nothing. Raises `OSError`."""
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
        raise PermissionError(EPERM, "it belongs to somebody else")
    try:
        data = b"\n" * _ends_in_a_line(descriptor, found.st_size) + lines
        if os.write(descriptor, data) < len(data):
            raise OSError(ENOSPC, os.strerror(ENOSPC))
        os.fdatasync(descriptor)
    except OSError:
        with suppress(OSError):
            os.ftruncate(descriptor, found.st_size)  # the same lines go to another file
        raise


def _ends_in_a_line(descriptor: int, size: int) -> bool:
    """Whether a crash has cut the last line, so that the next must begin on one of its own."""
    return size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _directories() -> Iterator[Path]:
    """Where the XDG base directories want state, and where temporary files go, as far as the user has them."""
    state = Path(os.environ.get("XDG_STATE_HOME", ""))
    if not state.is_absolute():  # then the standard says to ignore it
        state = Path(os.path.expanduser("~"), ".local", "state")  # noqa: PTH111  # Path.home() raises without a home
    if state.is_absolute():
        yield state / "warroom"
    with suppress(OSError):  # there is none that can be written
        yield Path(gettempdir())


def _is_ours(path: Path, *, anybody: bool) -> bool:
    """Whether a file is there, and is this user's or may be `anybody`'s."""
    try:
        found = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and (anybody or found.st_uid == os.geteuid())
