"""Wishes about items: tick, skip, fail, and whatever else can be said of one. Pure, as all decisions are."""

from decimal import Decimal, InvalidOperation

from warroom.core import events as ev
from warroom.core import signing, step_decisions
from warroom.core.bindings import Expect
from warroom.core.definitions import Definitions
from warroom.core.evidence import Evidence
from warroom.core.gates import closed_gate, has_begun
from warroom.core.probe import Verdict
from warroom.core.release import Release
from warroom.core.rules import parse_rule
from warroom.core.states import ItemSignature, ItemState
from warroom.core.wish import Decision, Refusal

LEAST_ACCEPTED = 10
"""Characters that accepting a figure must be worth."""

_UNTOUCHED = ItemState()


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
    """Somebody, `by`, says that an item is done. Of an item for two people the first signs and the second confirms.

    An item that expects a figure takes it as `value`, with the number of cases `n`; one that does not meet the rule
    only with a reason, `accept`. The second of two people confirms the figure of the first, and need not say it again.
    """
    if refusal := not_to_tick(plan, state, item):
        return refusal
    first, accept = state.item(item).signed, accept.strip()
    said = ev.ItemDone(item=item, note=note.strip(), value=value.strip(), n=n, accepted=accept, seen=seen)
    two = plan.binding(item).signers == 2 and item not in state.crossed  # whoever crossed it was the second
    if two and (refusal := _not_to_sign(first, item, by)):
        return refusal
    done = _confirmed(first, said) if first else _proven(plan.binding(item).expect, said, by)
    if isinstance(done, Refusal):
        return done
    if two and first is None:
        return (ev.ItemSigned(**done.model_dump(exclude={"sensed"})),)
    crossing = step_decisions.cross(plan, state, item, by) if two else ()
    return crossing if isinstance(crossing, Refusal) else (*crossing, done)


def not_to_tick(plan: Definitions, state: Release, item: str) -> Refusal | None:
    """Why an item cannot be ticked as things stand, whatever figure there is."""
    now = state.item(item)
    if now.status == "done":
        return Refusal(f"already done by {now.by}; reopen it first")
    if now.shown == "running":
        return Refusal("its step is still running")
    below = [child for child in plan.places[item].item.children if not state.item(child.id).is_closed]
    if below:
        return Refusal(f"{len(below)} of the items under it {'is' if len(below) == 1 else 'are'} open")
    return closed_gate(plan, state, item)


def _not_to_sign(first: ItemSignature | None, item: str, by: str) -> Refusal | None:
    if refusal := signing.only_people(by, "sign for an item that takes two people"):
        return refusal
    if first and first.by == by:
        return signing.by_oneself(first, "tick", f"{by} has signed already; another operator must confirm", item)
    return None


def _confirmed(first: ItemSignature, said: ev.ItemDone) -> ev.ItemDone | Refusal:
    """What the second says, with the figure that the first has signed."""
    if not first.value:
        return said
    if said.value and said.value != first.value:
        return Refusal(f"{first.by} has signed {first.value}, not {said.value}; confirm that, or reopen the item")
    return said.model_copy(update={"value": first.value, "n": first.n, "accepted": first.accepted})


def _proven(expect: Expect | None, said: ev.ItemDone, by: str) -> ev.ItemDone | Refusal:
    """The tick, if its figure is what the item asks for. A reason to accept it is kept only where one is needed."""
    if expect is None:
        return Refusal("it asks for no figure, so there is none to accept") if said.accepted else said
    figure = _figure(said.value.removesuffix(expect.unit))
    if figure is None:
        return Refusal(f"it asks for a figure: {expect.words}")
    short = _short_of(expect, figure, said)
    if not short:
        return said.model_copy(update={"accepted": ""})
    if not said.accepted:
        return Refusal(f"{short}; accept it with a reason, or say that it failed")
    if len(said.accepted) < LEAST_ACCEPTED:
        return Refusal(f"accepting it needs a reason of at least {LEAST_ACCEPTED} characters")
    return signing.only_people(by, "accept a figure that falls short") or said


def _figure(text: str) -> Decimal | None:
    try:
        figure = Decimal(text.strip())
    except InvalidOperation:
        return None
    return figure if figure.is_finite() else None


def _short_of(expect: Expect, figure: Decimal, said: ev.ItemDone) -> str:
    """In what a figure is not what was expected, or ""."""
    if not parse_rule(expect.rule).holds(figure):
        return f"{said.value} is not {expect.limit}"
    if expect.n and (said.n or 0) < expect.n:
        return f"it needs at least {expect.n} cases, and {said.n or 'no number'} was given"
    return ""


def tick_by_probe(
    plan: Definitions, state: Release, item: str, *, verdict: Verdict, seen: tuple[ev.Seen, ...]
) -> Decision:
    """Its own probe ticks an item that allows it. Once anybody has spoken of it, it is for people alone."""
    if not plan.binding(item).auto:
        return Refusal("it is for people to tick")
    if state.item(item) != _UNTOUCHED:
        return Refusal("somebody has spoken of it")
    if not proposes(plan, state, item, verdict):
        return Refusal("its probe does not propose it")
    return (ev.ItemDone(item=item, note="by its probe", sensed=True, seen=seen),)


def proposes(plan: Definitions, state: Release, item: str, verdict: Verdict) -> bool:
    """Whether an item is open, could be ticked now, and its probe is ok and can be believed."""
    well = verdict.word == "ok" and not verdict.flapping and verdict.probe == plan.binding(item).probe
    if not well or state.item(item).shown != "open" or not has_begun(plan, state, plan.places[item].phase):
        return False
    return not_to_tick(plan, state, item) is None


def skip(
    plan: Definitions, state: Release, item: str, *, reason: str, by: str = "", seen: tuple[ev.Seen, ...] = ()
) -> Decision:
    """Somebody, `by`, says that an item will not be done. Of a required one two people must say so."""
    now = state.item(item)
    if refusal := _not_to_close(state, item, reason, "a skip needs a reason"):
        return refusal
    if not plan.binding(item).required:
        return (ev.ItemSkipped(item=item, reason=reason.strip(), seen=seen),)
    if refusal := signing.only_people(by, "skip a required item, or confirm that it is skipped"):
        return refusal
    if now.skip_signed is None:
        return (ev.SkipSigned(item=item, reason=reason.strip(), seen=seen),)
    if now.skip_signed.by == by:
        wants = f"it is required, and {by} wants it skipped already; another operator must confirm"
        return signing.by_oneself(now.skip_signed, "skip", wants, item)
    return (ev.ItemSkipped(item=item, reason=reason.strip(), seen=seen),)


def not_applicable(
    _plan: Definitions, state: Release, item: str, *, reason: str, seen: tuple[ev.Seen, ...] = ()
) -> Decision:
    """Somebody says that an item has nothing to do with this release."""
    if refusal := _not_to_close(state, item, reason, "say why it does not apply"):
        return refusal
    return (ev.ItemNotApplicable(item=item, reason=reason.strip(), seen=seen),)


def defer(
    plan: Definitions, state: Release, item: str, *, phase: str, reason: str, seen: tuple[ev.Seen, ...] = ()
) -> Decision:
    """Somebody puts an item off to a later phase, whose gate then wants it closed."""
    if refusal := _not_to_close(state, item, reason, "say why it is put off"):
        return refusal
    ids = [each.id for each in plan.checklist.phases]
    if phase not in ids:
        return Refusal(f'there is no phase "{phase}"; the phases are {", ".join(ids)}')
    if ids.index(phase) <= ids.index(plan.places[item].phase.id):
        return Refusal("an item is put off to a later phase")
    if plan.checklist.phases[ids.index(phase)].kind == "emergency":
        return Refusal("nothing is put off to what stands ready for an emergency")
    return (ev.ItemDeferred(item=item, phase=phase, reason=reason.strip(), seen=seen),)


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


def attach(_plan: Definitions, _state: Release, item: str, *, evidence: Evidence) -> Decision:
    """Somebody brings forward what proves an item. That may come before its tick, or after it."""
    if not (evidence.ref or (evidence.form == "note" and evidence.note)):
        return Refusal("evidence is a link, a file, a figure, a step's output or a note")
    return (ev.EvidenceAdded(item=item, **evidence.model_dump()),)
