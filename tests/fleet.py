"""A process that has everything loaded and forks writers of a journal, a few milliseconds each.

It reads lines of JSON: `["desk", JOURNAL, DIARY, NAME]` forks a writer and answers its process id; `["wait", PID]`
answers the exit status of that writer once it has ended. Writers append notes until they are killed, or for as many
seconds as a last argument says. They write into their diaries what they are about to append, and what they were told.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from traceback import print_exc
from typing import Any, cast

from fleet_kit import Diary
from journal_kit import draft
from warroom.clock import SystemClock
from warroom.core.decisions import Wish, note
from warroom.core.events import Draft, Event
from warroom.core.store import Journal
from warroom.desk import Desk
from warroom.journal.store import open_journal
from warroom.room import Room

CROWD, BULK = 20, 50


class Writer:
    """One process: a journal, a diary, and texts of its own until its time is over."""

    def __init__(self, path: str, diary: str, name: str, seconds: str = "inf") -> None:
        self._path, self._diary, self._name = Path(path), Diary(Path(diary)), name
        self._end_s = time.monotonic() + float(seconds)

    def desk(self) -> None:
        """A cockpit: acts come in crowds and are stored in groups."""
        desk = Desk(lambda: self._room(self._open()))
        desk.start()
        for texts in self._texts(CROWD):
            asked_s = time.monotonic()
            for answer in [desk.submit(wish(text), actor="ada") for text in texts]:
                answer.result()
            self._told(texts, asked_s)
        desk.stop()

    def shell(self) -> None:
        """Commands, one after the other: each opens the journal, acts and closes it."""
        for texts in self._texts(1):
            asked_s = time.monotonic()
            with closing(self._open()) as journal:
                self._room(journal).act(wish(*texts), actor="bob")
                self._told(texts, asked_s)

    def seat(self) -> None:
        """Somebody who acts as fast as they are answered."""
        room = self._room(self._open())
        for texts in self._texts(1):
            asked_s = time.monotonic()
            room.act(wish(*texts), actor="cyd")
            self._told(texts, asked_s)

    def bulk(self) -> None:
        """An import: many events in one append."""
        journal = self._open()
        for texts in self._texts(BULK):
            asked_s = time.monotonic()
            append(journal, [draft(text) for text in texts])
            self._told(texts, asked_s)

    def _open(self) -> Journal:
        return cast("Journal", _Noting(open_journal(self._path), self._diary))

    @staticmethod
    def _room(journal: Journal) -> Room:
        return Room(journal, SystemClock(), origin="fleet@host:1")

    def _texts(self, count: int) -> Iterator[list[str]]:
        number = 0
        while time.monotonic() < self._end_s:
            yield [f"{self._name}-{number + n}" for n in range(count)]
            number += count

    def _told(self, texts: Sequence[str], asked_s: float) -> None:
        self._diary.acknowledged(texts, asked_s, time.monotonic())


class _Noting:
    """A journal that first writes into a diary what it is about to append."""

    def __init__(self, journal: Journal, diary: Diary) -> None:
        self._journal, self._diary = journal, diary

    def __getattr__(self, name: str) -> Any:
        return getattr(self._journal, name)

    def append(self, drafts: Sequence[Draft], *, after: int) -> tuple[Event, ...]:
        self._diary.about_to_append([(draft.id, draft.body.detail) for draft in drafts])
        return self._journal.append(drafts, after=after)


def wish(text: str) -> Wish:
    return partial(note, item="backup", text=text)


def append(journal: Journal, drafts: Sequence[Draft]) -> None:
    with journal.turn():
        journal.append(drafts, after=journal.head().seq)


def serve() -> None:
    """Until its input ends; then all writers that are left are killed."""
    living: set[int] = set()
    for line in sys.stdin:
        work, *arguments = json.loads(line)
        if work == "wait":
            _, status = os.waitpid(arguments[0], 0)
            living.discard(arguments[0])
            answer = os.waitstatus_to_exitcode(status)
        else:
            answer = fork(getattr(Writer, work), arguments)
            living.add(answer)
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()
    for pid in living:
        os.kill(pid, signal.SIGKILL)


def fork(work: Callable[[Writer], None], arguments: Sequence[str]) -> int:
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        work(Writer(*arguments))
        status = 0
    except BaseException:  # noqa: BLE001  # the edge of a process: whatever it was, it is told and ends here
        print_exc()
    finally:
        os._exit(status)


if __name__ == "__main__":
    serve()
