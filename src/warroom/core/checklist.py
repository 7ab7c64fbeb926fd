"""What was agreed: a checklist of phases, sections and items, as it was read from people's Markdown."""

from collections.abc import Iterator
from typing import Literal

from warroom.core.base import Frozen

PhaseKind = Literal["timed", "recurring", "emergency", "plain"]


class Item(Frozen):
    """One line to be done."""

    id: str
    """The explicit anchor, or a slug of the title. Unique in the checklist."""
    text: str
    """The item's Markdown as it was written, without its marker, box and anchor."""
    title: str
    """`text` as people read it: inline markup removed, on one line."""
    number: str
    """Its place, such as `3.1.8`: phase, section, item, and one more for each level of nesting."""
    line: int
    """1-based line in the file."""
    checked: bool = False
    """Whether the file itself has the box ticked."""
    notes: str = ""
    """Prose, tables and code that stand under the item, as Markdown."""
    children: tuple["Item", ...] = ()

    def walk(self) -> Iterator["Item"]:
        """The item and everything nested in it, in the order of the file."""
        yield self
        for child in self.children:
            yield from child.walk()


class Section(Frozen):
    """A heading with items under it. Items straight under a phase stand in a section without a title."""

    title: str
    line: int
    repeats: str = ""
    """`weekly`, `monthly` ... when the heading says so."""
    notes: str = ""
    items: tuple[Item, ...] = ()

    def walk(self) -> Iterator[Item]:
        for item in self.items:
            yield from item.walk()


class Phase(Frozen):
    """A part of the release with a time of its own, or procedures that stand ready."""

    id: str
    title: str
    """The whole heading."""
    name: str
    """The heading without its time."""
    when: str
    """The short word for its time: `T-7 days`, `T-0`, `weekly`, `ready`, or ""."""
    kind: PhaseKind
    offset_s: int | None = None
    """Seconds from T-0, negative before it; only for timed phases."""
    line: int = 1
    notes: str = ""
    sections: tuple[Section, ...] = ()

    def walk(self) -> Iterator[Item]:
        for section in self.sections:
            yield from section.walk()


class Checklist(Frozen):
    """The whole file."""

    title: str
    notes: str = ""
    phases: tuple[Phase, ...] = ()

    def walk(self) -> Iterator[Item]:
        """Every item, nested ones too, in the order of the file."""
        for phase in self.phases:
            yield from phase.walk()
