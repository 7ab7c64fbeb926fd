"""The seat at this cockpit: in whose name it acts. The journal says whose it is; it changes by events alone."""

from concurrent.futures import Future
from functools import partial

from warroom.core import seat_decisions
from warroom.core.events import Event
from warroom.core.states import Seat
from warroom.desk import Desk
from warroom.presence import Client, Clients, Lookout, is_running
from warroom.room import OBSERVER


class OwnSeat:
    """One cockpit's. Before it has opened, and for who only watches, the operator is the one given at the start."""

    def __init__(self, desk: Desk, origin: str, operator: str, clients: Clients | None = None) -> None:
        """`clients` are those of the terminal multiplexer around this process, where there is one."""
        self.origin = origin
        self._desk = desk
        self._first = operator
        self._opened = False
        self._lookout = Lookout(clients, self._see) if clients else None

    @property
    def state(self) -> Seat | None:
        """As it stands in the journal."""
        return self._desk.release.seats.get(self.origin) if self._opened else None

    @property
    def operator(self) -> str:
        """Who acts."""
        now = self.state
        return now.operator if now else self._first

    def open(self) -> None:
        """To be called once the journal knows of this cockpit."""
        self._opened = True
        if self._lookout:
            self._lookout.start()

    def close(self) -> None:
        if self._lookout:
            self._lookout.stop()

    def offer(self, to: str) -> "Future[tuple[Event, ...]]":
        """Who acts hands over to another operator. Resolves as every act does."""
        return self._desk.submit(partial(seat_decisions.offer_seat, origin=self.origin, to=to), actor=self.operator)

    def take(self, by: str, *, claim: bool = False) -> "Future[tuple[Event, ...]]":
        """`by` acts from now on. Whose keys these are is looked at anew."""
        wish = partial(seat_decisions.take_seat, origin=self.origin, by=by, claim=claim)
        taken = self._desk.submit(wish, actor=by)
        if lookout := self._lookout:
            taken.add_done_callback(lambda _: lookout.look_now())
        return taken

    def is_gone(self, other: Seat) -> bool:
        """Whether the process of a cockpit on this host is gone, which did not say so."""
        own = self.state
        return own is not None and other.host == own.host and other.pid != own.pid and not is_running(other.pid)

    def _see(self, client: Client) -> None:
        now = self.state
        seen = now.client if now else None
        if seen is None or (seen.user, seen.tty, seen.readonly) != client:
            wish = partial(seat_decisions.see_client, origin=self.origin, **client._asdict())
            self._desk.submit(wish, actor=OBSERVER)
