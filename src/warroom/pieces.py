"""What a running command prints: shown at once, and kept in the journal piece by piece, so that it is there also of a
run whose end nobody saw."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from warroom.core.definitions import Definitions
from warroom.core.events import StepOutput, StepStarted
from warroom.core.release import Release
from warroom.core.wish import Decision
from warroom.desk import Desk
from warroom.running.detached import MISSING
from warroom.running.keeper import Printed

EVERY_S = 1.0
LIMIT = 256 * 1024
"""Characters that are kept of one run; its result keeps the beginning and the end of the whole."""


@dataclass(frozen=True)
class OutputPart:
    """Lines that a running command has printed, redacted."""

    target: str
    run: str
    lines: Sequence[str]
    growing: str = ""
    """The line that has no newline yet."""
    anew: bool = False
    """Whether these are the first, also of a run of which some was shown before."""


class RunOutput:
    """The output of one run. Used in the loop that runs it."""

    def __init__(
        self,
        started: StepStarted,
        desk: Desk,
        actor: str,
        on_output: Callable[[OutputPart], None],
        before: Sequence[StepOutput] | None = None,
    ) -> None:
        """`before` is what the journal has of a run that another process began, and that comes from its beginning."""
        self._started = started
        self._pieces = Pieces(started, desk, actor, before or ())
        self._on_output = on_output
        self._growing = ""
        self._anew = before is not None

    def add(self, lines: Sequence[str]) -> None:
        """More of it."""
        self._pieces.add(lines)
        self._show(lines)

    def take(self, printed: Printed) -> None:
        """More of it, from a detached run."""
        self._pieces.add(self._pieces.new(printed))
        self._show(printed.lines)

    def hold(self, printed: Printed) -> None:
        """The same where no loop runs: it is kept by `end`."""
        self._pieces.hold(self._pieces.new(printed))
        self._show(printed.lines)

    def grow(self, line: str) -> None:
        """How the line looks that has no newline yet; "" when there is none."""
        self._growing = line
        self._show(())

    def end(self) -> None:
        """Keeps what is left, at once."""
        self._pieces.end()

    def _show(self, lines: Sequence[str]) -> None:
        self._on_output(OutputPart(self._started.target, self._started.run, lines, self._growing, self._anew))
        self._anew = False


class Pieces:
    """What the journal is told of it."""

    def __init__(self, started: StepStarted, desk: Desk, actor: str, before: Sequence[StepOutput]) -> None:
        """`before` is what the journal has already."""
        self._started = started
        self._desk = desk
        self._actor = actor
        self._lines: list[str] = []
        self._left = LIMIT - sum(len(piece.text) for piece in before)
        kept = (line for piece in before for line in piece.text.split("\n"))
        self._kept = sum(not line.startswith(MISSING) for line in kept)
        self._due: asyncio.TimerHandle | None = None

    def new(self, printed: Printed) -> Sequence[str]:
        """Those lines that the journal does not have."""
        return printed.lines[max(0, self._kept - printed.at) :]

    def add(self, lines: Sequence[str]) -> None:
        """Keeps lines within the next second."""
        self.hold(lines)
        if self._lines and self._due is None:
            self._due = asyncio.get_running_loop().call_later(EVERY_S, self._write)

    def hold(self, lines: Sequence[str]) -> None:
        """Keeps lines at the end."""
        if self._left > 0:
            self._lines.extend(lines)

    def end(self) -> None:
        """Keeps what is left, at once."""
        if self._due:
            self._due.cancel()
        if self._lines:
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
