"""Stands where the feed stood while a trigger asks for a decision: rule, what broke it, who decides until when."""

from typing import NamedTuple

from textual.content import Content
from textual.reactive import reactive

from warroom.tui.draw import Part, line, row
from warroom.tui.widgets.pane import Pane


class DecisionBar(Pane):
    class View(NamedTuple):
        trigger: str
        rule: str
        broke: tuple[str, ...]
        """The readings that broke it, as they were when it fired."""
        now: str
        """What its probes say now."""
        role: str
        """Who is asked."""
        by: str
        """Until when, UTC."""
        left: str
        """How long that is from now; "" once it is over."""
        then: tuple[str, ...]
        """Who is asked after that."""
        more: int
        """Other decisions that wait behind this one."""
        rollback: str
        """Steps and expected time of the rollback, or why there is none."""

    view: reactive[View | None] = reactive(None)

    def draw(self, width: int, height: int) -> list[Content]:
        view = self.view
        if view is None:
            return []
        top, keys = self._title(view, width), self._keys(view, width)
        if height < 6:
            return [top, *self._broke(view, width)[: height - 3], self._who(view, width), keys]
        facts = [
            _fact("rule", view.rule, width),
            *self._broke(view, width)[: height - 5],
            _fact("now", view.now, width),
        ]
        return [top, *facts, self._who(view, width), keys]

    @staticmethod
    def _title(view: View, width: int) -> Content:
        overdue = ("  OVERDUE ", "bold $fail") if not view.left else ""
        more = f"{view.more} more waiting" if view.more else "silence decides nothing" if width > 90 else ""
        return row(
            width, line((" ◆ DECIDE ", "bold $ink on $fail"), overdue, "  ", (view.trigger, "bold")), (more, "$quiet")
        )

    @staticmethod
    def _broke(view: View, width: int) -> list[Content]:
        return [_fact("broke" if first else "", words, width) for first, words in _marked(view.broke)]

    @staticmethod
    def _who(view: View, width: int) -> Content:
        when: Part = f"by {view.by} UTC · in {view.left}" if view.left else (f"was to by {view.by} UTC", "$fail")
        then = (f"   then asks {', '.join(view.then)}" if view.then else "", "$quiet")
        return row(width, line(("decides ", "$quiet"), (view.role, "bold"), "   ", when, then))

    @staticmethod
    def _keys(view: View, width: int) -> Content:
        wide = width > 100
        back = line(("R", "bold $fail"), " ROLL BACK", (f"   {view.rollback}" if wide else "", "$quiet"))
        hold = line(("h", "bold $accent"), " HOLD", ("   wait some minutes, then ask again" if wide else "", "$quiet"))
        override = line(("O", "bold $accent"), " OVERRIDE", ("   go on, with a reason" if wide else "", "$quiet"))
        gap = "      " if wide else "   "
        return row(width, line(back, gap, hold, gap, override))


def _marked(words: tuple[str, ...]) -> list[tuple[bool, str]]:
    return [(number == 0, each) for number, each in enumerate(words)]


def _fact(label: str, words: str, width: int) -> Content:
    return row(width, line((f"{label:<8}", "$quiet"), words))
