"""Wishes about the seat at a cockpit: hand it over, take it, and whose keys it gets. Pure, as all decisions are.

A cockpit goes by its `origin`, which stands in all its events.
"""

from warroom.core import events as ev
from warroom.core.definitions import Definitions
from warroom.core.release import Release
from warroom.core.signing import only_people
from warroom.core.wish import Decision, Refusal

LONGEST_NAME = 64
NO_NAME = f"an operator needs a name of at most {LONGEST_NAME} printable characters"


def is_name(operator: str) -> bool:
    """Whether events that name this operator can be read."""
    return bool(operator.strip()) and operator.isprintable() and len(operator) <= LONGEST_NAME


def offer_seat(_plan: Definitions, state: Release, *, origin: str, to: str) -> Decision:
    """Who acts hands over to another operator, who has to take it."""
    seat = state.seats.get(origin)
    if seat is None:
        return Refusal(_NO_SEAT)
    if to == seat.operator:
        return Refusal(f"{to} has it already")
    if to == seat.offered_to:
        return Refusal(f"it is handed over to {to} already, who has to take it")
    return _not_to_sit(to) or (ev.SeatOffered(operator=to),)


def take_seat(_plan: Definitions, state: Release, *, origin: str, by: str, claim: bool = False) -> Decision:
    """An operator, `by`, acts here from now on: because it was handed over, or else as a `claim`."""
    seat = state.seats.get(origin)
    if seat is None:
        return Refusal(_NO_SEAT)
    if by == seat.operator:
        return Refusal(f"{by} has it already")
    offered = seat.offered_to == by
    if not offered and not claim:
        return Refusal(f"{seat.operator} has not handed over to {by}, who can only claim it")
    return _not_to_sit(by) or (ev.SeatTaken(was=seat.operator, offered=offered),)


def see_client(_plan: Definitions, state: Release, *, origin: str, user: str, tty: str, readonly: int) -> Decision:
    """Another client of the terminal multiplexer types now, or another number of them reads."""
    seat = state.seats.get(origin)
    if seat is None:
        return Refusal(_NO_SEAT)
    seen = ev.ClientSeen(operator=seat.operator, user=user, tty=tty, readonly=readonly)
    return Refusal("no change") if seen == seat.client else (seen,)


def _not_to_sit(operator: str) -> Refusal | None:
    return only_people(operator, "act at a cockpit") if is_name(operator) else Refusal(NO_NAME)


_NO_SEAT = "this cockpit has no seat"
