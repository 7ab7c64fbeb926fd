"""Gathers headings, notes and items, in the order of the file, into numbered phases and sections with ids."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from warroom.core.checklist import Checklist, Item, Phase, Section
from warroom.files.headings import Timing, repeats, timing
from warroom.files.slugs import Place, assign_ids, number_clashes, slug

BOLD_LEVEL = 7
"""A bold paragraph stands below every heading."""
LIST_LEVEL = 8
"""A list item that heads a list of boxes stands below those; one nested in it a level deeper."""


@dataclass
class _OpenSection:
    title: str
    line: int
    repeats: str
    notes: list[str] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)


@dataclass
class _OpenPhase:
    title: str
    line: int
    timing: Timing
    notes: list[str] = field(default_factory=list)
    sections: list[_OpenSection] = field(default_factory=list)


@dataclass(frozen=True)
class _Heading:
    level: int
    title: str
    line: int


class Outline:
    """Takes what a file holds from top to bottom; `checklist` is what came of it.

    Headings at `phase_level` begin phases, deeper ones sections, named with the headings that they stand under.
    Notes go to the innermost section, phase or checklist that is open. Headings with nothing under them are left out.
    """

    def __init__(self, title: str, phase_level: int, outside: Timing) -> None:
        """What stands before any phase goes into one that bears the checklist's title, with the timing `outside`."""
        self._title = title
        self._phase_level = phase_level
        self._outside = outside
        self._notes: list[str] = []
        self._phases: list[_OpenPhase] = []
        self._path: list[_Heading] = []
        self._section: _OpenSection | None = None

    def open(self, level: int, title: str, line: int) -> None:
        """A heading. Lines are 1-based, here and below."""
        self.close(level)
        if level <= self._phase_level:
            self._phases.append(_OpenPhase(title, line, timing(title)))
        else:
            self._path.append(_Heading(level, title, line))

    def close(self, level: int) -> None:
        """Ends what stands under headings of `level` and below."""
        self._path = [heading for heading in self._path if heading.level < level]
        self._section = None

    def note(self, text: str, line: int) -> None:
        if self._section or self._path:
            self._open_section(line).notes.append(text)
        elif self._phases:
            self._phases[-1].notes.append(text)
        else:
            self._notes.append(text)

    def item(self, item: Item) -> None:
        """An item without its number. Its id is the explicit one or ""."""
        self._open_section(item.line).items.append(item)

    def checklist(self) -> Checklist:
        # Phases that are left out are counted, so that to fill one renames no other.
        names = number_clashes(slug(phase.title, "phase") for phase in self._phases)
        phases = {name: phase for name, phase in zip(names, self._phases, strict=True) if phase.sections or phase.notes}
        ids = iter(assign_ids([place for name, phase in phases.items() for place in _places(phase, name)]))
        return Checklist(
            title=self._title,
            notes=_joined(self._notes),
            phases=tuple(_closed(phase, name, str(at), ids) for at, (name, phase) in enumerate(phases.items(), 1)),
        )

    def _open_section(self, line: int) -> _OpenSection:
        if self._section is None:
            if not self._phases:
                self._phases.append(_OpenPhase(self._title, line, self._outside))
            title = " › ".join(heading.title for heading in self._path if heading.title)
            repeated = next(filter(None, (repeats(heading.title) for heading in reversed(self._path))), "")
            self._section = _OpenSection(title, self._path[-1].line if self._path else line, repeated)
            self._phases[-1].sections.append(self._section)
        return self._section


def _places(phase: _OpenPhase, phase_id: str) -> Iterator[Place]:
    for section in phase.sections:
        for top in section.items:
            for item in top.walk():
                yield Place(item.id, item.title, section.title or phase.title, phase_id)


def _closed(phase: _OpenPhase, phase_id: str, number: str, ids: Iterator[str]) -> Phase:
    when = _timing_with_sections(phase)
    return Phase(
        id=phase_id,
        title=phase.title,
        name=when.name,
        when=when.when,
        kind=when.kind,
        offset_s=when.offset_s,
        line=phase.line,
        notes=_joined(phase.notes),
        sections=tuple(
            Section(
                title=section.title,
                line=section.line,
                repeats=section.repeats,
                notes=_joined(section.notes),
                items=_placed(section.items, f"{number}.{at}", ids),
            )
            for at, section in enumerate(phase.sections, 1)
        ),
    )


def _timing_with_sections(phase: _OpenPhase) -> Timing:
    """A phase that says no time itself recurs when all its sections with items do."""
    repeated = [section.repeats for section in phase.sections if section.items]
    if phase.timing.kind == "plain" and repeated and all(repeated):
        return Timing("recurring", phase.timing.name, repeated[0])
    return phase.timing


def _placed(items: list[Item] | tuple[Item, ...], number: str, ids: Iterator[str]) -> tuple[Item, ...]:
    """The items with their numbers and ids; `ids` come in the order of the file, parents before children."""
    return tuple(
        item.model_copy(
            update={
                "id": next(ids),
                "number": f"{number}.{at}",
                "children": _placed(item.children, f"{number}.{at}", ids),
            }
        )
        for at, item in enumerate(items, 1)
    )


def _joined(notes: list[str]) -> str:
    return "\n\n".join(notes)
