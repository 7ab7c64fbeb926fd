"""The branches of `fold` for cockpits and seats: who is there, who drives, who acts, who tried to act twice."""

from warroom.core import events as ev
from warroom.core.release import Release
from warroom.core.states import Seat, Signature


def cockpit_opened(body: ev.CockpitOpened, state: Release, event: ev.Event) -> Release:
    seat = Seat(host=body.host, user=body.user, pid=body.pid, since_us=event.at_us, operator=event.actor)
    opened = state.with_seat(event.origin, seat)
    return _driven_by(opened, body.driver, event.origin) if body.drives else opened


def driver_took(body: ev.DriverTook, state: Release, event: ev.Event) -> Release:
    return _driven_by(state, body.driver, event.origin)


def cockpit_closed(_body: ev.CockpitClosed, state: Release, event: ev.Event) -> Release:
    left = state.with_seat(event.origin, None)
    drove = event.origin == state.driver_origin
    return left.model_copy(update={"driver": "", "driver_origin": ""}) if drove else left


def seat_offered(body: ev.SeatOffered, state: Release, event: ev.Event) -> Release:
    return _changed(state, event, offered_to=body.operator)


def seat_taken(body: ev.SeatTaken, state: Release, event: ev.Event) -> Release:
    """Who types is told anew: this is the moment at which the login of an operator is learned."""
    return _changed(state, event, operator=event.actor, claimed=not body.offered, offered_to="", client=None)


def client_seen(body: ev.ClientSeen, state: Release, event: ev.Event) -> Release:
    logins = {body.operator: body.user} | state.logins  # what was known first stays
    return _changed(state, event, client=body).model_copy(update={"logins": logins})


def self_confirmation_refused(body: ev.SelfConfirmationRefused, state: Release, event: ev.Event) -> Release:
    if body.act == "arm":
        armed = (_tried(each) if each.by == event.actor else each for each in state.rollback.armed)
        return state.with_rollback(armed=tuple(armed))
    which = "skip_signed" if body.act == "skip" else "signed"
    first = state.item(body.item).skip_signed if body.act == "skip" else state.item(body.item).signed
    return state.with_item(body.item, **{which: _tried(first)}) if first else state


def _tried(first: Signature) -> Signature:
    return first.model_copy(update={"tried": True})


def _changed(state: Release, event: ev.Event, **changes: object) -> Release:
    seat = state.seats.get(event.origin)
    return state.with_seat(event.origin, seat.model_copy(update=changes)) if seat else state


def _driven_by(state: Release, driver: str, origin: str) -> Release:
    """One can only drive when who drove before is gone, in good order or not."""
    gone = state.driver_origin
    left = state.with_seat(gone, None) if gone != origin else state
    return left.model_copy(update={"driver": driver, "driver_origin": origin})


BRANCHES = (
    cockpit_opened,
    driver_took,
    cockpit_closed,
    seat_offered,
    seat_taken,
    client_seen,
    self_confirmation_refused,
)
