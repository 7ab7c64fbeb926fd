"""Gates: what must hold before a phase may begin, and what of it does not. Pure."""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from warroom.core.checklist import Item, Phase
from warroom.core.definitions import Definitions
from warroom.core.probe import Verdict
from warroom.core.release import Release
from warroom.core.wish import Refusal

Trouble = Literal["open", "not true now", "closed before", "failing", "blind", "no-go", "not polled"]
Standing = Literal["go", "hold", "no-go", "unknown"]
"""Whether a phase may begin: yes, not yet, somebody says no, or nobody can know."""


class Finding(NamedTuple):
    """One thing that a gate looks at and that is not simply well."""

    kind: Trouble
    subject: str
    """Item, phase, probe or role."""
    text: str
    """In one line, with who and why."""
    stops: bool
    """Whether the gate does not hold because of it."""


def gate(plan: Definitions, state: Release, verdicts: Iterable[Verdict], phase: str) -> tuple[Finding, ...]:
    """What stands in the way of a phase, and what was closed on the way there without being done."""
    wanted = plan.bindings.gate.get(phase)
    if wanted is None:
        return ()
    by_probe = {verdict.probe: verdict for verdict in verdicts}
    items = (finding for item in needed(plan, state, phase) for finding in _item(state, item))
    probes = (finding for probe in wanted.probes for finding in _probe(plan, probe, by_probe.get(probe)))
    return (*items, *probes, *_poll(state, phase, wanted.roles))


def holds(findings: Iterable[Finding]) -> bool:
    return not any(finding.stops for finding in findings)


def standing(state: Release, phase: str, findings: Iterable[Finding]) -> Standing:
    """Whether a phase may begin, by what its gate finds and by the T-clock. One that was opened has begun."""
    stopping = {finding.kind for finding in findings if finding.stops}
    if "no-go" in stopping and phase not in state.opened:
        return "no-go"
    if state.hold:
        return "hold"
    if phase in state.opened or not stopping:
        return "go"
    return "unknown" if stopping == {"blind"} else "hold"


def nearest_gate(plan: Definitions, state: Release, phase: Phase) -> str:
    """The phase whose gate matters to whoever is in `phase`: its own, the next one, or any; "" when there is none."""
    if phase.id in plan.bindings.gate:
        return phase.id
    gated = [each.id for each in plan.checklist.phases if each.id in plan.bindings.gate]
    closed = [each for each in gated if each not in state.opened]
    return gate_behind(plan, phase) or next(iter(closed or gated), "")


def needed(plan: Definitions, state: Release, phase: str) -> Iterator[Item]:
    """The items that the gate of a phase wants closed: what is required or put off, in their order.

    An item is wanted by the gate of the phase that it names with `before`; else by the first gate behind its own phase.
    """
    for item_id, place in plan.places.items():
        binding, now = plan.binding(item_id), state.item(item_id)
        due = now.deferred_to or binding.before or gate_behind(plan, place.phase)
        if due == phase and (binding.required or binding.before or now.deferred_to):
            yield place.item


def gate_behind(plan: Definitions, phase: Phase) -> str:
    """The first phase with a gate that comes after this one; "" when none does. Only phases that have a time count."""
    ids = [each.id for each in plan.checklist.phases if each.kind in ("timed", "plain")]
    if phase.id not in ids:
        return ""
    later = ids[ids.index(phase.id) + 1 :]
    return next((each for each in later if each in plan.bindings.gate), "")


def closed_gate(plan: Definitions, state: Release, item: str) -> Refusal | None:
    """Why nothing may be done for an item yet: its phase has not begun."""
    phase = plan.places[item].phase
    if phase.id not in plan.bindings.gate or phase.id in state.opened:
        return None
    return Refusal(f'the gate of "{phase.name}" is closed; g shows what it waits for')


def has_begun(plan: Definitions, state: Release, phase: Phase) -> bool:
    """Whether it is the turn of a phase: it is at work or past, and its gate, if it has one, was passed."""
    if phase.id in plan.bindings.gate:
        return phase.id in state.opened
    ids = [each.id for each in plan.checklist.phases if each.kind in ("timed", "plain")]
    return phase.id in ids and ids.index(phase.id) <= ids.index(state.phase_id(plan))


def relying(plan: Definitions, state: Release, item: str) -> str:
    """The phase that has begun because this item was done, or ""."""
    due = plan.binding(item).before or gate_behind(plan, plan.places[item].phase)
    wanted = plan.binding(item).required or plan.binding(item).before
    return due if wanted and due in state.opened else ""


def _item(state: Release, item: Item) -> Iterator[Finding]:
    now = state.item(item.id)
    said = f"{item.title}: {now.shown}" + (f" by {now.by}" if now.by else "") + (f", {now.text}" if now.text else "")
    if now.status == "done":
        if now.stale:
            yield Finding("not true now", item.id, f"{item.title}: {now.stale}", True)
    elif now.status in ("skipped", "n/a"):
        yield Finding("closed before", item.id, said, False)
    else:
        yield Finding("open", item.id, said, True)


def _probe(plan: Definitions, probe: str, verdict: Verdict | None) -> Iterator[Finding]:
    title = plan.title(probe)
    if verdict is None or verdict.word in ("unknown", "stale", "pending") or verdict.flapping:
        word = "no reading" if verdict is None else "flapping" if verdict.flapping else verdict.word
        yield Finding("blind", probe, f"{title}: {word}", True)
    elif verdict.word != "ok":
        yield Finding("failing", probe, f"{title}: {verdict.word}, {verdict.text}", True)


def _poll(state: Release, phase: str, roles: tuple[str, ...]) -> Iterator[Finding]:
    last = state.polls.get(phase)
    votes = {vote.role: vote for vote in last.votes} if last else {}
    for role in roles:
        vote = votes.get(role)
        if vote is None:
            yield Finding("not polled", role, f"{role}: not polled", True)
        elif vote.say == "no-go":
            by = "" if vote.by == role else f" by {vote.by}"
            yield Finding("no-go", role, f"{role}: NO-GO{by}, {vote.reason}", True)
