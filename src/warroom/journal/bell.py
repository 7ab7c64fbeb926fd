"""Tells other processes that something was appended: a datagram to everyone who listens, after the commit.

Watching the file itself does not do: a change of the WAL is seen before the commit is, or not at all. A lost datagram
costs only time, because listeners also look by themselves now and then.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from warroom.journal.lock import beside

_ROOM = "bell"
_LONGEST = 80


class Ringer:
    """Wakes every `Bell` of one journal."""

    def __init__(self, journal: Path) -> None:
        self._room = beside(journal, _ROOM)
        self._name = str(self._room)

    def ring(self) -> None:
        """Wakes all at once; never waits and never fails."""
        try:
            names = os.listdir(self._name)  # noqa: PTH208  # quicker than Path.iterdir, and this follows each commit
        except OSError:
            return
        if names:
            self._wake_all(names)

    def _wake_all(self, names: list[str]) -> None:
        kind = socket.SOCK_DGRAM | socket.SOCK_NONBLOCK
        with socket.socket(socket.AF_UNIX, kind) as sender, _near(self._room) as near:
            for name in names:
                _wake(sender, f"{near}/{name}")


def _wake(sender: socket.socket, listener: str) -> None:
    try:
        sender.sendto(b"!", listener)
    except ConnectionRefusedError:  # it died without taking its socket with it
        with suppress(OSError):
            os.unlink(listener)  # noqa: PTH108  # the name is a string already, and often a descriptor's
    except OSError:
        pass  # its queue is full, so news wait for it anyway; or it is gone, or another user's


@contextmanager
def _near(room: Path) -> Iterator[str]:
    """A name for the directory that is short enough: a socket's whole path takes 107 bytes at most."""
    if len(os.fsencode(room)) < _LONGEST:
        yield str(room)
        return
    descriptor = os.open(room, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)


class Bell:
    """Waits for news of one journal. For one thread; `close` may come from another."""

    def __init__(self, journal: Path) -> None:
        """Where no socket can be made (a read-only directory), `wait` only lets its time pass."""
        room = beside(journal, _ROOM)
        self._path = room / f"{os.getpid()}-{os.urandom(4).hex()}"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        with suppress(OSError):
            room.mkdir(exist_ok=True)
            with _near(room) as near:
                self._socket.bind(f"{near}/{self._path.name}")

    def wait(self, timeout_s: float) -> bool:
        """True when the bell rang since the last call, or rings within `timeout_s` seconds."""
        try:
            self._socket.settimeout(timeout_s)
            self._socket.recv(1)
        except TimeoutError:
            return False
        except OSError:
            return False  # closed meanwhile
        self._drop_the_rest()
        return True

    def close(self) -> None:
        """Ends a `wait` of another thread, too."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RD)
        self._socket.close()
        with suppress(OSError):
            self._path.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _drop_the_rest(self) -> None:
        """Many rings are one piece of news."""
        with suppress(OSError):  # nothing left, or closed meanwhile
            self._socket.settimeout(0)
            while self._socket.recv(1):
                pass
