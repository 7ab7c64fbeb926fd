"""The last journal lines, newest at the bottom. Outside text is the last column, so its width can shift nothing."""

from typing import NamedTuple

from textual.content import Content
from textual.reactive import reactive

from warroom.core.views import FeedLine, clock_time, t_clock
from warroom.tui.draw import cell, line, row
from warroom.tui.look import event_look, who
from warroom.tui.widgets.pane import Pane

_LOUD = ("fail", "rollback", "unsure", "decide")


class Feed(Pane):
    class View(NamedTuple):
        lines: tuple[FeedLine, ...]
        t0_us: int
        held_us: int | None = None
        """Since when the T-clock stands still."""

    view: reactive[View] = reactive(View((), 0))

    def draw(self, width: int, height: int) -> list[Content]:
        return [self._line(each, width) for each in self.view.lines[-height:]]

    def _line(self, each: FeedLine, width: int) -> Content:
        wide = width > 100
        look = event_look(each.tone, each.word)
        loud = each.tone in _LOUD or each.word == "fail"
        parts = [cell(str(each.seq), 6, "$quiet")] if wide else []
        parts.append(cell(clock_time(each.at_us), 10, "$quiet"))
        if wide:
            at_us = each.at_us if self.view.held_us is None else min(each.at_us, self.view.held_us)
            parts += [cell(t_clock(at_us, self.view.t0_us), 13, "$quiet"), line(" ")]
        parts.append(cell(who(each.who), 11 if wide else 9))
        glyph = line(" ", (look.glyph, look.role), " ", cell(look.word, 11, look.role if loud else ""), " ")
        return row(width, line(*parts, glyph, each.text))
