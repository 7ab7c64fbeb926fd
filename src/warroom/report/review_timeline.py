"""The timeline of the review's page, with filters that work without script: boxes that hide what is not ticked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from warroom.core import views
from warroom.core.body import Tone
from warroom.core.events import Event, StepFinished
from warroom.report.review_markup import Markup, long, outside, tag, text
from warroom.report.review_words import Role, Words, counted

_GROUPS: dict[str, tuple[Tone, ...]] = {
    "decisions": ("decide",),
    "rollback": ("rollback", "restored"),
    "items": ("tick", "skip", "fail", "reopen"),
    "notes": ("note", "evidence"),
    "commands": ("step",),
    "probes": ("verdict",),
    "not sure": ("unsure",),
    "the room": ("room",),
}
_GROUP_OF = {tone: number for number, tones in enumerate(_GROUPS.values()) for tone in tones}
_ROLES: dict[str, Role] = {
    "tick": "ok",
    "restored": "ok",
    "skip": "warn",
    "fail": "fail",
    "rollback": "fail",
    "decide": "fail",
    "unsure": "unsure",
    "unknown": "unsure",
    "stale": "unsure",
    "ok": "ok",
    "warn": "warn",
}
OPERATORS = 30
"""So many have a filter of their own."""


def filter_style(operators: Sequence[str]) -> str:
    """The rules that hide what is filtered out. Only numbers, never names, get into them."""
    groups = (f"body:has(#g{n}:not(:checked)) .g{n}" for n in range(len(_GROUPS)))
    people = (f"body:has(#p{n}:checked) tr.e:not(.p{n})" for n in range(len(operators)))
    return f"{','.join((*groups, *people))}{{display:none}}"


def filters(operators: Sequence[str]) -> Markup:
    """Boxes for kinds of events, and buttons for who did it."""
    kinds = (
        tag("label", _input("checkbox", f"g{n}", checked=True), Markup(" "), text(name))
        for n, name in enumerate(_GROUPS)
    )
    people = (tag("label", _input("radio", f"p{n}"), Markup(" "), outside(name)) for n, name in enumerate(operators))
    everybody = tag("label", _input("radio", "p-all", checked=True), Markup(" everybody"))
    return Markup(
        tag("fieldset", tag("legend", text("Show")), *kinds, class_="filters")
        + tag("fieldset", tag("legend", text("Who")), everybody, *people, class_="filters")
    )


def _input(kind: str, name: str, *, checked: bool = False) -> Markup:
    group = ' name="who"' if kind == "radio" else ""
    return Markup(f'<input type="{kind}" id="{name}"{group}{" checked" if checked else ""}>')


def rows(words: Words, events: Iterable[Event], operators: Sequence[str]) -> Iterator[Markup]:
    """A row for each event."""
    numbers = {name: n for n, name in enumerate(operators)}
    for event in events:
        yield _row(words, event, numbers)


def _row(words: Words, event: Event, operators: Mapping[str, int]) -> Markup:
    shown = views.feed_line(words.plan, event)
    who = f" p{operators[event.actor]}" if event.actor in operators else ""
    role = _ROLES.get(shown.word) or _ROLES.get(shown.tone)
    said = long(shown.text)
    if isinstance(event.body, StepFinished) and event.body.outcome.output:
        said = Markup(said + tag("div", long(event.body.outcome.output), class_="output"))
    if event.redacted_by:
        said = Markup(said + tag("div", text(f"redacted by event {event.redacted_by}"), class_="quiet"))
    return tag(
        "tr",
        tag("td", text(str(event.seq)), class_="n quiet"),
        tag("td", text(words.utc(event.at_us)), class_="n"),
        tag("td", text(words.clock(event.at_us)), class_="n"),
        tag("td", outside(shown.who)),
        tag("td", tag("b", text(shown.word), class_=role), class_="n"),
        tag("td", said),
        id=f"e{event.seq}",
        class_=f"e g{_GROUP_OF[shown.tone]} t-{shown.tone}{who}",
    )


def left_out(more: Mapping[str, int], shown: int) -> str:
    """What the timeline lacks, or ""."""
    if not more:
        return ""
    kinds = ", ".join(f"{count} {kind}" for kind, count in more.items())
    said = f"{counted(shown, 'event')} are shown: all that are rare, and of frequent ones the first and the last"
    return f"{said}. Left out: {kinds}."
