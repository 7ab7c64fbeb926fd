"""The tick-off editor: a figure, a text, and the keys that say something of the selected item."""

from typing import Literal, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input

from warroom.tui.draw import line
from warroom.tui.widgets.field import Field
from warroom.tui.widgets.keys import Key, KeyGrid
from warroom.tui.widgets.pane import Lines

Asks = Literal["note", "skip", "fail"]

_WORDS: dict[Asks, tuple[str, str, str]] = {
    "note": ("NOTE", "note", "enter saves · esc space ticks"),
    "skip": ("SKIP", "reason", "enter skips · esc leaves"),
    "fail": ("FAILED", "reason", "enter records it · esc leaves"),
}


class Draft(NamedTuple):
    """What somebody has typed and not said yet."""

    figure: str = ""
    text: str = ""


class Editor(Vertical):
    """Holds a draft; what it means is decided by who listens."""

    class Entered(Message):
        """Enter was pressed in the text field."""

        def __init__(self, asks: Asks, text: str) -> None:
            super().__init__()
            self.asks = asks
            self.text = text

    def __init__(self, id: str) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self._asks: Asks = "note"
        self._who = ""
        self._refusal = ""

    def compose(self) -> ComposeResult:
        yield Lines("", id="editor-title")
        with Horizontal(classes="field"):
            yield Lines(("figure", "$quiet"), classes="label")
            yield Field(placeholder="optional", id="figure")
        with Horizontal(classes="field"):
            yield Lines(("note", "$quiet"), id="text-label", classes="label")
            yield Field(placeholder="optional", id="text")
        yield KeyGrid(id="editor-keys")

    @property
    def draft(self) -> Draft:
        return Draft(self._figure.value.strip(), self._text.value.strip())

    @draft.setter
    def draft(self, draft: Draft) -> None:
        self._figure.value, self._text.value = draft
        self._refusal = ""
        self._show()

    def ask(self, asks: Asks) -> None:
        """Puts the cursor into the text field, for a note or a reason."""
        self._asks, self._refusal = asks, ""
        self._show()
        self._text.focus()

    def ask_figure(self) -> None:
        self._figure.focus()

    def rest(self, who: str, keys: tuple[Key, ...]) -> None:
        """Shows who would sign, and the keys that are possible now."""
        self._who = who
        self.query_one(KeyGrid).keys = keys
        self._show()

    def refuse(self, reason: str) -> None:
        """Says in the title why an act was refused, until something else is asked or selected."""
        self._refusal = reason
        self._show()

    @on(Input.Submitted, "#figure")
    def _to_the_note(self) -> None:
        self._text.focus()

    @on(Input.Submitted, "#text")
    def _entered(self) -> None:
        self.post_message(self.Entered(self._asks, self._text.value.strip()))

    def on_descendant_focus(self) -> None:
        self._show()

    def on_descendant_blur(self) -> None:
        self.call_after_refresh(self._settle)  # by then the other field has the focus, if that is where it went

    def _settle(self) -> None:
        if not self.has_focus_within:
            self._asks = "note"
            self._show()

    def _show(self) -> None:
        word, label, hint = _WORDS[self._asks]
        typing = self.has_focus_within
        head, words = (word, hint) if typing else ("TICK OFF", self._who)
        title = line((head, "$accent" if typing else "$quiet"), (f" {words}", "$quiet"))
        self.query_one("#editor-title", Lines).show((f"refused: {self._refusal}", "$fail") if self._refusal else title)
        self.query_one("#text-label", Lines).show((label, "$quiet"))
        self._text.placeholder = "optional" if self._asks == "note" else "required"

    @property
    def _figure(self) -> Field:
        return self.query_one("#figure", Field)

    @property
    def _text(self) -> Field:
        return self.query_one("#text", Field)
