"""The last events of the journal on a whole screen, newest at the bottom."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.geometry import Size
from textual.screen import Screen

from warroom.tui.frames import Frames
from warroom.tui.widgets.feed import Feed
from warroom.tui.widgets.keys import Key, Keys
from warroom.tui.widgets.pane import Lines

KEPT = 500


class AllLines(Feed):
    """A feed as high as it has lines, to be scrolled."""

    DEFAULT_CSS = "AllLines { height: auto; }"

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.view.lines)


class JournalScreen(Screen[None]):
    BINDINGS = [("escape,l,q", "dismiss", "back"), ("j", "scroll(1)", "down"), ("k", "scroll(-1)", "up")]

    def __init__(self, frames: Frames) -> None:
        super().__init__()
        self._view = frames.feed(KEPT)

    def compose(self) -> ComposeResult:
        yield Lines((f" JOURNAL  the last {len(self._view.lines)} events", "$quiet"), "")
        with VerticalScroll(id="events"):
            yield AllLines()
        yield Keys(id="keys")

    def on_mount(self) -> None:
        self.query_one(AllLines).view = self._view
        self.query_one(Keys).keys = (Key("↑ ↓", "scroll"), Key("esc", "back"))
        events = self.query_one("#events", VerticalScroll)
        events.focus()
        self.call_after_refresh(events.scroll_end, animate=False)

    def action_scroll(self, by: int) -> None:
        self.query_one("#events", VerticalScroll).scroll_relative(y=by, animate=False)
