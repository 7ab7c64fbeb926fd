"""Who took part in a release, from where, and how much each of them did."""

from collections import Counter
from collections.abc import Mapping

from warroom.core import events as ev
from warroom.core.body import Body
from warroom.core.events import Event
from warroom.core.review_hearing import Handler
from warroom.core.review_said import said
from warroom.core.review_values import Facts, Person

NOBODY = "warroom"
"""The actor of what no operator did."""

_PLACES = 5


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
        self._did = Counter[tuple[str, str, type[Body]]]()  # by actor, origin and kind
        self._started = Facts()

    def hears(self) -> Mapping[type[Body], Handler]:
        return {Body: self._every, ev.ReleaseStarted: self._start}

    def _every(self, event: Event, body: Body) -> None:
        actor = event.actor
        if actor not in self._first:
            self._first[actor] = event
        self._last[actor] = event
        self._did[actor, event.origin, type(body)] += 1

    def _start(self, _event: Event, body: ev.ReleaseStarted) -> None:
        self._started = Facts(
            release=body.release,
            environment=body.environment,
            checklist=body.checklist,
            rehearsal=body.rehearsal,
            t0_us=body.t0_us,
        )

    def facts(self) -> Facts:
        ends = (*self._first.values(), *self._last.values())
        first, last = (pick(ends, key=lambda event: event.seq, default=None) for pick in (min, max))
        changes = {
            "first_us": first.at_us if first else 0,
            "last_us": last.at_us if last else 0,
            "events": self._did.total(),
            "by_itself": sum(count for (actor, _, _), count in self._did.items() if actor == NOBODY),
        }
        return self._started.model_copy(update=changes)

    def told(self) -> list[Person]:
        """In the order in which they first acted."""
        did: dict[str, Counter[str]] = {name: Counter() for name in self._first if name != NOBODY}
        places: dict[str, dict[str, None]] = {name: {} for name in did}
        for (actor, origin, kind), count in self._did.items():
            if actor != NOBODY:
                did[actor][kind.word] += count
                places[actor][self._places.of(origin)] = None
        return [self._person(name, did[name], tuple(places[name])) for name in did]

    def _person(self, name: str, did: Counter[str], places: tuple[str, ...]) -> Person:
        return Person(
            name=name,
            events=did.total(),
            first=said(self._first[name]),
            last=said(self._last[name]),
            did=dict(sorted(did.items(), key=lambda each: (-each[1], each[0]))),
            places=places[:_PLACES],
        )
