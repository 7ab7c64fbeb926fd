"""The release as it is now: the only place where decide, append, fold and notify meet.

A `Room` is used by one thread at a time. The shell uses it directly; the cockpit through `desk.Desk`.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from os import urandom

from warroom.clock import Clock
from warroom.core.decisions import Refusal, Wish
from warroom.core.definitions import Definitions
from warroom.core.errors import Refused
from warroom.core.events import Body, Draft, Event, uuid7
from warroom.core.release import Release, fold
from warroom.core.store import HeadMoved, Journal

RECENT = 200  # events kept in memory for the feed


@dataclass(frozen=True)
class Update:
    """What changed: the state after `events`, which may come from this or another process."""

    release: Release
    events: tuple[Event, ...]


Listener = Callable[[Update], None]


@dataclass(frozen=True)
class Act:
    """A wish and the operator in whose name it is made."""

    wish: Wish
    actor: str


Answer = tuple[Event, ...] | Refused
"""What came of a wish: the stored events, or the refusal."""


class Room:
    """A journal with the state that it adds up to."""

    def __init__(self, journal: Journal, clock: Clock, *, origin: str) -> None:
        """Reads the journal to its end. `origin` names this process in every event that it appends."""
        self.journal = journal
        self.plan: Definitions = journal.definitions()
        self.release = Release()
        self.recent: deque[Event] = deque(maxlen=RECENT)
        self._clock = clock
        self._origin = origin
        self._listeners: list[Listener] = []
        self.catch_up()

    def listen(self, listener: Listener) -> None:
        """Calls `listener` after every change, in the thread that uses the room."""
        self._listeners.append(listener)

    def catch_up(self) -> None:
        """Folds what other processes appended meanwhile."""
        self._take(tuple(self.journal.read(self.release.seq)))

    def act(self, wish: Wish, *, actor: str) -> tuple[Event, ...]:
        """Makes a wish come true: decided on the newest state, durable when this returns.

        Raises `Refused` with the reason, and `CannotWrite` or `Busy` when the journal does not take it; the state is
        then as before.
        """
        (answer,) = self.act_all([Act(wish, actor)])
        if isinstance(answer, Refused):
            raise answer
        return answer

    def act_all(self, acts: Sequence[Act]) -> list[Answer]:
        """Several wishes in one transaction, each decided on what those before it made of the state.

        Raises `CannotWrite` or `Busy` when the journal takes none of them; the state is then as before.
        """
        while True:
            self.catch_up()
            decided = self._decide(acts)
            drafts = [draft for answer in decided if not isinstance(answer, Refused) for draft in answer]
            try:
                stored = iter(self.journal.append(drafts, after=self.release.seq) if drafts else ())
            except HeadMoved:
                continue  # somebody else was first: decide again on what they did
            answers = [each if isinstance(each, Refused) else tuple(islice(stored, len(each))) for each in decided]
            self._take(tuple(event for each in answers if not isinstance(each, Refused) for event in each))
            return answers

    def _decide(self, acts: Sequence[Act]) -> list[Refused | tuple[Draft, ...]]:
        state, decided = self.release, list[Refused | tuple[Draft, ...]]()
        for act in acts:
            decision = act.wish(self.plan, state)
            if isinstance(decision, Refusal):
                decided.append(Refused(decision.reason))
                continue
            drafts = self._drafts(decision, act.actor)
            for draft in drafts:
                state = fold(state, Event(**dict(draft), seq=state.seq + 1, hash=""))
            decided.append(drafts)
        return decided

    def _drafts(self, bodies: Sequence[Body], actor: str) -> tuple[Draft, ...]:
        at_us, mono_us = self._clock.utc_us(), self._clock.mono_us()
        return tuple(
            Draft(
                id=uuid7(at_us, urandom(10)),
                at_us=at_us,
                mono_us=mono_us,
                actor=actor,
                origin=self._origin,
                body=body,
            )
            for body in bodies
        )

    def _take(self, events: tuple[Event, ...]) -> None:
        if not events:
            return
        for event in events:
            self.release = fold(self.release, event)
        self.recent.extend(events)
        update = Update(self.release, events)
        for listener in self._listeners:
            listener(update)
