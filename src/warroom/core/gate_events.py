"""Events about going on: gates, polls, and the T-clock."""

from typing import Literal

from warroom.core.base import Frozen
from warroom.core.body import Body, Seen

Say = Literal["go", "no-go"]


class Vote(Frozen):
    """What one role said in a poll."""

    role: str
    say: Say
    by: str
    """Who spoke for the role: itself, or its delegate when it was absent."""
    delegate: bool = False
    reason: str = ""


class _OfPhase(Body):
    phase: str

    @property
    def subject(self) -> str:
        return f"phase:{self.phase}"


class GatePassed(_OfPhase):
    """A phase has begun: its gate held, or somebody has accepted what was open."""

    kind, tone, word = "gate_passed", "room", "gate"
    risk: str = ""
    """Why it was passed although it did not hold."""
    open: tuple[str, ...] = ()
    """What did not hold, a line each."""
    seen: tuple[Seen, ...] = ()

    @property
    def detail(self) -> str:
        if not self.risk:
            return f"{self.phase} is open"
        return f"{self.phase} is open, RISK ACCEPTED: {self.risk} ({'; '.join(self.open)})"


class GateReopened(_OfPhase):
    """What a gate relied on is no longer true."""

    kind, tone, word = "gate_reopened", "unsure", "gate"
    why: str
    relied: str
    """Who passed the gate and so relied on it."""

    @property
    def detail(self) -> str:
        return f"{self.phase} is closed again: {self.why}; {self.relied} relied on it"


class Polled(_OfPhase):
    """Go or no-go, by every role."""

    kind, tone, word = "polled", "decide", "poll"
    votes: tuple[Vote, ...]
    seen: tuple[Seen, ...] = ()

    @property
    def go(self) -> bool:
        return all(vote.say == "go" for vote in self.votes)

    @property
    def detail(self) -> str:
        return f"{self.phase}: {'GO' if self.go else 'NO-GO'} ({', '.join(map(_words, self.votes))})"


class ClockHeld(Body):
    """The T-clock stands still."""

    kind, tone, word = "clock_held", "decide", "hold"
    reason: str
    planned: bool = False

    @property
    def detail(self) -> str:
        return f"planned: {self.reason}" if self.planned else self.reason


class ClockResumed(Body):
    """The T-clock goes on; T-0 has moved by the time that it stood still."""

    kind, tone, word = "clock_resumed", "room", "resume"
    slip_s: float
    reason: str
    """Of the hold."""

    @property
    def detail(self) -> str:
        return f"T-0 moves by {self.slip_s:.0f} s: {self.reason}"


class Recycled(_OfPhase):
    """The release goes back to an earlier phase: what was done from there on is to be done again."""

    kind, tone, word = "recycled", "decide", "recycle"
    reason: str
    t0_us: int
    """T-0 from now on, microseconds UTC."""
    items: tuple[str, ...]
    """Items that are open again."""

    @property
    def detail(self) -> str:
        return f"back to {self.phase}, {len(self.items)} items are open again: {self.reason}"


def _words(vote: Vote) -> str:
    own = vote.role if vote.by == vote.role else f"{vote.role} {vote.by}"
    who = f"{vote.by} for {vote.role}" if vote.delegate else own
    return f"{who} {vote.say.upper()}" + (f": {vote.reason}" if vote.reason else "")
