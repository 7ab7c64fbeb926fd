"""The full-screen program: themes, the cockpit, and the door through which other threads tell it news."""

import asyncio
import signal

from textual import events, on
from textual.app import App
from textual.message import Message

from warroom import __version__
from warroom.live import Listeners, Live
from warroom.room import Update
from warroom.steps import OutputPart
from warroom.tui.driver import SteadyDriver
from warroom.tui.look import DARK_VARIABLES, THEMES
from warroom.tui.messages import OutputCame, ReadingTaken, RoomChanged, RunEnded, Trouble
from warroom.tui.screens.asking import AskScreen
from warroom.tui.screens.cockpit import CockpitScreen


class WarroomApp(App[None]):
    """Drives one release from start to leave."""

    CSS_PATH = "common.tcss"
    TITLE = "warroom"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS = []  # Textual's own ctrl+q and ctrl+c are replaced by the action table's

    def __init__(self, live: Live) -> None:
        super().__init__(driver_class=SteadyDriver)
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = "warroom-dark"
        self._live = live

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return DARK_VARIABLES

    def on_mount(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.exit)  # else the terminal is left in full-screen mode
        listeners = Listeners(
            update=self._updated,
            reading=lambda: self._tell(ReadingTaken()),
            output=self._printed,
            trouble=self._troubled,
        )
        self._live.start(listeners, version=__version__)
        # Not get_default_screen: it does not load the screen's CSS_PATH (Textual 8.2.8).
        self.push_screen(CockpitScreen(self._live))

    def on_key(self, event: events.Key) -> None:
        """A key whose widget was covered by a screen that asks, before it was dealt with, is meant for that screen."""
        if isinstance(self.screen, AskScreen):
            self.screen.take_early(event)

    @on(RunEnded)
    def _run_ended(self, message: RunEnded) -> None:
        """Comes up from the screen that asked, or straight to here when that is closed by now."""
        if message.error:
            self.notify(message.error, title="refused", severity="warning", markup=False)

    def _updated(self, update: Update) -> None:
        self._tell(RoomChanged(update))

    def _printed(self, part: OutputPart) -> None:
        self._tell(OutputCame(part))

    def _troubled(self, text: str) -> None:
        self._tell(Trouble(text))

    def _tell(self, message: Message) -> None:
        """Safe from any thread. Every screen hears it: the one below must be right when it comes back."""
        for screen in self.screen_stack:
            screen.post_message(message)
