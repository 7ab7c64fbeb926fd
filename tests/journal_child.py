"""A process of its own for the journal's tests: `journal_child.py WORK ARGUMENT...`. It prints what is acknowledged."""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from journal_contract import sample
from journal_kit import draft, new_journal
from warroom.core.errors import WarroomError
from warroom.core.store import HeadMoved
from warroom.journal.driver import DriverLock
from warroom.journal.store import SqliteJournal, open_journal
from warroom.journal.verify import verify


def append(path: str, name: str, count: str) -> None:
    """Appends `count` notes one by one with the ids `name-1`, `name-2` ..., and prints each once it is durable."""
    journal = open_journal(Path(path))
    for n in range(1, int(count) + 1):
        append_one(journal, f"{name}-{n}")
        say(f"{name}-{n}")
    journal.close()


def append_one(journal: SqliteJournal, name: str) -> None:
    while True:
        try:
            journal.append([draft(name)], after=journal.head().seq)
        except HeadMoved:
            continue
        return


def create(path: str, *who: str) -> None:
    """Creates a journal, and lists what is in its directory then."""
    become(who)
    told(lambda: new_journal(Path(path)))
    say(" ".join(sorted(entry.name for entry in Path(path).parent.iterdir())))


def open_for_writing(path: str, *who: str) -> None:
    become(who)
    told(lambda: open_journal(Path(path)))


def become(who: Sequence[str]) -> None:
    """Gives up root's right to write everywhere when told to become `nobody`."""
    if "nobody" in who and os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)


def fill(path: str) -> None:
    """Creates a journal and appends until the medium refuses; prints each acknowledged id, and then the refusal."""
    journal = new_journal(Path(path))
    say("created")

    def append_for_ever() -> None:
        n = 0
        while True:
            n += 1
            append_one(journal, f"fill-{n}")
            say(f"fill-{n}")

    told(append_for_ever)
    say(" ".join(event.id for event in journal.read()))


def fill_beside(path: str) -> None:
    """Fills the disk with something else while it drives, goes on, makes room again; tells what works when."""
    new_journal(Path(path)).close()
    journal = open_journal(Path(path))
    journal.reserve.hold()
    reserve, filler = Path(f"{path}.reserve"), Path(f"{path}.filler")
    say(f"reserve {reserve.exists()}")
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        for size in (2**20, 1):
            with suppress(OSError):
                while file.write(bytes(size)) == size:
                    pass
    for n in range(2000):
        append_one(journal, f"fill-{n}")
    say(f"{journal.head().seq} events")
    say(f"reserve {reserve.exists()}")
    told(lambda: journal.record([sample(1)]))
    filler.unlink()
    journal.tend(0)
    told(lambda: journal.record([sample(1)]))
    append_one(journal, "after")
    say(f"reserve {reserve.exists()}")
    journal.close()
    report = verify(Path(path))
    say(f"{report.answer} {report.events}")


def drive(path: str) -> None:
    """Drives until its input ends."""
    lock = DriverLock(Path(path), user="ada", host="tower")
    told(lock.acquire)
    sys.stdin.read()


def hold(path: str) -> None:
    """Keeps the write lock until its input ends."""
    journal = open_journal(Path(path))
    with journal._file.writing(durable=True):
        say("held")
        sys.stdin.read()


def read(path: str) -> None:
    """Lists the ids of all events, and what verify answers."""
    journal = open_journal(Path(path), read_only=True)
    say(" ".join(event.id for event in journal.read()))
    journal.close()
    say(verify(Path(path)).answer)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def told(work: Callable[[], object]) -> None:
    try:
        work()
    except WarroomError as error:
        say(f"{type(error).__name__}: {error}")
    else:
        say("ok")


if __name__ == "__main__":
    works: dict[str, Callable[..., None]] = {
        "append": append,
        "create": create,
        "open": open_for_writing,
        "fill": fill,
        "drive": drive,
        "hold": hold,
        "read": read,
        "fill_beside": fill_beside,
    }
    works[sys.argv[1]](*sys.argv[2:])
