"""Runs one command to its end, whatever becomes of the process that wanted it: `python -m warroom.running.keeper DIR`.

It leads a session of its own, so that a closed terminal does not reach it. What it is to run comes on stdin, so that
no argument and no variable of the command is ever on disk. All that others are told of it stands in the run's
directory, redacted; `detached` is their side of it. It never starts twice, and knows no journal.
"""

import asyncio
import io
import json
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from warroom.clock import SystemClock
from warroom.core.base import Frozen
from warroom.core.outcome import Outcome
from warroom.core.redaction import Redactor, secrets_of
from warroom.running.command import run_command

WAITING, STARTED = "waiting", "started"
"""The mark of a run; renamed before the command starts, so that it tells for sure that a command has not run."""
OUTPUT, BEFORE = "output", "output.before"
"""Lines of JSON, each a `Printed`; and the file that was full before it."""
GROWING = "growing"
"""The line that has no newline yet."""
STOP = "stop"
"""A FIFO: whatever is written to it ends the command, however full the disk is."""
RESULT, ROOM = "result.json", "result.room"
"""How the command ended, an `Outcome`; and the file that keeps room for it on the disk meanwhile."""

_FULL = 1024 * 1024
"""Bytes of a file of output. Two of them are kept."""
_SYNC_S = 1.0
_AGAIN_S = 1.0


class Order(NamedTuple):
    """What is to be run."""

    argv: Sequence[str]
    cwd: str
    env: Mapping[str, str] | None
    timeout_s: float
    grace_s: float

    def written(self) -> bytes:
        """For a keeper's stdin. Names and values that are no UTF-8 come through."""
        return json.dumps(self._asdict()).encode()


class Printed(Frozen):
    """Lines that the command has printed."""

    at: int
    """How many came before them."""
    lines: tuple[str, ...]


class Log:
    """What the command prints, in files that anybody may follow and that never grow beyond a limit."""

    def __init__(self, directory: Path) -> None:
        """Raises `OSError`."""
        self._directory = directory
        self._file = _opened(directory / OUTPUT)
        self._size = self._lines = 0
        self._synced_s = 0.0

    def add(self, lines: list[str]) -> None:
        """On a full disk they are left out; those who follow see by `Printed.at` that some are missing."""
        printed = Printed(at=self._lines, lines=tuple(lines))
        self._lines += len(lines)
        try:
            self._append(printed.model_dump_json().encode() + b"\n")
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._file.fileno(), self._size)  # half a line would spoil the next one too

    def grow(self, line: str) -> None:
        """The line that has no newline yet; "" when there is none."""
        part = self._directory / f"{GROWING}.part"
        with suppress(OSError):
            with _opened(part) as file:
                file.write(line.encode())
            part.replace(self._directory / GROWING)

    def close(self) -> None:
        """All that was taken is on disk."""
        self._sync()
        self._file.close()

    def _sync(self) -> None:
        with suppress(OSError):
            os.fsync(self._file.fileno())
        self._synced_s = time.monotonic()

    def _append(self, data: bytes) -> None:
        if self._size > _FULL:
            self._begin_anew()
        _write(self._file, data)
        self._size += len(data)
        if time.monotonic() - self._synced_s >= _SYNC_S:
            self._sync()

    def _begin_anew(self) -> None:
        path, part = self._directory / OUTPUT, self._directory / f"{OUTPUT}.part"
        file = _opened(part)
        path.replace(self._directory / BEFORE)
        part.replace(path)
        self._file.close()
        self._file, self._size = file, 0


async def keep(directory: Path, order: Order) -> None:
    """Runs the command, unless that has been done, and leaves its result. Raises `OSError` before it has run."""
    stop = asyncio.Event()
    _listen(directory, stop)
    log = Log(directory)
    (directory / WAITING).rename(directory / STARTED)
    sync_directory(directory)
    outcome = await run_command(
        order.argv,
        cwd=Path(order.cwd),
        env=order.env,
        timeout_s=order.timeout_s,
        clock=SystemClock(),
        redactor=Redactor(secrets_of(os.environ)),
        on_output=log.add,
        on_growing=log.grow,
        grace_s=order.grace_s,
        stop=stop,
    )
    log.close()
    while not _stored(directory, outcome):  # noqa: ASYNC110  # no disk tells when it has room again
        await asyncio.sleep(_AGAIN_S)


def sync_directory(directory: Path) -> None:
    """So that what was made or renamed in it is on disk. Raises `OSError`."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _listen(directory: Path, stop: asyncio.Event) -> None:
    """Who wants the command ended writes to the FIFO, or sends TERM to this process, as a host does that goes down."""
    loop = asyncio.get_running_loop()
    fifo = os.open(directory / STOP, os.O_RDWR | os.O_NONBLOCK)  # also for writing, else it would end with each writer

    def asked() -> None:
        loop.remove_reader(fifo)
        stop.set()

    loop.add_reader(fifo, asked)
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_signal_handler(signal.SIGINT, stop.set)
    loop.add_signal_handler(signal.SIGHUP, lambda: None)  # not ignored: the command would inherit that


def _stored(directory: Path, outcome: Outcome) -> bool:
    """Whether there is nothing left to do: the result is on disk, or there is nobody left to tell it."""
    room = directory / ROOM
    try:
        with room.open("r+b") as file:
            file.write(outcome.model_dump_json().encode())
            file.truncate()
            file.flush()
            os.fsync(file.fileno())
        room.rename(directory / RESULT)
        sync_directory(directory)
    except FileNotFoundError:  # somebody has removed the directory
        return True
    except OSError:
        return False
    return True


def _opened(path: Path) -> io.FileIO:
    """Empty, unbuffered, for its owner's eyes."""
    return io.FileIO(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600), "w")


def _write(file: io.FileIO, data: bytes) -> None:
    while data:
        data = data[file.write(data) :]


def main() -> None:
    """An order that is not whole, because who wrote it died, is no order: then nothing runs."""
    asyncio.run(keep(Path(sys.argv[1]), Order(**json.loads(sys.stdin.buffer.read()))))


if __name__ == "__main__":
    main()
