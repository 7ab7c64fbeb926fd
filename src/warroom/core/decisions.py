"""Wishes: what somebody wants to happen -> the events that make it so, or a refusal with its reason. Pure.

Every function takes the plan and the state first and is decided against the newest state, under the journal's lock.
Those about items stand here; `step_decisions`, `rollback_decisions` and `trigger_decisions` hold the others.
"""

from warroom.core import events as ev
from warroom.core import step_decisions
from warroom.core.definitions import Definitions
from warroom.core.probe import Verdict
from warroom.core.release import Release
from warroom.core.rollback_decisions import arm_rollback as arm_rollback
from warroom.core.rollback_decisions import emergency as emergency
from warroom.core.rollback_decisions import end_rollback as end_rollback
from warroom.core.rollback_decisions import interrupted as interrupted
from warroom.core.rollback_decisions import next_rollback_step as next_rollback_step
from warroom.core.rollback_decisions import restored as restored
from warroom.core.rollback_decisions import retry_rollback_step as retry_rollback_step
from warroom.core.rollback_decisions import rollback_step_by_hand as rollback_step_by_hand
from warroom.core.rollback_decisions import skip_rollback_step as skip_rollback_step
from warroom.core.rollback_decisions import start_rollback as start_rollback
from warroom.core.rollback_decisions import stop_rollback as stop_rollback
from warroom.core.rollback_decisions import warn_of_window as warn_of_window
from warroom.core.step_decisions import Launch as Launch
from warroom.core.step_decisions import command_of as command_of
from warroom.core.step_decisions import finish_step as finish_step
from warroom.core.step_decisions import judged as judged
from warroom.core.step_decisions import start_step as start_step
from warroom.core.wish import Decision as Decision
from warroom.core.wish import Refusal as Refusal
from warroom.core.wish import Wish as Wish


def start(
    plan: Definitions, state: Release, *, release: str, environment: str, t0_us: int, rehearsal: bool = False
) -> Decision:
    """The first event of a journal."""
    if state.seq:
        return Refusal(f'the journal holds the release "{state.name}" already')
    started = ev.ReleaseStarted(
        release=release, environment=environment, t0_us=t0_us, checklist=plan.checklist.title, rehearsal=rehearsal
    )
    return (started,)


def tick(
    plan: Definitions, state: Release, item: str, *, note: str, value: str, seen: tuple[ev.Seen, ...], by: str = ""
) -> Decision:
    """Somebody, `by`, says that an item is done. Of an item for two people the first one only signs."""
    now, note, value = state.item(item), note.strip(), value.strip()
    if refusal := _not_to_tick(plan, state, item):
        return refusal
    if plan.binding(item).signers < 2 or item in state.crossed:  # whoever crossed it was the second
        return (ev.ItemDone(item=item, note=note, value=value, seen=seen),)
    if now.signed is None:
        return (ev.ItemSigned(item=item, note=note, value=value, seen=seen),)
    if now.signed.by == by:
        return Refusal(f"{by} has signed already; another operator must confirm")
    crossing = step_decisions.cross(plan, state, item, by)
    if isinstance(crossing, Refusal):
        return crossing
    return (*crossing, ev.ItemDone(item=item, note=note, value=value, seen=seen))


def _not_to_tick(plan: Definitions, state: Release, item: str) -> Refusal | None:
    now = state.item(item)
    if now.status == "done":
        return Refusal(f"already done by {now.by}; reopen it first")
    if now.shown == "running":
        return Refusal("its step is still running")
    below = [child for child in plan.places[item].item.children if state.item(child.id).status in ("open", "failed")]
    if below:
        return Refusal(f"{len(below)} of the items under it {'is' if len(below) == 1 else 'are'} open")
    return None


def skip(_plan: Definitions, state: Release, item: str, *, reason: str) -> Decision:
    """Somebody says that an item will not be done."""
    now = state.item(item)
    if not reason.strip():
        return Refusal("a skip needs a reason")
    if now.status in ("done", "skipped"):
        return Refusal(f"already {now.status} by {now.by}; reopen it first")
    if now.shown == "running":
        return Refusal("its step is still running")
    return (ev.ItemSkipped(item=item, reason=reason.strip()),)


def fail(_plan: Definitions, state: Release, item: str, *, reason: str, seen: tuple[ev.Seen, ...]) -> Decision:
    """Somebody says that an item was tried and did not work."""
    if not reason.strip():
        return Refusal("a failure needs a reason")
    if state.item(item).shown == "running":
        return Refusal("its step is still running")
    return (ev.ItemFailed(item=item, reason=reason.strip(), seen=seen),)


def reopen(_plan: Definitions, state: Release, item: str, *, reason: str) -> Decision:
    """Somebody takes back what was said of an item. The history stays."""
    if state.item(item).status == "open":
        return Refusal("it is open already")
    return (ev.ItemReopened(item=item, reason=reason.strip()),)


def note(_plan: Definitions, _state: Release, item: str, *, text: str) -> Decision:
    """Somebody writes something down, about an item or ("" as item) about the release."""
    if not text.strip():
        return Refusal("a note needs a text")
    return (ev.Noted(text=text.strip(), item=item),)


def verdict_changed(_plan: Definitions, state: Release, verdict: Verdict) -> Decision:
    """A probe's verdict is recorded when its word changes."""
    before = state.probes.get(verdict.probe)
    if (before.word if before else "pending") == verdict.word:
        return Refusal("no change")
    return (
        ev.VerdictChanged(
            probe=verdict.probe,
            to=verdict.word,
            was=before.word if before else "pending",
            value=verdict.value,
            unit=verdict.unit,
            text=verdict.text,
        ),
    )
