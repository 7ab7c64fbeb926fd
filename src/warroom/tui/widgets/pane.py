"""The base of all widgets here: a pane is nothing but lines of text, drawn for its own size."""

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from warroom.tui.draw import Part, lines, row


class Pane(Widget):
    """Draws lines and clips them. Subclasses hold one frozen value each and know no app, room or journal."""

    def render(self) -> Content:
        width, height = self.size
        if width < 1 or height < 1:  # a first render can come before the layout
            return Content("")
        return lines([part.truncate(width, ellipsis=True) for part in self.draw(width, height)[:height]])

    def draw(self, width: int, height: int) -> list[Content]:
        """At most `height` lines of at most `width` cells."""
        raise NotImplementedError


class Lines(Pane):
    """Fixed lines, as high as they are many."""

    DEFAULT_CSS = "Lines { height: auto; }"

    def __init__(self, *content: Part, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id, classes=classes)
        self._content = content

    def show(self, *content: Part) -> None:
        """Replaces the lines."""
        if content != self._content:
            taller = len(content) != len(self._content)
            self._content = content
            self.refresh(layout=taller)

    def draw(self, width: int, height: int) -> list[Content]:
        return [row(width, part) for part in self._content]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """`height: auto` is asked before the widget has a size, so it must not go through `render`."""
        return len(self._content)
