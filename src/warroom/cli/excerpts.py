"""A journal, or what a filter picks of it, as the forms of `report` ask for it."""

from collections.abc import Iterator
from functools import cached_property
from itertools import takewhile

from warroom.cli.progress import watched
from warroom.core.definitions import Definitions
from warroom.core.events import Event, ReleaseStarted
from warroom.core.filters import Filter
from warroom.core.fold import fold
from warroom.core.release import Release
from warroom.core.store import Sample
from warroom.journal.checkpoint import checkpoint_text, parse_checkpoint
from warroom.journal.export import count_events, count_readings, event_lines, readings
from warroom.journal.store import SqliteJournal
from warroom.report.jsonl import event_line


def t0_of(journal: SqliteJournal) -> int:
    """Planned T-0, microseconds UTC, as the first event tells it; the state has it too, but costs a fold."""
    begun = next(journal.read()).body
    return begun.t0_us if isinstance(begun, ReleaseStarted) else 0


class JournalExcerpt:
    """A `report.excerpt.Excerpt` of a journal as it is now. What others append meanwhile is left out."""

    def __init__(self, journal: SqliteJournal, picked: Filter, *, to_file: bool) -> None:
        """`to_file` says whether what is made of it goes to a file, and not to a terminal."""
        self.journal = journal
        self.picked = picked
        self._to_file = to_file
        self._checkpoint = parse_checkpoint(checkpoint_text(journal))

    @property
    def checkpoint(self) -> str:
        return self._checkpoint.text

    @property
    def size(self) -> int:
        return self._checkpoint.size

    @cached_property
    def plan(self) -> Definitions:
        return self.journal.definitions().revised(self.state.revised)

    @cached_property
    def t0_us(self) -> int:
        return t0_of(self.journal)

    @cached_property
    def state(self) -> Release:
        kept = self.journal.snapshot()
        state = kept if kept and kept.seq <= self.size else Release()
        for event in self._up_to_now(self.journal.read(state.seq)):
            state = fold(state, event)
        return state

    @cached_property
    def count(self) -> int:
        return self.size if self.picked.picks_all else count_events(self.journal, self.size, self.picked)

    def events(self) -> Iterator[Event]:
        every = watched(self._up_to_now(self.journal.read()), self.size, to_file=self._to_file)
        return filter(self.picked.picks, every)

    def lines(self) -> Iterator[str]:
        found = event_lines(self.journal, self.size, event_line, self.picked)
        return watched(found, self.count, to_file=self._to_file)

    def about(self, subject: str) -> Iterator[Event]:
        return self._up_to_now(iter(self.journal.about(subject)))

    def readings(self) -> Iterator[tuple[int, Sample]]:
        every = watched(readings(self.journal), count_readings(self.journal), to_file=self._to_file)
        return (reading for reading in every if self.picked.covers(reading[1].at_us))

    def _up_to_now(self, events: Iterator[Event]) -> Iterator[Event]:
        return takewhile(lambda event: event.seq <= self.size, events)
