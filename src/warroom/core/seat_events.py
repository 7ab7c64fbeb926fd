"""Events about who acts: the seat at a cockpit, handed over or claimed, and whose terminal the keys come from."""

from typing import Literal

from warroom.core.body import Body

TwoHanded = Literal["tick", "skip", "step", "arm"]
"""What takes two operators: a tick or a step of an item for two people, a skip of a required item, arming."""


class SeatOffered(Body):
    """Who acts at a cockpit says "I hand over". The seat changes when the other one says "I have it"."""

    kind, tone, word = "seat_offered", "room", "hand over"
    operator: str
    """Whom it is offered to."""

    @property
    def detail(self) -> str:
        return f"hands over to {self.operator}"


class SeatTaken(Body):
    """The event's actor says "I have it": from here on acts of this cockpit are theirs."""

    kind, tone, word = "seat_taken", "room", "seat"
    was: str
    """Who acted before."""
    offered: bool
    """Whether that one has handed over; else the seat was claimed."""

    @property
    def detail(self) -> str:
        return f"has it, from {self.was}" if self.offered else f"CLAIMED from {self.was}, who has not handed over"


class ClientSeen(Body):
    """Whose keys a cockpit inside tmux gets: the writable client that was used last, and how many only read."""

    kind, tone, word = "client_seen", "room", "tmux"
    operator: str
    """Who acts at the cockpit by its own word."""
    user: str
    """The login of the client's process, as tmux knows it from the kernel."""
    tty: str
    readonly: int = 0

    @property
    def detail(self) -> str:
        watched = f", {self.readonly} read only" if self.readonly else ""
        return f"{self.operator} acts; tmux: {self.user} on {self.tty}{watched}"


class SelfConfirmationRefused(Body):
    """Somebody wanted to be the second of two as well. Told once for each first signature."""

    kind, tone, word = "self_confirmation_refused", "note", "refused"
    act: TwoHanded
    item: str = ""
    """"" when it is about the rollback."""

    @property
    def subject(self) -> str:
        return self.item or "rollback"

    @property
    def detail(self) -> str:
        return f"own {self.act} cannot be confirmed by oneself"
