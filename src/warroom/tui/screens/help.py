"""All keys of the cockpit, out of the action table."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen

from warroom.tui import actions
from warroom.tui.draw import cell, line
from warroom.tui.widgets.pane import Lines


class Help(ModalScreen[None]):
    BINDINGS = [("escape,question_mark,q", "dismiss", "back")]

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="box"):
            yield Lines(("KEYS", "$quiet"), "", *map(_row, actions.COCKPIT), "", line(("esc", "bold $accent"), " back"))


def _row(action: actions.Action) -> Content:
    return line(cell(action.label, 10, "bold $accent"), action.help)
