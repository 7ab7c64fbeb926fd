"""What was read from a checklist, for people and for programs."""

from collections.abc import Iterable, Iterator

from warroom.core.checklist import Checklist, Item, Phase
from warroom.core.plain import one_line


def plan_document(checklist: Checklist) -> dict[str, object]:
    """Phases with kind and offset in seconds, sections, items with id, text, line and children."""
    return {"title": checklist.title, "phases": [_phase(phase) for phase in checklist.phases]}


def _phase(phase: Phase) -> dict[str, object]:
    return {
        "id": phase.id,
        "title": phase.title,
        "kind": phase.kind,
        "when": phase.when,
        "offset_s": phase.offset_s,
        "line": phase.line,
        "notes": phase.notes,
        "sections": [
            {
                "title": section.title,
                "line": section.line,
                "repeats": section.repeats,
                "notes": section.notes,
                "items": [_item(item) for item in section.items],
            }
            for section in phase.sections
        ],
    }


def _item(item: Item) -> dict[str, object]:
    return {
        "id": item.id,
        "number": item.number,
        "text": item.text,
        "title": item.title,
        "line": item.line,
        "checked": item.checked,
        "notes": item.notes,
        "children": [_item(child) for child in item.children],
    }


def plan_lines(checklist: Checklist) -> Iterator[str]:
    """The same as an indented list."""
    yield one_line(checklist.title)
    for phase in checklist.phases:
        offset = f", {phase.offset_s:+d} s" if phase.offset_s is not None else ""
        when = f"  ({phase.when or phase.kind}{offset})"
        yield f"\n{one_line(phase.title)}{when}"
        for section in phase.sections:
            if section.title:
                yield f"  {one_line(section.title)}"
            yield from _item_lines(section.items, 4)


def _item_lines(items: Iterable[Item], indent: int) -> Iterator[str]:
    for item in items:
        yield f"{' ' * indent}{item.number:<8} {one_line(item.title)}  [{item.id}]"
        yield from _item_lines(item.children, indent + 2)
