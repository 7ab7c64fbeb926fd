"""The part of the cockpit that deals with going on: gates, and the T-clock."""

from warroom.core.checklist import Phase
from warroom.core.gates import nearest_gate
from warroom.tui.screens.clock import ClockScreen
from warroom.tui.screens.deciding import DecidingScreen
from warroom.tui.screens.gate import GateScreen


class GoingScreen(ClockScreen, DecidingScreen):
    """A screen with a cursor in the checklist."""

    @property
    def phase(self) -> Phase:
        """The phase that the cursor is in."""
        raise NotImplementedError

    def do_gate(self) -> None:
        live = self._live
        self.app.push_screen(GateScreen(live, nearest_gate(live.plan, live.release, self.phase)))

    def do_hold(self) -> None:
        """The answer to a trigger comes first: it holds the clock as well."""
        if self._live.release.asks:
            DecidingScreen.do_hold(self)
        else:
            ClockScreen.do_hold(self)
