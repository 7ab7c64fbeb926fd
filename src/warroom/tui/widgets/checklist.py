"""The phase tree: phases, their sections and items, and a cursor that moves over phases and items."""

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive

from warroom.core.tree import Progress, TreeRow
from warroom.tui.draw import cell, line, row
from warroom.tui.look import CLOSED_GATE, ITEM, PHASE
from warroom.tui.widgets.pane import Pane


class ChecklistPane(Pane, can_focus=True):
    """The selected row is always in sight; the phase that it belongs to stays at the top when it does not fit."""

    rows: reactive[tuple[TreeRow, ...]] = reactive(())
    cursor: reactive[str] = reactive("")
    """Id of the selected phase or item."""
    done: reactive[Progress] = reactive(Progress(0, 0))

    class Picked(Message):
        """A row was clicked."""

        def __init__(self, row_id: str) -> None:
            super().__init__()
            self.row_id = row_id

    def __init__(self, id: str) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self._top = 0
        self._head = 0
        self._shown: list[TreeRow | None] = []
        """What stands in each line under the head, for clicks."""

    def draw(self, width: int, height: int) -> list[Content]:
        tight = height < 24
        head = [] if tight else [self._heading(width), Content("")]
        self._head = len(head)
        self._shown = self._visible(height - len(head))
        out = [self._row(each, width) if each else line("") for each in self._shown]
        first = self._shown[0] if self._shown else None
        if tight and first and first is not self.rows[self._top]:
            out[0] = self._phase(first, width, extra=str(self.done))
        below = len(self.rows) - self._top - len(out)
        if below > 0 and out:
            out[-1] = row(width, (f"     {below + 1} more below", "$quiet"))
        return [*head, *out]

    def move(self, by: int) -> str:
        """The id of the row that is `by` selectable rows further, stopping at both ends."""
        ids = [each.id for each in self.rows if each.id]
        if not ids:
            return ""
        at = ids.index(self.cursor) if self.cursor in ids else 0
        return ids[max(0, min(len(ids) - 1, at + by))]

    def on_click(self, event: events.Click) -> None:
        at = event.y - self._head
        each = self._shown[at] if 0 <= at < len(self._shown) else None
        if each and each.id:
            self.post_message(self.Picked(each.id))

    def _visible(self, room: int) -> list[TreeRow | None]:
        """The rows in sight, None for an empty line. A phase that is scrolled out stands in place of the first one."""
        aired = self._aired(room)
        if len(aired) <= room:
            self._top = 0
            return aired
        at = self._index()
        self._scroll(at, room)
        window: list[TreeRow | None] = [*self.rows[self._top : self._top + room]]
        phase = self._phase_above(self._top)
        if phase is not None and at > self._top and window:
            window[0] = phase
        return window

    def _aired(self, room: int) -> list[TreeRow | None]:
        """The rows, with air around each opened phase when there is room for it."""
        aired: list[TreeRow | None] = []
        for n, each in enumerate(self.rows):
            if each.kind == "phase" and n and (each.opened or self.rows[n - 1].kind != "phase"):
                aired.append(None)
            aired.append(each)
        return aired if len(aired) <= room else list(self.rows)

    def _index(self) -> int:
        return next((n for n, each in enumerate(self.rows) if each.id and each.id == self.cursor), 0)

    def _scroll(self, at: int, room: int) -> None:
        """Scrolls only when the cursor would leave the pane; its first and last row are taken by other words."""
        last = max(0, len(self.rows) - room)
        if at <= self._top:
            self._top = max(0, at - 1)
        elif at >= self._top + room - 1:
            self._top = at - room + 2
        self._top = min(self._top, last)

    def _phase_above(self, top: int) -> TreeRow | None:
        """The phase that the first visible row belongs to, unless that row is the phase itself."""
        if not self.rows or self.rows[top].kind == "phase":
            return None
        return next(each for each in reversed(self.rows[:top]) if each.kind == "phase")

    def _heading(self, width: int) -> Content:
        name = (" CHECKLIST", "$accent" if self.has_focus else "$quiet")
        return row(width, name, (f"{self.done.closed} of {self.done.total}", "$quiet"))

    def _row(self, each: TreeRow, width: int) -> Content:
        if each.kind == "phase":
            return self._phase(each, width)
        if each.kind == "section":
            return row(width, (f"   {each.title}", "$quiet"), (each.mark, "$quiet"))
        return self._item(each, width)

    def _phase(self, each: TreeRow, width: int, extra: str = "") -> Content:
        look = PHASE[each.status]
        current = each.id == self.cursor
        style = "bold" if current or each.status == "now" else "$quiet"
        glyph = (look.glyph if each.status == "done" else "▾" if each.opened else "▸", look.role)
        when = cell(each.when, 10, style) if each.when else line("")
        left = line(("▌" if current else " ", "$accent"), glyph, " ", when, (each.title, style))
        counts = (f"{each.mark}  {extra}" if extra else each.mark, style)
        gate = CLOSED_GATE
        lock = (f"{gate.glyph} {gate.word}  ", gate.role if each.status == "now" else "$quiet") if each.gated else ""
        return row(width, left, line(lock, counts), "on $cursor" if current else "")

    def _item(self, each: TreeRow, width: int) -> Content:
        look = ITEM[each.status]
        current = each.id == self.cursor
        quiet = each.status in ("done", "by probe", "skipped", "n/a", "deferred")
        text = "bold" if current else "$quiet" if quiet else ""
        indent = " " * (2 * each.depth)
        left = line(("▌" if current else " ", "$accent"), indent, (look.glyph, look.role), " ", (each.title, text))
        right = (each.mark, "$quiet" if quiet else look.role)
        return row(width, left, right, "on $cursor" if current else "")
