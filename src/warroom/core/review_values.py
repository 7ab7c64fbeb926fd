"""What a review of a release is made of. `review` computes it, `report` writes it down; nothing here does either."""

from typing import Literal

from warroom.core.base import Frozen
from warroom.core.body import Seen
from warroom.core.probe import Word

LIMIT = 1000
"""So many of a kind a review lists; `Review.left_out` counts the others."""

_LONGEST = 4000  # characters of one text in a review; the journal has the whole

Step = Literal[
    "first bad reading", "detected", "asked", "overdue", "decided", "rollback started", "rollback stopped",
    "rolled back", "restored", "well again",
]  # fmt: skip
"""What can happen in an incident, in the order in which it should."""

CHAIN: tuple[Step, ...] = (
    "first bad reading", "detected", "asked", "decided", "rollback started", "rolled back", "restored",
)  # fmt: skip
"""The steps whose times are told one after the other."""

Fault = Literal[
    "done against its probe", "closed before its parts", "begun before the phase before", "rapid ticks",
    "both signatures from one place", "no readings", "interrupted and not verified",
]  # fmt: skip
"""What somebody has to explain."""


def shortened(text: str) -> str:
    """The text, without what nobody reads in a review."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text) - _LONGEST} more characters)"


def seconds(since_us: int, until_us: int) -> float:
    """Below 0 when the second came first, as after a clock was put back."""
    return (until_us - since_us) / 1e6


class Said(Frozen):
    """Something that somebody did or said, with the number of its event."""

    seq: int
    at_us: int
    who: str
    subject: str = ""
    """An id, as events have it."""
    text: str = ""


class Moment(Frozen):
    """One step of an incident."""

    step: Step
    at_us: int
    seq: int | None = None
    """The event's number; None for a reading, which is none."""
    who: str = ""
    text: str = ""


class Span(Frozen):
    """The time between two steps of an incident."""

    since: Step
    until: Step
    took_s: float


class Incident(Frozen):
    """From the first bad reading until production was well again, as far as it came."""

    probes: tuple[str, ...]
    """Those that failed when it was asked for a decision, or when the rollback was started."""
    moments: tuple[Moment, ...]
    """In the order in which they happened; with several questions and answers there are several of a step."""
    over: bool

    def first(self, step: Step) -> Moment | None:
        return next((moment for moment in self.moments if moment.step == step), None)

    @property
    def spans(self) -> tuple[Span, ...]:
        """From each step that there was to the next one, and from the first to the last."""
        told = [moment for step in CHAIN if (moment := self.first(step))]
        pairs = list(zip(told, told[1:], strict=False))
        if len(told) > 2:
            pairs.append((told[0], told[-1]))
        return tuple(Span(since=a.step, until=b.step, took_s=seconds(a.at_us, b.at_us)) for a, b in pairs)

    @property
    def took_s(self) -> float:
        """From its first moment to its last."""
        return seconds(self.moments[0].at_us, self.moments[-1].at_us)


class Person(Frozen):
    """What one operator did."""

    name: str
    events: int
    first: Said
    last: Said
    did: dict[str, int]
    """How many events, by the timeline's word for them, the most frequent first."""
    places: tuple[str, ...]
    """The processes they came from, without their numbers; with the login name where it is known."""


class PhaseTimes(Frozen):
    """A phase as it was planned and as it went."""

    id: str
    planned_us: int | None
    """When it was to begin; None for one without a time."""
    begun: Said | None = None
    """The first act on any of its items."""
    ended: Said | None = None
    """The last act that closed one, when all are."""
    closed: int = 0
    total: int = 0
    holds: tuple[int, ...] = ()
    """Events that held the release since the phase before had begun: where a slip may come from."""

    @property
    def slip_s(self) -> float | None:
        """How much later than planned it began; below 0 when it was earlier."""
        if self.planned_us is None or self.begun is None:
            return None
        return seconds(self.planned_us, self.begun.at_us)


class ItemTimes(Frozen):
    """An item as it was last spoken of."""

    id: str
    status: str
    said: Said | None = None
    slip_s: float | None = None
    """From when its phase was to begin until this was said."""
    took_s: float | None = None
    expected_s: float | None = None
    """What its command usually takes."""
    value: str = ""


class Decision(Frozen):
    """What somebody decided, or was asked to, with what could be known then."""

    seq: int
    at_us: int
    who: str
    word: str
    subject: str
    text: str
    seen: tuple[Seen, ...]
    waited_s: float | None = None
    """Since it was asked for."""


class Departure(Said):
    """Where people left the plan."""

    what: Literal["skipped", "failed", "override", "emergency rollback", "by hand", "stopped", "taken back"]


class TwoPeople(Frozen):
    """An item, or the arming of the rollback, that took two operators."""

    subject: str
    first: Said
    second: Said
    no_return: bool = False
    """Whether the rollback plan no longer works from here on."""


class Blind(Frozen):
    """A time in which a probe's verdict was not known."""

    probe: str
    word: Word
    since_us: int
    since_seq: int
    until_us: int
    """The end of the journal when `until_seq` is None."""
    until_seq: int | None = None

    @property
    def lasted_s(self) -> float:
        return seconds(self.since_us, self.until_us)


class Gap(Frozen):
    """A time without readings, longer than they may be old, although somebody drove and nothing was thinned out."""

    probes: tuple[str, ...]
    since_us: int
    until_us: int
    lasted_s: float
    """By the monotonic clock."""


class Contradiction(Frozen):
    """What does not fit together, until somebody explains it."""

    fault: Fault
    seq: int
    """The event that shows it; notes name it by this number."""
    at_us: int
    who: str
    subjects: tuple[str, ...]
    """Items and probes that it is about: a later note on one of them explains it."""
    text: str
    last_seq: int
    """Its last event: what explains it comes later."""
    explained_by: int | None = None
    """The number of the first note that does."""


class Jump(Frozen):
    """A wall clock that was set."""

    seq: int
    at_us: int
    by_s: float
    origin: str


class Proof(Frozen):
    """What `verify` says of the journal, and where it ends."""

    answer: Literal["intact", "broken", "truncated", "unanchored"]
    why: str
    checkpoint: str
    notes: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        return self.answer in ("intact", "unanchored")


class Facts(Frozen):
    """What the first event says, and between which times everything happened."""

    release: str = ""
    environment: str = ""
    checklist: str = ""
    rehearsal: bool = False
    t0_us: int = 0
    first_us: int = 0
    last_us: int = 0
    events: int = 0
    by_itself: int = 0
    """Events of nobody: what probes and the program found."""


class Review(Frozen):
    """A release, looked back upon."""

    facts: Facts
    proof: Proof
    people: tuple[Person, ...]
    phases: tuple[PhaseTimes, ...]
    items: tuple[ItemTimes, ...]
    incidents: tuple[Incident, ...]
    decisions: tuple[Decision, ...]
    departures: tuple[Departure, ...]
    two_people: tuple[TwoPeople, ...]
    blind: tuple[Blind, ...]
    gaps: tuple[Gap, ...]
    jumps: tuple[Jump, ...]
    contradictions: tuple[Contradiction, ...]
    follow_ups: tuple[Said, ...]
    stretches: tuple[tuple[int, int], ...]
    """When readings were taken that are still there: from, to. What lies between is long."""
    left_out: dict[str, int]
    """How many more there are than are listed, by the name of the field."""

    @property
    def to_explain(self) -> int:
        open_ones = sum(each.explained_by is None for each in self.contradictions)
        return open_ones + self.left_out.get("contradictions", 0)

    @property
    def standing(self) -> str:
        """`final`, or why it is a draft."""
        faults = [f"the journal is {self.proof.answer}"] if not self.proof.holds else []
        if count := self.to_explain:
            faults.append(f"{count} {'thing' if count == 1 else 'things'} to explain")
        return f"draft: {', '.join(faults)}" if faults else "final"

    @property
    def final(self) -> bool:
        return self.standing == "final"
