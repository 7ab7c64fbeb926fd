"""Another process, which prints when it came to know of things: `listener.py journal|datagrams PATH COUNT`."""

import socket
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from warroom.clock import SystemClock
from warroom.journal.store import open_journal
from warroom.room import Room


def journal(path: Path, count: int) -> Iterator[int]:
    """How many events are known, each time that more are."""
    with closing(open_journal(path)) as stored, closing(stored.news()) as news:
        room = Room(stored, SystemClock(), origin="bench@host:2")
        yield 0
        while room.release.seq < count:
            news.wait(1)
            room.catch_up()
            yield room.release.seq


def datagrams(path: Path, count: int) -> Iterator[int]:
    """How many have arrived."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(path))
        yield 0
        for number in range(1, count + 1):
            listener.recv(1)
            yield number


def main() -> None:
    work = {"journal": journal, "datagrams": datagrams}[sys.argv[1]]
    for known in work(Path(sys.argv[2]), int(sys.argv[3])):
        print(known, time.monotonic(), flush=True)


if __name__ == "__main__":
    main()
