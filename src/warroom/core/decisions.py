"""Wishes: what somebody wants to happen -> the events that make it so, or a refusal with its reason. Pure.

Every function takes the plan and the state first and is decided against the newest state, under the journal's lock.
The families have modules of their own, whose names end in `_decisions`; this one is their door.
"""

from warroom.core import events as ev
from warroom.core.definitions import Definitions
from warroom.core.gate_decisions import hold_clock as hold_clock
from warroom.core.gate_decisions import open_gate as open_gate
from warroom.core.gate_decisions import poll as poll
from warroom.core.gate_decisions import recycle as recycle
from warroom.core.gate_decisions import reopen_gate as reopen_gate
from warroom.core.gate_decisions import resume_clock as resume_clock
from warroom.core.item_decisions import attach as attach
from warroom.core.item_decisions import begin as begin
from warroom.core.item_decisions import block as block
from warroom.core.item_decisions import defer as defer
from warroom.core.item_decisions import fail as fail
from warroom.core.item_decisions import not_applicable as not_applicable
from warroom.core.item_decisions import not_to_tick as not_to_tick
from warroom.core.item_decisions import note as note
from warroom.core.item_decisions import reopen as reopen
from warroom.core.item_decisions import skip as skip
from warroom.core.item_decisions import stale as stale
from warroom.core.item_decisions import tick as tick
from warroom.core.item_decisions import tick_by_probe as tick_by_probe
from warroom.core.item_decisions import true_again as true_again
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
from warroom.core.rollback_decisions import stop_between_steps as stop_between_steps
from warroom.core.rollback_decisions import stop_rollback as stop_rollback
from warroom.core.rollback_decisions import warn_of_window as warn_of_window
from warroom.core.step_decisions import Launch as Launch
from warroom.core.step_decisions import command_of as command_of
from warroom.core.step_decisions import detached as detached
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
