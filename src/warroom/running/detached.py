"""Commands that go on when the process that started them is gone: starts, follows, finds and stops them.

Each has a keeper (`keeper`) and a directory, in which all stands that is known of it. The keeper holds a lock on the
directory from before it runs until it ends, however that comes about; so whether it lives is never a guess.
"""

import asyncio
import fcntl
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import FileIO
from pathlib import Path

from pydantic import ValidationError

from warroom.core.outcome import Outcome
from warroom.running import keeper
from warroom.running.keeper import Order, Printed

MISSING = "[... not kept: "
"""How a line begins that stands for lines which were overwritten before anybody read them."""

_ROOM = 256 * 1024  # bytes: a result has 64 KiB of text, each character of which may need an escape
_LOOK_S = 0.1


class DetachedRun:
    """One run, from whichever process. `printed` goes on from where it was, so each object is for one reader."""

    def __init__(self, runs: Path, run: str) -> None:
        """`runs` is the directory for all runs of a journal."""
        self._directory = runs / run
        self._file: FileIO | None = None
        self._rest = b""
        self._next = 0

    def start(self, order: Order) -> None:
        """Has a keeper run the command. Raises `OSError` when there is none: then nothing has been started or left.

        Raises `FileExistsError` when this run was started before. Blocks for some milliseconds.
        """
        runs = self._directory.parent
        runs.mkdir(mode=0o700, exist_ok=True)
        self._directory.mkdir(mode=0o700)
        try:
            lock = self._prepared()
            try:
                process = self._keeper(lock)
            finally:
                os.close(lock)
        except OSError:
            self.remove()
            raise
        _hand_over(process, order)

    def lives(self) -> bool:
        """Whether its keeper has not ended."""
        try:
            directory = os.open(self._directory, os.O_RDONLY)
        except OSError:
            return False
        try:
            fcntl.flock(directory, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(directory)
        return False

    def printed(self) -> Iterator[Printed]:
        """What has come since the last time, in order. What nobody read in time is told by a line of its own."""
        for file in self._files():
            *whole, self._rest = (self._rest + file.readall()).split(b"\n")
            for entry in whole:
                with suppress(ValidationError):  # half of one, from a full disk
                    yield from self._new(Printed.model_validate_json(entry))

    async def follow(
        self, on_output: Callable[[Printed], None], on_growing: Callable[[str], None], stop: asyncio.Event
    ) -> Outcome | None:
        """Until the command has ended: how, or None when nobody knows. Ends it when `stop` is set.

        Cancelling leaves it as it is.
        """
        growing, asked = "", False
        try:
            while True:
                lives, outcome = self.lives(), self.outcome()  # before its output is read: then that is all of it
                ended = outcome is not None or not lives
                for printed in self.printed():
                    on_output(printed)
                before, growing = growing, "" if ended else self.growing()
                if growing != before:
                    on_growing(growing)
                if ended:
                    return outcome
                asked = asked or (stop.is_set() and self.stop())
                await asyncio.sleep(_LOOK_S)
        finally:
            self.close()

    def growing(self) -> str:
        """The line that has no newline yet, or ""."""
        try:
            return (self._directory / keeper.GROWING).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return ""

    def outcome(self) -> Outcome | None:
        """How the command ended; once the keeper has ended too, None means that nobody knows."""
        with suppress(OSError, ValidationError):
            return Outcome.model_validate_json((self._directory / keeper.RESULT).read_bytes())
        with suppress(OSError):
            if not self.lives() and (self._directory / keeper.WAITING).exists():
                return _outcome_of_nothing()
        return None

    def stop(self) -> bool:
        """Asks the keeper to end the command. False when it does not listen yet, or no more."""
        try:
            fifo = os.open(self._directory / keeper.STOP, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            return False
        try:
            os.write(fifo, b"stop\n")
        except OSError:
            return False
        finally:
            os.close(fifo)
        return True

    def remove(self) -> None:
        """Forgets it, once its result is stored."""
        self.close()
        shutil.rmtree(self._directory, ignore_errors=True)
        with suppress(OSError):  # there are others
            self._directory.parent.rmdir()

    def close(self) -> None:
        """Reads no more."""
        if self._file:
            self._file.close()
            self._file = None

    def _prepared(self) -> int:
        """A directory that takes a result however full the disk gets, and the lock on it."""
        lock = os.open(self._directory, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            os.mkfifo(self._directory / keeper.STOP, 0o600)
            (self._directory / keeper.ROOM).touch(mode=0o600)
            (self._directory / keeper.ROOM).write_bytes(bytes(_ROOM))
            (self._directory / keeper.WAITING).touch(mode=0o600)
            for directory in (self._directory, self._directory.parent, self._directory.parent.parent):
                keeper.sync_directory(directory)
        except OSError:
            os.close(lock)
            raise
        return lock

    def _keeper(self, lock: int) -> "subprocess.Popen[bytes]":
        """Of a session of its own, which has the lock. `-P`: a `warroom` in the working directory is not ours."""
        return subprocess.Popen(
            [sys.executable, "-P", "-m", keeper.__name__, str(self._directory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=[lock],
        )

    def _files(self) -> Iterator[FileIO]:
        """Those that may have something new. A file that is full is read to its end before the next one."""
        path = self._directory / keeper.OUTPUT
        with suppress(OSError):  # not begun yet
            if self._file is None:
                self._file = FileIO(path)
                with suppress(OSError), FileIO(self._directory / keeper.BEFORE) as before:
                    yield before
                    self._rest = b""
            full = not os.path.samestat(path.stat(), os.fstat(self._file.fileno()))
            yield self._file
            if full:
                self._file.close()
                self._file, self._rest = FileIO(path), b""
                yield self._file

    def _new(self, printed: Printed) -> Iterator[Printed]:
        if printed.at > self._next:
            missing = f"{MISSING}{printed.at - self._next} lines ...]"
            yield Printed(at=printed.at - 1, lines=(missing,))
        end = printed.at + len(printed.lines)
        if end > self._next:
            seen = max(0, self._next - printed.at)
            yield Printed(at=printed.at + seen, lines=printed.lines[seen:])
            self._next = end


def tidy(runs: Path, *, but: str) -> None:
    """Removes what is left of runs that have ended, `but` the one whose end is not stored yet."""
    with suppress(OSError):  # there are none
        for directory in list(runs.iterdir()):
            run = DetachedRun(runs, directory.name)
            if directory.name != but and not run.lives():
                run.remove()


def _hand_over(process: "subprocess.Popen[bytes]", order: Order) -> None:
    """The keeper begins when it has read all of its order."""
    assert process.stdin
    with suppress(OSError), process.stdin as stdin:  # it is gone; who follows sees that
        stdin.write(order.written())
    # It ends when its command has: until then there is nobody to wait for it but a thread of its own.
    threading.Thread(target=process.wait, name="keeper", daemon=True).start()


def _outcome_of_nothing() -> Outcome:
    return Outcome(
        ended="not_started",
        exit_status=None,
        duration_s=0,
        output="",
        output_bytes=0,
        output_sha256="",
        why="its keeper ended before it started the command",
    )
