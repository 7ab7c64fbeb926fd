"""What the state of a release is made of. `release` puts it together."""

from typing import Literal

from warroom.core.base import Frozen
from warroom.core.probe import Level, ProbeSpec, Word
from warroom.core.rules import Value
from warroom.core.seat_events import ClientSeen

ItemStatus = Literal["open", "doing", "done", "skipped", "n/a", "deferred", "blocked", "failed"]
CLOSED: tuple[ItemStatus, ...] = ("done", "skipped", "n/a", "deferred")
"""Statuses of items that nothing is waiting for where they stand."""
StepPhase = Literal["running", "done", "failed", "interrupted", "skipped"]
RollbackStatus = Literal["ready", "running", "asking", "stopped", "recovering", "restored"]


class StepState(Frozen):
    """The latest run of a step."""

    run: str
    attempt: int
    phase: StepPhase
    title: str
    started_us: int
    by: str
    duration_s: float | None = None
    why: str = ""
    """How it ended, or why it was skipped."""


class Signature(Frozen):
    """An operator's word, given at a moment."""

    by: str
    at_us: int
    tried: bool = False
    """Whether the same operator has tried to be the second as well."""


class ItemSignature(Signature):
    """The first of two operators, with what the second is to confirm."""

    text: str = ""
    """The note, or the reason."""
    value: str = ""
    n: int | None = None
    accepted: str = ""


class ItemState(Frozen):
    """What people have said of an item, and what its step did."""

    status: ItemStatus = "open"
    at_us: int = 0
    by: str = ""
    text: str = ""
    """The note of a tick, the reason of a skip or failure."""
    value: str = ""
    """The figure that proves it."""
    n: int | None = None
    """How many cases the figure comes from."""
    accepted: str = ""
    """Why it counts although the figure is not what was expected."""
    sensed: bool = False
    """Whether its probe ticked it, and no person."""
    step: StepState | None = None
    notes: int = 0
    evidence: int = 0
    """How much was brought forward beside its tick."""
    signed: ItemSignature | None = None
    """The first of two operators, while the second is missing."""
    skip_signed: ItemSignature | None = None
    """The first of two who want a required item skipped."""
    deferred_to: str = ""
    """The phase in which it is to be done."""
    stale: str = ""
    """Why what was true when it was done is not true now."""
    taken_back: bool = False
    """Whether it is open because the rollback has undone it."""

    @property
    def shown(self) -> str:
        """The status for a screen: a step in motion, or one whose end is unknown, shows through an open item."""
        if self.step and self.step.phase == "running":
            return "running"
        if self.step and self.step.phase == "interrupted" and self.status == "open":
            return "interrupted"
        if self.stale and self.status == "done":
            return "not true now"
        return "taken back" if self.taken_back and self.status == "open" else self.status

    @property
    def is_closed(self) -> bool:
        return self.status in CLOSED


class RollbackState(Frozen):
    """How far production has been taken back."""

    status: RollbackStatus = "ready"
    armed: tuple[Signature, ...] = ()
    """Who armed it; with two it is armed, until it starts."""
    emergency: bool = False
    by: str = ""
    reason: str = ""
    started_us: int = 0
    started_mono_us: int = 0
    steps: tuple[StepState | None, ...] = ()
    ended_us: int = 0
    """When the last step ended: from here recovery is timed."""
    ended_mono_us: int = 0
    took_s: float | None = None
    restored_s: float | None = None

    @property
    def is_armed(self) -> bool:
        return len(self.armed) == 2

    @property
    def current(self) -> int | None:
        """Index of the first step that is neither done nor skipped, or None."""
        for index, step in enumerate(self.steps):
            if step is None or step.phase not in ("done", "skipped"):
                return index
        return None


class ProbeState(Frozen):
    """The last verdict change of a probe. Readings in between are samples, not events."""

    word: Word
    was: Level | Word
    at_us: int
    value: Value = None


class Revision(Frozen):
    """A probe whose file has changed since the release began."""

    spec: ProbeSpec
    toml: str
    """The file as it was written."""
    since_us: int = 0
    """From when on its readings count, UTC; 0 when all do."""


class OpenDecision(Frozen):
    """What a trigger asks, until somebody answers."""

    rule: str
    broke: tuple[str, ...]
    asked_us: int
    role: str
    """Who is asked now."""
    deadline_us: int
    """Until when that role has time, UTC."""
    roles_asked: int = 1


class TriggerState(Frozen):
    """Whether a trigger can fire, and what it asks."""

    armed: bool = False
    asks: OpenDecision | None = None
    held_until_us: int = 0
    """When a hold that was chosen ends, UTC; 0 without one."""


class Opened(Frozen):
    """A phase whose gate was passed."""

    by: str
    at_us: int
    risk: str = ""


class Hold(Frozen):
    """Since when the T-clock stands still, and why."""

    by: str
    at_us: int
    reason: str
    planned: bool = False


class Seat(Frozen):
    """A cockpit, and who acts at it."""

    host: str
    user: str
    pid: int
    since_us: int
    operator: str
    claimed: bool = False
    """Whether the operator took it without its being handed over."""
    offered_to: str = ""
    """Whom the operator hands it over to, until that one takes it."""
    client: ClientSeen | None = None
    """Who types in its terminal, since the operator took it; None outside tmux."""


class Slip(Frozen):
    """How far a hold has moved T-0."""

    by: str
    reason: str
    seconds: float
