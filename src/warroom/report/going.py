"""Gates, polls, the T-clock and due times in `status`, for programs and for people."""

from collections.abc import Iterator, Sequence
from typing import Any

from warroom.core import views
from warroom.core.checklist import Phase
from warroom.core.definitions import Definitions
from warroom.core.due import Due, end_us, item_due, phase_due
from warroom.core.gate_events import Polled
from warroom.core.gates import gate, standing
from warroom.core.plain import one_line
from warroom.core.probe import Verdict
from warroom.core.release import Release


def going_document(
    plan: Definitions, state: Release, verdicts: Sequence[Verdict], now_us: int
) -> dict[str, Any]:  # Any: JSON
    """`end`: when the last phase is due; `hold`; `slips` and their sum; `gates` with what they find; `polls`."""
    end = end_us(plan, state, now_us)
    return {
        "end": None if end is None else views.utc(end),
        "hold": _hold(state, now_us),
        "slip_s": sum(slip.seconds for slip in state.slips),
        "slips": [slip.model_dump(mode="json") for slip in state.slips],
        "gates": [gate_document(plan, state, verdicts, phase) for phase in plan.bindings.gate],
        "polls": {phase: poll_document(polled) for phase, polled in state.polls.items()},
    }


def gate_document(plan: Definitions, state: Release, verdicts: Sequence[Verdict], phase: str) -> dict[str, Any]:
    """`standing` is `go`, `hold`, `no-go` or `unknown`; `passed` says by whom the phase was opened. One that is not
    `gated` is open.
    """
    findings = gate(plan, state, verdicts, phase)
    opened = state.opened.get(phase)
    return {
        "phase": phase,
        "gated": phase in plan.bindings.gate,
        "standing": standing(state, phase, findings),
        "held": f"by {state.hold.by}: {state.hold.reason}" if state.hold else None,
        "passed": {"by": opened.by, "at": views.utc(opened.at_us), "risk": opened.risk} if opened else None,
        "findings": [finding._asdict() for finding in findings],
    }


def poll_document(polled: Polled) -> dict[str, object]:
    return {"go": polled.go, "votes": [vote.model_dump(mode="json") for vote in polled.votes]}


def due_of_phase(state: Release, phase: Phase, now_us: int) -> dict[str, object]:
    return _due(phase_due(state, phase, now_us))


def due_of_item(plan: Definitions, state: Release, item: str, now_us: int) -> dict[str, object]:
    return _due(item_due(plan, state, item, now_us))


def clock_lines(document: dict[str, Any]) -> Iterator[str]:
    """Why the T-clock stands still, and what has moved T-0."""
    if hold := document["hold"]:
        planned = "planned hold" if hold["planned"] else "HOLD"
        held = views.age(hold["held_s"])
        yield f"{planned} for {held}, since {hold['at']} by {one_line(hold['by'])}: {one_line(hold['reason'])}"
    for slip in document["slips"]:
        yield f"T-0 moved by {views.span(slip['seconds'])} by {one_line(slip['by'])}: {one_line(slip['reason'])}"


def gate_lines(gate: dict[str, Any]) -> Iterator[str]:
    """The phase's id and how its gate stands, then what it finds."""
    passed = gate["passed"]
    risk = f", RISK ACCEPTED: {one_line(passed['risk'])}" if passed and passed["risk"] else ""
    by = f"  opened by {one_line(passed['by'])}{risk}" if passed else "" if gate["gated"] else "  it has no gate"
    yield f"gate {gate['standing'].upper():<8} {gate['phase']}{by}"
    if gate["held"]:
        yield f"  {'clock held':<14} {one_line(gate['held'])}"
    for finding in gate["findings"]:
        stops = "" if finding["stops"] else "  (does not stop it)"
        yield f"  {finding['kind']:<14} {one_line(finding['text'])}{stops}"


def late_words(due: dict[str, Any]) -> str:
    """`, due 2026-03-01T20:00:00Z, late by 12 m` for a phase with a time."""
    if due["due"] is None:
        return ""
    late = f", late by {views.age(due['late_s'])}" if due["late_s"] else ""
    return f", due {due['due'][:19]}Z{late}"


def _due(due: Due | None) -> dict[str, object]:
    if due is None:
        return {"due": None, "late_s": 0.0}
    return {"due": views.utc(due.at_us), "late_s": round(due.late_s, 1)}


def _hold(state: Release, now_us: int) -> dict[str, object] | None:
    hold = state.hold
    if hold is None:
        return None
    held_s = round((now_us - hold.at_us) / 1e6, 1)
    return {
        "by": hold.by, "at": views.utc(hold.at_us), "reason": hold.reason, "planned": hold.planned, "held_s": held_s
    }  # fmt: skip
