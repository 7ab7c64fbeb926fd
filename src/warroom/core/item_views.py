"""What is to be known of one item beside its status: what it asks for, who signed, what no longer holds. Pure."""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from warroom.core.bindings import ItemBinding
from warroom.core.definitions import Definitions
from warroom.core.item_decisions import proposes
from warroom.core.probe import Verdict
from warroom.core.release import Release
from warroom.core.states import ItemSignature, ItemState
from warroom.core.views import age, clock_time


class Fact(NamedTuple):
    """One line about an item."""

    label: str
    """At most seven characters."""
    text: str
    tone: Literal["quiet", "loud", "asks"] = "quiet"


class Sensed(NamedTuple):
    """The figure that the bound probe has for an item."""

    figure: str
    """Every digit of it: what is shown rounded may pass where the figure does not."""
    words: str


def facts(plan: Definitions, state: Release, item: str) -> tuple[Fact, ...]:
    """In the order of their weight."""
    now, binding = state.item(item), plan.binding(item)
    if now.status == "done":
        return tuple(_of_done(now))
    if now.is_closed:
        return tuple(_of_closed(plan, now))
    return tuple(_of_open(plan, now, binding))


def _of_done(now: ItemState) -> Iterator[Fact]:
    if now.stale:
        yield Fact("now", f"was true at {_hour(now.at_us)}, not now: {now.stale}", "loud")
    if now.value:
        yield Fact("figure", now.value + (f", n {now.n}" if now.n is not None else ""))
    if now.accepted:
        yield Fact("but", f"accepted: {now.accepted}", "loud")
    if now.text:
        yield Fact("note", now.text)


def _of_closed(plan: Definitions, now: ItemState) -> Iterator[Fact]:
    if now.deferred_to:
        yield Fact("to", next((each.title for each in plan.checklist.phases if each.id == now.deferred_to), ""))
    yield Fact("why", now.text)


def _of_open(plan: Definitions, now: ItemState, binding: ItemBinding) -> Iterator[Fact]:
    if now.text:
        yield Fact("by" if now.status == "blocked" else "why", now.text, "loud" if now.status == "blocked" else "quiet")
    if now.skip_signed:
        yield Fact("skip", f"{_signed(now.skip_signed)}; another operator must confirm", "asks")
    if now.signed:
        yield Fact("signed", f"{_signed(now.signed)}; another operator must confirm", "asks")
    elif binding.signers == 2:
        yield Fact("people", "2p, two different operators")
    if binding.expect:
        yield Fact("asks", binding.expect.words, "asks")
    if binding.before:
        yield Fact("before", next((each.title for each in plan.checklist.phases if each.id == binding.before), ""))


def _signed(first: ItemSignature) -> str:
    value = first.value + (f", n {first.n}" if first.n is not None else "")
    accepted = f"ACCEPTED: {first.accepted}" if first.accepted else ""
    return ": ".join(
        part for part in (f"1 of 2 by {first.by} {_hour(first.at_us)}", value, accepted, first.text) if part
    )


def _hour(at_us: int) -> str:
    return clock_time(at_us)[:5]


def proposed(plan: Definitions, state: Release, verdicts: Iterable[Verdict]) -> frozenset[str]:
    """The open items that their probes would tick; only a person does."""
    by_probe = {verdict.probe: verdict for verdict in verdicts if verdict.word == "ok"}
    bound = ((item, by_probe.get(binding.probe)) for item, binding in plan.bindings.item.items() if binding.probe)
    return frozenset(
        item for item, verdict in bound if verdict and item in plan.places and proposes(plan, state, item, verdict)
    )


def sensed(plan: Definitions, item: str, verdict: Verdict | None) -> Sensed | None:
    """The figure that an item asks for, as its probe has it now; None when that is not fresh or no such number."""
    expect = plan.binding(item).expect
    if expect is None or verdict is None or verdict.word not in ("ok", "warn", "fail") or verdict.flapping:
        return None
    value = verdict.value
    if isinstance(value, bool | str) or value is None or (verdict.unit != expect.unit and verdict.unit and expect.unit):
        return None
    figure = f"{value:.15g}" if isinstance(value, float) else str(value)
    words = f"{figure} {verdict.unit}".rstrip()
    return Sensed(figure, f"{words}, {age(verdict.age_s)} old")
