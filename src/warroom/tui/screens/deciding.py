"""The part of the cockpit that deals with decisions: what triggers ask for, and arming the rollback."""

from collections.abc import Iterable
from functools import partial

from warroom.core import decisions, trigger_decisions
from warroom.core.events import Event, RollbackWindow
from warroom.core.wish import Wish
from warroom.live import Live
from warroom.tui.screens.acting import ActionScreen
from warroom.tui.screens.answer import HoldAnswer, OverrideAnswer
from warroom.tui.screens.confirm import Confirm
from warroom.tui.widgets.decision_bar import DecisionBar


class DecidingScreen(ActionScreen):
    """A screen with a decision bar."""

    def __init__(self, live: Live) -> None:
        super().__init__(live)
        self._rang: tuple[str, str, bool] | None = None
        """What the bell was rung for last."""

    def wish(self, wish: Wish) -> None:
        """Acts in the operator's name, and tells what came of it."""
        raise NotImplementedError

    def show_decision(self) -> None:
        """The bar takes the feed's place; it rings once for each thing that it asks anew."""
        view = self._frames.decision()
        self.set_class(view is not None, "-decide")
        self.query_one(DecisionBar).view = view
        loud = (view.trigger, view.role, not view.left) if view else None
        if loud and loud != self._rang:
            self.app.bell()
        self._rang = loud

    def do_hold(self) -> None:
        trigger = next(iter(self._live.release.asks))

        def answer(minutes: float | None) -> None:
            if minutes is not None:
                hold = partial(trigger_decisions.hold, name=trigger, minutes=minutes, by=self._live.operator)
                self.wish(partial(hold, seen=self._live.seen()))

        self.app.push_screen(HoldAnswer(trigger), answer)

    def do_override(self) -> None:
        trigger, asks = next(iter(self._live.release.asks.items()))

        def answer(reason: str | None) -> None:
            if reason:
                override = partial(trigger_decisions.override, name=trigger, reason=reason, by=self._live.operator)
                self.wish(partial(override, seen=self._live.seen()))

        self.app.push_screen(OverrideAnswer(trigger, asks.broke), answer)

    def do_arm(self) -> None:
        signed = self._live.release.rollback.armed
        others = f"{signed[0].by} has signed. " if signed else ""
        words = f"{others}Sign that the rollback plan is right, and that one person may pull it from here on?"

        def answer(yes: bool | None) -> None:
            if yes:
                self.wish(partial(decisions.arm_rollback, by=self._live.operator))

        self.app.push_screen(Confirm(words, key="y", word=f"sign as {self._live.operator}"), answer)

    def tell_of_windows(self, events: Iterable[Event]) -> None:
        """Rings when something that the rollback needs will soon be gone."""
        for event in events:
            if isinstance(event.body, RollbackWindow):
                self.app.bell()
                self.notify(event.body.detail, title="rollback", severity="warning", markup=False, timeout=15)
