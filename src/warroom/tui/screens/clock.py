"""Holding the T-clock, and letting it go on."""

from functools import partial
from typing import NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Input

from warroom.core import decisions, due, views
from warroom.core.states import Hold
from warroom.tui.draw import Part, line
from warroom.tui.follow import follow
from warroom.tui.look import HELD
from warroom.tui.screens.acting import ActionScreen
from warroom.tui.screens.answer import box
from warroom.tui.screens.confirm import Confirm
from warroom.tui.widgets.pane import Lines


class Held(NamedTuple):
    """Why somebody wants the clock held."""

    reason: str
    planned: bool


class HoldClock(ModalScreen[Held | None]):
    """Dismissed with the reason, or with None. Tab says whether the hold was planned."""

    BINDINGS = [("escape", "dismiss(None)", "back"), ("tab", "turn", "planned")]

    def __init__(self, operator: str) -> None:
        super().__init__()
        self._operator = operator
        self._planned = False

    def compose(self) -> ComposeResult:
        yield from box(
            line((f"{HELD.glyph} HOLD", f"bold {HELD.role}"), "  the T-clock, as ", (self._operator, "bold")),
            "T-0 and everything that is due move by as long as it is held.",
            label="reason",
            placeholder="what everybody waits for",
        )

    def on_mount(self) -> None:
        self._show()

    def action_turn(self) -> None:
        self._planned = not self._planned
        self._show()

    def _show(self, wrong: str = "") -> None:
        kind = "a planned hold" if self._planned else "an unplanned hold"
        words: Part = (wrong, "$warn") if wrong else line(kind, ("   tab changes that", "$quiet"))
        self.query_one("#why", Lines).show(words)

    @on(Input.Submitted)
    def _entered(self, message: Input.Submitted) -> None:
        if reason := message.value.strip():
            self.dismiss(Held(reason, self._planned))
        else:
            self._show("a hold needs a reason")


class ClockScreen(ActionScreen):
    """A screen from which the T-clock is held and resumed."""

    def do_hold(self) -> None:
        if hold := self._live.release.hold:
            self._ask_to_resume(hold)
            return

        def answer(held: Held | None) -> None:
            if held:
                follow(self, self._live.act(partial(decisions.hold_clock, reason=held.reason, planned=held.planned)))

        self.app.push_screen(HoldClock(self._live.operator), answer)

    def _ask_to_resume(self, hold: Hold) -> None:
        live, now_us = self._live, self._live.clock.utc_us()
        held = views.age((now_us - hold.at_us) / 1e6)
        facts = (
            f"Held by {hold.by} since {views.clock_time(hold.at_us)}: {hold.reason}",
            f"T-0 moves by {held} to {views.utc(due.t0_us(live.release, now_us))[:19]}Z.",
        )

        def answer(yes: bool | None) -> None:
            if yes:
                now_us = live.clock.utc_us()
                follow(self, live.act(partial(decisions.resume_clock, now_us=now_us)))

        self.app.push_screen(Confirm("Let the T-clock go on?", *facts, key="y", word="resume"), answer)
