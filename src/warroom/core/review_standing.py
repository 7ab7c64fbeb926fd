"""How items stand while a review hears a journal. `fold` would know too, at ten times the price for a long one."""

from collections.abc import Iterator, Mapping

from warroom.core import events as ev
from warroom.core.body import Body
from warroom.core.definitions import Definitions
from warroom.core.events import Event
from warroom.core.review_hearing import Handler
from warroom.core.review_said import Said, said
from warroom.core.states import CLOSED

_STATUS: dict[type[Body], str] = {
    ev.ItemDone: "done",
    ev.ItemSkipped: "skipped",
    ev.ItemNotApplicable: "n/a",
    ev.ItemDeferred: "deferred",
    ev.ItemFailed: "failed",
    ev.ItemBlocked: "blocked",
    ev.ItemBegun: "doing",
    ev.ItemReopened: "open",
    ev.ItemTakenBack: "open",
}


class Standing:
    """What was last said of each item. To be heard by it before by whoever asks it."""

    def __init__(self, plan: Definitions) -> None:
        self._phases = plan.checklist.phases
        self._phase_of = {item_id: place.phase.id for item_id, place in plan.places.items()}
        self._status: dict[str, str] = {}
        self._said: dict[str, Event] = {}
        self._taken_back: set[str] = set()
        self._stale: set[str] = set()
        self._value: dict[str, str] = {}
        self._open = {phase.id: sum(1 for _ in phase.walk()) for phase in self._phases}

    def hears(self) -> Mapping[type[Body], Handler]:
        return {
            **dict.fromkeys(_STATUS, self._says),
            ev.Recycled: self._recycled,
            ev.ItemStale: self._is_stale,
            ev.ItemTrueAgain: self._true_again,
        }

    def _says(self, event: Event, body: Body) -> None:
        self._set(body.subject, _STATUS[type(body)], event)
        if isinstance(body, ev.ItemDone):
            self._value[body.item] = body.value
        elif isinstance(body, ev.ItemTakenBack):
            self._taken_back.add(body.item)

    def _recycled(self, event: Event, body: ev.Recycled) -> None:
        for item in body.items:
            self._set(item, "open", event)

    def _set(self, item: str, status: str, by: Event) -> None:
        was, now = self.is_closed(item), status in CLOSED
        if was != now and item in self._phase_of:
            self._open[self._phase_of[item]] += -1 if now else 1
        self._status[item] = status
        self._said[item] = by
        self._value.pop(item, None)
        self._stale.discard(item)
        self._taken_back.discard(item)

    def _is_stale(self, _event: Event, body: ev.ItemStale) -> None:
        self._stale.add(body.item)

    def _true_again(self, _event: Event, body: ev.ItemTrueAgain) -> None:
        self._stale.discard(body.item)

    def is_closed(self, item: str) -> bool:
        return self._status.get(item) in CLOSED

    def shown(self, item: str) -> str:
        """Its status, or `taken back` of an open one, or `not true now` of one that is done."""
        status = self._status.get(item, "open")
        if status == "done" and item in self._stale:
            return "not true now"
        return "taken back" if status == "open" and item in self._taken_back else status

    def said(self, item: str) -> Said | None:
        event = self._said.get(item)
        return said(event) if event else None

    def value(self, item: str) -> str:
        """The figure that it was ticked with."""
        return self._value.get(item, "")

    def phase_of(self, item: str) -> str:
        """ "" of an item that the checklist does not have."""
        return self._phase_of.get(item, "")

    def open_in(self, phase: str) -> int:
        """How many items of a phase are not closed."""
        return self._open[phase]

    def left_before(self, phase: str) -> Iterator[tuple[str, list[str]]]:
        """The phases that should be over when this one begins and are not, each with its open items."""
        for each in self._phases:
            if each.id == phase:
                return
            if each.kind in ("timed", "plain") and self._open[each.id]:
                yield each.name, [item.id for item in each.walk() if not self.is_closed(item.id)]
