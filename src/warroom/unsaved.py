"""A rollback goes on when the journal cannot be written: its record is kept here and in a fallback file, until it can.

Only what a rollback needs is kept so: its own events, and how the step of an item ended that it has to wait for.
Everything else is refused, as in every room.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from warroom.clock import Clock
from warroom.core import decisions
from warroom.core import events as ev
from warroom.core.decisions import Decision
from warroom.core.definitions import Definitions
from warroom.core.errors import BadInput, Busy, CannotWrite, WarroomError
from warroom.core.events import Body, Draft, Event
from warroom.core.fold import fold
from warroom.core.release import Release
from warroom.core.store import Journal
from warroom.core.views import clock_time
from warroom.journal.fallback import Damage, FallbackFiles, Imported, import_fallback, read_fallback
from warroom.room import OBSERVER, Act, Answer, Decided, Room

_KEPT = (
    ev.RollbackStarted,
    ev.RollbackStepSkipped,
    ev.RollbackStepByHand,
    ev.RollbackStopped,
    ev.RolledBack,
    ev.Restored,
    ev.StepFinished,
)
_KEPT_OF_ROLLBACK = (ev.StepStarted, ev.StepOutput)


class RollbackRoom(Room):
    """A room whose acts of a rollback are never refused for the journal's sake."""

    def __init__(self, journal: Journal, clock: Clock, files: FallbackFiles, *, origin: str) -> None:
        self._kept: tuple[Draft, ...] = ()
        self._told = set[str]()  # ids of what listeners heard when it was kept, and need not hear again
        self._since = 0  # the journal's last event when keeping began
        self._file: Path | None = None
        self._error = WarroomError("")
        self._files = files
        super().__init__(journal, clock, origin=origin)

    @property
    def unsaved(self) -> str:
        if not self._kept:
            return ""
        where = f"in {self._file}" if self._file else "in memory only, until a file can be written"
        return f"kept {where}: the rollback goes on without the journal; {self._error.message}"

    def act_all(self, acts: Sequence[Act]) -> list[Answer]:
        try:
            return super().act_all(acts)
        except (Busy, CannotWrite, BadInput) as error:  # it cannot even be read, or others do not let go of it
            return self._keep(self._decide(acts), error)

    def save(self) -> None:
        """Stores what is kept here, and what is left in fallback files of this or a process before."""
        if self._kept:
            self._file = self._files.keep(self._kept)  # there may be one by now, if there was none
            self._save_kept()
        for path in self._files.found():
            if not import_late(self, path).damaged:
                self._files.remove(path)
        self.catch_up()

    def _store(self, decided: Sequence[Decided]) -> list[Answer]:
        if self._kept:  # what comes later must be stored later
            return self._keep(decided, self._error)
        try:
            return super()._store(decided)
        except (Busy, CannotWrite, BadInput) as error:
            return self._keep(decided, error)

    def _keep(self, decided: Sequence[Decided], error: WarroomError) -> list[Answer]:
        drafts = [draft for each in decided if _may_go_on(each.drafts) for draft in each.drafts]
        if drafts:
            self._add((*self._clock_jump(), *drafts), error)
        return [each.answer or (self._events(each.drafts) if _may_go_on(each.drafts) else error) for each in decided]

    def _add(self, drafts: Sequence[Draft], error: WarroomError) -> None:
        self._file = self._files.keep((*self._kept, *drafts))
        if not self._kept:
            self._since, self._error = self.release.seq, error
        self._kept = (*self._kept, *drafts)
        self._clocks_apart_us = self._apart_us()
        self.release = self._over(self._saved)
        self._tell(self._events(drafts))
        self._told.update(draft.id for draft in drafts)

    def _save_kept(self) -> None:
        with self.journal.turn():
            self.catch_up()
            if self._kept:
                mark = self._drafts([ev.Noted(text=self._late())], OBSERVER)
                self._take(self.journal.append([*self._kept, *mark], after=self.release.seq))

    def _late(self) -> str:
        first, last = (clock_time(self._kept[end].at_us) for end in (0, -1))
        told = f"stored late: {len(self._kept)} events of a rollback, {first} to {last} UTC; {self._error.message}"
        if (here := self.release.seq) == self._since:
            return told
        return f"{told}; events {self._since + 1} to {here} were stored meanwhile, by whoever did not know of them"

    def _take(self, events: tuple[Event, ...]) -> None:
        stored = {event.id for event in events}
        self._kept = tuple(draft for draft in self._kept if draft.id not in stored)
        super()._take(events)

    def _tell(self, events: tuple[Event, ...]) -> None:
        super()._tell(tuple(event for event in events if event.id not in self._told))

    def _over(self, saved: Release) -> Release:
        for event in self._events(self._kept, saved):
            saved = fold(saved, event)
        return saved

    def _events(self, drafts: Iterable[Draft], saved: Release | None = None) -> tuple[Event, ...]:
        """As they are shown. They have no place in the chain yet, so the journal's head stays what it is."""
        head = saved or self._saved
        return tuple(Event(**dict(draft), seq=head.seq, hash=head.hash) for draft in drafts)


def import_late(room: Room, path: Path) -> Imported:
    """Stores what a fallback file holds and the journal does not, and a note that it came late.

    Raises what `import_fallback` and `Room.act` do.
    """
    done = import_fallback(path, room.journal, _Course(room.release))
    if done.new:
        drafts = [draft for draft in read_fallback(path, room.journal.id) if not isinstance(draft, Damage)]
        room.act(partial(_came_late, new=done.new, path=path, drafts=drafts), actor=OBSERVER)
    return done


class _Course:
    """Follows a rollback from draft to draft, because no state can be made of what has no beginning."""

    def __init__(self, state: Release) -> None:
        self._steps = len(state.rollback.steps)

    def __call__(self, draft: Draft) -> str:
        """Why a draft makes no sense after those before, or ""."""
        body = draft.body
        if isinstance(body, ev.RollbackStarted):
            self._steps = body.steps
        kind, _, number = body.subject.partition(":")
        if kind != "rollback" or not (number or isinstance(body, _KEPT)):
            return ""
        step = number or "1"
        return "" if step.isdecimal() and int(step) <= self._steps else "the start of its rollback is missing"


def _came_late(plan: Definitions, state: Release, *, new: int, path: Path, drafts: Sequence[Draft]) -> Decision:
    """The note; and when the process is gone that wrote the file, what it began and did not end is interrupted.

    But not what is detached: who drives next looks how it ended.
    """
    note = ev.Noted(
        text=f"stored late: {new} event{'s' * (new > 1)} kept in {path} while the journal could not be written"
    )
    runs = {draft.body.run for draft in drafts if isinstance(draft.body, ev.StepStarted)}
    alive = state.driver_origin in {draft.origin for draft in drafts}
    if alive or not all(step.run in runs for step in state.running().values()):
        return (note,)
    interrupted = decisions.interrupted(plan, state, but=decisions.detached(plan, state))
    return (note, *interrupted) if isinstance(interrupted, tuple) else (note,)


def _may_go_on(drafts: Sequence[Draft]) -> bool:
    """Whether an act is kept; its drafts are all its events."""
    return not drafts or any(_is_kept(draft.body) for draft in drafts)


def _is_kept(body: Body) -> bool:
    return isinstance(body, _KEPT) or (isinstance(body, _KEPT_OF_ROLLBACK) and body.target.startswith("rollback:"))
