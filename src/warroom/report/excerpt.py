"""What an export is made from: the seam between whoever reads a journal and every form that it is written in."""

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from warroom.core.definitions import Definitions
from warroom.core.events import Event
from warroom.core.filters import Filter
from warroom.core.release import Release
from warroom.core.store import Sample


class Excerpt(Protocol):
    """A journal as it was at one moment, or what a filter picks of it. What is not asked for is not read."""

    @property
    def plan(self) -> Definitions:
        """What was agreed, with the probes that were revised up to that moment."""

    @property
    def t0_us(self) -> int:
        """Planned T-0, microseconds UTC."""

    @property
    def state(self) -> Release:
        """What all events up to that moment add up to, picked or not."""

    @property
    def checkpoint(self) -> str:
        """The text of the checkpoint of that moment."""

    @property
    def size(self) -> int:
        """How many events the journal had at that moment."""

    @property
    def picked(self) -> Filter: ...

    @property
    def count(self) -> int:
        """How many events the filter picks."""

    def events(self) -> Iterator[Event]:
        """The picked ones, in order."""

    def lines(self) -> Iterator[str]:
        """The same, each as one JSON object."""

    def about(self, subject: str) -> Iterator[Event]:
        """All events about one item, probe or step, picked or not, in order."""

    def readings(self) -> Iterator[tuple[int, Sample]]:
        """With their numbers, by which digests name them; those that the filter's times cover, as they came."""


class Sink(Protocol):
    """Where text goes."""

    def write(self, text: str, /) -> object: ...

    def writelines(self, lines: Iterable[str], /) -> object: ...


def head_document(excerpt: Excerpt, **counts: int) -> dict[str, Any]:
    """What every export tells of where it comes from: `checkpoint`, and nothing more when it is whole.

    A filtered one tells its `filter`, how many of what it holds (`counts`), and `of` how many events it was made.
    """
    if excerpt.picked.picks_all:
        return {"checkpoint": excerpt.checkpoint}
    return {"checkpoint": excerpt.checkpoint, "filter": excerpt.picked.document(), **counts, "of": excerpt.size}
