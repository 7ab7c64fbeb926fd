"""The cockpit's writer: one thread that owns the room and its journal connection. No slow disk ever stops the screen.

Wishes are answered by futures that resolve once the act is durable. Readings are kept in batches. Between them the
thread looks for what other processes appended.
"""

import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from functools import partial

from warroom.core.decisions import Wish
from warroom.core.definitions import Definitions
from warroom.core.errors import Busy, Refused, WarroomError
from warroom.core.events import Event
from warroom.core.release import Release
from warroom.core.store import News, Sample
from warroom.keeping import Keeping
from warroom.room import Act, Answer, Listener, Room, Update

BATCH = 1000  # jobs taken at once, so that a flood of readings cannot keep an act waiting
LOOK_S = 1.0  # how often the acts of other processes are looked for, should the news of one get lost
ONCE_S = 0.4  # how long the journal may wait for other writers at once, so that a rollback never waits for long
PATIENCE_S = 5.0  # how long everything else is tried again while others do not let go
AGAIN_S = 0.05


@dataclass(frozen=True)
class _Asked:
    act: Act
    answer: Future[tuple[Event, ...]]


@dataclass(frozen=True)
class _Setting:
    key: str
    value: str


@dataclass(frozen=True)
class _Do:
    job: Callable[[Room], None]
    done: Future[None]


class _Call(Enum):
    LOOK = "look for what others appended"
    END = "work off what is queued and end"


_Job = _Asked | Sample | _Setting | _Do | _Call


class Desk:
    """A room at work in a thread of its own."""

    def __init__(self, open_room: Callable[[], Room]) -> None:
        """`open_room` is called in the thread, because the journal's connection must stay in it.

        Its journal should raise `Busy` within `ONCE_S` seconds: who waits longer is tried again from here.
        """
        self._open_room = open_room
        self._on_update: Listener = _nobody
        self._on_trouble: Callable[[str], None] = _nobody
        self._trouble = ""
        self._queue: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._late: list[_Job] = []  # what others kept from the journal, in order
        self._late_since = 0.0
        self._save_at = 0.0
        self._ready: Future[Room] = Future()
        self._ended = threading.Event()
        self._keeping: Keeping | None = None
        self._pending: set[Future[tuple[Event, ...]]] = set()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)

    def start(self) -> Room:
        """Opens the room. Of what it returns, only `plan`, `release` and `recent` may be read from other threads.

        Raises what `open_room` raises.
        """
        self._thread.start()
        return self._ready.result()

    def keep_with(self, keeping: Keeping) -> None:
        """From now on this desk looks after the journal; at most one process should."""
        self._keeping = keeping

    def listen(self, on_update: Listener, on_trouble: Callable[[str], None]) -> None:
        """Both are called in the desk's thread.

        `on_trouble` hears why the journal could not be written or read, and where a rollback is kept meanwhile; and ""
        once it works again.
        """
        self._on_update, self._on_trouble = on_update, on_trouble

    @property
    def plan(self) -> Definitions:
        return self._room.plan

    @property
    def release(self) -> Release:
        """The newest state; a frozen value."""
        return self._room.release

    @property
    def unsaved(self) -> int:
        """Acts that were asked for and are not on disk yet."""
        return len(self._pending)

    def submit(self, wish: Wish, *, actor: str) -> "Future[tuple[Event, ...]]":
        """The future resolves with the stored events, or with `Refused`, `CannotWrite` or `Busy`.

        With those of a rollback also when they are only kept elsewhere; see `unsaved.RollbackRoom`.
        """
        answer: Future[tuple[Event, ...]] = Future()
        answer.set_running_or_notify_cancel()  # an act that is asked for cannot be taken back by not waiting for it
        self._pending.add(answer)
        answer.add_done_callback(self._pending.discard)
        self._queue.put(_Asked(Act(wish, actor), answer))
        return answer

    def record(self, sample: Sample) -> None:
        """Keeps a reading, soon."""
        self._queue.put(sample)

    def remember(self, key: str, value: str) -> None:
        """Keeps a setting of the screen, soon."""
        self._queue.put(_Setting(key, value))

    def save(self) -> "Future[None]":
        """Resolves when what was kept elsewhere is stored, as far as the journal can be written."""
        return self._do(lambda room: room.save())

    def settle(self) -> "Future[None]":
        """Resolves when the readings so far are digested, as far as the journal can be written."""
        return self._do(lambda room: self._keeping.settle(room) if self._keeping else None)

    def about(self, subject: str) -> tuple[Event, ...]:
        """What the journal holds about an item or a step. Waits for it; raises what the journal raises."""
        found: Future[tuple[Event, ...]] = Future()

        def look(room: Room) -> None:
            try:
                found.set_result(room.journal.about(subject))
            except WarroomError as error:
                found.set_exception(error)

        self._do(look).result()
        return found.result(timeout=0)

    def _do(self, job: Callable[[Room], None]) -> "Future[None]":
        done: Future[None] = Future()
        self._queue.put(_Do(job, done))
        return done

    def stop(self) -> None:
        """Works off what is queued and closes the journal."""
        self._queue.put(_Call.END)
        self._thread.join()

    def _run(self) -> None:
        try:
            room = self._open_room()
        except Exception as error:  # noqa: BLE001  # the worker's edge: whoever waits for the room must hear of it
            self._ready.set_exception(error)
            return
        self._room = room
        room.listen(self._tell)
        self._ready.set_result(room)
        news = room.journal.news()
        threading.Thread(target=self._listen, args=(news,), name="news", daemon=True).start()
        while self._turn(room):
            pass
        if room.unsaved:
            self._guard(room.save)
        self._ended.set()
        news.close()
        room.journal.close()

    def _listen(self, news: News) -> None:
        while not self._ended.is_set():
            if news.wait(LOOK_S):
                self._queue.put(_Call.LOOK)

    def _turn(self, room: Room) -> bool:
        """Waits for work, does all that is there, looks for news. False when asked to stop."""
        batch = [*self._late, *self._drain()]
        if not self._late:
            self._late_since = time.monotonic()
        self._late = []
        if asked := [job for job in batch if isinstance(job, _Asked)]:
            self._answer(room, asked)
        self._save(room)
        self._keep(room, [job for job in batch if isinstance(job, Sample | _Setting)])
        if self._keeping and not room.unsaved:
            self._guard(partial(self._keeping, room))
        for job in batch:
            if isinstance(job, _Do):
                self._guard(partial(job.job, room))
                job.done.set_result(None)
        if _Call.END in batch and self._late:
            self._late.append(_Call.END)
        return _Call.END not in batch or bool(self._late)

    def _drain(self) -> list[_Job]:
        batch: list[_Job] = []
        with suppress(queue.Empty):
            batch.append(self._queue.get(timeout=AGAIN_S if self._late else LOOK_S))
            while len(batch) < BATCH:
                batch.append(self._queue.get_nowait())
        return batch

    def _save(self, room: Room) -> None:
        """What a rollback has kept elsewhere goes to the journal as soon as that can be written again.

        It is tried once a second, because each try may wait for others, and the rollback would wait with it.
        """
        if room.unsaved and time.monotonic() < self._save_at:
            return
        if room.unsaved and self._guard(room.save):
            self._report("")
        self._save_at = time.monotonic() + LOOK_S

    def _put_off(self, jobs: Sequence[_Job]) -> bool:
        """Has them done in the next turn. False when others have been holding the journal for too long."""
        if time.monotonic() - self._late_since >= PATIENCE_S:
            return False
        self._late += jobs
        return True

    def _answer(self, room: Room, asked: list[_Asked]) -> None:
        """All that waits goes to disk with one sync: the busier it gets, the less each act costs.

        The worker's edge: whatever goes wrong reaches the one who asked, and the thread goes on.
        """
        try:
            answers = room.act_all([each.act for each in asked])
        except WarroomError as error:
            answers = [error] * len(asked)
        except Exception as error:  # noqa: BLE001  # see above
            self._find_the_culprit(room, asked, error)
            return
        late = [each for each, answer in zip(asked, answers, strict=True) if isinstance(answer, Busy)]
        waits = bool(late) and self._put_off(late)
        errors = (str(each) for each in answers if isinstance(each, WarroomError) and not isinstance(each, Refused))
        self._report(self._trouble if waits else next(errors, ""))
        for each, answer in zip(asked, answers, strict=True):
            if not (waits and isinstance(answer, Busy)):
                _resolve(each.answer, answer)

    def _find_the_culprit(self, room: Room, asked: list[_Asked], error: Exception) -> None:
        """A wish with a defect must not take those down that came with it."""
        if len(asked) == 1:
            asked[0].answer.set_exception(error)
            return
        for each in asked:
            self._answer(room, [each])

    def _keep(self, room: Room, jobs: list[Sample | _Setting]) -> None:
        """Nobody waits for these, so what goes wrong with them is only reported, and the thread goes on."""
        if room.unsaved or self._late:
            self._put_off(jobs)
            self._guard(room.catch_up)
            return

        def keep() -> None:
            if samples := [job for job in jobs if isinstance(job, Sample)]:
                room.journal.record(samples)
            for job in jobs:
                if isinstance(job, _Setting):
                    room.journal.remember(job.key, job.value)
            room.catch_up()

        if self._guard(keep, jobs) and jobs:
            self._report("")

    def _guard(self, job: Callable[[], None], late: Sequence[_Job] = ()) -> bool:
        """Does the job, and tells why it went wrong; or puts off what may be done later."""
        try:
            job()
        except Busy as error:
            if not (late and self._put_off(late)):
                self._report(str(error))
        except WarroomError as error:
            self._report(str(error))
        except Exception as error:  # noqa: BLE001  # the worker's edge
            self._report(repr(error))
        else:
            return True
        return False

    def _tell(self, update: Update) -> None:
        """A listener with a defect must not make an act fail that is on disk, or somebody would do it again."""
        try:
            self._on_update(update)
        except Exception as error:  # noqa: BLE001  # the worker's edge
            self._report(f"what has changed could not be shown: {error!r}")

    def _report(self, trouble: str) -> None:
        trouble = self._room.unsaved or trouble
        if trouble != self._trouble:
            self._trouble = trouble
            self._on_trouble(trouble)


def _nobody(_news: object) -> None:
    """Stands in until somebody listens."""


def _resolve(future: "Future[tuple[Event, ...]]", answer: Answer) -> None:
    if isinstance(answer, WarroomError):
        future.set_exception(answer)
    else:
        future.set_result(answer)
