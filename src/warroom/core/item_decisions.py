"""Wishes about items: tick, skip, fail, and whatever else can be said of one. Pure, as all decisions are."""

from decimal import Decimal, InvalidOperation

from warroom.core import events as ev
from warroom.core import step_decisions
from warroom.core.bindings import Expect
from warroom.core.definitions import Definitions
from warroom.core.gates import closed_gate
from warroom.core.release import Release
from warroom.core.rules import parse_rule
from warroom.core.wish import Decision, Refusal


def tick(
    plan: Definitions,
    state: Release,
    item: str,
    *,
    note: str,
    value: str,
    seen: tuple[ev.Seen, ...],
    by: str = "",
    n: int | None = None,
    accept: str = "",
) -> Decision:
    """Somebody, `by`, says that an item is done. Of an item for two people the first one only signs.

    An item that expects a figure takes it as `value`, with the number of cases `n`; one that does not meet the rule
    only with a reason, `accept`.
    """
    now, note, value, accept = state.item(item), note.strip(), value.strip(), accept.strip()
    expect = plan.binding(item).expect
    if refusal := _not_to_tick(plan, state, item) or (_unproven(expect, value, n, accept) if expect else None):
        return refusal
    done = ev.ItemDone(item=item, note=note, value=value, n=n, accepted=accept, seen=seen)
    if plan.binding(item).signers < 2 or item in state.crossed:  # whoever crossed it was the second
        return (done,)
    if now.signed is None:
        return (ev.ItemSigned(item=item, note=note, value=value, seen=seen),)
    if now.signed.by == by:
        return Refusal(f"{by} has signed already; another operator must confirm")
    crossing = step_decisions.cross(plan, state, item, by)
    return crossing if isinstance(crossing, Refusal) else (*crossing, done)


def _not_to_tick(plan: Definitions, state: Release, item: str) -> Refusal | None:
    now = state.item(item)
    if now.status == "done":
        return Refusal(f"already done by {now.by}; reopen it first")
    if now.shown == "running":
        return Refusal("its step is still running")
    below = [child for child in plan.places[item].item.children if not state.item(child.id).is_closed]
    if below:
        return Refusal(f"{len(below)} of the items under it {'is' if len(below) == 1 else 'are'} open")
    return closed_gate(plan, state, item)


def _unproven(expect: Expect, value: str, n: int | None, accept: str) -> Refusal | None:
    """Why a figure does not prove what the item asks for."""
    try:
        figure = Decimal(value.removesuffix(expect.unit).strip())
    except InvalidOperation:
        return Refusal(f"it asks for a figure: {expect.words}")
    if not figure.is_finite():
        return Refusal(f"it asks for a figure: {expect.words}")
    if accept:
        return None
    if not parse_rule(expect.rule).holds(float(figure)):
        return Refusal(f"{value} is not {expect.words}; accept it with a reason, or say that it failed")
    if expect.n and (n or 0) < expect.n:
        return Refusal(f"it needs at least {expect.n} cases, and {n or 'no number'} was given")
    return None


def skip(plan: Definitions, state: Release, item: str, *, reason: str, by: str = "") -> Decision:
    """Somebody, `by`, says that an item will not be done. Of a required one two people must say so."""
    now = state.item(item)
    if refusal := _not_to_close(state, item, reason, "a skip needs a reason"):
        return refusal
    if not plan.binding(item).required:
        return (ev.ItemSkipped(item=item, reason=reason.strip()),)
    if now.skip_signed is None:
        return (ev.SkipSigned(item=item, reason=reason.strip()),)
    if now.skip_signed.by == by:
        return Refusal(f"it is required, and {by} wants it skipped already; another operator must confirm")
    return (ev.ItemSkipped(item=item, reason=reason.strip()),)


def not_applicable(_plan: Definitions, state: Release, item: str, *, reason: str) -> Decision:
    """Somebody says that an item has nothing to do with this release."""
    if refusal := _not_to_close(state, item, reason, "say why it does not apply"):
        return refusal
    return (ev.ItemNotApplicable(item=item, reason=reason.strip()),)


def defer(plan: Definitions, state: Release, item: str, *, phase: str, reason: str) -> Decision:
    """Somebody puts an item off to a later phase, whose gate then wants it closed."""
    if refusal := _not_to_close(state, item, reason, "say why it is put off"):
        return refusal
    ids = [each.id for each in plan.checklist.phases]
    if phase not in ids:
        return Refusal(f'there is no phase "{phase}"; the phases are {", ".join(ids)}')
    if ids.index(phase) <= ids.index(plan.places[item].phase.id):
        return Refusal("an item is put off to a later phase")
    return (ev.ItemDeferred(item=item, phase=phase, reason=reason.strip()),)


def begin(plan: Definitions, state: Release, item: str) -> Decision:
    """Somebody takes an item in hand."""
    if state.item(item).status not in ("open", "blocked", "failed"):
        return Refusal(f"it is {state.item(item).status} already")
    return closed_gate(plan, state, item) or (ev.ItemBegun(item=item),)


def block(_plan: Definitions, state: Release, item: str, *, reason: str) -> Decision:
    """Somebody says what keeps an item from being done."""
    if refusal := _not_to_close(state, item, reason, "say what blocks it"):
        return refusal
    return (ev.ItemBlocked(item=item, reason=reason.strip()),)


def _not_to_close(state: Release, item: str, reason: str, needs: str) -> Refusal | None:
    now = state.item(item)
    if not reason.strip():
        return Refusal(needs)
    if now.is_closed:
        return Refusal(f"already {now.status} by {now.by}; reopen it first")
    return Refusal("its step is still running") if now.shown == "running" else None


def fail(_plan: Definitions, state: Release, item: str, *, reason: str, seen: tuple[ev.Seen, ...]) -> Decision:
    """Somebody says that an item was tried and did not work."""
    if not reason.strip():
        return Refusal("a failure needs a reason")
    if state.item(item).shown == "running":
        return Refusal("its step is still running")
    return (ev.ItemFailed(item=item, reason=reason.strip(), seen=seen),)


def reopen(_plan: Definitions, state: Release, item: str, *, reason: str) -> Decision:
    """Somebody takes back what was said of an item. The history stays."""
    now = state.item(item)
    if now.status == "open" and not (now.signed or now.skip_signed):
        return Refusal("it is open already")
    return (ev.ItemReopened(item=item, reason=reason.strip()),)


def stale(_plan: Definitions, state: Release, item: str, *, probe: str, why: str) -> Decision:
    """The probe behind a done item fails now."""
    now = state.item(item)
    if now.status != "done" or now.stale:
        return Refusal("it is not done, or told already")
    return (ev.ItemStale(item=item, probe=probe, why=why),)


def true_again(_plan: Definitions, state: Release, item: str) -> Decision:
    """The probe behind it is ok again."""
    return (ev.ItemTrueAgain(item=item),) if state.item(item).stale else Refusal("it has been true")


def note(_plan: Definitions, _state: Release, item: str, *, text: str) -> Decision:
    """Somebody writes something down, about an item or ("" as item) about the release."""
    if not text.strip():
        return Refusal("a note needs a text")
    return (ev.Noted(text=text.strip(), item=item),)
