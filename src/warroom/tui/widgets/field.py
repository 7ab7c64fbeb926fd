"""A one-line input without borders; what it asks stands left of it."""

from textual import events
from textual.widgets import Input

from warroom.core.plain import one_line


class Field(Input):
    """Single letters are text in here; escape leaves. Paste can be refused."""

    def __init__(
        self,
        *,
        placeholder: str = "",
        refuse_paste: bool = False,
        id: str | None = None,  # noqa: A002  # Textual's name
    ) -> None:
        super().__init__(placeholder=placeholder, compact=True, select_on_focus=False, id=id)
        self.cursor_blink = False
        self._refuse_paste = refuse_paste

    def action_paste(self) -> None:
        """From Textual's own clipboard; the terminal's comes as an event."""
        if not self._refuse_paste:
            super().action_paste()

    def _on_paste(self, event: events.Paste) -> None:
        """As one harmless line: Textual takes only the first of several, and shows control sequences as they come."""
        event.prevent_default()
        event.stop()
        if not self._refuse_paste:
            self.insert_text_at_cursor(one_line(event.text))
