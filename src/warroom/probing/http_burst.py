"""Many equal requests at once, counted by status: whether a limit holds, and whether all backends answer alike."""

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from warroom.core.probe import Blames, Measurement
from warroom.probing.source import Trouble

if TYPE_CHECKING:
    from warroom.probing.http_client import Answer, HttpClient

LARGEST = 200
_AT_ONCE = 20  # in flight; with more, the client measures itself

STATUSES = re.compile(r"statuses:(?:[1-5](?:\d\d|xx)|none)")
"""What checks get: `statuses:429`, `statuses:5xx`, and `statuses:none` for those without an answer."""


class BurstSource:
    """Asks `size` times, each over a connection of its own."""

    blames: Blames = "target"

    def __init__(
        self, ask: "Callable[[], Awaitable[Answer]]", size: int, gets: frozenset[str], client: "HttpClient", via: str
    ) -> None:
        self._ask = ask
        self._size = size
        self._gets = gets
        self._client = client
        self._via = via

    async def measure(self) -> Measurement:
        slots = asyncio.Semaphore(_AT_ONCE)
        answers = await asyncio.gather(*(self._one(slots) for _ in range(self._size)))
        troubles = [answer for answer in answers if isinstance(answer, Trouble)]
        if len(troubles) == len(answers):
            raise troubles[0]
        if troubles and "statuses:none" not in self._gets:
            raise Trouble(
                f"{len(troubles)} of {len(answers)} without an answer: {troubles[0]}", blames=troubles[0].blames
            )
        counts = Counter("none" if isinstance(answer, Trouble) else str(answer) for answer in answers)
        return Measurement(
            values={get: _count(get.removeprefix("statuses:"), counts) for get in self._gets}, via=self._via
        )

    async def close(self) -> None:
        await self._client.close()

    async def _one(self, slots: asyncio.Semaphore) -> int | Trouble:
        async with slots:
            try:
                return (await self._ask()).status
            except Trouble as trouble:
                return trouble


def _count(wanted: str, counts: Counter[str]) -> int:
    if wanted.endswith("xx"):
        return sum(count for status, count in counts.items() if status[0] == wanted[0])
    return counts[wanted]
