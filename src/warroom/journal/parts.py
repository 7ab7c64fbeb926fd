"""The parts of a long chain, each checked in a process of its own, because Python uses one core.

Such a process is `python -m warroom.journal.parts JOURNAL AFTER LAST`. It prints what it found of the events behind
`AFTER` up to `LAST`: the hash before them, the last one's, and how many were redacted; nothing when they do not hold.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from warroom.journal.schema import connect_to_journal
from warroom.journal.sqlite import Connection
from warroom.journal.walk import ALL, SELECT, Walk, follow

WORTH = 100_000
"""Events: a process more for fewer costs more time than it saves."""


class _Found(NamedTuple):
    before: bytes
    last: bytes
    redacted: int


def follow_in_parts(connection: Connection, path: Path, first: bytes) -> Walk | None:
    """The walk along a chain that holds. None when it does not, which `follow` explains, or when it is too short.

    What holds in parts holds as a whole when each part begins with the hash that the one before it ends with.
    """
    (count,) = connection.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()
    parts = min(_cores(), count // WORTH)
    if parts < 2:
        return None
    ends = [count * part // parts for part in range(1, parts + 1)]
    with _processes(path, ends) as others:
        walk = follow(connection.execute(SELECT, (ALL[0], ends[0])), first)
        digest, redacted = walk.hash, walk.redacted
        for found in map(_answer, others):
            if found is None or found.before != digest:
                return None
            digest, redacted = found.last, redacted + found.redacted
        if len(others) != parts - 1:  # this machine starts no more of them
            return None
    return Walk(count, digest, redacted=redacted)


@contextmanager
def _processes(path: Path, ends: list[int]) -> "Iterator[list[subprocess.Popen[str]]]":
    """One for each part but the first. None outlives this."""
    running = list[subprocess.Popen[str]]()
    try:
        with suppress(OSError):
            for after, last in pairwise(ends):
                # -P: the directory that somebody happens to stand in is no place to import from.
                argv = [sys.executable, "-P", "-m", __name__, str(path), str(after), str(last)]
                quiet = subprocess.DEVNULL
                running.append(subprocess.Popen(argv, stdin=quiet, stdout=subprocess.PIPE, stderr=quiet, text=True))
        yield running
    finally:
        for process in running:
            with process:
                process.kill()


def _answer(process: "subprocess.Popen[str]") -> _Found | None:
    said = process.communicate()[0].split()
    return _Found(bytes.fromhex(said[0]), bytes.fromhex(said[1]), int(said[2])) if len(said) == 3 else None


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _part(path: Path, after: int, last: int) -> _Found | None:
    with closing(connect_to_journal(path, read_only=True)) as connection:
        connection.text_factory = bytes
        connection.execute("BEGIN")
        (before,) = connection.execute("SELECT hash FROM events WHERE seq = ?", (after,)).fetchone()
        walk = follow(connection.execute(SELECT, (after + 1, last)), before, after=after)
    return None if walk.seq != last else _Found(before, walk.hash, walk.redacted)


def main() -> None:
    path, after, last = sys.argv[1:]
    if found := _part(Path(path), int(after), int(last)):
        sys.stdout.write(f"{found.before.hex()} {found.last.hex()} {found.redacted}\n")


if __name__ == "__main__":
    main()
