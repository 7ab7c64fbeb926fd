"""The cockpit's writer: one thread that owns the room and its journal connection. No slow disk ever stops the screen.

Wishes are answered by futures that resolve once the act is durable. Readings are kept in batches. Between them the
thread looks for what other processes appended.
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from warroom.core.decisions import Wish
from warroom.core.definitions import Definitions
from warroom.core.errors import Refused, WarroomError
from warroom.core.events import Event
from warroom.core.release import Release
from warroom.core.store import Sample
from warroom.room import Listener, Room

POLL_S = 0.1  # how often the acts of other processes are looked for


@dataclass(frozen=True)
class _Act:
    wish: Wish
    actor: str
    answer: Future[tuple[Event, ...]]


@dataclass(frozen=True)
class _Setting:
    key: str
    value: str


class Desk:
    """A room at work in a thread of its own."""

    def __init__(self, open_room: Callable[[], Room]) -> None:
        """`open_room` is called in the thread, because the journal's connection must stay in it."""
        self._open_room = open_room
        self._on_update: Listener = _nobody
        self._on_trouble: Callable[[str], None] = _nobody
        self._trouble = ""
        self._queue: queue.SimpleQueue[_Act | Sample | _Setting | None] = queue.SimpleQueue()
        self._ready: Future[Room] = Future()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)

    def start(self) -> Room:
        """Opens the room. Of what it returns, only `plan`, `release` and `recent` may be read from other threads.

        Raises what `open_room` raises.
        """
        self._thread.start()
        self._room = self._ready.result()
        return self._room

    def listen(self, on_update: Listener, on_trouble: Callable[[str], None]) -> None:
        """Both are called in the desk's thread.

        `on_trouble` hears why the journal could not be written or read, and "" once it works again.
        """
        self._on_update, self._on_trouble = on_update, on_trouble

    @property
    def plan(self) -> Definitions:
        return self._room.plan

    @property
    def release(self) -> Release:
        """The newest state; a frozen value."""
        return self._room.release

    def submit(self, wish: Wish, *, actor: str) -> "Future[tuple[Event, ...]]":
        """The future resolves with the stored events, or with `Refused`, `CannotWrite` or `Busy`."""
        answer: Future[tuple[Event, ...]] = Future()
        self._queue.put(_Act(wish, actor, answer))
        return answer

    def record(self, sample: Sample) -> None:
        """Keeps a reading, soon."""
        self._queue.put(sample)

    def remember(self, key: str, value: str) -> None:
        """Keeps a setting of the screen, soon."""
        self._queue.put(_Setting(key, value))

    def stop(self) -> None:
        """Works off what is queued and closes the journal."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        try:
            room = self._open_room()
        except WarroomError as error:
            self._ready.set_exception(error)
            return
        room.listen(lambda update: self._on_update(update))
        self._ready.set_result(room)
        while self._turn(room):
            pass
        room.journal.close()

    def _turn(self, room: Room) -> bool:
        """Waits for work, does all that is there, looks for news. False when asked to stop."""
        batch = self._drain()
        samples = [job for job in batch if isinstance(job, Sample)]
        for job in batch:
            if isinstance(job, _Act):
                self._answer(room, job)
        self._guard(lambda: self._keep(room, samples, [job for job in batch if isinstance(job, _Setting)]))
        return None not in batch

    def _drain(self) -> list[_Act | Sample | _Setting | None]:
        batch = []
        try:
            batch.append(self._queue.get(timeout=POLL_S))
            while True:
                batch.append(self._queue.get_nowait())
        except queue.Empty:
            return batch

    def _answer(self, room: Room, act: _Act) -> None:
        """The worker's edge: whatever goes wrong reaches the one who asked, and the thread goes on."""
        try:
            events = room.act(act.wish, actor=act.actor)
        except Exception as error:  # noqa: BLE001  # see above
            if isinstance(error, WarroomError) and not isinstance(error, Refused):
                self._report(str(error))
            act.answer.set_exception(error)
        else:
            self._report("")
            act.answer.set_result(events)

    @staticmethod
    def _keep(room: Room, samples: list[Sample], settings: list[_Setting]) -> None:
        if samples:
            room.journal.record(samples)
        for setting in settings:
            room.journal.remember(setting.key, setting.value)
        room.catch_up()

    def _guard(self, job: Callable[[], None]) -> None:
        try:
            job()
        except WarroomError as error:
            self._report(str(error))

    def _report(self, trouble: str) -> None:
        if trouble != self._trouble:
            self._trouble = trouble
            self._on_trouble(trouble)


def _nobody(_news: object) -> None:
    """Stands in until somebody listens."""
