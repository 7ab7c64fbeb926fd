"""The release as it is now: the only place where decide, append, fold and notify meet.

A `Room` is used by one thread at a time. The shell uses it directly; the cockpit through `desk.Desk`.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from os import urandom

from warroom.clock import Clock
from warroom.core.definitions import Definitions
from warroom.core.errors import BadInput, Refused, WarroomError
from warroom.core.events import Body, ClockJumped, Draft, Event, Redacted, uuid7
from warroom.core.fold import fold
from warroom.core.once import Once
from warroom.core.release import Release
from warroom.core.signing import OBSERVER as OBSERVER
from warroom.core.store import HeadMoved, Journal
from warroom.core.texts import without_texts
from warroom.core.wish import JournaledRefusal, Refusal, Wish

RECENT = 200  # events kept in memory for the feed
SNAPSHOT_EVERY = 1000  # events; so many are folded in a few milliseconds

_JUMP_US = 1_000_000


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
    once: Once | None = None
    """For an act that must not happen again when it is asked for again."""


Answer = tuple[Event, ...] | WarroomError
"""What came of a wish: the stored events, or why there are none."""


@dataclass(frozen=True)
class Decided:
    """What a wish comes to: what is to be stored, and what is answered when that is not the answer itself."""

    drafts: tuple[Draft, ...] = ()
    answer: Answer | None = None


class Room:
    """A journal with the state that it adds up to."""

    def __init__(self, journal: Journal, clock: Clock, *, origin: str) -> None:
        """Folds the journal to its end, from a snapshot on. `origin` names this process in events that it appends."""
        self.journal = journal
        self.agreed: Definitions = journal.definitions()
        self.release = Release()
        self._in_force = self.release.revised, self.agreed
        self._saved = self.release  # what the journal says
        self.recent: deque[Event] = deque(maxlen=RECENT)
        self._clock = clock
        self._origin = origin
        self._listeners: list[Listener] = []
        self._kept_seq = 0
        self._clocks_apart_us = self._apart_us()
        self._load()

    @property
    def plan(self) -> Definitions:
        """What is in force: what was agreed, with the probes that have been revised since. From any thread."""
        revised, plan = self._in_force
        if self.release.revised is not revised:
            revised = self.release.revised
            plan = self.agreed.revised(revised)
            self._in_force = revised, plan
        return plan

    def listen(self, listener: Listener) -> None:
        """Calls `listener` after every change, in the thread that uses the room."""
        self._listeners.append(listener)

    def catch_up(self) -> None:
        """Folds what other processes appended meanwhile."""
        self._take(tuple(self.journal.read(self.release.seq)))

    @property
    def unsaved(self) -> str:
        """A sentence while the state holds what the journal does not, else ""."""
        return ""

    def save(self) -> None:
        """Stores what the journal could not take before. Raises what `append` does; what was unsaved then stays so."""

    def act(self, wish: Wish, *, actor: str, once: Once | None = None) -> tuple[Event, ...]:
        """Makes a wish come true: decided on the newest state, durable when this returns.

        An act with `once` that was done before is answered with its own event alone.

        Raises `Refused` with the reason, and `CannotWrite` or `Busy` when the journal does not take it; the state is
        then as before.
        """
        (answer,) = self.act_all([Act(wish, actor, once)])
        if isinstance(answer, WarroomError):
            raise answer
        return answer

    def act_all(self, acts: Sequence[Act]) -> list[Answer]:
        """Several wishes in one transaction, each decided on what those before it made of the state.

        Raises `CannotWrite` or `Busy` when the journal takes none of them; the state is then as before.
        """
        if not any(act.once for act in acts):  # whether such a one was done is looked up where nobody comes between
            with suppress(HeadMoved):
                return self._act_on_the_newest(acts)
        with self.journal.turn():  # somebody else was first: decide again on what they did, and let nobody in meanwhile
            return self._act_on_the_newest(acts)

    def _act_on_the_newest(self, acts: Sequence[Act]) -> list[Answer]:
        """Raises `HeadMoved` when it was no longer the newest in the end."""
        self.catch_up()
        return self._store(self._decide(acts))

    def _store(self, decided: Sequence[Decided]) -> list[Answer]:
        drafts = [draft for each in decided for draft in each.drafts]
        jump = self._clock_jump() if drafts else ()
        events = self.journal.append([*jump, *drafts], after=self.release.seq) if drafts else ()
        self._take(events)
        self._clocks_apart_us = self._apart_us()
        stored = iter(events[len(jump) :])
        made = [tuple(islice(stored, len(each.drafts))) for each in decided]
        return [mine if each.answer is None else each.answer for each, mine in zip(decided, made, strict=True)]

    def redact(self, seq: int, *, reason: str, actor: str) -> Event:
        """Erases the texts of an event from the journal, for good; the returned event tells who did so, and why.

        Raises what the journal's `redact` does.
        """
        found = next(self.journal.read(seq - 1), None)
        if found is None or found.seq != seq:
            raise BadInput(f"there is no event {seq}", "warroom log shows the numbers")
        kept = without_texts(found.body).model_dump(mode="json")
        (draft,) = self._drafts([Redacted(event=seq, reason=reason, kept=kept)], actor)
        stored = self.journal.redact(draft)
        self.catch_up()
        return stored

    def _clock_jump(self) -> tuple[Draft, ...]:
        """An event if the wall clock was set since this room's last act."""
        by_us = self._apart_us() - self._clocks_apart_us
        return self._drafts([ClockJumped(by_s=by_us / 1e6)], OBSERVER) if abs(by_us) > _JUMP_US else ()

    def _apart_us(self) -> int:
        return self._clock.utc_us() - self._clock.mono_us()

    def _decide(self, acts: Sequence[Act]) -> list[Decided]:
        state, decided = self.release, list[Decided]()
        for act in acts:
            each = self._done_before(act) or self._decide_one(act, state)
            for draft in each.drafts:
                state = fold(state, Event(**dict(draft), seq=state.seq + 1, hash=""))
            decided.append(each)
        return decided

    def _decide_one(self, act: Act, state: Release) -> Decided:
        decision = act.wish(self.plan, state)
        if isinstance(decision, Refusal):
            tried = (decision.event,) if isinstance(decision, JournaledRefusal) else ()
            return Decided(self._drafts(tried, act.actor), Refused(decision.reason))
        return Decided(self._with_key(act.once, self._drafts(decision, act.actor)))

    def _done_before(self, act: Act) -> Decided | None:
        if act.once is None or (event := self.journal.with_id(act.once.event_id(self.journal.id))) is None:
            return None
        made = act.once.made(event, act.actor)
        return Decided(answer=(event,) if made else Refused(act.once.used(event), "give each act a key of its own"))

    def _with_key(self, once: Once | None, drafts: tuple[Draft, ...]) -> tuple[Draft, ...]:
        if once is None:
            return drafts
        mine = next(draft for draft in drafts if draft.body.kind in once.kinds)
        keyed = mine.model_copy(update={"id": once.event_id(self.journal.id)})
        return tuple(keyed if draft is mine else draft for draft in drafts)

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
        if any(isinstance(event.body, Redacted) for event in events):
            self._load()  # what was folded before may hold the text that is gone
        else:
            self._fold(self._saved, events)
        self._tell(events)

    def _tell(self, events: tuple[Event, ...]) -> None:
        update = Update(self.release, events)
        for listener in self._listeners:
            listener(update)

    def _load(self) -> None:
        """The state from the journal alone."""
        state = self.journal.snapshot() or Release()
        self._kept_seq = state.seq
        before = self.journal.recent(RECENT) if state.seq else ()
        self.recent = deque((event for event in before if event.seq <= state.seq), maxlen=RECENT)
        self._fold(state, self.journal.read(state.seq))

    def _fold(self, state: Release, events: Iterable[Event]) -> None:
        for event in events:
            state = fold(state, event)
            if not event.body.quiet:
                self.recent.append(event)
        self._saved = state
        self.release = self._over(state)
        if state.seq - self._kept_seq >= SNAPSHOT_EVERY:
            self._kept_seq = state.seq
            self.journal.keep(state)

    def _over(self, saved: Release) -> Release:
        """What is shown: the state that the journal adds up to, and what is unsaved."""
        return saved


class Onlooker(Room):
    """A room that takes no wishes; its journal may be open for reading only."""

    def act_all(self, acts: Sequence[Act]) -> list[Answer]:
        return [Refused("this cockpit only watches") for _ in acts]
