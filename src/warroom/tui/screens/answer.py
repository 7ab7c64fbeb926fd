"""Asks for what an answer needs: the minutes of a hold, the reason for going on, or for accepting a figure."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from warroom.core.item_decisions import LEAST_ACCEPTED
from warroom.core.trigger_decisions import LEAST_REASON
from warroom.tui.draw import Part, line
from warroom.tui.screens.asking import AskScreen
from warroom.tui.widgets.field import Field
from warroom.tui.widgets.pane import Lines

HOLD_MIN = 10
"""Minutes that a hold lasts if nobody says otherwise."""


class HoldAnswer(AskScreen[float | None]):
    """Dismissed with the minutes, or with None."""

    BINDINGS = [("escape", "dismiss(None)", "back")]

    def __init__(self, trigger: str) -> None:
        super().__init__()
        self._trigger = trigger

    def compose(self) -> ComposeResult:
        yield from box(
            line(("HOLD", "bold $warn"), "  ", (self._trigger, "bold")),
            "Wait and see. If it still fails then, it asks again. The T-clock stands",
            "still until somebody resumes it.",
            label="minutes",
            placeholder=str(HOLD_MIN),
        )

    @on(Input.Submitted)
    def _entered(self, message: Input.Submitted) -> None:
        try:
            self.dismiss(float(message.value.strip() or HOLD_MIN))
        except ValueError:
            self.query_one("#why", Lines).show(("minutes are a number, such as 10", "$warn"))


class OverrideAnswer(AskScreen[str]):
    """Dismissed with the reason, or with ""."""

    BINDINGS = [("escape", "dismiss('')", "back")]

    def __init__(self, trigger: str, broke: tuple[str, ...]) -> None:
        super().__init__()
        self._trigger = trigger
        self._broke = broke

    def compose(self) -> ComposeResult:
        yield from box(
            line(("OVERRIDE", "bold $fail"), "  go on in spite of ", (self._trigger, "bold")),
            *self._broke,
            "It stays quiet until its probes were ok again. Your name and reason go into the journal.",
            label="reason",
            placeholder=f"at least {LEAST_REASON} characters",
        )

    @on(Input.Submitted)
    def _entered(self, message: Input.Submitted) -> None:
        missing = LEAST_REASON - len(message.value.strip())
        if missing > 0:
            self.query_one("#why", Lines).show((f"{missing} more characters", "$warn"))
        else:
            self.dismiss(message.value.strip())


class AcceptAnswer(AskScreen[str]):
    """Dismissed with why a figure counts that is not what was expected, or with ""."""

    BINDINGS = [("escape", "dismiss('')", "back")]

    def __init__(self, title: str, figure: str, expected: str) -> None:
        super().__init__()
        self._item = title
        self._words = line((figure, "bold $fail"), "  where ", (expected, "bold"), " is asked for")

    def compose(self) -> ComposeResult:
        yield from box(
            line(("ACCEPT", "bold $warn"), "  the figure of ", (self._item, "bold")),
            self._words,
            "The item then counts as done. Figure, name and reason go into the journal.",
            label="reason",
            placeholder=f"at least {LEAST_ACCEPTED} characters",
        )

    @on(Input.Submitted)
    def _entered(self, message: Input.Submitted) -> None:
        missing = LEAST_ACCEPTED - len(message.value.strip())
        if missing > 0:
            self.query_one("#why", Lines).show((f"{missing} more characters", "$warn"))
        else:
            self.dismiss(message.value.strip())


def box(*words: Part, label: str, placeholder: str) -> ComposeResult:
    """Sentences, a field `#answer`, and a row `#why` for what is wrong with what was typed."""
    with Vertical(classes="box"):
        yield Lines(*words, "")
        with Horizontal(classes="field"):
            yield Lines((label, "$quiet"), classes="label")
            yield Field(placeholder=placeholder, id="answer")
        yield Lines("", id="why")
        yield Lines(
            line(("enter", "bold $accent"), " answers   ", ("esc", "bold $accent"), " back, nothing is decided")
        )
