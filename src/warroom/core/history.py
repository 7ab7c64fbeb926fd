"""What earlier releases took, and what the next one may be expected to take. Journals are read elsewhere.

Times are those of wall clocks, because a release may move from host to host; a clock that was set shows in them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import floor

from warroom.core.base import Frozen
from warroom.core.definitions import Definitions, Rehearsed
from warroom.core.events import (
    DecisionAsked,
    DecisionTaken,
    Event,
    ItemDone,
    ItemFailed,
    ItemReopened,
    ItemSkipped,
    ReleaseStarted,
    Restored,
    RollbackStarted,
    RolledBack,
    StepFinished,
    StepStarted,
)
from warroom.core.spread import Spread


class Run(Frozen):
    """A command that ended well. Those that failed tell nothing of how long it takes."""

    target: str
    """The item, or `rollback:N`."""
    title: str
    took_s: float


class Answer(Frozen):
    """A decision that a trigger asked for and that somebody took."""

    trigger: str
    answer: str
    took_s: float
    """From the question to the answer."""


class Rollback(Frozen):
    """A rollback that was started, as far as it came."""

    at_us: int
    """When it was started."""
    took_s: float | None = None
    """Until its last step had ended."""
    restored_s: float | None = None
    """From then until production was known to be well."""


class Past(Frozen):
    """One release, as its journal tells it."""

    release: str = ""
    environment: str = ""
    rehearsal: bool = False
    t0_us: int = 0
    events: int = 0
    took_s: float = 0.0
    """From the first event to the last."""
    phases: dict[str, float] = {}
    """Seconds by the id of each phase whose items are all done or skipped: from the first act on one to the last."""
    items: dict[str, float] = {}
    """Seconds by the item's id, for those that are done: see `_Teller._done`."""
    runs: tuple[Run, ...] = ()
    rollbacks: tuple[Rollback, ...] = ()
    answers: tuple[Answer, ...] = ()


def tell(plan: Definitions, events: Iterable[Event]) -> Past:
    """What all events of one journal, in order, say of the times that its release took."""
    teller = _Teller(plan)
    for event in events:
        teller.hear(event)
    return teller.past()


def spread(seconds: Sequence[float]) -> Spread | None:
    """None of nothing."""
    if not seconds:
        return None
    ordered = sorted(seconds)
    return Spread(n=len(ordered), p50_s=quantile(ordered, 0.5), p90_s=quantile(ordered, 0.9))


def quantile(ordered: Sequence[float], share: float) -> float:
    """Of at least one number, in rising order; between two by linear interpolation, as spreadsheets' PERCENTILE.INC and
    pandas do (R's type 7: Hyndman and Fan, Sample Quantiles in Statistical Packages, 1996).
    """
    at = share * (len(ordered) - 1)
    low = floor(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def expected(pasts: Iterable[Past]) -> dict[str, Spread]:
    """What each step has taken, by its target, from releases in the order in which they happened.

    A step that was given another title is another step: only runs under the newest title count.
    """
    by_target: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    newest: dict[str, str] = {}
    for run in (run for past in pasts for run in past.runs):
        by_target[run.target][run.title].append(run.took_s)
        newest[run.target] = run.title
    return _spreads({target: by_target[target][title] for target, title in newest.items()})


def last_rehearsal(pasts: Iterable[Past]) -> Rehearsed | None:
    """The last rehearsal in which the rollback came to its end."""
    rehearsed = (rollback for past in pasts if past.rehearsal for rollback in past.rollbacks)
    whole = [Rehearsed(at_us=each.at_us, took_s=each.took_s) for each in rehearsed if each.took_s is not None]
    return max(whole, key=lambda each: each.at_us, default=None)


def spread_of_phases(pasts: Iterable[Past]) -> dict[str, Spread]:
    """By the phase's id."""
    return _spreads(_gathered(past.phases for past in pasts))


def spread_of_items(pasts: Iterable[Past]) -> dict[str, Spread]:
    """By the item's id."""
    return _spreads(_gathered(past.items for past in pasts))


def _gathered(many: Iterable[Mapping[str, float]]) -> dict[str, list[float]]:
    gathered: dict[str, list[float]] = defaultdict(list)
    for one in many:
        for name, seconds in one.items():
            gathered[name].append(seconds)
    return gathered


def _spreads(gathered: Mapping[str, Sequence[float]]) -> dict[str, Spread]:
    found = {name: spread(seconds) for name, seconds in gathered.items()}
    return {name: told for name, told in found.items() if told}


class _Teller:
    """Hears the events of one release."""

    def __init__(self, plan: Definitions) -> None:
        self._phases = plan.checklist.phases
        self._phase_of = {item_id: place.phase.id for item_id, place in plan.places.items()}
        self._facts: dict[str, object] = {}
        self._count = 0
        self._first_us = self._last_us = 0
        self._begun_us: dict[str, int] = {}  # phases, by their first act
        self._closed_us: dict[str, int] = {}  # phases, by the last item that was closed
        self._closed: set[str] = set()  # items that are
        self._run_us: dict[str, int] = {}  # items, by the first start of their step
        self._items: dict[str, float] = {}
        self._runs: list[Run] = []
        self._rollbacks: list[Rollback] = []
        self._asked_us: dict[str, int] = {}
        self._answers: list[Answer] = []

    def hear(self, event: Event) -> None:
        self._count += 1
        self._first_us = self._first_us or event.at_us
        self._last_us = event.at_us
        match event.body:
            case ReleaseStarted() as started:
                self._facts = started.model_dump(include={"release", "environment", "t0_us", "rehearsal"})
            case ItemDone(item=item):
                self._done(item, event.at_us)
            case ItemSkipped(item=item):
                self._close(item, event.at_us)
            case ItemFailed(item=item):
                self._open(item)
                self._begin(item, event.at_us)
            case ItemReopened(item=item):
                self._open(item)
            case StepStarted(target=target):
                self._begin(target, event.at_us)
                self._run_us.setdefault(target, event.at_us)
            case StepFinished(target=target, title=title, outcome=outcome) if outcome.ended == "done":
                self._runs.append(Run(target=target, title=title, took_s=outcome.duration_s))
            case _:
                self._hear_of_trouble(event)

    def _hear_of_trouble(self, event: Event) -> None:
        match event.body:
            case RollbackStarted():
                self._rollbacks.append(Rollback(at_us=event.at_us))
            case RolledBack(took_s=took_s) if self._rollbacks:
                self._rollbacks[-1] = self._rollbacks[-1].model_copy(update={"took_s": took_s})
            case Restored(took_s=took_s) if self._rollbacks:
                self._rollbacks[-1] = self._rollbacks[-1].model_copy(update={"restored_s": took_s})
            case DecisionAsked(trigger=trigger):
                self._asked_us[trigger] = event.at_us
            case DecisionTaken(trigger=trigger, answer=answer) if trigger in self._asked_us:
                took_s = _seconds(self._asked_us.pop(trigger), event.at_us)
                self._answers.append(Answer(trigger=trigger, answer=answer, took_s=took_s))

    def _begin(self, item: str, at_us: int) -> None:
        if phase := self._phase_of.get(item):
            self._begun_us.setdefault(phase, at_us)

    def _open(self, item: str) -> None:
        self._items.pop(item, None)
        self._closed.discard(item)

    def _close(self, item: str, at_us: int) -> None:
        self._begin(item, at_us)
        self._closed.add(item)
        if phase := self._phase_of.get(item):
            self._closed_us[phase] = at_us

    def _done(self, item: str, at_us: int) -> None:
        """An item's time runs from the first start of its command; without one, from when the item before it in its
        phase was closed. The first of a phase without a command has none: nobody knows when it was begun.
        """
        since_us = self._run_us.get(item, self._closed_us.get(self._phase_of.get(item, "")))
        if since_us is not None:
            self._items[item] = _seconds(since_us, at_us)
        self._close(item, at_us)

    def past(self) -> Past:
        whole = [each.id for each in self._phases if all(item.id in self._closed for item in each.walk())]
        phases = {
            phase: _seconds(self._begun_us[phase], self._closed_us[phase])
            for phase in whole
            if phase in self._closed_us
        }
        return Past.model_validate(
            {
                **self._facts,
                "events": self._count,
                "took_s": _seconds(self._first_us, self._last_us),
                "phases": phases,
                "items": self._items,
                "runs": tuple(self._runs),
                "rollbacks": tuple(self._rollbacks),
                "answers": tuple(self._answers),
            }
        )


def _seconds(since_us: int, until_us: int) -> float:
    """0 when a clock was put back in between."""
    return max(0.0, (until_us - since_us) / 1e6)
