"""The live release as a cockpit sees it: what it can read, and what it can wish for.

Of all cockpits on one journal exactly one drives: it probes and runs commands. The others stand by, show the same and
act on the same journal, and one of them takes over when the driver is gone. A watcher only looks.

The screen's thread reads frozen values from here; the journal is written by the desk's thread, and probes and commands
run in the engine's, so that none of the three can make another stutter.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal
from uuid import uuid4

from warroom.attaching import Attaching
from warroom.core import decisions, views
from warroom.core.decisions import Launch, Wish
from warroom.core.definitions import Definitions
from warroom.core.errors import Busy, CannotWrite, Refused, WarroomError
from warroom.core.events import CockpitClosed, CockpitOpened, DriverTook, Event, Seen
from warroom.core.probe import Outcome, Verdict
from warroom.core.release import Release
from warroom.core.store import Journal, Sample
from warroom.desk import Desk
from warroom.driving import Driving
from warroom.identity import Here
from warroom.journal.driver import DriverLock
from warroom.journal.lock import beside
from warroom.probing.sampling import Sampler
from warroom.room import OBSERVER, Update
from warroom.seat import OwnSeat
from warroom.steps import OutputPart

KEPT = 100  # readings of each probe that a new driver takes over from the journal
KEPT_PARTS = 400  # pieces of output, for a screen that is come back to
TRY_S = 1.0  # how often a cockpit that stands by looks whether the driver is gone

Role = Literal["drives", "stands by", "watches"]


@dataclass
class Listeners:
    """Whom to tell. Called from other threads than the screen's; each must only pass the news on."""

    update: Callable[[Update], None]
    reading: Callable[[], None]
    output: Callable[[OutputPart], None]
    trouble: Callable[[str], None]


class Live:
    """A release, and this process's part in it."""

    def __init__(
        self, desk: Desk, open_reader: Callable[[], Journal], sampler: Sampler, here: Here, lock: DriverLock | None, *,
        seat: OwnSeat, journal: Path, probe_files: Path | None = None,
    ) -> None:  # fmt: skip
        """`desk` is started; `open_reader` gives read-only connections; without a lock this cockpit only watches.

        `probe_files` are those of the release, to be looked at while this cockpit drives.
        """
        self.clock = sampler.clock
        self.seat = seat
        self.trouble = ""
        """Why the journal cannot be written, and where a rollback is kept meanwhile; or ""."""
        self.evidence = Attaching(self.act, here.base, journal)
        self._desk = desk
        self._open_reader = open_reader
        self._reader = open_reader()
        self._sampler = sampler
        self._here = here
        self._lock = lock
        self._probe_files = probe_files
        self._runs = beside(journal, "runs")
        self._listeners: Listeners | None = None
        self._printed: tuple[OutputPart, ...] = ()
        self._newest: OutputPart | None = None
        self._driving: Driving | None = None
        self._ended = threading.Event()
        self._stand_by = threading.Thread(target=self._wait_to_drive, name="stand by", daemon=True)

    # what can be read

    @property
    def plan(self) -> Definitions:
        return self._desk.plan

    @property
    def release(self) -> Release:
        return self._desk.release

    @property
    def operator(self) -> str:
        """In whose name this cockpit acts."""
        return self.seat.operator

    @property
    def role(self) -> Role:
        if self._driving:
            return "drives"
        return "stands by" if self._lock else "watches"

    @property
    def unsaved(self) -> int:
        """Acts that were asked for and are not on disk yet."""
        return self._desk.unsaved

    def recent(self, count: int) -> tuple[Event, ...]:
        """The last events, oldest first."""
        return self._reader.recent(count)

    def about(self, subject: str) -> tuple[Event, ...]:
        """Every event about one item."""
        return self._reader.about(subject)

    def setting(self, key: str) -> str:
        return self._reader.recall(key)

    def verdicts(self) -> tuple[Verdict, ...]:
        """All probes as of now, in the order of the plan; who does not drive knows them from the journal."""
        if self._driving:
            return self._driving.verdicts()
        now_us = self.clock.utc_us()
        return tuple(
            views.stored_verdict(spec, self._samples(self._reader, spec.id, views.ENOUGH), now_us)
            for spec in self.plan.probes
        )

    def observer(self) -> Verdict | None:
        """Whether the verdicts can be believed; None where nothing is measured."""
        return self._driving.observer() if self._driving else None

    def points(self, probe: str, count: int) -> list[tuple[float | None, Outcome]]:
        """Values and outcomes of the last readings of a probe, oldest first."""
        if self._driving:
            return self._driving.points(probe, count)
        return [(views.plotted(sample.value), sample.outcome) for sample in self._samples(self._reader, probe, count)]

    def _samples(self, reader: Journal, probe: str, count: int) -> Sequence[Sample]:
        return views.counted(self.release, probe, reader.samples(probe, count))

    def seen(self) -> tuple[Seen, ...]:
        return views.seen(self.verdicts())

    def printed(self, target: str) -> list[str]:
        """The last lines that commands have printed here for an item, or for all steps of `rollback:`, oldest first."""
        return [line for part in self._printed if part.target.startswith(target) for line in part.lines]

    def growing(self, target: str) -> str:
        """The line that such a command has not ended yet, or ""."""
        return self._newest.growing if self._newest and self._newest.target.startswith(target) else ""

    def launch(self) -> Launch:
        """Where and as whom a command of this process would run now."""
        return Launch(run=uuid4().hex, base=str(self._here.base), host=self._here.host, user=self._here.user)

    # coming and going

    def start(self, listeners: Listeners, *, version: str) -> None:
        """Tells the journal that a cockpit is here, and drives when nobody else does."""
        self._listeners = listeners
        self._desk.listen(listeners.update, self._troubled)
        if self._lock is None:
            return
        here, drives = self._here, self._take_the_lock()
        opened = CockpitOpened(host=here.host, user=here.user, pid=here.pid, version=version, drives=drives)
        self.act(lambda _plan, _release: (opened,)).result()
        self.seat.open()
        if drives:
            self._begin_to_drive()
        else:
            self._stand_by.start()

    def stop(self) -> None:
        """Ends what runs, says goodbye to the journal, closes it. Takes a few seconds at most."""
        self._ended.set()
        self.seat.close()
        if self._stand_by.is_alive():
            self._stand_by.join()
        if self._driving:
            self._driving.stop()
        if self._lock and self._listeners:
            with suppress(WarroomError):  # the journal cannot be written; whoever listens was told when that began
                self.act(lambda _plan, _release: (CockpitClosed(),)).result()
        self._reader.close()
        self._desk.stop()
        if self._lock:
            self._lock.close()

    # what can be wished for

    def act(self, wish: Wish) -> "Future[tuple[Event, ...]]":
        """Wishes in the operator's name. Resolves once durable, or with the refusal."""
        return self._desk.submit(wish, actor=self.operator)

    def remember(self, key: str, value: str) -> None:
        if self._lock:
            self._desk.remember(key, value)

    def run_item(self, item: str) -> "Future[None]":
        """Runs an item's step. Resolves when it has ended; with `Refused` when it may not start."""
        return self._drive(lambda driving: driving.run_item(item, actor=self.operator))

    def roll_back(self, *, typed: str, reason: str) -> "Future[None]":
        """Starts the rollback and runs its plan until it ends or waits for an answer."""
        wish = partial(decisions.start_rollback, typed=typed, reason=reason, seen=self.seen(), by=self.operator)
        return self._drive(lambda driving: driving.roll_back(wish, actor=self.operator))

    def retry_step(self) -> "Future[None]":
        """Runs the rollback step again that waits for an answer, then the rest of the plan."""
        return self._drive(lambda driving: driving.retry_step(actor=self.operator))

    def skip_step(self, *, reason: str) -> "Future[None]":
        """Goes on with the plan without the step that waits for an answer."""
        wish = partial(decisions.skip_rollback_step, reason=reason)
        return self._drive(lambda driving: driving.roll_back(wish, actor=self.operator))

    def step_by_hand(self, *, reason: str) -> "Future[None]":
        """Goes on with the plan: somebody did by hand what the step that waits for an answer should have done."""
        wish = partial(decisions.rollback_step_by_hand, reason=reason)
        return self._drive(lambda driving: driving.roll_back(wish, actor=self.operator))

    @property
    def goes_on(self) -> bool:
        """Whether what runs now will go on when this cockpit is left."""
        return self._driving is None or self._driving.goes_on

    def stop_step(self) -> None:
        """Ends the command that runs now."""
        if self._driving:
            self._driving.stop_step()

    def _drive(self, work: "Callable[[Driving], Future[None]]") -> "Future[None]":
        if self._driving:
            return work(self._driving)
        refused: Future[None] = Future()
        who = self.release.driver or "another cockpit"
        refused.set_exception(Refused(f"commands run where the release is driven: by {who}"))
        return refused

    def _take_the_lock(self) -> bool:
        assert self._lock
        try:
            self._lock.acquire()
        except Busy:
            return False
        return True

    def _begin_to_drive(self) -> None:
        self._desk.save().result()  # what the driver before had to keep elsewhere comes first
        driving = Driving(
            self._desk, self._sampler, self._here, self._probe_files, self._runs,
            on_reading=self._read, on_output=self._output,
        )  # fmt: skip
        with closing(self._open_reader()) as reader:  # a connection is for one thread, and this may be another
            kept = {spec.id: self._samples(reader, spec.id, KEPT) for spec in self.plan.probes}
        driving.start(kept)
        self._driving = driving

    def _wait_to_drive(self) -> None:
        """The lock is the kernel's: it is free as soon as the driver is gone, however it went."""
        while not self._ended.wait(TRY_S):
            if self._take_the_lock():
                with suppress(Busy, CannotWrite):  # whoever listens was told; it is tried again
                    self._take_over()
                    return

    def _take_over(self) -> None:
        took = DriverTook(host=self._here.host, user=self._here.user, pid=self._here.pid)
        self._desk.submit(lambda _plan, _release: (took,), actor=OBSERVER).result()
        self._begin_to_drive()

    # news from other threads

    def _troubled(self, trouble: str) -> None:
        self.trouble = trouble
        if self._listeners:
            self._listeners.trouble(trouble)

    def _read(self) -> None:
        if self._listeners:
            self._listeners.reading()

    def _output(self, part: OutputPart) -> None:
        self._newest = part
        if part.lines:
            self._printed = (*self._printed, part)[-KEPT_PARTS:]
        if self._listeners:
            self._listeners.output(part)
