"""A running command's own words, as plain text, the newest at the bottom."""

from collections import deque
from collections.abc import Iterable

from textual.content import Content

from warroom.core.plain import lines as plain_lines
from warroom.tui.draw import row
from warroom.tui.widgets.pane import Pane

KEPT = 400


class Output(Pane):
    """Shows the last lines that fit; the journal keeps the rest."""

    def __init__(self, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self._lines: deque[str] = deque(maxlen=KEPT)

    def add(self, new: Iterable[str]) -> None:
        """Lines as they came; control sequences in them are made harmless here."""
        for text in new:
            self._lines.extend(plain_lines(text) or [""])
        self.refresh()

    def clear(self) -> None:
        self._lines.clear()
        self.refresh()

    def draw(self, width: int, height: int) -> list[Content]:
        return [row(width, text) for text in list(self._lines)[-height:]]
