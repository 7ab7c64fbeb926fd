"""Who acts at this cockpit: handing the seat over and taking it, and who else is here."""

from collections.abc import Iterator

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from warroom.core.seat_decisions import NO_NAME, is_name
from warroom.core.signing import people
from warroom.core.states import Seat
from warroom.core.views import clock_time
from warroom.live import Live
from warroom.tui import actions
from warroom.tui.draw import Part, cell, line
from warroom.tui.follow import follow
from warroom.tui.messages import RoomChanged
from warroom.tui.screens.acting import ActionScreen
from warroom.tui.widgets.field import Field
from warroom.tui.widgets.keys import Keys
from warroom.tui.widgets.masthead import Masthead
from warroom.tui.widgets.pane import Lines

SHOWN = 6  # names at once


class SeatScreen(ActionScreen):
    """Stays until a change of the seat is on disk: nothing may be done in the wrong name meanwhile."""

    CSS_PATH = "seat.tcss"
    AUTO_FOCUS = ""
    ACTIONS = actions.SEAT
    BINDINGS = actions.bindings(actions.SEAT)

    class Moved(Message):
        """The seat has been handed over or taken, or that was refused."""

        def __init__(self, error: str) -> None:
            super().__init__()
            self.error = error

    def __init__(self, live: Live) -> None:
        super().__init__(live)
        self._added: tuple[str, ...] = ()
        self._selected = ""
        self._taking = ""
        self._waits = False
        """Whether a change is not on disk yet."""

    @property
    def item(self) -> str:
        """The seat that the keys are about."""
        return self._live.seat.origin

    def compose(self) -> ComposeResult:
        yield Masthead(id="masthead")
        yield Lines("", id="seat")
        yield Lines("", id="names")
        with Horizontal(classes="field", id="seat-name"):
            yield Lines(("name", "$quiet"), classes="label")
            yield Field(id="name")
        yield Lines("", id="others")
        yield Keys(id="keys")

    def on_mount(self) -> None:
        self._stop_naming()
        if not self._names():
            self.do_name()
        self.set_interval(1, self._show)

    # what is shown

    def _show(self) -> None:
        live, names = self._live, self._names()
        if self._selected not in names:
            self._selected = names[0] if names else ""
        self.query_one(Masthead).view = self._frames.masthead()
        self.query_one("#seat", Lines).show(*self._seat())
        self.query_one("#names", Lines).show(*self._list(names))
        self.query_one("#others", Lines).show(("HERE", "$quiet"), *self._here())
        self.query_one(Keys).keys = actions.footer(actions.SEAT, live.plan, live.release, self.item)

    def _names(self) -> tuple[str, ...]:
        """Who could act here next: whom it is handed over to, who has acted before, who was named here."""
        seat = self._live.seat.state
        offered = (seat.offered_to,) if seat and seat.offered_to else ()
        known = dict.fromkeys((*offered, *self._added, *people(self._live.release.operators)))
        return tuple(name for name in known if name != self._live.operator)

    def _seat(self) -> Iterator[Part]:
        live, seat = self._live, self._live.seat.state
        yield line((" SEAT ", "bold $ink on $accent"), "  ", (live.operator, "bold"), " acts here", _claimed(seat))
        if seat and seat.offered_to:
            yield line((live.operator, "bold"), " hands over to ", (seat.offered_to, "bold"), ', who says "I have it"')
        else:
            yield ('Who leaves hands over, and who comes says "I have it".', "$quiet")
        if other := live.release.other_login(self.item):
            login = live.release.logins[live.operator]
            yield (f"tmux: {other} types here, and {live.operator} took the seat as {login}", "bold $warn")

    def _list(self, names: tuple[str, ...]) -> Iterator[Part]:
        yield ("OPERATORS", "$quiet")
        first = max(0, names.index(self._selected) - SHOWN + 1) if self._selected else 0
        for name in names[first : first + SHOWN]:
            here = name == self._selected
            yield line(("▌" if here else " ", "$accent"), " ", (name, "bold" if here else ""))
        if not names:
            yield ("nobody else has acted yet", "$quiet")

    def _here(self) -> Iterator[Part]:
        """The cockpits that can write. Who only watches writes nothing, so nobody knows of them."""
        release = self._live.release
        for origin, seat in release.seats.items():
            does = "drives" if origin == release.driver_origin else "stands by"
            state = "is gone" if self._live.seat.is_gone(seat) else f"{does}, reads and writes"
            own = ", this cockpit" if origin == self.item else ""
            where = f"{seat.user}@{seat.host}, process {seat.pid}, since {clock_time(seat.since_us)[:5]}{own}"
            yield line(cell(seat.operator, 16, "bold"), cell(state, 28), _typing(seat), (where, "$quiet"))

    @on(RoomChanged)
    def _room_changed(self) -> None:
        self._show()

    # keys

    def action_do(self, name: str) -> None:
        if self._waits:
            self.refuse("the change of the seat is not on disk yet")
        else:
            super().action_do(name)

    def do_take(self) -> None:
        seat = self._live.seat.state
        if seat:
            self._take(seat.offered_to, claim=False)

    def do_claim(self) -> None:
        self._take(self._selected, claim=True)

    def do_offer(self) -> None:
        self._waits, self._taking = True, ""
        follow(self, self._live.seat.offer(self._selected), self.Moved)

    def do_name(self) -> None:
        self.query_one("#seat-name").display = True
        self.set_focus(self.query_one("#name", Field))  # at once: what is typed next is a name, no key
        self._show()

    def do_down(self) -> None:
        self._move(1)

    def do_up(self) -> None:
        self._move(-1)

    def do_back(self) -> None:
        if self._is_naming and self._names():
            self._stop_naming()
        else:
            self.dismiss()

    # helpers

    @property
    def _is_naming(self) -> bool:
        return self.query_one("#name").has_focus

    def _stop_naming(self) -> None:
        self.query_one("#seat-name").display = False
        self.set_focus(None)
        self._show()

    @on(Input.Submitted)
    def _named(self, message: Input.Submitted) -> None:
        name = message.value.strip()
        if not is_name(name):
            self.refuse(NO_NAME)
            return
        self._added, self._selected = (*self._added, name), name
        message.input.value = ""
        self._stop_naming()

    def _take(self, by: str, *, claim: bool) -> None:
        self._waits, self._taking = True, by
        follow(self, self._live.seat.take(by, claim=claim), self.Moved)

    @on(Moved)
    def _moved(self, message: Moved) -> None:
        self._waits = False
        if message.error:
            self.refuse(message.error)
        elif self._live.operator == self._taking:
            self.dismiss()
        else:
            self._show()

    def _move(self, by: int) -> None:
        names = self._names()
        if names and not self._is_naming:
            at = names.index(self._selected) + by
            self._selected = names[max(0, min(len(names) - 1, at))]
            self._show()


class SeatedScreen(ActionScreen):
    """A screen from which the seat can be changed."""

    def do_seat(self) -> None:
        self.app.push_screen(SeatScreen(self._live))


def _claimed(seat: Seat | None) -> Part:
    return ("; claimed, not handed over" if seat and seat.claimed else "", "$warn")


def _typing(seat: Seat) -> Part:
    if seat.client is None:
        return ""
    watched = f", {seat.client.readonly} read only" if seat.client.readonly else ""
    return f"tmux: {seat.client.user}{watched}  "
