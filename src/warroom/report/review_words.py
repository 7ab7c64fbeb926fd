"""A review in words and tables, the same for every form that it is written in. Text from outside is plain here."""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from warroom.core import views
from warroom.core.body import Seen
from warroom.core.definitions import Definitions
from warroom.core.probe import Word, show
from warroom.core.review_values import Review

Role = Literal["ok", "warn", "fail", "unsure", "quiet"]


class Ref(NamedTuple):
    """An event, by its number."""

    seq: int | None


class State(NamedTuple):
    """A word for how something is, never told by its colour alone."""

    word: str
    role: Role


class Lines(NamedTuple):
    """Several texts, one under the other."""

    texts: tuple[str, ...]


Cell = str | Ref | State | Lines


class Table(NamedTuple):
    """Rows under a head. An empty one is not shown."""

    head: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    caption: str = ""
    more: int = 0
    """How many rows there would be beyond these."""
    folded: bool = False
    """Whether it may be folded away where that is possible."""


class Section(NamedTuple):
    """A part of the review."""

    id: str
    title: str
    said: tuple[str, ...]
    """Sentences at its top."""
    tables: tuple[Table, ...]


VERDICTS: dict[Word, Role] = {
    "ok": "ok",
    "warn": "warn",
    "fail": "fail",
    "unknown": "unsure",
    "stale": "unsure",
    "pending": "quiet",
}
STATUSES: dict[str, Role] = {
    "done": "ok",
    "failed": "fail",
    "blocked": "fail",
    "not true now": "fail",
    "skipped": "warn",
    "n/a": "warn",
    "deferred": "warn",
    "taken back": "warn",
    "doing": "unsure",
}


class Words:
    """How times and names of one release are told."""

    def __init__(self, plan: Definitions, review: Review) -> None:
        self.plan = plan
        self.review = review

    def utc(self, at_us: int) -> str:
        return views.utc(at_us)[:19].replace("T", " ")

    def clock(self, at_us: int) -> str:
        return views.t_clock(at_us, self.review.facts.t0_us)

    def both(self, at_us: int | None) -> Lines:
        """UTC, and under it the T-clock."""
        return Lines((self.utc(at_us), self.clock(at_us)) if at_us is not None else ())

    def title(self, subject: str) -> str:
        kind, _, name = subject.partition(":")
        if kind == "phase":
            return next((phase.title for phase in self.plan.checklist.phases if phase.id == name), subject)
        return self.plan.title(subject)

    def seen(self, seen: Iterable[Seen]) -> Lines:
        """`Payment success: fail, 86.99 %, 1.2 s old`, what is worst first."""
        ordered = sorted(seen, key=lambda each: _RANK.index(each.word))
        return Lines(tuple(map(self._seen, ordered)))

    def _seen(self, seen: Seen) -> str:
        value = f", {show(seen.value)} {seen.unit}".rstrip() if seen.value is not None else ""
        age = f", {views.span(seen.age_s)} old" if seen.age_s is not None else ", never read"
        return f"{self.plan.title(seen.probe)}: {seen.word}{value}{age}"


_RANK: tuple[Word, ...] = ("fail", "warn", "unknown", "stale", "pending", "ok")


def lasting(seconds: float | None) -> str:
    """A duration with tenths below a minute, and with its sign: `4.0 s`, `12m05s`, `-3 h`."""
    if seconds is None:
        return ""
    sign = "-" if seconds < 0 else ""
    size = abs(seconds)
    return f"{sign}{size:.1f} s" if size < 59.95 else f"{sign}{views.span(size)}"


def slipped(seconds: float | None) -> str:
    """How late: `12m05s late`, `3 h early`, `on time`."""
    if seconds is None:
        return ""
    if abs(seconds) < 1:
        return "on time"
    return f"{lasting(abs(seconds))} {'late' if seconds > 0 else 'early'}"


def counted(number: int, what: str, many: str = "") -> str:
    """`1 item`, `2 items`."""
    return f"{number} {what if number == 1 else many or what + 's'}"
