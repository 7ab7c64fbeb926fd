"""What a child process tells the event loop: what it prints, and that it has exited."""

import asyncio
import os
from collections.abc import Callable

OnChunk = Callable[[bytes], None]

_READ_AT_ONCE = 64 * 1024
_LOOK_AGAIN_S = 0.05


class Stream:
    """Reads one end of a pipe or a terminal, a chunk in each turn of the loop, until nobody holds the other end.

    Chunks are handled while they are read, so nothing piles up: a flood waits in the kernel, and other work gets its
    turn between two chunks.
    """

    def __init__(self, fd: int, on_chunk: OnChunk) -> None:
        """Takes the descriptor over."""
        self._fd = fd
        self._take = on_chunk
        self._loop = asyncio.get_running_loop()
        self.closed: asyncio.Future[None] = self._loop.create_future()
        os.set_blocking(fd, False)
        self._loop.add_reader(fd, self._read)

    def _read(self) -> None:
        try:
            chunk = os.read(self._fd, _READ_AT_ONCE)
        except BlockingIOError:
            return
        except OSError:  # how a terminal says that nobody holds it
            chunk = b""
        if chunk:
            self._take(chunk)
        else:
            self._loop.remove_reader(self._fd)
            self.closed.set_result(None)

    def close(self) -> None:
        """Reads no more; whoever still writes gets an error.

        Not before all is over: until then no other command can be given a terminal of the same name.
        """
        self._loop.remove_reader(self._fd)
        os.close(self._fd)


class Exit:
    """Notices that a child has exited, and leaves it to be reaped, so that its number stays taken."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._loop = asyncio.get_running_loop()
        self.noticed: asyncio.Future[None] = self._loop.create_future()
        self._fd: int | None = None
        self._timer: asyncio.TimerHandle | None = None
        try:
            self._fd = os.pidfd_open(pid)
        except (AttributeError, OSError):  # not on this system
            self._look()
        else:
            self._loop.add_reader(self._fd, self._notice)

    def close(self) -> None:
        """Notices no more."""
        if self._fd is not None:
            self._loop.remove_reader(self._fd)
            os.close(self._fd)
            self._fd = None
        if self._timer is not None:
            self._timer.cancel()

    def _notice(self) -> None:
        self.close()
        self.noticed.set_result(None)

    def _look(self) -> None:
        if os.waitid(os.P_PID, self._pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            self._notice()
        else:
            self._timer = self._loop.call_later(_LOOK_AGAIN_S, self._look)
