"""Events about triggers: when a lasting failure asked for a decision, whom it asked, and what was decided."""

from typing import Literal

from warroom.core.body import Body, Seen

Choice = Literal["rollback", "hold", "override"]


class _OfTrigger(Body):
    trigger: str

    @property
    def subject(self) -> str:
        return f"trigger:{self.trigger}"


class TriggerArmed(_OfTrigger):
    """All its probes were ok together: from here on their failing means something."""

    kind, tone, word = "trigger_armed", "room", "armed"

    @property
    def detail(self) -> str:
        return f"{self.trigger} is armed: all its probes are ok"


class DecisionAsked(_OfTrigger):
    """A trigger fired. It stays asked until somebody answers."""

    kind, tone, word = "decision_asked", "decide", "decide"
    rule: str
    """The trigger's rule in words."""
    broke: tuple[str, ...]
    """A line for each probe that broke it: title and why."""
    role: str
    """Who is asked first."""
    within_s: float
    """How long that role has."""
    seen: tuple[Seen, ...] = ()

    @property
    def detail(self) -> str:
        return f"{self.trigger}, {self.rule}: {'; '.join(self.broke)}; asks {self.role}"


class DecisionEscalated(_OfTrigger):
    """Nobody answered in time, so the next role is asked. Nothing was chosen."""

    kind, tone, word = "decision_escalated", "decide", "overdue"
    role: str
    within_s: float

    @property
    def detail(self) -> str:
        return f"{self.trigger}: no answer in time; asks {self.role}"


class DecisionTaken(_OfTrigger):
    """Somebody answered."""

    kind, tone, word = "decision_taken", "decide", "decided"
    answer: Choice
    hold_s: float | None = None
    """How long a hold lasts; if the trigger's probes still fail then, it asks again."""
    reason: str = ""
    seen: tuple[Seen, ...] = ()

    @property
    def detail(self) -> str:
        hold = f" for {self.hold_s / 60:g} min" if self.hold_s else ""
        return f"{self.trigger}: {self.answer}{hold}" + (f": {self.reason}" if self.reason else "")
