"""Where a release left its plan, what took two operators, what was left for later, and clocks that were set."""

from collections.abc import Mapping

from warroom.core import events as ev
from warroom.core.body import Body
from warroom.core.events import Event
from warroom.core.review_hearing import Few, Handler
from warroom.core.review_said import Said, said
from warroom.core.review_values import Departure, Jump, TwoPeople

_LATER = ("follow-up:", "followup:", "todo:")

_BY_KIND: dict[type[Body], str] = {
    ev.SkipSigned: "",  # only asked for so far
    ev.ItemNotApplicable: "n/a",
    ev.ItemDeferred: "deferred",
    ev.ItemBlocked: "blocked",
    ev.ItemTakenBack: "taken back",
    ev.ItemStale: "not true now",
    ev.GateReopened: "gate closed again",
    ev.Recycled: "recycled",
    ev.ClockHeld: "held",
    ev.RollbackStepByHand: "by hand",
    ev.RollbackStepSkipped: "step skipped",
    ev.RollbackStopped: "stopped",
}
_BY_TONE = {"skip": "skipped", "fail": "failed"}


_BY_FIELDS = (ev.RollbackStarted, ev.DecisionTaken, ev.GatePassed, ev.ItemDone, ev.Polled)


def is_follow_up(text: str) -> bool:
    """Whether a note says what is still to be done."""
    return text[:40].lstrip().casefold().startswith(_LATER)


def departure(body: Body) -> str:
    """By what an event departs from the plan, or "". What is not known here goes by its tone and name."""
    match body:
        case ev.RollbackStarted():
            return "emergency rollback" if body.emergency else ""
        case ev.DecisionTaken():
            return "override" if body.answer == "override" else ""
        case ev.GatePassed():
            return "risk accepted" if body.risk else ""
        case ev.ItemDone():
            return "figure accepted" if body.accepted else ""
        case ev.Polled():
            return "" if body.go else "no-go"
    if type(body) in _BY_KIND:
        return _BY_KIND[type(body)]
    return "override" if "overrid" in body.kind else _BY_TONE.get(body.tone, "")


def _may_depart(kind: type[Body]) -> bool:
    return kind in _BY_FIELDS or bool(_BY_KIND.get(kind)) or kind.tone in _BY_TONE or "overrid" in kind.kind


class Departures:
    """Hears all that does not simply follow the plan."""

    def __init__(self) -> None:
        self.departures = Few[Departure]()
        self.follow_ups = Few[Said]()
        self.jumps = Few[Jump]()

    def hears(self) -> Mapping[type[Body], Handler]:
        others: dict[type[Body], Handler] = {ev.Noted: self._noted, ev.ClockJumped: self._jumped}
        return {**dict.fromkeys(filter(_may_depart, ev.KINDS.values()), self._departs), **others}

    def _departs(self, event: Event, body: Body) -> None:
        if what := departure(body):
            self.departures.add(Departure(what=what, **said(event).model_dump()))

    def _noted(self, event: Event, body: ev.Noted) -> None:
        if is_follow_up(body.text):
            self.follow_ups.add(said(event))

    def _jumped(self, event: Event, body: ev.ClockJumped) -> None:
        self.jumps.add(Jump(seq=event.seq, at_us=event.at_us, by_s=body.by_s, origin=event.origin))


class Signatures:
    """Hears what two operators signed, one after the other."""

    def __init__(self) -> None:
        self.two_people = Few[TwoPeople]()
        self.pairs: dict[int, tuple[Event, Event]] = {}
        """The events of the newest pair, by the number of the second."""
        self._signed: dict[str, Event] = {}
        self._skip_signed: dict[str, Event] = {}
        self._crossed: set[str] = set()

    def hears(self) -> Mapping[type[Body], Handler]:
        return {
            ev.ItemSigned: self._signs,
            ev.SkipSigned: self._signs_skip,
            ev.ItemDone: self._done,
            ev.ItemSkipped: self._skipped,
            **dict.fromkeys((ev.ItemReopened, ev.ItemFailed, ev.ItemBlocked, ev.ItemTakenBack), self._forget),
            ev.PointCrossed: self._crosses,
            ev.RollbackArmed: self._arms,
        }

    def _signs(self, event: Event, body: Body) -> None:
        self._signed[body.subject] = event

    def _signs_skip(self, event: Event, body: ev.SkipSigned) -> None:
        self._skip_signed[body.item] = event

    def _forget(self, _event: Event, body: Body) -> None:
        self._signed.pop(body.subject, None)
        self._skip_signed.pop(body.subject, None)

    def _done(self, event: Event, body: ev.ItemDone) -> None:
        if body.item not in self._crossed:  # whoever crossed it was the second
            self._pair(self._signed.get(body.item), event)
        self._forget(event, body)

    def _skipped(self, event: Event, body: ev.ItemSkipped) -> None:
        self._pair(self._skip_signed.get(body.item), event)
        self._forget(event, body)

    def _crosses(self, event: Event, body: ev.PointCrossed) -> None:
        self._crossed.add(body.item)
        self._pair(self._signed.pop(body.item, None), event, no_return=True)

    def _arms(self, event: Event, body: ev.RollbackArmed) -> None:
        if body.signature == 1:
            self._signs(event, body)
        else:
            self._pair(self._signed.pop(body.subject, None), event)

    def _pair(self, first: Event | None, second: Event, *, no_return: bool = False) -> None:
        if first:
            self.pairs = {second.seq: (first, second)}
            subject = second.body.subject
            self.two_people.add(TwoPeople(subject=subject, first=said(first), second=said(second), no_return=no_return))
