"""What a gate finds, a line each, under headings."""

from typing import NamedTuple

from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive

from warroom.tui.draw import cell, line, wrap
from warroom.tui.look import Look
from warroom.tui.widgets.pane import Pane

_WORD = 13  # cells of the longest word, and one more


class Found(NamedTuple):
    look: Look
    text: str


class Findings(Pane):
    """As high as its text."""

    DEFAULT_CSS = "Findings { height: auto; }"

    blocks: reactive[tuple[tuple[str, tuple[Found, ...]], ...]] = reactive((), layout=True)
    """Headings with what stands under them; those with nothing are left out."""

    def draw(self, width: int, height: int) -> list[Content]:
        out: list[Content] = []
        for heading, found in self.blocks:
            if found:
                out += [line("")] if out else []
                out.append(line((heading, "$quiet")))
                out += [each for one in found for each in _found(one, width)]
        return out

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.draw(width, 0))


def _found(one: Found, width: int) -> list[Content]:
    look = one.look
    first = line((look.glyph, look.role), " ", cell(look.word, _WORD, look.role))
    rest = line(" " * first.cell_length)
    return [line(rest if n else first, part) for n, part in enumerate(wrap(one.text, width - first.cell_length))]
