"""What else can be said of an item, beside the footer: a menu, each line with why it is not possible now."""

from functools import partial
from typing import ClassVar, Literal, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from warroom.core import decisions
from warroom.core.checklist import Phase
from warroom.core.decisions import Refusal, Wish
from warroom.core.definitions import Definitions
from warroom.core.release import Release
from warroom.tui.draw import Part, cell, line
from warroom.tui.widgets.pane import Lines

Saying = Literal["begin", "n/a", "defer", "block", "evidence", "reopen"]


class Choice(NamedTuple):
    """What was chosen, and the phase to put the item off to."""

    saying: Saying
    phase: str = ""


class _Line(NamedTuple):
    key: str
    words: str
    choice: Choice
    why_not: str


class More(ModalScreen[Choice | None]):
    """Dismissed with the choice, or with None."""

    BINDINGS: ClassVar = [Binding("escape", "dismiss(None)", "back")]

    def __init__(self, plan: Definitions, release: Release, item: str) -> None:
        super().__init__()
        self._item = plan.places[item].item.title
        self._lines = _choices(plan, release, item)
        for each in self._lines:
            self._bindings.bind(each.key, f"choose('{each.key}')")

    def compose(self) -> ComposeResult:
        head = line(("SAY OF ", "bold $accent"), (self._item, "bold"))
        with VerticalScroll(classes="box"):
            yield Lines(
                head, "", *map(_drawn, self._lines), "", line(("esc", "bold $accent"), " back, nothing is said")
            )

    def action_choose(self, key: str) -> None:
        """A choice that is not possible now stays where it is: its reason stands beside it."""
        chosen = next(each for each in self._lines if each.key == key)
        if not chosen.why_not:
            self.dismiss(chosen.choice)


def _drawn(each: _Line) -> Part:
    if each.why_not:
        return line((f"{each.key}  ", "$quiet"), cell(each.words, 32, "$quiet"), (each.why_not, "$quiet"))
    return line((f"{each.key}  ", "bold $accent"), each.words)


def _choices(plan: Definitions, release: Release, item: str) -> tuple[_Line, ...]:
    """Each asks the same decision that the act itself will be put to."""

    def choice(key: str, words: str, wish: Wish, saying: Saying, phase: str = "") -> _Line:
        decision = wish(plan, release)
        return _Line(key, words, Choice(saying, phase), decision.reason if isinstance(decision, Refusal) else "")

    defer = partial(decisions.defer, item=item, reason="…")
    later = _later(plan, item)
    return (
        choice("d", "doing: you have it in hand", partial(decisions.begin, item=item), "begin"),
        choice("n", "not applicable, with the reason", partial(decisions.not_applicable, item=item, reason="…"), "n/a"),
        choice("b", "blocked, and by what", partial(decisions.block, item=item, reason="…"), "block"),
        choice("e", "evidence: a link or a file", lambda _plan, _release: (), "evidence"),
        choice("u", "open again; what was said stays", partial(decisions.reopen, item=item, reason=""), "reopen"),
        *(
            choice(str(n), f"put off to {phase.when or 'the phase'} {phase.name}", partial(defer, phase=phase.id),
                   "defer", phase.id)
            for n, phase in enumerate(later, 1)
        ),
    )  # fmt: skip


def _later(plan: Definitions, item: str) -> list[Phase]:
    """The first nine phases after that of an item. Nothing is put off to what stands ready for an emergency."""
    phases = list(plan.checklist.phases)
    later = phases[phases.index(plan.places[item].phase) + 1 :]
    return [phase for phase in later if phase.kind != "emergency"][:9]
