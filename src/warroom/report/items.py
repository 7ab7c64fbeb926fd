"""How items stand, for `status`: what was said of each, what it asks for, and what is still missing."""

from collections.abc import Iterable
from typing import Any

from warroom.core import views
from warroom.core.bindings import ItemBinding
from warroom.core.definitions import Definitions
from warroom.core.item_views import proposed
from warroom.core.plain import one_line
from warroom.core.probe import Verdict
from warroom.core.rapid import rapid_items
from warroom.core.release import Release
from warroom.core.states import ItemSignature, ItemState
from warroom.report import going


def item_documents(
    plan: Definitions, state: Release, verdicts: Iterable[Verdict], now_us: int
) -> list[dict[str, object]]:
    """Every item of the checklist, in its order."""
    sensed, fast = proposed(plan, state, verdicts), rapid_items(state)
    return [
        {
            **_place(plan, item),
            **_said(state.item(item)),
            "sensed": item in sensed,
            "rapid": item in fast,
            **_missing(state.item(item)),
            **_asked(plan.binding(item)),
            "step": step.model_dump(mode="json") if (step := state.item(item).step) else None,
            **going.due_of_item(plan, state, item, now_us),
        }
        for item in plan.places
    ]


def _place(plan: Definitions, item: str) -> dict[str, object]:
    place = plan.places[item]
    return {"id": item, "number": place.item.number, "title": place.item.title, "phase": place.phase.id}


def _said(now: ItemState) -> dict[str, object]:
    said = now.status != "open"
    return {
        "status": now.shown,
        "by": now.by if said else None,
        "at": views.utc(now.at_us) if said else None,
        "text": now.text,
        "value": now.value,
        "n": now.n,
        "accepted": now.accepted or None,
        "by_probe": now.sensed,
        "stale": now.stale or None,
        "deferred_to": now.deferred_to or None,
        "notes": now.notes,
        "evidence": now.evidence,
    }


def _missing(now: ItemState) -> dict[str, object]:
    return {"signed": _signature(now.signed), "skip_signed": _signature(now.skip_signed)}


def _signature(first: ItemSignature | None) -> dict[str, object] | None:
    if first is None:
        return None
    return {"by": first.by, "at": views.utc(first.at_us), "text": first.text, "value": first.value, "n": first.n}


def _asked(binding: ItemBinding) -> dict[str, object]:
    expect = binding.expect
    return {
        "required": binding.required,
        "people": binding.signers,
        "expect": {"rule": expect.rule, "unit": expect.unit, "n": expect.n} if expect else None,
        "before": binding.before or None,
        "probe": binding.probe or None,
    }


def item_words(item: dict[str, Any]) -> str:  # Any: JSON
    """What stands behind an item in the list for people."""
    words = (
        "by its probe" if item["by_probe"] else "",
        f"= {item['value']}" if item["value"] else "",
        f"ACCEPTED: {item['accepted']}" if item["accepted"] else "",
        f"was true, is not now: {item['stale']}" if item["stale"] else "",
        f"to {item['deferred_to']}" if item["deferred_to"] else "",
        f"signed 1 of 2 by {item['signed']['by']}" if item["signed"] else "",
        f"skip signed 1 of 2 by {item['skip_signed']['by']}" if item["skip_signed"] else "",
        "sensed: its probe is ok" if item["sensed"] else "",
        "rapid tick" if item["rapid"] else "",
        f"evidence {item['evidence']}" if item["evidence"] else "",
    )
    said = ", ".join(filter(None, words))
    return f"  {one_line(said)}" if said else ""
