"""The seam to the journal: what a journal can do, whatever it is kept in."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from warroom.core.base import Frozen
from warroom.core.definitions import Definitions
from warroom.core.events import Body, Draft, Event
from warroom.core.probe import Outcome, Word
from warroom.core.release import Release
from warroom.core.rules import Value


class Head(Frozen):
    """Where a journal ends: the number and the hash of its last event."""

    seq: int
    hash: str


class Sample(Frozen):
    """One reading as it is kept for plots, reviews and `status`. Samples are not events and not chained."""

    probe: str
    at_us: int
    mono_us: int
    took_us: int
    outcome: Outcome
    value: Value = None
    text: str = ""
    word: Word
    """The probe's verdict after this reading."""


class HeadMoved(Exception):  # a signal between store and room, never shown to people
    """Another process appended since the state was folded; catch up and decide again."""


class News(Protocol):
    """Waits for what others append. For one thread; `close` may come from another and ends a wait."""

    def wait(self, timeout_s: float) -> bool:
        """True when something may have been appended since the last call, or is within `timeout_s` seconds."""

    def close(self) -> None: ...


class Journal(Protocol):
    """An append-only, ordered, durable list of events, with the definitions that they belong to."""

    @property
    def id(self) -> str:
        """Unique among all journals."""

    def definitions(self) -> Definitions: ...

    def turn(self) -> AbstractContextManager[None]:
        """While it is held nobody else appends, so that what was read inside is the newest. All wait in one queue.

        Raises `Busy` when the others do not let go.
        """

    def append(self, drafts: Sequence[Draft], *, after: int) -> tuple[Event, ...]:
        """Stores all drafts or none, durably, as the events after number `after`.

        A draft whose id is stored already is not stored again; its stored event is returned.
        Raises `HeadMoved` when `after` is not the head, `CannotWrite` when the medium refuses, `Busy` when other
        writers do not let go, and `BadInput` for a number that no journal keeps: not finite, or beyond 64 bits.
        """

    def read(self, since: int = 0) -> Iterator[Event]:
        """Events with a number above `since`, in order."""

    def with_id(self, event_id: str) -> Event | None: ...

    def about(self, subject: str) -> tuple[Event, ...]:
        """All events about one item, probe or step, in order."""

    def recent(self, count: int) -> tuple[Event, ...]:
        """The last events, in order, without those that are `quiet`."""

    def head(self) -> Head: ...

    def redact(self, draft: Draft) -> Event:
        """Stores `draft`, whose body is a `Redacted`, and erases the body of the event that it names, for good.

        Raises what `append` does, and `BadInput` when that event is missing or has lost its body already. `Busy` can
        also mean that the event is erased, but that its bytes stay on disk until another process lets go of the file.
        """

    def anchor(self, reason: str) -> None:
        """Keeps a checkpoint of the journal as it is now: a cut end or a rewritten chain shows against it. Cheap."""

    def snapshot(self) -> Release | None:
        """The state after some event not long ago, to fold what follows onto; None when there is none."""

    def keep(self, release: Release) -> None:
        """Keeps a snapshot, where that is possible. It is a cache, so it never fails."""

    def news(self) -> News:
        """A listener of its own for this journal; the caller closes it."""

    def record(self, samples: Sequence[Sample]) -> None:
        """Keeps readings. They may be lost with the power, never with the process."""

    def samples(self, probe: str, count: int) -> tuple[Sample, ...]:
        """The last readings of a probe, oldest first."""

    def tend(self, now_us: int) -> tuple[Body, ...]:
        """Thins readings that are old at `now_us` (UTC), and gives what is to be appended: hashes, if any, of new ones
        and of the snapshot.

        To be called about once a minute, by the process that records them.
        """

    def remember(self, key: str, value: str) -> None:
        """Keeps a setting of the screen, such as the cursor. Not part of the record."""

    def recall(self, key: str) -> str:
        """The setting, or "" when it was never kept."""

    def close(self) -> None: ...
