"""Keys with their words."""

from typing import NamedTuple

from textual.content import Content
from textual.reactive import reactive

from warroom.tui.draw import line, row
from warroom.tui.widgets.pane import Pane


class Key(NamedTuple):
    key: str
    word: str
    possible: bool = True


class Keys(Pane):
    """One row of keys by importance; what does not fit is left out from the end, the last one (help) never."""

    keys: reactive[tuple[Key, ...]] = reactive(())

    def draw(self, width: int, height: int) -> list[Content]:
        if not self.keys:
            return []
        *others, last = self.keys
        tail = _key(last)
        kept = line("")
        for key in others:
            longer = line(kept, _key(key), "   ")
            if longer.cell_length + tail.cell_length >= width:
                break
            kept = longer
        return [row(width, kept, tail)]


class KeyGrid(Keys):
    """Keys in two columns."""

    def draw(self, width: int, height: int) -> list[Content]:
        made = [row(width // 2, _key(key)) for key in self.keys]
        return [line(*made[n : n + 2]) for n in range(0, len(made), 2)]


def _key(key: Key) -> Content:
    if not key.possible:
        return line((f"{key.key} {key.word}", "$quiet"))
    return line((key.key, "bold $accent"), f" {key.word}")
