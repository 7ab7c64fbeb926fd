"""A journal as one Markdown document: facts, the ticked checklist, the whole timeline, the checkpoint."""

from collections.abc import Iterable, Iterator

from warroom.core import views
from warroom.core.checklist import Item
from warroom.core.definitions import Definitions
from warroom.core.events import Event, StepFinished
from warroom.core.release import Release
from warroom.core.states import ItemState
from warroom.report.escaping import fenced
from warroom.report.escaping import markdown as _text
from warroom.report.excerpt import Excerpt, Sink

_BOX = {"done": "x", "skipped": "-", "n/a": "-", "deferred": ">", "failed": "!", "blocked": "!", "not true now": "?"}


def write_excerpt(out: Sink, excerpt: Excerpt) -> int:
    """The whole checklist as it stands, and the picked events. Gives their number."""
    picked = excerpt.picked
    only = "" if picked.picks_all else f"{picked}: {excerpt.count} of {excerpt.size} events"
    write_markdown(out, excerpt.plan, excerpt.state, excerpt.events(), excerpt.checkpoint, only=only)
    return excerpt.count


def write_markdown(
    out: Sink, plan: Definitions, state: Release, events: Iterable[Event], checkpoint: str, *, only: str = ""
) -> None:
    """Everything is text here: markup, HTML and control characters of outside text are escaped.

    `only` says which events these are when they are not all.
    """
    for line in _lines(plan, state, events, checkpoint, only):
        out.write(line + "\n")


def _lines(plan: Definitions, state: Release, events: Iterable[Event], checkpoint: str, only: str) -> Iterator[str]:
    yield f"# {_text(state.name)} to {_text(state.environment)}"
    yield ""
    yield f"- T-0: {views.utc(state.t0_us)}"
    yield f"- rollback: {state.rollback.status}"
    yield f"- events: {state.seq}, head `{state.hash}`"
    if only:
        yield f"- the timeline below is filtered: {_text(only)}"
    yield ""
    yield f"## {_text(plan.checklist.title)}"
    yield ""
    yield "`x` done, `?` done, but not true now, `-` skipped or not applicable, `>` put off, `!` failed or blocked."
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
    yield from fenced(checkpoint)


def _item(state: Release, item: Item, indent: str) -> Iterator[str]:
    now = state.item(item.id)
    said = "" if now.status == "open" else f" — {now.shown} by {_text(now.by)}, {views.utc(now.at_us)}"
    words = ", ".join(_text(part) for part in _words(now) if part)
    yield f"{indent}- [{_BOX.get(now.shown, ' ')}] {_text(item.title)}{said}{f': {words}' if words else ''}"
    for child in item.children:
        yield from _item(state, child, indent + "  ")


def _words(now: ItemState) -> tuple[str, ...]:
    return (
        now.value,
        f"n {now.n}" if now.n is not None else "",
        f"ACCEPTED: {now.accepted}" if now.accepted else "",
        f"to {now.deferred_to}" if now.deferred_to else "",
        now.text,
        now.stale,
    )


def _event(plan: Definitions, state: Release, event: Event) -> Iterator[str]:
    shown = views.feed_line(plan, event)
    yield ""
    yield f"**{event.seq}** {views.utc(event.at_us)} · {views.release_clock(state, event.at_us)} · {_text(shown.who)}"
    yield ""
    yield f"{shown.word}: {_text(shown.text)}"
    if isinstance(event.body, StepFinished) and event.body.outcome.output:
        yield ""
        yield from fenced(event.body.outcome.output)
