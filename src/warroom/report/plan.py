"""What was read from a checklist, for people and for programs."""

from collections.abc import Iterable, Iterator

from warroom.core.bindings import Bindings, Gate, ItemBinding
from warroom.core.checklist import Checklist, Item, Phase
from warroom.core.plain import one_line
from warroom.core.views import utc


def plan_document(checklist: Checklist, bindings: Bindings, t0_us: int | None = None) -> dict[str, object]:
    """Phases with kind and offset in seconds, sections, items with id, text, line, children and what they ask for.

    With `t0_us`, T-0 in microseconds UTC, also when each phase is due.
    """
    return {"title": checklist.title, "phases": [_phase(phase, bindings, t0_us) for phase in checklist.phases]}


def _phase(phase: Phase, bindings: Bindings, t0_us: int | None) -> dict[str, object]:
    gate = bindings.gate.get(phase.id)
    return {
        "id": phase.id,
        "title": phase.title,
        "kind": phase.kind,
        "when": phase.when,
        "offset_s": phase.offset_s,
        "due": _due(phase, t0_us) or None,
        "gate": {"probes": list(gate.probes), "roles": list(gate.roles)} if gate else None,
        "line": phase.line,
        "notes": phase.notes,
        "sections": [
            {
                "title": section.title,
                "line": section.line,
                "repeats": section.repeats,
                "notes": section.notes,
                "items": [_item(item, bindings) for item in section.items],
            }
            for section in phase.sections
        ],
    }


def _item(item: Item, bindings: Bindings) -> dict[str, object]:
    binding = bindings.of(item.id)
    expect = binding.expect
    return {
        "id": item.id,
        "number": item.number,
        "text": item.text,
        "title": item.title,
        "line": item.line,
        "checked": item.checked,
        "notes": item.notes,
        "required": binding.required,
        "people": binding.signers,
        "expect": {"rule": expect.rule, "unit": expect.unit, "n": expect.n} if expect else None,
        "before": binding.before or None,
        "children": [_item(child, bindings) for child in item.children],
    }


def _due(phase: Phase, t0_us: int | None) -> str:
    return "" if t0_us is None or phase.offset_s is None else utc(t0_us + phase.offset_s * 1_000_000)


def plan_lines(checklist: Checklist, bindings: Bindings, t0_us: int | None = None) -> Iterator[str]:
    """The same as an indented list."""
    yield one_line(checklist.title)
    for phase in checklist.phases:
        offset = f", {phase.offset_s:+d} s" if phase.offset_s is not None else ""
        when = f"  ({phase.when or phase.kind}{offset})"
        due = f"  due {_due(phase, t0_us)[:19]}Z" if _due(phase, t0_us) else ""
        yield f"\n{one_line(phase.title)}{when}  [{phase.id}]{due}"
        if gate := bindings.gate.get(phase.id):
            yield f"  {one_line(_gate(gate))}"
        for section in phase.sections:
            if section.title:
                yield f"  {one_line(section.title)}"
            yield from _item_lines(section.items, bindings, 4)


def _gate(gate: Gate) -> str:
    probes = f"; probes {', '.join(gate.probes)}" if gate.probes else ""
    return f"gate: required items{probes}" + (f"; polls {', '.join(gate.roles)}" if gate.roles else "")


def _item_lines(items: Iterable[Item], bindings: Bindings, indent: int) -> Iterator[str]:
    for item in items:
        asks = _asks(bindings.of(item.id))
        yield f"{' ' * indent}{item.number:<8} {one_line(item.title)}  [{item.id}]{asks}"
        yield from _item_lines(item.children, bindings, indent + 2)


def _asks(binding: ItemBinding) -> str:
    words = (
        "required" if binding.required else "",
        "two people" if binding.signers == 2 else "",
        f"figure {binding.expect.words}" if binding.expect else "",
        f"before {binding.before}" if binding.before else "",
    )
    said = ", ".join(filter(None, words))
    return f"  {one_line(said)}" if said else ""
