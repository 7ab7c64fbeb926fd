"""Asks one question. Enter does nothing here: else a second press of the key before would answer it."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen

from warroom.tui.draw import line
from warroom.tui.widgets.pane import Lines


class Confirm(ModalScreen[bool]):
    BINDINGS = [("escape", "answer(False)", "no")]

    def __init__(self, question: str, *, key: str, word: str) -> None:
        super().__init__()
        self._question, self._key, self._word = question, key, word
        self._bindings.bind(key, "answer(True)", word)

    def compose(self) -> ComposeResult:
        keys = line((self._key, "bold $fail"), f" {self._word}   ", ("esc", "bold $accent"), " stay")
        with Vertical(classes="box"):
            yield Lines((self._question, "bold"), "", keys)

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)
