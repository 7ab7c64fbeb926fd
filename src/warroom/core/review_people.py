"""Who took part in a release, what they left for later, and where they left the plan."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from warroom.core import events as ev
from warroom.core.body import Body
from warroom.core.events import Event
from warroom.core.review_hearing import Few, Handler
from warroom.core.review_values import Departure, Facts, Jump, Person, Said, TwoPeople, shortened

NOBODY = "warroom"
"""The actor of what no operator did."""

_PLACES = 5
_LATER = ("follow-up:", "followup:", "todo:")


def said(event: Event) -> Said:
    body = event.body
    return Said(seq=event.seq, at_us=event.at_us, who=event.actor, subject=body.subject, text=shortened(body.detail))


def is_follow_up(text: str) -> bool:
    """Whether a note says what is still to be done."""
    return text.lstrip()[:10].casefold().startswith(_LATER)


class Places:
    """Which login name stands behind the processes that acted, as far as a journal tells."""

    def __init__(self) -> None:
        self._users: dict[str, str] = {}

    def hears(self) -> Mapping[type[Body], Handler]:
        told = (ev.CockpitOpened, ev.DriverTook, ev.StepStarted)
        return dict.fromkeys(told, self._hear)

    def _hear(self, event: Event, body: ev.CockpitOpened | ev.DriverTook | ev.StepStarted) -> None:
        self._users[event.origin] = f"{body.user}@{body.host}"

    def of(self, origin: str) -> str:
        """`cockpit of ada@prod-ops-1`, or without a known login name `cli@prod-ops-1`."""
        process, _, _ = origin.rpartition(":")
        user = self._users.get(origin)
        return f"{origin.partition('@')[0]} of {user}" if user else process or origin

    def same(self, one: str, other: str) -> bool:
        """Whether two origins are one process, or known to be of one login name on one host."""
        user = self._users.get(one)
        return one == other or (user is not None and user == self._users.get(other))


class People:
    """Counts what everybody did, and the facts of the release with it."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._first: dict[str, Event] = {}
        self._last: dict[str, Event] = {}
        self._did: dict[str, Counter[str]] = defaultdict(Counter)
        self._origins: dict[str, dict[str, None]] = defaultdict(dict)
        self._facts = Facts()
        self._begun: Event | None = None
        self._end: Event | None = None

    def hears(self) -> Mapping[type[Body], Handler]:
        return {Body: self._every, ev.ReleaseStarted: self._started}

    def _every(self, event: Event, body: Body) -> None:
        self._end = event
        self._begun = self._begun or event
        self._first.setdefault(event.actor, event)
        self._last[event.actor] = event
        self._did[event.actor][body.word] += 1
        origins = self._origins[event.actor]
        if len(origins) < _PLACES * 10:
            origins[event.origin] = None

    def _started(self, _event: Event, body: ev.ReleaseStarted) -> None:
        self._facts = Facts(
            release=body.release,
            environment=body.environment,
            checklist=body.checklist,
            rehearsal=body.rehearsal,
            t0_us=body.t0_us,
        )

    def facts(self) -> Facts:
        if self._begun is None or self._end is None:
            return self._facts
        return self._facts.model_copy(
            update={
                "first_us": self._begun.at_us,
                "last_us": self._end.at_us,
                "events": sum(counter.total() for counter in self._did.values()),
                "by_itself": self._did[NOBODY].total() if NOBODY in self._did else 0,
            }
        )

    def told(self) -> list[Person]:
        """In the order in which they first acted."""
        return [self._person(name) for name in self._first if name != NOBODY]

    def _person(self, name: str) -> Person:
        did = sorted(self._did[name].items(), key=lambda each: (-each[1], each[0]))
        places = dict.fromkeys(map(self._places.of, self._origins[name]))
        return Person(
            name=name,
            events=self._did[name].total(),
            first=said(self._first[name]),
            last=said(self._last[name]),
            did=dict(did),
            places=tuple(places)[:_PLACES],
        )


class Departures:
    """Skips, overrides, emergencies; what took two; what was left for later; clocks that were set."""

    def __init__(self) -> None:
        self.departures = Few[Departure]()
        self.two_people = Few[TwoPeople]()
        self.follow_ups = Few[Said]()
        self.jumps = Few[Jump]()
        self._signed: dict[str, Said] = {}
        self._crossed: set[str] = set()

    def hears(self) -> Mapping[type[Body], Handler]:
        return {
            Body: self._every,
            ev.Noted: self._noted,
            ev.ClockJumped: self._jumped,
            ev.ItemSigned: self._signs,
            ev.ItemDone: self._done,
            ev.ItemReopened: self._forget,
            ev.PointCrossed: self._point,
            ev.RollbackArmed: self._armed,
        }

    def _every(self, event: Event, body: Body) -> None:
        """By tone and name, so that kinds of events that come later are not passed over."""
        what = _departure(body)
        if what:
            self.departures.add(Departure.model_validate({**said(event).model_dump(), "what": what}))

    def _noted(self, event: Event, body: ev.Noted) -> None:
        if is_follow_up(body.text):
            self.follow_ups.add(said(event))

    def _jumped(self, event: Event, body: ev.ClockJumped) -> None:
        self.jumps.add(Jump(seq=event.seq, at_us=event.at_us, by_s=body.by_s, origin=event.origin))

    def _signs(self, event: Event, body: ev.ItemSigned) -> None:
        self._signed[body.item] = said(event)

    def _forget(self, _event: Event, body: ev.ItemReopened) -> None:
        self._signed.pop(body.item, None)

    def _done(self, event: Event, body: ev.ItemDone) -> None:
        first = self._signed.pop(body.item, None)
        if first and body.item not in self._crossed:
            self.two_people.add(TwoPeople(subject=body.item, first=first, second=said(event)))

    def _point(self, event: Event, body: ev.PointCrossed) -> None:
        self._crossed.add(body.item)
        first = self._signed.get(body.item) or said(event).model_copy(update={"who": body.first})
        self.two_people.add(TwoPeople(subject=body.item, first=first, second=said(event), no_return=True))

    def _armed(self, event: Event, body: ev.RollbackArmed) -> None:
        if body.signature == 1:
            self._signed["rollback"] = said(event)
        elif first := self._signed.pop("rollback", None):
            self.two_people.add(TwoPeople(subject="rollback", first=first, second=said(event)))


def _departure(body: Body) -> str:
    """What an event departs from the plan by, or ""."""
    match body:
        case ev.RollbackStarted():
            return "emergency rollback" if body.emergency else ""
        case ev.DecisionTaken():
            return "override" if body.answer == "override" else ""
        case ev.RollbackStepByHand():
            return "by hand"
        case ev.RollbackStepSkipped():
            return "skipped"
        case ev.RollbackStopped():
            return "stopped"
        case ev.ItemTakenBack():
            return "taken back"
    if "overrid" in body.kind:
        return "override"
    return {"skip": "skipped", "fail": "failed"}.get(body.tone, "")
