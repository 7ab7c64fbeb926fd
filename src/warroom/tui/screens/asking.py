"""The base of small screens that ask for a text."""

from typing import TypeVar

from textual import events
from textual.screen import ModalScreen
from textual.widgets import Input

T = TypeVar("T")


class AskScreen(ModalScreen[T]):
    """Loses no letter that was typed before its field had the focus."""

    def __init__(self) -> None:
        super().__init__()
        self._early = ""

    def on_mount(self) -> None:
        if self._early:
            self.query_one(Input).insert_text_at_cursor(self._early)

    def on_key(self, event: events.Key) -> None:
        """It came to the screen itself: the field was not focused yet."""
        self.take_early(event)

    def take_early(self, event: events.Key) -> None:
        """A key that was pressed before this screen could have it."""
        if not (event.character and event.is_printable):
            return
        event.stop()
        if self.is_mounted:
            self.query_one(Input).insert_text_at_cursor(event.character)
        else:
            self._early += event.character
