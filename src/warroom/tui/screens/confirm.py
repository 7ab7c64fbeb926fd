"""Asks one question. Enter does nothing here: else a second press of the key before would answer it."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from warroom.tui.draw import line
from warroom.tui.widgets.name_field import NameField
from warroom.tui.widgets.pane import Lines


class Confirm(ModalScreen[bool]):
    BINDINGS = [("escape", "answer(False)", "no")]

    def __init__(self, question: str, *facts: str, key: str, word: str) -> None:
        super().__init__()
        self._question, self._facts, self._key, self._word = question, facts, key, word
        self._bindings.bind(key, "answer(True)", word)

    def compose(self) -> ComposeResult:
        keys = line((self._key, "bold $fail"), f" {self._word}   ", ("esc", "bold $accent"), " stay")
        with Vertical(classes="box"):
            yield Lines((self._question, "bold"), *self._facts, "", keys)

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)


class ConfirmName(ModalScreen[bool]):
    """Asks for a name to be typed; Enter does nothing until it is right."""

    BINDINGS = [("escape", "dismiss(False)", "no")]

    def __init__(self, question: str, name: str) -> None:
        super().__init__()
        self._question, self._name_to_type = question, name

    def compose(self) -> ComposeResult:
        keys = line(("enter", "bold $fail"), " runs it   ", ("esc", "bold $accent"), " back, nothing runs")
        with Vertical(classes="box"):
            yield Lines((self._question, "bold"), line("Type ", (self._name_to_type, "bold"), " to go on."), "")
            with Horizontal(classes="field"):
                yield Lines(("›", "bold $fail"), classes="label")
                yield NameField()
            yield Lines("", keys)

    @on(Input.Submitted)
    def _entered(self, message: Input.Submitted) -> None:
        if message.value == self._name_to_type:
            self.dismiss(True)
