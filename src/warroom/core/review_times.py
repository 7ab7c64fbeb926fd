"""Planned against actual: when phases and items were to be done, and when they were."""

from collections.abc import Mapping

from warroom.core import events as ev
from warroom.core.body import Body
from warroom.core.definitions import Definitions
from warroom.core.events import Event
from warroom.core.history import Past
from warroom.core.review_hearing import Handler
from warroom.core.review_people import said
from warroom.core.review_values import ItemTimes, PhaseTimes, Said, seconds
from warroom.core.views import CLOSED

_STATUS: dict[type[Body], str] = {
    ev.ItemDone: "done",
    ev.ItemSkipped: "skipped",
    ev.ItemFailed: "failed",
    ev.ItemReopened: "open",
    ev.ItemTakenBack: "taken back",
}


class Times:
    """Hears what was said of items, and what held the release."""

    def __init__(self, plan: Definitions) -> None:
        self._plan = plan
        self._phase_of = {item_id: place.phase.id for item_id, place in plan.places.items()}
        self._t0_us = 0
        self._status: dict[str, str] = {}
        self._said: dict[str, Said] = {}
        self._value: dict[str, str] = {}
        self._begun: dict[str, Said] = {}
        self._ended: dict[str, Said] = {}
        self._holds: list[Said] = []

    def hears(self) -> Mapping[type[Body], Handler]:
        return {
            ev.ReleaseStarted: self._started,
            ev.StepStarted: self._acts,
            ev.ItemSigned: self._acts,
            ev.DecisionTaken: self._decided,
            **dict.fromkeys(_STATUS, self._says),
        }

    def _started(self, _event: Event, body: ev.ReleaseStarted) -> None:
        self._t0_us = body.t0_us

    def _decided(self, event: Event, body: ev.DecisionTaken) -> None:
        if body.answer == "hold":
            self._holds.append(said(event))

    def _acts(self, event: Event, body: Body) -> None:
        phase = self._phase_of.get(body.subject)
        if phase and phase not in self._begun:
            self._begun[phase] = said(event)

    def _says(self, event: Event, body: Body) -> None:
        item, status = body.subject, _STATUS[type(body)]
        self._status[item] = status
        self._said[item] = said(event)
        self._value[item] = body.value if isinstance(body, ev.ItemDone) else ""
        if status in CLOSED:
            self._acts(event, body)
            if phase := self._phase_of.get(item):
                self._ended[phase] = self._said[item]

    def phases(self) -> list[PhaseTimes]:
        found: list[PhaseTimes] = []
        since_us = 0
        for phase in self._plan.checklist.phases:
            items = [item.id for item in phase.walk()]
            closed = sum(self._status.get(item) in CLOSED for item in items)
            begun = self._begun.get(phase.id)
            found.append(
                PhaseTimes(
                    id=phase.id,
                    planned_us=self._planned_us(phase.id),
                    begun=begun,
                    ended=self._ended.get(phase.id) if closed == len(items) else None,
                    closed=closed,
                    total=len(items),
                    holds=self._held(since_us, begun.at_us) if begun else (),
                )
            )
            since_us = begun.at_us if begun else since_us
        return found

    def _held(self, since_us: int, until_us: int) -> tuple[int, ...]:
        return tuple(hold.seq for hold in self._holds if since_us <= hold.at_us < until_us)

    def _planned_us(self, phase_id: str) -> int | None:
        offset_s = next(phase.offset_s for phase in self._plan.checklist.phases if phase.id == phase_id)
        return None if offset_s is None else self._t0_us + offset_s * 1_000_000

    def items(self, past: Past) -> list[ItemTimes]:
        """`past` has how long items took."""
        return [self._item(item_id, past) for item_id in self._plan.places]

    def _item(self, item_id: str, past: Past) -> ItemTimes:
        last, planned_us = self._said.get(item_id), self._planned_us(self._phase_of[item_id])
        step = self._plan.binding(item_id).step
        return ItemTimes(
            id=item_id,
            status=self._status.get(item_id, "open"),
            said=last,
            slip_s=seconds(planned_us, last.at_us) if last and planned_us is not None else None,
            took_s=past.items.get(item_id),
            expected_s=self._plan.expected_s(item_id, step.expected) if step else None,
            value=self._value.get(item_id, ""),
        )
