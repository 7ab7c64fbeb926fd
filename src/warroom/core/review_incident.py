"""An incident: its steps, in the order in which they happened, and the times between them."""

from itertools import pairwise
from typing import Literal

from warroom.core.base import Frozen
from warroom.core.review_said import seconds

Step = Literal[
    "first bad reading", "detected", "asked", "overdue", "decided", "rollback started", "rollback stopped",
    "rolled back", "restored", "well again",
]  # fmt: skip
"""What can happen in an incident, in the order in which it should."""

CHAIN: tuple[Step, ...] = (
    "first bad reading", "detected", "asked", "decided", "rollback started", "rolled back", "restored",
)  # fmt: skip
"""The steps whose times are told one after the other."""


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
        pairs = list(pairwise(told))
        if len(told) > 2:
            pairs.append((told[0], told[-1]))
        return tuple(Span(since=a.step, until=b.step, took_s=seconds(a.at_us, b.at_us)) for a, b in pairs)

    @property
    def took_s(self) -> float:
        """From its first moment to its last."""
        return seconds(self.moments[0].at_us, self.moments[-1].at_us)
