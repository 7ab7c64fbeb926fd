"""Short ways to read a checklist from a string, and to look at a part of it."""

import pytest

from warroom.core.checklist import Checklist, Item, Phase, Section
from warroom.core.errors import BadInput
from warroom.files.checklist_md import parse_checklist


def parse(text: str) -> Checklist:
    return parse_checklist(text, "release.md")


def items(text: str) -> list[Item]:
    return list(parse(text).walk())


def item(text: str) -> Item:
    (only,) = items(text)
    return only


def ids(text: str) -> list[str]:
    return [found.id for found in items(text)]


def sections(text: str) -> list[Section]:
    return [section for phase in parse(text).phases for section in phase.sections]


def titles(text: str) -> list[tuple[str, list[str]]]:
    """Section titles and the titles of their items, nested ones too."""
    return [(section.title, [found.title for found in section.walk()]) for section in sections(text)]


def phase(heading: str) -> Phase:
    return parse(f"# Release\n\n## {heading}\n- [ ] a\n").phases[0]


def refusal(text: str) -> BadInput:
    with pytest.raises(BadInput) as caught:
        parse(text)
    return caught.value
