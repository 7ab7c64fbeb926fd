"""Where a release stands, for programs and for people."""

from collections.abc import Iterable, Iterator
from typing import Any

from warroom.core import views
from warroom.core.definitions import Definitions
from warroom.core.plain import one_line
from warroom.core.probe import Verdict, show
from warroom.core.release import Release
from warroom.core.signing import is_machine
from warroom.core.states import OpenDecision, Seat
from warroom.report import going
from warroom.report.items import item_documents, item_words


def status_document(
    plan: Definitions, state: Release, verdicts: Iterable[Verdict], now_us: int
) -> dict[str, Any]:  # Any: JSON
    """Release, T-0, phase, counts per phase and status, items, probes, open decisions, gates and the T-clock, rollback,
    events, head.
    """
    verdicts = tuple(verdicts)
    return {
        "release": state.name,
        "environment": state.environment,
        "rehearsal": state.rehearsal,
        "t0": views.utc(state.t0_us),
        "phase": state.phase_id(plan),
        "phases": [
            {
                "id": phase.id,
                "title": phase.title,
                "kind": phase.kind,
                "total": sum(1 for _ in phase.walk()),
                "counts": views.counts(state, phase.walk()),
                **going.due_of_phase(state, phase, now_us),
            }
            for phase in plan.checklist.phases
        ],
        "items": item_documents(plan, state, verdicts, now_us),
        "probes": [_probe(plan, state, verdict) for verdict in verdicts],
        "decisions": [_decision(trigger, asks) for trigger, asks in state.asks.items()],
        **going.going_document(plan, state, verdicts, now_us),
        "rollback": _rollback(state),
        "cockpits": [_cockpit(state, origin, seat) for origin, seat in state.seats.items()],
        "events": state.seq,
        "head": state.hash,
    }


def _probe(plan: Definitions, state: Release, verdict: Verdict) -> dict[str, object]:
    return {
        "id": verdict.probe,
        "title": plan.title(verdict.probe),
        "verdict": verdict.word,
        "was": verdict.was,
        "value": verdict.value,
        "unit": verdict.unit,
        "age_s": None if verdict.age_s is None else round(verdict.age_s, 1),
        "text": verdict.text,
        "config_error": state.config_errors.get(verdict.probe),
    }


def _decision(trigger: str, asks: OpenDecision) -> dict[str, object]:
    return {
        "trigger": trigger,
        "rule": asks.rule,
        "broke": list(asks.broke),
        "asked": views.utc(asks.asked_us),
        "role": asks.role,
        "deadline": views.utc(asks.deadline_us),
    }


def _rollback(state: Release) -> dict[str, object]:
    now = state.rollback
    return {
        "status": now.status,
        "by": now.by or None,
        "started": views.utc(now.started_us) if now.started_us else None,
        "steps": [step.model_dump(mode="json") if step else None for step in now.steps],
        "took_s": now.took_s,
        "restored_s": now.restored_s,
    }


def _cockpit(state: Release, origin: str, seat: Seat) -> dict[str, object]:
    return {
        "operator": seat.operator,
        "claimed": seat.claimed,
        "offered_to": seat.offered_to or None,
        "user": seat.user,
        "host": seat.host,
        "pid": seat.pid,
        "since": views.utc(seat.since_us),
        "drives": origin == state.driver_origin,
        "tmux": {"user": seat.client.user, "tty": seat.client.tty, "readonly": seat.client.readonly}
        if seat.client
        else None,
        "other_login": state.other_login(origin) or None,
    }


def status_lines(document: dict[str, Any]) -> Iterator[str]:
    """The document for people."""
    rehearsal = "REHEARSAL of " if document["rehearsal"] else ""
    yield f"{rehearsal}{one_line(document['release'])} to {one_line(document['environment'])}, T-0 {document['t0']}"
    yield f"rollback {document['rollback']['status']}, {document['events']} events, head {document['head'][:8]}"
    yield from going.clock_lines(document)
    for seat in document["cockpits"]:
        yield _cockpit_line(seat)
    for asks in document["decisions"]:
        broke = "; ".join(map(one_line, asks["broke"]))
        yield f"DECIDE {one_line(asks['trigger'])}: {broke}; asks {one_line(asks['role'])} until {asks['deadline']}"
    for gate in document["gates"]:
        yield from going.gate_lines(gate)
    yield ""
    items: list[dict[str, Any]] = document["items"]
    for phase in document["phases"]:
        counts = ", ".join(f"{count} {status}" for status, count in phase["counts"].items())
        here = "  <- here" if phase["id"] == document["phase"] else ""
        yield f"{one_line(phase['title'])}: {counts}{going.late_words(phase)}{here}"
        for item in items:
            if item["phase"] == phase["id"]:
                by = f"  {_who(item['by'])}" if item["by"] else ""
                words = f"{item['number']:<8} {item['status']:<12} {one_line(item['title'])}"
                yield f"  {words}  [{item['id']}]{by}{item_words(item)}"
    yield ""
    for probe in document["probes"]:
        value = f"{show(probe['value'])} {probe['unit']}".strip()
        age = f"{views.age(probe['age_s'])} old" if probe["age_s"] is not None else ""
        yield f"{probe['verdict']:<8} {one_line(probe['title']):<24} {one_line(value):<14} {age}".rstrip()
        if probe["config_error"]:
            yield f"         config error: {one_line(probe['config_error'])}"


def _who(operator: str) -> str:
    return f"{one_line(operator)} (machine)" if is_machine(operator) else one_line(operator)


def _cockpit_line(seat: dict[str, Any]) -> str:
    claimed = ", claimed" if seat["claimed"] else ""
    offered = f", hands over to {seat['offered_to']}" if seat["offered_to"] else ""
    other = f", but tmux: {seat['other_login']}" if seat["other_login"] else ""
    does = "drives" if seat["drives"] else "stands by"
    where = f"{seat['user']}@{seat['host']}, process {seat['pid']}, since {seat['since'][11:19]}"
    return one_line(f"cockpit {does}: {seat['operator']}{claimed}{other}{offered}, {where}")
