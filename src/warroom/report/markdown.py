"""A journal as one Markdown document: facts, the ticked checklist, the whole timeline, the checkpoint."""

import re
from collections.abc import Iterable, Iterator
from typing import IO

from warroom.core import views
from warroom.core.checklist import Item
from warroom.core.definitions import Definitions
from warroom.core.events import Event, StepFinished
from warroom.core.release import Release

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&])")
_BOX = {"done": "x", "skipped": "-", "failed": "!"}


def write_markdown(out: IO[str], plan: Definitions, state: Release, events: Iterable[Event], checkpoint: str) -> None:
    """Everything is text here: markup, HTML and control characters of outside text are escaped."""
    for line in _lines(plan, state, events, checkpoint):
        out.write(line + "\n")


def _lines(plan: Definitions, state: Release, events: Iterable[Event], checkpoint: str) -> Iterator[str]:
    yield f"# {_text(state.name)} to {_text(state.environment)}"
    yield ""
    yield f"- T-0: {views.utc(state.t0_us)}"
    yield f"- rollback: {state.rollback.status}"
    yield f"- events: {state.seq}, head `{state.hash}`"
    yield ""
    yield f"## {_text(plan.checklist.title)}"
    yield ""
    yield "`x` done, `-` skipped, `!` failed."
    for phase in plan.checklist.phases:
        yield ""
        yield f"### {_text(phase.title)}"
        for section in phase.sections:
            yield ""
            if section.title:
                yield f"#### {_text(section.title)}"
                yield ""
            for item in section.items:
                yield from _item(state, item, "")
    yield ""
    yield "## Timeline"
    for event in events:
        yield from _event(plan, state, event)
    yield ""
    yield "## Checkpoint"
    yield ""
    yield from _fenced(checkpoint)


def _item(state: Release, item: Item, indent: str) -> Iterator[str]:
    now = state.item(item.id)
    said = "" if now.status == "open" else f" — {now.status} by {_text(now.by)}, {views.utc(now.at_us)}"
    words = ", ".join(_text(part) for part in (now.value, now.text) if part)
    yield f"{indent}- [{_BOX.get(now.status, ' ')}] {_text(item.title)}{said}{f': {words}' if words else ''}"
    for child in item.children:
        yield from _item(state, child, indent + "  ")


def _event(plan: Definitions, state: Release, event: Event) -> Iterator[str]:
    shown = views.feed_line(plan, event)
    yield ""
    yield f"**{event.seq}** {views.utc(event.at_us)} · {views.t_clock(event.at_us, state.t0_us)} · {_text(shown.who)}"
    yield ""
    yield f"{shown.word}: {_text(shown.text)}"
    if isinstance(event.body, StepFinished) and event.body.outcome.output:
        yield ""
        yield from _fenced(event.body.outcome.output)


def _fenced(text: str) -> Iterator[str]:
    """Text as it is, in a fence that nothing in it can close."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}text"
    yield from _visible(text).rstrip("\n").split("\n")
    yield fence


def _text(text: str) -> str:
    """One line in which nothing is markup."""
    return _SPECIAL.sub(r"\\\1", _visible(text).replace("\n", " ⏎ "))


def _visible(text: str) -> str:
    """Control characters as what they are called, so that a viewer shows them and a terminal obeys none."""
    return "".join(char if char in "\n\t" or char.isprintable() else f"\\u{ord(char):04x}" for char in text)
