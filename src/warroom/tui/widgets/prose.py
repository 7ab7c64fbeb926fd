"""Headings and wrapped sentences."""

from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive

from warroom.tui.draw import line, wrap
from warroom.tui.widgets.pane import Pane


class Prose(Pane):
    """As high as its text. A sentence is (glyph, text); without a text, the first is a heading."""

    DEFAULT_CSS = "Prose { height: auto; }"

    sentences: reactive[tuple[tuple[str, str], ...]] = reactive((), layout=True)

    def draw(self, width: int, height: int) -> list[Content]:
        out: list[Content] = []
        for glyph, text in self.sentences:
            if not text:
                out += [line("")] if out else []
                out.append(line((glyph, "$quiet")))
                continue
            wrapped = wrap(text, width - 2)
            out += [line((glyph if n == 0 else " ", "$quiet"), " ", part) for n, part in enumerate(wrapped)]
        return out

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.draw(width, 0))
