"""The row that always tells whether production can be taken back, or how far it has been, and the button for it."""

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive

from warroom.core.rollback_facts import RollbackFacts
from warroom.tui.draw import line, row
from warroom.tui.look import ROLLBACK
from warroom.tui.widgets.pane import Pane


class RollbackBar(Pane):
    facts: reactive[RollbackFacts] = reactive(RollbackFacts("not planned", ()))

    BUTTON = "[R] Rollback"

    class Asked(Message):
        """The button was clicked."""

    def on_click(self, event: events.Click) -> None:
        if event.x >= self.size.width - len(self.BUTTON):
            self.post_message(self.Asked())

    def draw(self, width: int, height: int) -> list[Content]:
        look = ROLLBACK[self.facts.word]
        gap = "  ·  " if width > 100 else " · "
        left = line((f"{look.glyph} ROLLBACK ", "bold"), (look.word, f"bold {look.role}"))
        for number, fact in enumerate(self.facts.facts):  # by importance: what does not fit is left out from the end
            longer = line(left, (gap + fact, "bold $warn" if self.facts.urgent and number == 0 else "$quiet"))
            if longer.cell_length + len(self.BUTTON) + 1 > width:
                break
            left = longer
        return [row(width, left, (self.BUTTON, "bold $fail"))]
