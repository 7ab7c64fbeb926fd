"""The engine's own health: whether its loop runs on time, and whether this machine can still connect to itself.

Loop time is used throughout: it cannot be set, and no clock of a test moves it.
"""

import asyncio
import os
import socket
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

BEAT_S = 0.1
OF_LATE_S = 2.0  # for how long a lag is remembered as one of late
CANARY_S = 1.0
CANARY_DEADLINE_S = 2.0  # a round trip on loopback takes a fraction of a millisecond

_REMEMBERED = 600  # beats: a minute, longer than most deadlines


class _Beat(NamedTuple):
    at_s: float
    lag_s: float


class Pulse:
    """Beats in the loop that it measures, ten times a second."""

    def __init__(self, on_beat: Callable[[], None]) -> None:
        self.canary = ""
        """Why this machine could not connect to itself just now, or ""."""
        self._on_beat = on_beat
        self._beats: deque[_Beat] = deque(maxlen=_REMEMBERED)
        self._due_s: float | None = None

    async def run(self) -> None:
        """Until it is cancelled."""
        await asyncio.gather(self._beat(), self._try_canary())

    def lag_s(self, since_s: float) -> float:
        """The longest time for which the loop stood still since the loop time `since_s`, up to now."""
        if self._due_s is None:
            return 0.0
        worst = asyncio.get_running_loop().time() - self._due_s  # this beat may be late, too
        for beat in reversed(self._beats):
            if beat.at_s < since_s:
                break
            worst = max(worst, beat.lag_s)
        return max(0.0, worst)

    def lag_of_late_s(self) -> float:
        return self.lag_s(asyncio.get_running_loop().time() - OF_LATE_S)

    async def _beat(self) -> None:
        now_s = asyncio.get_running_loop().time
        while True:
            self._due_s = now_s() + BEAT_S
            await asyncio.sleep(BEAT_S)
            self._beats.append(_Beat(now_s(), max(0.0, now_s() - self._due_s)))
            self._due_s = now_s()
            self._on_beat()

    async def _try_canary(self) -> None:
        while True:
            self.canary = await connect_to_oneself()
            await asyncio.sleep(CANARY_S)


async def connect_to_oneself() -> str:
    """Connects to a socket of our own on loopback, and says why that did not work, or ""."""
    try:
        async with asyncio.timeout(CANARY_DEADLINE_S):
            await _round_trip()
    except TimeoutError:
        return f"no connection within {CANARY_DEADLINE_S:g} s"
    except OSError as error:
        return os.strerror(error.errno).lower() if error.errno else "no connection"
    return ""


async def _round_trip() -> None:
    loop = asyncio.get_running_loop()
    with socket.socket() as listening, socket.socket() as calling:
        listening.bind(("127.0.0.1", 0))
        listening.listen(1)
        listening.setblocking(False)
        calling.setblocking(False)
        await loop.sock_connect(calling, listening.getsockname())
        answering, _ = await loop.sock_accept(listening)
        answering.close()
