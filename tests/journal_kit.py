"""What the journal's tests share: small definitions, drafts, and ways to run a process or harm a file."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from warroom.core import events as ev
from warroom.core.checklist import Checklist, Item, Phase, Section
from warroom.core.definitions import Definitions
from warroom.core.probe import Check, ProbeSpec
from warroom.core.store import Journal
from warroom.journal import sqlite
from warroom.journal.schema import TRIGGERS
from warroom.journal.store import SqliteJournal, create_journal

CHILD = Path(__file__).with_name("journal_child.py")


class StillClock:
    """A clock that stands still."""

    def utc_us(self) -> int:
        return 1_750_000_000_000_000

    def mono_us(self) -> int:
        return 5_000_000


def definitions() -> Definitions:
    item = Item(id="backup", text="Back up **the database**", title="Back up the database", number="1.1.1", line=5)
    section = Section(title="Data", line=4, items=(item,))
    phase = Phase(id="before", title="Before", name="Before", when="", kind="plain", sections=(section,))
    errors = ProbeSpec(
        id="errors",
        title="Error rate",
        every=5,
        deadline=2,
        source={"kind": "promql", "query": "sum(rate(errors[1m]))"},
        check=(Check(unit="%", fail="> 2"),),
    )
    texts = {"checklist.md": "# Shop\n\n## Before\n\n- [ ] Back up **the database**\n", "probes/errors.toml": "…"}
    return Definitions(checklist=Checklist(title="Shop", phases=(phase,)), probes=(errors,), texts=texts)


def draft(name: str, body: ev.Body | None = None, *, actor: str = "ada") -> ev.Draft:
    """A draft with the id `name`; without a body it is a note that says its name."""
    return ev.Draft(
        id=name,
        at_us=1_750_000_000_000_001,
        mono_us=5_000_001,
        actor=actor,
        origin="test@host:1",
        body=body or ev.Noted(text=name, item="backup"),
    )


def new_journal(path: Path) -> SqliteJournal:
    return create_journal(path, definitions(), StillClock(), "0.1.0")


def append_all(journal: Journal, names: Sequence[str]) -> tuple[ev.Event, ...]:
    return journal.append([draft(name) for name in names], after=journal.head().seq)


def finished_journal(path: Path, count: int) -> Path:
    """A closed journal of `count` notes."""
    journal = new_journal(path)
    append_all(journal, [f"note-{n}" for n in range(1, count + 1)])
    journal.close()
    return path


def tamper(path: Path, *statements: str) -> None:
    """Runs SQL on a journal as somebody would who knows SQLite: without the triggers, which are put back after it."""
    connection = sqlite.connect(path, mode="rw")
    for name in TRIGGERS:
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(statement)
    for sql in TRIGGERS.values():
        connection.execute(sql)
    connection.close()


def without_anchors(path: Path) -> None:
    """What a forger does who has read the documentation."""
    tamper(path, "DELETE FROM anchors")


def bytes_of(path: Path) -> bytes:
    """All bytes of a journal and its log, read by another process: to read them here would drop SQLite's locks."""
    files = [str(path), f"{path}-wal"]
    code = "import os, sys; [os.write(1, open(name, 'rb').read()) for name in sys.argv[1:] if os.path.exists(name)]"
    return subprocess.run([sys.executable, "-c", code, *files], check=True, capture_output=True).stdout


def child(*arguments: str | Path, wrapper: Sequence[str] = ()) -> "subprocess.Popen[str]":
    """A process of its own that works on a journal; see `journal_child`."""
    return subprocess.Popen(
        [*wrapper, sys.executable, str(CHILD), *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: "subprocess.Popen[str]") -> str:
    """What the process wrote until its end. Fails when it failed."""
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return out
