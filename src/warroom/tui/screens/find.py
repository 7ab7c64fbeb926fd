"""Asks for words of an item's title."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from warroom.tui.screens.asking import AskScreen
from warroom.tui.widgets.field import Field
from warroom.tui.widgets.pane import Lines


class Find(AskScreen[str]):
    BINDINGS = [("escape", "dismiss('')", "back")]

    def __init__(self, words: str) -> None:
        """`words` were looked for last; enter looks for them again."""
        super().__init__()
        self._words = words

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"), Horizontal(classes="field"):
            yield Lines(("find", "$quiet"), classes="label")
            yield Field(placeholder=self._words or "words of a title", id="words")

    @on(Input.Submitted)
    def _entered(self, message: Input.Submitted) -> None:
        self.dismiss(message.value.strip() or self._words)
