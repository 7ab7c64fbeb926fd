"""Wishes about going on: open a gate, poll, hold the T-clock, go back. Pure, as all decisions are."""

from collections.abc import Sequence

from warroom.core import events as ev
from warroom.core import views
from warroom.core.definitions import Definitions
from warroom.core.gates import gate
from warroom.core.probe import Verdict
from warroom.core.release import Release
from warroom.core.signing import only_people
from warroom.core.wish import Decision, Refusal

LEAST_RISK = 10
"""Characters that accepting a risk must be worth."""


def open_gate(
    plan: Definitions, state: Release, phase: str, *, verdicts: Sequence[Verdict], risk: str = "", by: str = ""
) -> Decision:
    """A phase begins, because its gate holds, or because somebody, `by`, accepts the `risk` of what does not."""
    if phase not in plan.bindings.gate:
        return Refusal("it has no gate; it is open")
    if phase in state.opened:
        return Refusal(f"it was opened by {state.opened[phase].by}")
    stopping = tuple(finding.text for finding in gate(plan, state, verdicts, phase) if finding.stops)
    risk = risk.strip()
    if stopping and len(risk) < LEAST_RISK:
        more = f" and {len(stopping) - 1} more" if len(stopping) > 1 else ""
        return Refusal(
            f"{stopping[0]}{more}; to go on all the same, accept the risk in {LEAST_RISK} characters or more"
        )
    if stopping and (refusal := only_people(by, "accept a risk")):
        return refusal
    passed = ev.GatePassed(phase=phase, risk=risk if stopping else "", open=stopping, seen=views.seen(verdicts))
    return (passed,)


def reopen_gate(_plan: Definitions, state: Release, phase: str, *, why: str) -> Decision:
    """What a gate relied on is no longer true."""
    opened = state.opened.get(phase)
    return (ev.GateReopened(phase=phase, why=why, relied=opened.by),) if opened else Refusal("it is closed")


def poll(
    plan: Definitions,
    state: Release,
    phase: str,
    *,
    votes: tuple[ev.Vote, ...],
    seen: tuple[ev.Seen, ...],
    by: str = "",
) -> Decision:
    """Every role says go or no-go, and somebody, `by`, writes it down. Any no-go holds the clock."""
    wanted = plan.bindings.gate.get(phase)
    roles = wanted.roles if wanted else ()
    if not roles:
        return Refusal("no roles are polled for this phase")
    if missing := [role for role in roles if role not in {vote.role for vote in votes}]:
        return Refusal(f"not polled: {', '.join(missing)}")
    speakers = (by, *(vote.by for vote in votes))
    if refusal := next((no for name in speakers if (no := only_people(name, "answer a poll"))), None):
        return refusal
    if mute := [vote.role for vote in votes if vote.say == "no-go" and not vote.reason.strip()]:
        return Refusal(f"a no-go needs a reason: {', '.join(mute)}")
    polled = ev.Polled(phase=phase, votes=votes, seen=seen)
    against = next((vote for vote in votes if vote.say == "no-go"), None)
    if against is None or state.hold:
        return (polled,)
    return (polled, ev.ClockHeld(reason=f"NO-GO by {against.role}: {against.reason}"))


def hold_clock(_plan: Definitions, state: Release, *, reason: str, planned: bool = False) -> Decision:
    """The T-clock stands still."""
    if state.hold:
        return Refusal(f"it is held by {state.hold.by}: {state.hold.reason}")
    if not reason.strip():
        return Refusal("a hold needs a reason")
    return (ev.ClockHeld(reason=reason.strip(), planned=planned),)


def resume_clock(_plan: Definitions, state: Release, *, now_us: int) -> Decision:
    """The T-clock goes on, and T-0 has moved."""
    if state.hold is None:
        return Refusal("the clock is not held")
    return (ev.ClockResumed(slip_s=max(0.0, (now_us - state.hold.at_us) / 1e6), reason=state.hold.reason),)


def recycle(plan: Definitions, state: Release, phase: str, *, reason: str, now_us: int) -> Decision:
    """The release goes back to an earlier phase; T-0 moves so that the phase is due now."""
    phases = [each for each in plan.checklist.phases if each.kind in ("timed", "plain")]
    ids = [each.id for each in phases]
    if phase not in ids:
        return Refusal(f'there is no phase "{phase}" to go back to; the phases are {", ".join(ids)}')
    if not reason.strip():
        return Refusal("going back needs a reason")
    if state.rollback.status in ("running", "asking") or state.running():
        return Refusal("a command is running, or a rollback is under way")
    begun = phases[ids.index(phase) :]
    items = tuple(item.id for each in begun for item in each.walk() if state.item(item.id).status != "open")
    if not items:
        return Refusal("nothing was done from there on")
    offset_s = begun[0].offset_s
    t0_us = max(state.t0_us, now_us - offset_s * 1_000_000) if offset_s is not None else state.t0_us
    return (ev.Recycled(phase=phase, reason=reason.strip(), t0_us=t0_us, items=items),)
