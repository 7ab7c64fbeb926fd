"""What a review of a release is made of. `review` computes it, `report` writes it down; nothing here does either."""

from typing import Literal

from warroom.core.base import Frozen
from warroom.core.body import Seen
from warroom.core.probe import Word
from warroom.core.review_incident import Incident
from warroom.core.review_said import Said, seconds

Fault = Literal[
    "done against its probe", "closed before its parts", "begun before the phase before", "rapid ticks",
    "both signatures from one place", "no readings", "interrupted and not verified",
]  # fmt: skip
"""What somebody has to explain."""


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
    """Events that held the release after the phase before had begun: where a slip may come from."""
    moved_s: float = 0.0
    """How far T-0 had been moved when it began: so much of the slip was agreed upon."""

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
    after_s: float | None = None
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
    """Where the release left the plan."""

    what: str
    """`skipped`, `override`, `risk accepted` ..."""


class Slip(Said):
    """T-0 was moved."""

    moved_s: float


class TwoPeople(Frozen):
    """An item, or the arming of the rollback, that two operators signed."""

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


class ProbeTimes(Frozen):
    """How a probe was over the whole release, by its verdicts on record."""

    probe: str
    changes: int
    lasted_s: dict[str, float]
    """Seconds by verdict, from its first one on to the journal's last event."""


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
    """As it was planned at the start."""
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
    slips: tuple[Slip, ...]
    two_people: tuple[TwoPeople, ...]
    probes: tuple[ProbeTimes, ...]
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
