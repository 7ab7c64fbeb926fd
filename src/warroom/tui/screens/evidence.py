"""Asks for evidence: a link, or the path of a file, which is completed as it is typed."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input

from warroom.tui.draw import line
from warroom.tui.follow import follow
from warroom.tui.screens.asking import AskScreen
from warroom.tui.widgets.field import Field
from warroom.tui.widgets.pane import Lines

_KEYS = (("enter", "keeps it"), ("→", "completes a path"), ("ctrl+t", "copy or not"), ("esc", "back"))


class Given(NamedTuple):
    """What was entered."""

    ref: str
    note: str
    copy: bool
    """Whether a file is to be copied beside the journal."""


class EvidenceAnswer(AskScreen[None]):
    """Stays until what was given is kept, so that a mistyped path can be put right."""

    BINDINGS: ClassVar = [Binding("escape", "dismiss(None)", "back"), Binding("ctrl+t", "turn_copy", "copy")]

    class Kept(Message):
        """It is on disk, or `error` says what is wrong with it."""

        def __init__(self, error: str) -> None:
            super().__init__()
            self.error = error

    def __init__(self, title: str, complete: Callable[[str], str], keep: "Callable[[Given], Future[Any]]") -> None:
        """`complete` may wait for a disk."""
        super().__init__()
        self._item = title
        self._complete = complete
        self._keep = keep
        self._copy = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Lines(line(("EVIDENCE", "bold $accent"), "  for ", (self._item, "bold")), "")
            with Horizontal(classes="field"):
                yield Lines(("link", "$quiet"), classes="label")
                ref = Field(placeholder="https://… or the path of a file", id="ref")
                ref.suggester = _Paths(self._complete)
                yield ref
            with Horizontal(classes="field"):
                yield Lines(("note", "$quiet"), classes="label")
                yield Field(placeholder="optional", id="note")
            yield Lines("", id="copy")
            yield Lines("", id="why")
            yield Lines(line(*(part for key, does in _KEYS for part in ((key, "bold $accent"), f" {does}   "))))

    def on_mount(self) -> None:
        self._show()

    def action_turn_copy(self) -> None:
        self._copy = not self._copy
        self._show()

    def _show(self) -> None:
        kept = "a copy of the file is kept beside the journal" if self._copy else "hash and size are kept, and no copy"
        self.query_one("#copy", Lines).show(line(("file     ", "$quiet"), (kept, "" if self._copy else "$quiet")))

    @on(Input.Submitted, "#ref")
    def _go_on(self, message: Input.Submitted) -> None:
        if message.value.strip():
            self.query_one("#note", Field).focus()

    @on(Input.Submitted, "#note")
    def _entered(self) -> None:
        given = Given(self.query_one("#ref", Field).value.strip(), self.query_one("#note", Field).value, self._copy)
        self.query_one("#why", Lines).show(("reading it ...", "$quiet"))
        follow(self, self._keep(given), self.Kept)

    @on(Kept)
    def _kept(self, message: Kept) -> None:
        if message.error:
            self.query_one("#why", Lines).show((message.error, "$warn"))
            self.query_one("#ref", Field).focus()
        else:
            self.dismiss()


class _Paths(Suggester):
    """Asks in a thread, for the disk may be slow."""

    def __init__(self, complete: Callable[[str], str]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._path = complete

    async def get_suggestion(self, value: str) -> str | None:
        completed = await asyncio.to_thread(self._path, value)
        return completed if completed != value else None
