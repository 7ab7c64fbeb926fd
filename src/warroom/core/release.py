"""The state of a release: everything that its journal says. `fold` makes it out of events."""

from warroom.core.base import Frozen
from warroom.core.definitions import Definitions
from warroom.core.gate_events import Polled
from warroom.core.states import (
    Hold,
    ItemState,
    OpenDecision,
    Opened,
    ProbeState,
    Revision,
    RollbackState,
    Seat,
    Slip,
    StepState,
    TriggerState,
)


class Release(Frozen):
    """Everything that the journal says, up to the event `seq`."""

    name: str = ""
    environment: str = ""
    t0_us: int = 0
    rehearsal: bool = False
    started_us: int = 0
    items: dict[str, ItemState] = {}
    rollback: RollbackState = RollbackState()
    opened: dict[str, Opened] = {}
    """Phases whose gate was passed."""
    polls: dict[str, Polled] = {}
    """The last poll for each phase."""
    hold: Hold | None = None
    slips: tuple[Slip, ...] = ()
    crossed: dict[str, int] = {}
    """Points of no return that have been crossed, with the moment."""
    warned: dict[str, float] = {}
    """What the rollback needs and will soon be gone: the seconds left of it at the last warning."""
    probes: dict[str, ProbeState] = {}
    revised: dict[str, Revision] = {}
    """Probes that are no longer as they were agreed; see `Definitions.revised`."""
    config_errors: dict[str, str] = {}
    """Why the file of a probe cannot be used as it is now."""
    triggers: dict[str, TriggerState] = {}
    driver: str = ""
    """Who probes and runs commands, as far as the journal knows; after a crash it is still named."""
    driver_origin: str = ""
    seats: dict[str, Seat] = {}
    """Cockpits that are open, as far as the journal knows, by origin. One that crashed stays until another drives."""
    operators: tuple[str, ...] = ()
    """Everybody in whose name something was done, in order of appearance."""
    logins: dict[str, str] = {}
    """The login behind an operator, as tmux told it when they first took a seat."""
    seq: int = 0
    hash: str = ""

    def item(self, item_id: str) -> ItemState:
        return self.items.get(item_id, _OPEN)

    def running(self) -> dict[str, StepState]:
        """Steps that have begun and not ended, by target: an item's id or `rollback:N`."""
        found = {item_id: state.step for item_id, state in self.items.items() if state.step}
        found |= {f"rollback:{n}": step for n, step in enumerate(self.rollback.steps, 1) if step}
        return {target: step for target, step in found.items() if step.phase == "running"}

    def step(self, target: str) -> StepState | None:
        """The latest run of an item's step or of `rollback:N`."""
        number = _rollback_step(target)
        if not number:
            return self.item(target).step
        return self.rollback.steps[number - 1] if number <= len(self.rollback.steps) else None

    def other_login(self, origin: str) -> str:
        """Who types at a cockpit, by login, when that is not the login of whoever claims to act there; else ""."""
        seat = self.seats.get(origin)
        if seat is None or seat.client is None:
            return ""
        known = self.logins.get(seat.operator, seat.client.user)
        return "" if seat.client.user == known else seat.client.user

    def clock_us(self, now_us: int) -> int:
        """The moment that the T-clock showed then: that moment itself, or when it was stopped before."""
        return min(now_us, self.hold.at_us) if self.hold else now_us

    def trigger(self, name: str) -> TriggerState:
        return self.triggers.get(name, _UNARMED)

    @property
    def asks(self) -> dict[str, OpenDecision]:
        """Decisions that somebody has to take, by trigger, the longest asked first."""
        asked = {name: state.asks for name, state in self.triggers.items() if state.asks}
        return dict(sorted(asked.items(), key=lambda each: each[1].asked_us))

    def phase_id(self, plan: Definitions) -> str:
        """The phase at work: the first timed or plain one, in the checklist's order, that has an open item."""
        ordinary = [phase for phase in plan.checklist.phases if phase.kind in ("timed", "plain")]
        for phase in ordinary or plan.checklist.phases:
            if not all(self.item(item.id).is_closed for item in phase.walk()):
                return phase.id
        return (ordinary or plan.checklist.phases)[-1].id

    def with_item(self, item_id: str, **changes: object) -> "Release":
        item = self.item(item_id).model_copy(update=changes)
        return self.model_copy(update={"items": {**self.items, item_id: item}})

    def with_step(self, target: str, step: StepState) -> "Release":
        number = _rollback_step(target)
        if not number:
            return self.with_item(target, step=step)
        steps = list(self.rollback.steps)
        if number > len(steps):
            return self  # the start of its rollback is missing: that line of an imported file was damaged
        steps[number - 1] = step
        return self.with_rollback(steps=tuple(steps))

    def with_rollback(self, **changes: object) -> "Release":
        return self.model_copy(update={"rollback": self.rollback.model_copy(update=changes)})

    def with_seat(self, origin: str, seat: Seat | None) -> "Release":
        """With a cockpit as it is now, or without it."""
        others = {name: each for name, each in self.seats.items() if name != origin}
        return self.model_copy(update={"seats": {**others, origin: seat} if seat else others})

    def with_trigger(self, name: str, **changes: object) -> "Release":
        trigger = self.trigger(name).model_copy(update=changes)
        return self.model_copy(update={"triggers": {**self.triggers, name: trigger}})


def _rollback_step(target: str) -> int:
    """The number of the rollback step that `rollback:N` names; 0 for an item's id."""
    kind, _, number = target.partition(":")
    return int(number) if kind == "rollback" and number.isdecimal() else 0


_OPEN = ItemState()
_UNARMED = TriggerState()
