"""The tick-off editor: a figure, a text, and the keys that say something of the selected item."""

from typing import Literal, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input

from warroom.core.bindings import Expect
from warroom.core.item_views import Sensed
from warroom.tui.draw import Part, line
from warroom.tui.look import ITEM
from warroom.tui.widgets.field import Field
from warroom.tui.widgets.keys import Key, KeyGrid
from warroom.tui.widgets.pane import Lines

Asks = Literal["note", "tick", "skip", "fail", "n/a", "defer", "block"]


class _Words(NamedTuple):
    head: str
    label: str
    hint: str
    needed: bool = True
    """Whether it takes a text."""


_WORDS: dict[Asks, _Words] = {
    "note": _Words("NOTE", "note", "enter saves · esc space ticks", needed=False),
    "tick": _Words("TICK OFF", "note", "enter ticks · esc leaves", needed=False),
    "skip": _Words("SKIP", "reason", "enter skips · esc leaves"),
    "fail": _Words("FAILED", "reason", "enter records it · esc leaves"),
    "n/a": _Words("N/A", "reason", "enter records it · esc leaves"),
    "defer": _Words("PUT OFF", "reason", "enter · esc leaves"),
    "block": _Words("BLOCKED", "by what", "enter records it · esc leaves"),
}


class Draft(NamedTuple):
    """What somebody has typed and not said yet."""

    figure: str = ""
    text: str = ""
    cases: str = ""
    """How many cases the figure comes from."""


class Editor(Vertical):
    """Holds a draft; what it means is decided by who listens."""

    class Entered(Message):
        """Enter was pressed in the text field."""

        def __init__(self, asks: Asks, text: str, about: str) -> None:
            super().__init__()
            self.asks = asks
            self.text = text
            self.about = about
            """The phase that an item is put off to."""

    class View(NamedTuple):
        """What the item asks for, and who would sign."""

        who: str
        keys: tuple[Key, ...]
        expect: Expect | None = None
        sensed: Sensed | None = None
        """The figure as its probe has it now. It stands in the field until somebody types there."""

    def __init__(self, id: str) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self._view = self.View("", ())
        self._asks: Asks = "note"
        self._about = self._about_words = ""
        self._refusal = ""
        self._filled = ""
        """The sensed figure that stands in the field."""
        self._said: tuple[Asks, str, str] | None = None
        """What was entered last and has not been answered yet."""

    def compose(self) -> ComposeResult:
        yield Lines("", id="editor-title")
        with Horizontal(classes="field"):
            yield Lines(("figure", "$quiet"), classes="label")
            yield Field(placeholder="optional", id="figure")
        yield Lines("", id="sensed")
        with Horizontal(classes="field", id="cases-row"):
            yield Lines(("n", "$quiet"), classes="label")
            yield Field(id="cases")
        with Horizontal(classes="field"):
            yield Lines(("note", "$quiet"), id="text-label", classes="label")
            yield Field(placeholder="optional", id="text")
        yield KeyGrid(id="editor-keys")

    @property
    def draft(self) -> Draft:
        """What was typed; a figure that only a probe has put there is not."""
        figure = "" if self._is_sensed else self._figure.value.strip()
        return Draft(figure, self._text.value.strip(), self._cases.value.strip())

    @draft.setter
    def draft(self, draft: Draft) -> None:
        self._filled = ""
        self._figure.value, self._text.value, self._cases.value = draft
        self._refusal, self._said = "", None
        self._show()

    @property
    def shown(self) -> Draft:
        """What would be said now: what was typed, or the sensed figure where nothing was."""
        return self.draft._replace(figure=self._figure.value.strip())

    def ask(self, asks: Asks, about: str = "", words: str = "") -> None:
        """Puts the cursor into the text field, for a note or a reason; for a tick into the first that wants a figure.

        `about` comes back with what is entered, and `words` tell people what that is.
        """
        self._asks, self._about, self._about_words, self._refusal = asks, about, words, ""
        self._show()
        (self._wanting if asks == "tick" else self._text).focus()

    def ask_figure(self) -> None:
        self._figure.focus()

    def rest(self, view: View) -> None:
        """Shows who would sign, what is asked for, and the keys that are possible now. Typed text is never replaced."""
        self._view = view
        self.query_one(KeyGrid).keys = view.keys
        self._fill(view.sensed)
        self._show()

    def refuse(self, reason: str) -> None:
        """Says in the title why an act was refused, until something else is asked or selected."""
        self._refusal, self._said = reason, None
        self._show()

    def _fill(self, sensed: Sensed | None) -> None:
        """The figure of the bound probe, as long as nobody has typed another or is about to."""
        figure = sensed.figure if sensed else ""
        if self._figure.has_focus or (self._figure.value and not self._is_sensed):
            return
        self._filled = self._figure.value = figure

    @property
    def _is_sensed(self) -> bool:
        return bool(self._filled) and self._figure.value == self._filled

    @property
    def _wanting(self) -> Field:
        """The first field that the item's figure needs and that is empty, else the note."""
        expect = self._view.expect
        if expect and not self._figure.value.strip():
            return self._figure
        return self._cases if expect and expect.n and not self._cases.value.strip() else self._text

    @on(Input.Submitted, "#figure")
    @on(Input.Submitted, "#cases")
    def _go_on(self, message: Input.Submitted) -> None:
        at_figure = message.input is self._figure
        asks_n = bool(self._view.expect and self._view.expect.n)
        (self._cases if at_figure and asks_n else self._text).focus()

    @on(Input.Submitted, "#text")
    def _entered(self) -> None:
        """A second Enter before the answer says nothing a second time."""
        said = (self._asks, self._text.value.strip(), self._about)
        if said != self._said:
            self._said = said
            self.post_message(self.Entered(*said))

    @on(Input.Changed, "#text")
    def _changed(self) -> None:
        self._said = None

    def on_descendant_focus(self) -> None:
        self._show()

    def on_descendant_blur(self) -> None:
        self.call_after_refresh(self._settle)  # by then the other field has the focus, if that is where it went

    def _settle(self) -> None:
        if not self.has_focus_within:
            self._asks = "note"
            self._show()

    def _show(self) -> None:
        words, view = _WORDS[self._asks], self._view
        self.query_one("#editor-title", Lines).show(self._title(words))
        self.query_one("#text-label", Lines).show((words.label, "$quiet"))
        self._text.placeholder = "required" if words.needed else "optional"
        self._figure.placeholder = view.expect.limit if view.expect else "optional"
        self._cases.placeholder = f">= {view.expect.n}" if view.expect and view.expect.n else ""
        self.query_one("#cases-row").display = bool(view.expect and view.expect.n)
        mark = self.query_one("#sensed", Lines)
        mark.display = self._is_sensed
        look = ITEM["sensed"]
        mark.show(line(" " * 9, (f"{look.glyph} {look.word} {view.sensed.words if view.sensed else ''}", look.role)))

    def _title(self, words: _Words) -> Part:
        if self._refusal:
            return (f"refused: {self._refusal}", "$fail")
        if not self.has_focus_within:
            return line(("TICK OFF", "$quiet"), (f" {self._view.who}", "$quiet"))
        about = f" {self._about_words}" if self._about_words else ""
        return line((words.head + about, "$accent"), (f" {words.hint}", "$quiet"))

    @property
    def _figure(self) -> Field:
        return self.query_one("#figure", Field)

    @property
    def _cases(self) -> Field:
        return self.query_one("#cases", Field)

    @property
    def _text(self) -> Field:
        return self.query_one("#text", Field)
