"""The closed set of journal events. Nothing else is ever appended.

A new event is one class in its family's module (`item_events`, `step_events`, `probe_events`, `decision_events`,
`seat_events`, `bookkeeping`; those of the room here), its name in `AnyBody`, and a branch of `fold`. The timeline shows
`word` and `detail`.
Stored bodies are read for ever: a field may be added with a default, never renamed or removed.
"""

from typing import get_args

from pydantic import Field

from warroom.core.base import Frozen
from warroom.core.body import Body as Body
from warroom.core.body import Seen as Seen
from warroom.core.body import Tone as Tone
from warroom.core.bookkeeping import ClockJumped as ClockJumped
from warroom.core.bookkeeping import Redacted as Redacted
from warroom.core.bookkeeping import SamplesDigest as SamplesDigest
from warroom.core.bookkeeping import SnapshotKept as SnapshotKept
from warroom.core.decision_events import DecisionAsked as DecisionAsked
from warroom.core.decision_events import DecisionEscalated as DecisionEscalated
from warroom.core.decision_events import DecisionTaken as DecisionTaken
from warroom.core.decision_events import TriggerArmed as TriggerArmed
from warroom.core.gate_events import ClockHeld as ClockHeld
from warroom.core.gate_events import ClockResumed as ClockResumed
from warroom.core.gate_events import GatePassed as GatePassed
from warroom.core.gate_events import GateReopened as GateReopened
from warroom.core.gate_events import Polled as Polled
from warroom.core.gate_events import Recycled as Recycled
from warroom.core.gate_events import Vote as Vote
from warroom.core.item_events import EvidenceAdded as EvidenceAdded
from warroom.core.item_events import ItemBegun as ItemBegun
from warroom.core.item_events import ItemBlocked as ItemBlocked
from warroom.core.item_events import ItemDeferred as ItemDeferred
from warroom.core.item_events import ItemDone as ItemDone
from warroom.core.item_events import ItemFailed as ItemFailed
from warroom.core.item_events import ItemNotApplicable as ItemNotApplicable
from warroom.core.item_events import ItemReopened as ItemReopened
from warroom.core.item_events import ItemSigned as ItemSigned
from warroom.core.item_events import ItemSkipped as ItemSkipped
from warroom.core.item_events import ItemStale as ItemStale
from warroom.core.item_events import ItemTakenBack as ItemTakenBack
from warroom.core.item_events import ItemTrueAgain as ItemTrueAgain
from warroom.core.item_events import Noted as Noted
from warroom.core.item_events import PointCrossed as PointCrossed
from warroom.core.item_events import SkipSigned as SkipSigned
from warroom.core.probe_events import ProbeCleared as ProbeCleared
from warroom.core.probe_events import ProbeRefused as ProbeRefused
from warroom.core.probe_events import ProbeRevised as ProbeRevised
from warroom.core.probe_events import VerdictChanged as VerdictChanged
from warroom.core.seat_events import ClientSeen as ClientSeen
from warroom.core.seat_events import SeatOffered as SeatOffered
from warroom.core.seat_events import SeatTaken as SeatTaken
from warroom.core.seat_events import SelfConfirmationRefused as SelfConfirmationRefused
from warroom.core.step_events import Restored as Restored
from warroom.core.step_events import RollbackArmed as RollbackArmed
from warroom.core.step_events import RollbackStarted as RollbackStarted
from warroom.core.step_events import RollbackStepByHand as RollbackStepByHand
from warroom.core.step_events import RollbackStepSkipped as RollbackStepSkipped
from warroom.core.step_events import RollbackStopped as RollbackStopped
from warroom.core.step_events import RollbackWindow as RollbackWindow
from warroom.core.step_events import RolledBack as RolledBack
from warroom.core.step_events import StepFinished as StepFinished
from warroom.core.step_events import StepInterrupted as StepInterrupted
from warroom.core.step_events import StepOutput as StepOutput
from warroom.core.step_events import StepStarted as StepStarted


class ReleaseStarted(Body):
    """The first event of every journal."""

    kind, tone, word = "release_started", "room", "start"
    release: str
    environment: str
    t0_us: int
    """Planned T-0, microseconds UTC."""
    checklist: str
    """Title of the checklist; its whole text stands in the journal's definitions."""
    rehearsal: bool = False

    @property
    def detail(self) -> str:
        how = "REHEARSAL: " if self.rehearsal else ""
        return f"{how}{self.release} to {self.environment} with {self.checklist}"


class CockpitOpened(Body):
    """A cockpit was opened on the release."""

    kind, tone, word = "cockpit_opened", "room", "opened"
    host: str
    user: str
    pid: int
    version: str
    drives: bool = True
    """Whether it probes and runs commands; else it stands by."""

    @property
    def driver(self) -> str:
        return f"{self.user}@{self.host}:{self.pid}"

    @property
    def detail(self) -> str:
        return f"cockpit of {self.user}@{self.host}, process {self.pid}" + ("" if self.drives else ", stands by")


class CockpitClosed(Body):
    """A cockpit was left in good order. After a crash this event is missing."""

    kind, tone, word = "cockpit_closed", "room", "closed"

    @property
    def detail(self) -> str:
        return "cockpit closed"


class DriverTook(Body):
    """A cockpit that stood by took over from a driver that is gone: from here on it probes and runs commands."""

    kind, tone, word = "driver_took", "room", "drives"
    host: str
    user: str
    pid: int

    @property
    def driver(self) -> str:
        return f"{self.user}@{self.host}:{self.pid}"

    @property
    def detail(self) -> str:
        return f"{self.driver} took over"


AnyBody = (
    ReleaseStarted | CockpitOpened | CockpitClosed | DriverTook
    | SeatOffered | SeatTaken | ClientSeen | SelfConfirmationRefused
    | ItemDone | ItemSkipped | ItemFailed | ItemReopened | Noted | ItemSigned | ItemTakenBack | PointCrossed
    | ItemBegun | ItemNotApplicable | ItemDeferred | ItemBlocked | SkipSigned | ItemStale | ItemTrueAgain
    | EvidenceAdded
    | GatePassed | GateReopened | Polled | ClockHeld | ClockResumed | Recycled
    | StepStarted | StepOutput | StepFinished | StepInterrupted
    | RollbackArmed | RollbackWindow | RollbackStarted | RollbackStepSkipped | RollbackStepByHand | RollbackStopped
    | RolledBack | Restored
    | VerdictChanged | ProbeRevised | ProbeRefused | ProbeCleared
    | TriggerArmed | DecisionAsked | DecisionEscalated | DecisionTaken
    | Redacted | SamplesDigest | SnapshotKept | ClockJumped
)  # fmt: skip

KINDS: dict[str, type[Body]] = {body.kind: body for body in get_args(AnyBody)}


class Event(Frozen):
    """One stored line of the journal."""

    seq: int
    id: str
    at_us: int
    """Microseconds UTC."""
    mono_us: int
    actor: str
    origin: str
    """The process that appended it: `cockpit@host:pid`, `cli@host:pid`."""
    body: Body = Field(repr=False)
    hash: str
    redacted_by: int | None = None
    """Number of the event that erased the texts of this one; `body` then has `[redacted]` in their place."""


class Draft(Frozen):
    """An event that is not stored yet. Its id is made by whoever acts, so that a retry cannot act twice."""

    id: str
    at_us: int
    mono_us: int
    actor: str
    origin: str
    body: Body


def uuid7(at_us: int, random: bytes) -> str:
    """A time-ordered id: 48 bits of milliseconds, 74 random bits (RFC 9562, 5.7). `random` holds 10 bytes or more."""
    value = (at_us // 1000 & (1 << 48) - 1) << 80 | int.from_bytes(random[:10], "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    text = f"{value:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
