"""The row that always tells whether production can be taken back, or how far it has been, and the button for it."""

from collections.abc import Sequence

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive

from warroom.core.rollback_facts import Fact, RollbackFacts
from warroom.tui.draw import line, row
from warroom.tui.look import ROLLBACK
from warroom.tui.widgets.pane import Pane

GAP = " · "


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
        left = line((f"{look.glyph} ROLLBACK ", "bold"), (look.word, f"bold {look.role}"))
        room = width - len(self.BUTTON) - 1
        chosen = _chosen(self.facts.facts, room - left.cell_length)
        for number, fact in enumerate(chosen):
            left = line(left, (GAP + fact, "bold $warn" if self.facts.urgent and number == 0 else "$quiet"))
        return [row(width, left, (self.BUTTON, "bold $fail"))]


def _chosen(facts: Sequence[Fact], room: int) -> list[str]:
    """As many facts as fit, by importance; each in the longest form that leaves room for the others."""
    forms = [(fact,) if isinstance(fact, str) else fact for fact in facts]
    while forms and sum(_width(form[-1]) for form in forms) > room:
        forms.pop()
    chosen = [form[-1] for form in forms]
    for number, form in enumerate(forms):
        spare = room - sum(map(_width, chosen))
        chosen[number] = next(each for each in form if _width(each) - _width(chosen[number]) <= spare)
    return chosen


def _width(fact: str) -> int:
    return line(GAP, fact).cell_length
