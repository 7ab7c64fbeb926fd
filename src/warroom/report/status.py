"""Where a release stands, for programs and for people."""

from collections.abc import Iterable, Iterator
from typing import Any

from warroom.core import views
from warroom.core.definitions import Definitions
from warroom.core.plain import one_line
from warroom.core.probe import Verdict, show
from warroom.core.release import Release
from warroom.core.states import OpenDecision


def status_document(plan: Definitions, state: Release, verdicts: Iterable[Verdict]) -> dict[str, Any]:
    """Release, T-0, phase, counts per phase and status, items, probes, open decisions, rollback, events, head."""
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
            }
            for phase in plan.checklist.phases
        ],
        "items": [_item(plan, state, item_id) for item_id in plan.places],
        "probes": [_probe(plan, verdict) for verdict in verdicts],
        "decisions": [_decision(trigger, asks) for trigger, asks in state.asks.items()],
        "rollback": _rollback(state),
        "events": state.seq,
        "head": state.hash,
    }


def _item(plan: Definitions, state: Release, item_id: str) -> dict[str, object]:
    place, now = plan.places[item_id], state.item(item_id)
    said = now.status != "open"
    return {
        "id": item_id,
        "number": place.item.number,
        "title": place.item.title,
        "phase": place.phase.id,
        "status": now.shown,
        "by": now.by if said else None,
        "at": views.utc(now.at_us) if said else None,
        "text": now.text,
        "value": now.value,
        "step": now.step.model_dump(mode="json") if now.step else None,
    }


def _probe(plan: Definitions, verdict: Verdict) -> dict[str, object]:
    return {
        "id": verdict.probe,
        "title": plan.title(verdict.probe),
        "verdict": verdict.word,
        "was": verdict.was,
        "value": verdict.value,
        "unit": verdict.unit,
        "age_s": None if verdict.age_s is None else round(verdict.age_s, 1),
        "text": verdict.text,
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


def status_lines(document: dict[str, Any]) -> Iterator[str]:
    """The document for people."""
    rehearsal = "REHEARSAL of " if document["rehearsal"] else ""
    yield f"{rehearsal}{one_line(document['release'])} to {one_line(document['environment'])}, T-0 {document['t0']}"
    yield f"rollback {document['rollback']['status']}, {document['events']} events, head {document['head'][:8]}"
    for asks in document["decisions"]:
        broke = "; ".join(map(one_line, asks["broke"]))
        yield f"DECIDE {one_line(asks['trigger'])}: {broke}; asks {one_line(asks['role'])} until {asks['deadline']}"
    yield ""
    items: list[dict[str, Any]] = document["items"]
    for phase in document["phases"]:
        counts = ", ".join(f"{count} {status}" for status, count in phase["counts"].items())
        here = "  <- here" if phase["id"] == document["phase"] else ""
        yield f"{one_line(phase['title'])}: {counts}{here}"
        for item in items:
            if item["phase"] == phase["id"]:
                by = f"  {one_line(item['by'])}" if item["by"] else ""
                words = f"{item['number']:<8} {item['status']:<12} {one_line(item['title'])}"
                yield f"  {words}  [{item['id']}]{by}"
    yield ""
    for probe in document["probes"]:
        value = f"{show(probe['value'])} {probe['unit']}".strip()
        age = f"{views.age(probe['age_s'])} old" if probe["age_s"] is not None else ""
        yield f"{probe['verdict']:<8} {one_line(probe['title']):<24} {one_line(value):<14} {age}".rstrip()
