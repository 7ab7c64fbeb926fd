"""The journals of a directory, read one after the other, and what they teach about the next release."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from warroom.cli.targets import BESIDE
from warroom.core.errors import BadInput, WarroomError, reason

if TYPE_CHECKING:
    from warroom.core.definitions import Definitions
    from warroom.core.history import Past

RECENT = 20
"""Journals beside a new one that are read for what to expect: so many take a moment."""


class Told(NamedTuple):
    """What one journal had to tell."""

    file: str
    journal_id: str
    plan: "Definitions"
    past: "Past"


def taught(plan: "Definitions", directory: Path) -> "Definitions":
    """The plan with what earlier journals of its checklist, in a directory, say of how long its commands take."""
    from warroom.core.history import expected, last_rehearsal

    files = sorted(directory.glob("*.journal"), key=lambda path: path.stat().st_mtime)[-RECENT:]
    told, _ = read_journals(files)
    pasts = [each.past for each in told if each.plan.checklist.title == plan.checklist.title]
    return plan.model_copy(update={"learned": expected(pasts), "rehearsed": last_rehearsal(pasts)})


def journal_files(directory: Path) -> list[Path]:
    """What may be a journal, by name. None is opened here: only SQLite may open a journal."""
    try:
        names = sorted(path for path in directory.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise BadInput(f"{directory} cannot be read: {reason(error)}") from None
    beside = {f"{path.name}{end}" for path in names for end in BESIDE}
    return [path for path in names if path.name not in beside and path.is_file()]


def read_journals(paths: list[Path]) -> tuple[list[Told], dict[str, str]]:
    """The journals in the order of their T-0, and why which files were left out."""
    told: dict[str, Told] = {}
    left_out: dict[str, str] = {}
    for path in paths:
        try:
            one = _tell(path)
        except WarroomError as error:
            left_out[path.name] = error.message.replace(str(path), "it")
            continue
        other = told.get(one.journal_id)
        longer, shorter = (one, other) if other is None or one.past.events > other.past.events else (other, one)
        told[one.journal_id] = longer
        if shorter:
            left_out[shorter.file] = f"it is a copy of {longer.file}"
    return sorted(told.values(), key=lambda one: (one.past.t0_us, one.file)), left_out


def _tell(path: Path) -> Told:
    from warroom.cli.options import must_have_begun
    from warroom.core.history import tell
    from warroom.journal.store import open_journal

    with closing(open_journal(path, read_only=True)) as journal:
        must_have_begun(journal)
        plan = journal.definitions()
        return Told(path.name, journal.id, plan, tell(plan, journal.read()))
