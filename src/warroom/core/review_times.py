"""Planned against actual: when phases and items were to be done, and when they were."""

from collections.abc import Mapping

from warroom.core import events as ev
from warroom.core.body import Body
from warroom.core.definitions import Definitions
from warroom.core.events import Event
from warroom.core.history import Past
from warroom.core.review_hearing import Few, Handler
from warroom.core.review_said import Said, said, seconds
from warroom.core.review_standing import Standing
from warroom.core.review_values import ItemTimes, PhaseTimes, Slip

_ACTS = (
    ev.StepStarted, ev.ItemBegun, ev.ItemSigned, ev.ItemDone, ev.ItemSkipped, ev.ItemNotApplicable, ev.ItemFailed,
    ev.ItemBlocked,
)  # fmt: skip
"""With the first of these on one of its items a phase has begun."""


class Times:
    """Hears when phases began and ended, and what held the release."""

    def __init__(self, plan: Definitions, standing: Standing) -> None:
        self._plan = plan
        self._standing = standing
        self._planned_t0_us = self._t0_us = 0
        self._begun: dict[str, tuple[Said, float]] = {}
        self._ended: dict[str, Event] = {}
        self._holds: list[Said] = []
        self.slips = Few[Slip]()

    def hears(self) -> Mapping[type[Body], Handler]:
        return {
            ev.ReleaseStarted: self._started,
            ev.DecisionTaken: self._decided,
            ev.ClockHeld: self._held,
            ev.ClockResumed: self._resumed,
            ev.Recycled: self._recycled,
            ev.ItemDeferred: self._closes,
            **dict.fromkeys(_ACTS, self._acts),
        }

    def _started(self, _event: Event, body: ev.ReleaseStarted) -> None:
        self._planned_t0_us = self._t0_us = body.t0_us

    def _decided(self, event: Event, body: ev.DecisionTaken) -> None:
        if body.answer == "hold":
            self._held(event, body)

    def _held(self, event: Event, _body: Body) -> None:
        self._holds.append(said(event))

    def _resumed(self, event: Event, body: ev.ClockResumed) -> None:
        self._move(event, self._t0_us + round(body.slip_s * 1e6))

    def _recycled(self, event: Event, body: ev.Recycled) -> None:
        self._move(event, body.t0_us)

    def _move(self, event: Event, t0_us: int) -> None:
        self.slips.add(Slip(moved_s=seconds(self._t0_us, t0_us), **said(event).model_dump()))
        self._t0_us = t0_us

    def _acts(self, event: Event, body: Body) -> None:
        phase = self._standing.phase_of(body.subject)
        if phase and phase not in self._begun:
            self._begun[phase] = said(event), seconds(self._planned_t0_us, self._t0_us)
        self._closes(event, body)

    def _closes(self, event: Event, body: Body) -> None:
        if (phase := self._standing.phase_of(body.subject)) and self._standing.is_closed(body.subject):
            self._ended[phase] = event

    def phases(self) -> list[PhaseTimes]:
        found: list[PhaseTimes] = []
        since_us = 0
        for phase in self._plan.checklist.phases:
            total, left = sum(1 for _ in phase.walk()), self._standing.open_in(phase.id)
            begun, moved_s = self._begun.get(phase.id, (None, 0.0))
            ended = None if left else self._ended.get(phase.id)
            found.append(
                PhaseTimes(
                    id=phase.id,
                    planned_us=self._planned_us(phase.offset_s),
                    begun=begun,
                    ended=said(ended) if ended else None,
                    closed=total - left,
                    total=total,
                    holds=self._held_between(since_us, begun.at_us) if begun else (),
                    moved_s=moved_s,
                )
            )
            since_us = begun.at_us if begun else since_us
        return found

    def _held_between(self, since_us: int, until_us: int) -> tuple[int, ...]:
        return tuple(hold.seq for hold in self._holds if since_us <= hold.at_us < until_us)

    def _planned_us(self, offset_s: int | None) -> int | None:
        return None if offset_s is None else self._planned_t0_us + offset_s * 1_000_000

    def items(self, past: Past) -> list[ItemTimes]:
        """`past` has how long items took."""
        return [self._item(item_id, past) for item_id in self._plan.places]

    def _item(self, item_id: str, past: Past) -> ItemTimes:
        standing = self._standing
        last, planned_us = standing.said(item_id), self._planned_us(self._plan.places[item_id].phase.offset_s)
        step = self._plan.binding(item_id).step
        return ItemTimes(
            id=item_id,
            status=standing.shown(item_id),
            said=last,
            after_s=seconds(planned_us, last.at_us) if last and planned_us is not None else None,
            took_s=past.items.get(item_id),
            expected_s=self._plan.expected_s(item_id, step.expected) if step else None,
            value=standing.value(item_id),
        )
