"""Keeps in the journal what a running command prints, piece by piece: also of a run whose end nobody saw."""

import asyncio
from collections.abc import Sequence

from warroom.core.definitions import Definitions
from warroom.core.events import StepOutput, StepStarted
from warroom.core.release import Release
from warroom.core.wish import Decision
from warroom.desk import Desk

EVERY_S = 1.0
LIMIT = 256 * 1024
"""Characters that are kept of one run; its result keeps the beginning and the end of the whole."""


class Pieces:
    """The output of one run. Used in the loop that runs it."""

    def __init__(self, started: StepStarted, desk: Desk, actor: str) -> None:
        self._started = started
        self._desk = desk
        self._actor = actor
        self._lines: list[str] = []
        self._left = LIMIT
        self._due: asyncio.TimerHandle | None = None

    def add(self, lines: Sequence[str]) -> None:
        """Keeps lines within the next second."""
        if self._left <= 0:
            return
        self._lines.extend(lines)
        if self._due is None:
            self._due = asyncio.get_running_loop().call_later(EVERY_S, self._write)

    def end(self) -> None:
        """Keeps what is left, at once."""
        if self._due:
            self._due.cancel()
            self._write()

    def _write(self) -> None:
        self._due = None
        text = "\n".join(self._lines)
        self._lines.clear()
        if len(text) > self._left:
            text = f"{text[: self._left]}\n[what comes now is not kept piece by piece]"
        self._left -= len(text)
        piece = StepOutput(run=self._started.run, target=self._started.target, text=text)

        def wish(_plan: Definitions, _state: Release) -> Decision:
            return (piece,)

        self._desk.submit(wish, actor=self._actor)  # nobody waits: the result has the output once more
