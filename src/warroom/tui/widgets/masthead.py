"""The top row: which release, where, the T-clock, the state, who acts, and whether everything is safely on disk."""

from typing import NamedTuple

from textual.content import Content
from textual.reactive import reactive

from warroom.tui.draw import Part, line, row
from warroom.tui.look import HELD, ROOM, VERDICT, who
from warroom.tui.widgets.pane import Pane


class Masthead(Pane):
    class View(NamedTuple):
        release: str
        environment: str
        rehearsal: bool
        clock: str
        """The T-clock."""
        held: str
        """For how long it has been standing still; "" while it goes on."""
        state: str
        utc: str
        local: str
        """Time and zone of the operator's terminal, or "" when that is UTC."""
        operator: str
        saved: str
        """The head's first hex digits."""
        unsaved: int
        """Acts that are not on disk yet."""
        role: str
        """`drives`, `stands by` or `watches`."""
        driver: str
        """Who drives, when it is another cockpit."""
        trouble: str
        """Why the journal cannot be written, or ""."""
        worst: str
        """The worst verdict's word."""
        claimed: bool = False
        """Whether the operator took the seat without its being handed over."""
        offered: str = ""
        """Whom the operator hands the seat over to."""
        types: str = ""
        """Whose login types here by tmux, when it is not that of the operator."""

    view: reactive[View | None] = reactive(None)

    def draw(self, width: int, height: int) -> list[Content]:
        view = self.view
        if view is None:
            return []
        banner: Part = (" REHEARSAL ", "bold $ink on $warn") if view.rehearsal else ""
        name = line(banner, " " if view.rehearsal else "", (view.release, "bold"), (f" → {view.environment}", "$quiet"))
        clock = line(*self._clock(view), self._role(view))
        times = line(view.utc, (" UTC", "$quiet"), (f"   {view.local}" if view.local and width > 60 else "", "$quiet"))
        acts = line(*self._operator(view), "   ", self._saved(view))
        if height == 1:
            return [row(width, line(name, "   ", clock, self._driver(view)), line(times, "   ", acts))]
        if width < 72:
            look = VERDICT[view.worst]
            times = line(times, "   ", (f"{look.glyph} {look.word}", look.role))
        return [row(width, name, clock), row(width, line(times, self._driver(view)), acts)]

    @classmethod
    def _clock(cls, view: View) -> tuple[Part, ...]:
        """A hold stands where GO would; what is worse than a hold stands beside it."""
        if not view.held:
            return (view.clock, "bold $accent"), "  ", cls._state(view)
        badge = (f" {HELD.glyph} HOLD {view.held} ", f"bold $ink on {HELD.role}")
        worse: tuple[Part, ...] = () if view.state == "go" else (" ", cls._state(view))
        return (view.clock, f"bold {HELD.role}"), "  ", badge, *worse

    @staticmethod
    def _state(view: View) -> Part:
        look = ROOM[view.state]
        style = (
            f"bold $ink on {look.role}"
            if view.state in ("failing", "decide", "rollback", "recovering")
            else f"bold {look.role}"
        )
        return (f" {look.glyph} {look.word} ", style)

    @staticmethod
    def _operator(view: View) -> tuple[Part, ...]:
        """Who acts, and the one thing most worth knowing about that."""
        if view.types:
            return (view.operator, "bold $warn"), (f" ≠ tmux: {view.types}", "bold $warn")
        if view.offered:
            return who(view.operator), (f" → {view.offered}?", "bold $accent")
        return who(view.operator), (" claimed" if view.claimed else "", "$warn")

    @staticmethod
    def _role(view: View) -> Part:
        return "" if view.role == "drives" else line(" ", (f" {view.role.upper()} ", "bold $ink on $accent"))

    @staticmethod
    def _driver(view: View) -> Part:
        who = f"{view.driver} drives" if view.driver else "nobody drives"
        return ("" if view.role == "drives" else f"   {who}", "$quiet")

    @staticmethod
    def _saved(view: View) -> Part:
        if view.trouble:
            return (" ✗ NOT SAVED ", "bold $ink on $fail")
        if view.unsaved:
            return (f"‖ saving {view.unsaved}", "bold $warn")
        return line(("✓ saved", "$ok"), (f" {view.saved}", "$quiet"))
