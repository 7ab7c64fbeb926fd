"""A cockpit without a screen, in a process of its own: `fallback_child.py WORK JOURNAL ARGUMENT...`."""

import sys
from contextlib import suppress
from pathlib import Path

from cockpit_releases import RELEASE, events
from fallback_kit import course, driven, late, ran, release, roll_back
from journal_child import say
from running_kit import wait_until
from warroom.journal.verify import verify


def hang(journal: str, step: str) -> None:
    """Rolls back when its input has a line, says so when that step has run, and waits to be killed."""
    with driven(Path(journal)) as live:
        say("drives")
        sys.stdin.readline()
        ended = live.roll_back(typed=RELEASE, reason="errors")
        wait_until(lambda: f"ran-{step}" in ran(Path(journal).parent))
        if step == "2":
            ended.result(30)
        say("there")
        sys.stdin.read()


def full(journal: str, reserve: str) -> None:
    """Drives a release on a disk that is filled to the last byte, rolls back, makes room again."""
    path = release(Path(journal).parent)
    base, fillers = path.parents[1], [path.with_name("filler"), path.with_name("filler2")]
    with driven(path, base) as live:
        wait_until(path.with_name("shop.journal.reserve").exists)
        fill(fillers[0])
        if reserve == "spent":
            path.with_name("shop.journal.reserve").unlink(missing_ok=True)  # or a verdict has needed it already
            fill(fillers[1])
        roll_back(live)
        say(live.release.rollback.status)
        say(live.trouble)
        say(" ".join(ran(base)))
        say(str(len(course(events(path)))))
        for filler in fillers:
            filler.unlink(missing_ok=True)
        wait_until(lambda: bool(course(events(path))) and not live.trouble)
    say(", ".join(course(events(path))))
    say(" ".join(late(events(path))))
    say(verify(path).answer)


def fill(path: Path) -> None:
    with suppress(OSError), path.open("wb", buffering=0) as file:
        for size in (2**20, 4096, 1):
            with suppress(OSError):
                while file.write(bytes(size)) == size:
                    pass


if __name__ == "__main__":
    {"hang": hang, "full": full}[sys.argv[1]](*sys.argv[2:])
