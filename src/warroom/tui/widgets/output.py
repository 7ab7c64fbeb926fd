"""A running command's own words, as plain text, the newest at the bottom."""

from collections import deque
from collections.abc import Iterable

from textual.content import Content

from warroom.core.plain import lines as plain_lines
from warroom.steps import OutputPart
from warroom.tui.draw import row
from warroom.tui.widgets.pane import Pane

KEPT = 400


class Output(Pane):
    """Shows the last lines that fit; the journal keeps the rest."""

    def __init__(self, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self._lines: deque[str] = deque(maxlen=KEPT)
        self._growing: list[str] = []

    def add(self, new: Iterable[str], growing: str = "") -> None:
        """Lines as they came, and the one after them that has no newline yet, or "".

        Control sequences in them are made harmless here.
        """
        for text in new:
            self._lines.extend(plain_lines(text) or [""])
        self._growing = plain_lines(growing)
        self.refresh()

    def take(self, part: OutputPart) -> None:
        """What has come from a command that runs."""
        if part.anew:
            self.clear()
        self.add(part.lines, part.growing)

    def clear(self) -> None:
        self._lines.clear()
        self._growing = []
        self.refresh()

    def draw(self, width: int, height: int) -> list[Content]:
        return [row(width, text) for text in [*self._lines, *self._growing][-height:]]
