"""What the rollback bar says: a word for how far production can be taken back, and facts by importance. Pure."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from warroom.core.bindings import RollbackPlan
from warroom.core.definitions import Definitions
from warroom.core.meter import Meter, NeedState, meter
from warroom.core.probe import Verdict
from warroom.core.release import Release
from warroom.core.views import age, span

Fact = str | tuple[str, ...]
"""One fact in words, or the same in several lengths, the longest first."""


class RollbackFacts(NamedTuple):
    """The bar: `word` is one of the meter's, or how far a rollback is."""

    word: str
    facts: tuple[Fact, ...]
    urgent: bool = False
    """Whether the first fact is a window that closes within a quarter of an hour."""


def rollback_facts(plan: Definitions, state: Release, verdicts: Iterable[Verdict], now_us: int) -> RollbackFacts:
    """Can production be taken back, or how far has it been?"""
    rollback, now = plan.bindings.rollback, state.rollback
    if rollback is None:
        return RollbackFacts("not planned", ("the side file has no [rollback]",))
    if now.status == "ready":
        return _ready(plan, rollback, state, meter(plan, state, verdicts, now_us), now_us)
    steps = len(rollback.step)
    step = f"step {(now.current if now.current is not None else steps - 1) + 1} of {steps}"
    if now.status in ("running", "asking", "stopped"):
        waits = ("a step waits for an answer",) if now.status == "asking" else ()
        return RollbackFacts(now.status, (step, *waits, f"started by {now.by}"))
    if now.status == "recovering":
        return RollbackFacts("recovering", ("rolled back", f"verifying {', '.join(rollback.verify)}"))
    return RollbackFacts("restored", (f"rolled back in {span(now.took_s)}", f"restored in {span(now.restored_s)}"))


def _ready(plan: Definitions, rollback: RollbackPlan, state: Release, now: Meter, now_us: int) -> RollbackFacts:
    window = now.window
    closing: tuple[Fact, ...] = (_window(window),) if window else ()
    urgent = bool(window and window.left_s is not None and window.left_s <= 900)
    steps = f"{len(rollback.step)} step{'' if len(rollback.step) == 1 else 's'} ~{span(plan.expected_rollback_s)}"
    back_to = (f"to {rollback.to}",) if rollback.to else ()
    facts: tuple[Fact, ...] = (
        *_missing(plan, now), *(closing if urgent else ()), *_armed(state), steps, *_ahead(plan, state),
        *(() if urgent else closing), _rehearsed(plan, now_us), *back_to,
    )  # fmt: skip
    return RollbackFacts(now.reach, facts, urgent and not _missing_any(now))


def _missing_any(now: Meter) -> bool:
    return bool(now.crossed) or any(not need.there for need in now.needs)


def _missing(plan: Definitions, now: Meter) -> Iterator[str]:
    """What has taken the full rollback away."""
    for item in now.crossed:
        yield f"point of no return crossed: {plan.title(item)}"
    for need in now.needs:
        if not need.there:
            yield f"{need.title}: {'not known' if need.there is None else 'gone'}"


def _armed(state: Release) -> tuple[str, ...]:
    signed = state.rollback.armed
    if state.rollback.is_armed:
        return ("armed",)
    return (f"not armed, {len(signed)} of 2 signed",) if signed else ("not armed",)


def _window(need: NeedState) -> Fact:
    left = span(need.left_s)
    return (f"{left} left: {need.title}", f"{left} {need.title}")


def _rehearsed(plan: Definitions, now_us: int) -> Fact:
    last = plan.rehearsed
    if last is None:
        return "never rehearsed"
    ago = f"rehearsed {age((now_us - last.at_us) / 1e6)} ago"
    return (f"{ago} in {span(last.took_s)}", f"{ago}, {span(last.took_s)}", ago)


def _ahead(plan: Definitions, state: Release) -> tuple[Fact, ...]:
    points = [item for item, binding in plan.bindings.item.items() if binding.point_of_no_return]
    return (("point of no return not crossed", "no return ahead"),) if points and not state.crossed else ()
