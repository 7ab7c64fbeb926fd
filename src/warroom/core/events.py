"""The closed set of journal events, one class each. Nothing else is ever appended.

A new event is one class here and one branch in `release.fold`; the timeline shows it by its `word` and `detail`.
Stored bodies are read for ever: a field may be added with a default, never renamed or removed.
"""

from typing import get_args

from pydantic import Field

from warroom.core.base import Frozen
from warroom.core.body import Body as Body
from warroom.core.body import Tone as Tone
from warroom.core.bookkeeping import ClockJumped as ClockJumped
from warroom.core.bookkeeping import Redacted as Redacted
from warroom.core.bookkeeping import SamplesDigest as SamplesDigest
from warroom.core.outcome import Outcome
from warroom.core.probe import Level, Word, show
from warroom.core.rules import Value


class Seen(Frozen):
    """A probe as it stood when somebody acted: what the operator could see."""

    probe: str
    word: Word
    value: Value = None
    unit: str = ""
    age_s: float | None = None


class _OfItem(Body):
    item: str

    @property
    def subject(self) -> str:
        return self.item


class ReleaseStarted(Body):
    """The first event of every journal."""

    kind, tone, word = "release_started", "room", "start"
    release: str
    environment: str
    t0_us: int
    """Planned T-0, microseconds UTC."""
    checklist: str
    """Title of the checklist; its whole text stands in the journal's definitions."""

    @property
    def detail(self) -> str:
        return f"{self.release} to {self.environment} with {self.checklist}"


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


class ItemDone(_OfItem):
    kind, tone, word = "item_done", "tick", "tick"
    note: str = ""
    value: str = ""
    """The figure that proves it, as entered."""
    seen: tuple[Seen, ...] = ()

    @property
    def detail(self) -> str:
        return ", ".join(part for part in (self.value, self.note) if part)


class ItemSkipped(_OfItem):
    kind, tone, word = "item_skipped", "skip", "skip"
    reason: str

    @property
    def detail(self) -> str:
        return self.reason


class ItemFailed(_OfItem):
    kind, tone, word = "item_failed", "fail", "failed"
    reason: str
    seen: tuple[Seen, ...] = ()

    @property
    def detail(self) -> str:
        return self.reason


class ItemReopened(_OfItem):
    kind, tone, word = "item_reopened", "reopen", "reopen"
    reason: str = ""

    @property
    def detail(self) -> str:
        return self.reason


class Noted(Body):
    kind, tone, word = "noted", "note", "note"
    text: str
    item: str = ""
    """"" is a note on the release as a whole."""

    @property
    def subject(self) -> str:
        return self.item

    @property
    def detail(self) -> str:
        return self.text


class _OfRun(Body):
    run: str
    """Ties start and end of one run together; unique."""
    target: str
    """The item, or `rollback:N` for step N of the rollback plan."""

    @property
    def subject(self) -> str:
        return self.target


class StepStarted(_OfRun):
    """Stored before the command runs, so that a crash can never hide that it may have run."""

    kind, tone, word = "step_started", "step", "run"
    attempt: int
    title: str
    argv: tuple[str, ...]
    cwd: str
    host: str
    user: str

    @property
    def detail(self) -> str:
        again = f" (attempt {self.attempt})" if self.attempt > 1 else ""
        return f"{self.title}{again}: $ {' '.join(self.argv)}"


class StepFinished(_OfRun):
    kind, tone, word = "step_finished", "step", "ran"
    title: str
    outcome: Outcome

    @property
    def detail(self) -> str:
        return f"{self.title}: {self.outcome.why}, {self.outcome.duration_s:.1f} s"


class StepInterrupted(_OfRun):
    """The process that ran a step died before it could store the result."""

    kind, tone, word = "step_interrupted", "unsure", "interrupted"
    title: str

    @property
    def detail(self) -> str:
        return f"{self.title}: outcome unknown, verify by hand"


class RollbackStarted(Body):
    kind, tone, word = "rollback_started", "rollback", "rollback"
    typed: str
    """The release's name as the operator typed it to start this."""
    reason: str = ""
    steps: int
    seen: tuple[Seen, ...] = ()

    @property
    def subject(self) -> str:
        return "rollback"

    @property
    def detail(self) -> str:
        return f"started, {self.steps} steps" + (f": {self.reason}" if self.reason else "")


class RollbackStepSkipped(Body):
    kind, tone, word = "rollback_step_skipped", "rollback", "skip step"
    step: int
    """1-based."""
    reason: str

    @property
    def subject(self) -> str:
        return f"rollback:{self.step}"

    @property
    def detail(self) -> str:
        return f"step {self.step} skipped: {self.reason}"


class RollbackStopped(Body):
    """An operator stopped the rollback between its steps; production is in between."""

    kind, tone, word = "rollback_stopped", "rollback", "stopped"
    step: int
    reason: str = ""

    @property
    def subject(self) -> str:
        return "rollback"

    @property
    def detail(self) -> str:
        return f"stopped at step {self.step}" + (f": {self.reason}" if self.reason else "")


class RolledBack(Body):
    """Every step of the plan is done or skipped. Production is not yet known to be well."""

    kind, tone, word = "rolled_back", "rollback", "rolled back"
    took_s: float

    @property
    def subject(self) -> str:
        return "rollback"

    @property
    def detail(self) -> str:
        return f"all steps ended after {self.took_s:.1f} s; recovering"


class Restored(Body):
    """After a rollback, all its verify probes are ok again, by readings taken after its last step."""

    kind, tone, word = "restored", "restored", "restored"
    took_s: float
    """From the end of the last step."""
    seen: tuple[Seen, ...] = ()

    @property
    def subject(self) -> str:
        return "rollback"

    @property
    def detail(self) -> str:
        return f"verify probes are ok again, {self.took_s:.1f} s after the last step"


class VerdictChanged(Body):
    kind, tone, word = "verdict_changed", "verdict", "probe"
    probe: str
    to: Word
    was: Level | Word
    value: Value = None
    unit: str = ""
    text: str = ""

    @property
    def subject(self) -> str:
        return self.probe

    @property
    def detail(self) -> str:
        return self.text or f"{show(self.value)} {self.unit}".strip()


AnyBody = (
    ReleaseStarted | CockpitOpened | CockpitClosed | DriverTook
    | ItemDone | ItemSkipped | ItemFailed | ItemReopened | Noted
    | StepStarted | StepFinished | StepInterrupted
    | RollbackStarted | RollbackStepSkipped | RollbackStopped | RolledBack | Restored
    | VerdictChanged
    | Redacted | SamplesDigest | ClockJumped
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
