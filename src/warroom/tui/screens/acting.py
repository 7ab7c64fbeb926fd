"""The base of the screens whose keys stand in an action table."""

from typing import ClassVar

from textual.screen import Screen

from warroom.live import Live
from warroom.tui import sizes
from warroom.tui.actions import Action
from warroom.tui.frames import Frames


class ActionScreen(Screen[None]):
    """Subclasses have a method `do_ID` for each of their actions."""

    ACTIONS: ClassVar[tuple[Action, ...]]
    HORIZONTAL_BREAKPOINTS = sizes.HORIZONTAL
    VERTICAL_BREAKPOINTS = sizes.VERTICAL

    def __init__(self, live: Live) -> None:
        super().__init__()
        self._live = live
        self._frames = Frames(live)

    @property
    def item(self) -> str:
        """The item that the keys are about, or ""."""
        return ""

    def action_do(self, name: str) -> None:
        """Does what the action table says, or tells why not."""
        action = next(each for each in self.ACTIONS if each.id == name)
        if reason := action.why_not(self._live.plan, self._live.release, self.item):
            self.refuse(reason)
        else:
            getattr(self, f"do_{name}")()

    def refuse(self, reason: str) -> None:
        """Says over whatever is shown why nothing happened."""
        self.notify(reason, title="refused", severity="warning", markup=False)
