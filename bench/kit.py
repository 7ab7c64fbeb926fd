"""What the benches share: the content of a journal, repeated measurements, and the table of what came out."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Literal

from warroom.clock import SystemClock
from warroom.core import events as ev
from warroom.core.bindings import Bindings, Command, ItemBinding
from warroom.core.checklist import Checklist, Item, Phase, Section
from warroom.core.definitions import Definitions
from warroom.core.probe import Check, ProbeSpec
from warroom.core.redaction import Redactor
from warroom.journal import rows, sqlite
from warroom.journal.store import SqliteJournal, create_journal

CLOCK = SystemClock()
ITEM, PROBE = "deploy", "errors"

_BODIES: tuple[ev.Body, ...] = (
    ev.Noted(item=ITEM, text="error budget looks fine, going on with the next wave"),
    ev.VerdictChanged(probe=PROBE, to="warn", was="ok", value=2.31, unit="%", text="2.31 % is > 2"),
    ev.ItemDone(item=ITEM, note="checked twice", value="42"),
    ev.ItemReopened(item=ITEM, reason="traffic moved back"),
)


@dataclass(frozen=True)
class Figure:
    """One measured number beside what it is held against."""

    what: str
    unit: str
    ours: float
    baseline: float
    against: str
    """What the baseline is."""
    target: "Target"

    @property
    def ratio(self) -> float:
        return self.ours / self.baseline

    @property
    def reached(self) -> bool:
        value = self.ratio if self.target.of == "ratio" else self.ours
        return value >= self.target.limit if self.target.sign == ">=" else value <= self.target.limit


@dataclass(frozen=True)
class Target:
    """What the number, or its ratio to the baseline, should be."""

    of: Literal["ours", "ratio"]
    sign: Literal[">=", "<="]
    limit: float

    def __str__(self) -> str:
        return f"{'ratio ' if self.of == 'ratio' else ''}{self.sign} {number(self.limit)}"


def table(figures: Sequence[Figure]) -> str:
    """Markdown."""
    head = ("figure", "unit", "ours", "baseline", "which is", "ratio", "target", "")
    lines = [head, ("-",) * len(head), *(_row(figure) for figure in figures)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    filled = ([_filled(cell, width) for cell, width in zip(line, widths, strict=True)] for line in lines)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in filled)


def _row(figure: Figure) -> tuple[str, ...]:
    verdict = "reached" if figure.reached else "missed"
    numbers = (number(figure.ours), number(figure.baseline))
    return (figure.what, figure.unit, *numbers, figure.against, number(figure.ratio), str(figure.target), verdict)


def _filled(cell: str, width: int) -> str:
    return "-" * width if cell == "-" else cell.ljust(width)


def number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def medians(repetitions: int, *measures: Callable[[], float]) -> list[float]:
    """The median of each measure. They take turns, so that a slow moment of the machine meets all of them."""
    rounds = [[measure() for measure in measures] for _ in range(repetitions)]
    return [median(values) for values in zip(*rounds, strict=True)]


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[int(share * (len(values) - 1))]


def drafts(count: int) -> list[ev.Draft]:
    """Events as a release has them."""
    return [_draft(body) for body in islice(cycle(_BODIES), count)]


def _draft(body: ev.Body) -> ev.Draft:
    at_us = CLOCK.utc_us()
    return ev.Draft(
        id=ev.uuid7(at_us, os.urandom(10)),
        at_us=at_us,
        mono_us=CLOCK.mono_us(),
        actor="ada",
        origin="bench@host:1",
        body=body,
    )


def new_journal(path: Path, argv: Sequence[str] = ("true",)) -> SqliteJournal:
    """An empty journal of a small release with one item, whose step is `argv`, and one probe."""
    item = Item(id=ITEM, text="Deploy", title="Deploy", number="1.1", line=5)
    section = Section(title="", line=4, items=(item,))
    phase = Phase(id="day", title="Day", name="Day", when="", kind="plain", sections=(section,))
    probe = ProbeSpec(
        id=PROBE,
        title="Errors",
        every=5,
        deadline=2,
        source={"kind": "http", "url": "http://localhost"},
        check=(Check(unit="%", fail="> 2"),),
    )
    plan = Definitions(
        checklist=Checklist(title="Shop", phases=(phase,)),
        bindings=Bindings(item={ITEM: ItemBinding(step=Command(argv=tuple(argv)))}),
        probes=(probe,),
    )
    return create_journal(path, plan, CLOCK, "bench")


def filled_journal(path: Path, count: int) -> Path:
    """A closed journal with so many events: the rows that `append` stores, written without its look-ups."""
    journal = new_journal(path)
    first = bytes.fromhex(journal.head().hash)
    journal.close()
    connection = sqlite.connect(path, mode="rw")
    with sqlite.write_transaction(connection):
        connection.executemany(rows.INSERT_EVENT, event_rows(count, first))
    connection.close()
    return path


def event_rows(count: int, before: bytes = b"") -> Iterator[rows.Sealed]:
    """Rows of `events`, each following the one before."""
    prepared = [rows.prepare(draft, Redactor()) for draft in drafts(len(_BODIES))]
    for seq, draft in enumerate(islice(cycle(prepared), count), 1):
        at_us = draft.at_us + seq * 1000
        told = draft._replace(id=ev.uuid7(at_us, os.urandom(10)), at_us=at_us)
        row = rows.seal(told, seq=seq, before=before, salt=os.urandom(16))
        yield row
        before = row.hash
