"""The parts of a review, each as sentences and tables."""

from collections import Counter
from collections.abc import Iterator

from warroom.core import views
from warroom.core.review_incident import CHAIN, Incident
from warroom.core.review_values import Contradiction
from warroom.report.review_parts import WHEN, departures, follow_ups, more, people, planned, unseen, when
from warroom.report.review_words import (
    Cell,
    Lines,
    Ref,
    Section,
    State,
    Table,
    Words,
    counted,
    lasting,
)


def sections(words: Words) -> Iterator[Section]:
    """In the order in which somebody reads who was not there."""
    yield _summary(words)
    yield _to_explain(words)
    yield _incidents(words)
    yield _decisions(words)
    yield planned(words)
    yield departures(words)
    yield people(words)
    yield unseen(words)
    yield follow_ups(words)


def _summary(words: Words) -> Section:
    return Section("summary", "Summary", tuple(_sentences(words)), ())


def _sentences(words: Words) -> Iterator[str]:
    review = words.review
    statuses = Counter(item.status for item in review.items)
    yield f"Of {counted(len(review.items), 'item')}: {', '.join(f'{n} {what}' for what, n in statuses.most_common())}."
    if not review.incidents:
        yield "Nothing asked for a decision, and nothing was rolled back."
    for number, incident in enumerate(review.incidents, 1):
        yield f"Incident {number}: {_story(words, incident)}"
    if review.slips:
        moved_s = sum(slip.moved_s for slip in review.slips)
        yield f"T-0 was moved {counted(len(review.slips), 'time')}, by {lasting(moved_s)} in all."
    what = Counter(each.what for each in review.departures)
    if what:
        yield f"Departures from the plan: {', '.join(f'{n} {name}' for name, n in what.most_common())}."
    if review.blind or review.gaps:
        probes = {each.probe for each in review.blind} | {probe for gap in review.gaps for probe in gap.probes}
        yield f"What {counted(len(probes), 'probe')} would have said was not known for some time."
    if review.jumps:
        yield f"Clocks were set {counted(len(review.jumps), 'time')}; durations across that are not reliable."
    if not review.final:
        yield f"This is a {review.standing}."


def _story(words: Words, incident: Incident) -> str:
    """`Payments failed. Detected after 4.0 s, decided after 9.2 s, counted from the first bad reading.`"""
    names = " and ".join(words.title(probe) for probe in incident.probes)
    first, *others = [moment for step in CHAIN if (moment := incident.first(step))] or incident.moments
    steps = ", ".join(f"{moment.step} after {lasting((moment.at_us - first.at_us) / 1e6)}" for moment in others)
    failed = f"{names} failed. " if names else ""
    over = "." if incident.over else ". It was not over when the journal ended."
    return f"{failed}From {'the ' * (first.step == CHAIN[0])}{first.step}: {steps or 'nothing followed'}{over}"


def _to_explain(words: Words) -> Section:
    review = words.review
    rows = [_contradiction(words, each) for each in review.contradictions]
    if not rows:
        said = ("Nothing was found that does not fit together.",)
    elif review.to_explain:
        said = (
            f"{counted(review.to_explain, 'thing')} to explain: by a note on one of the items, or by one that names"
            " the probe or the event, as in: warroom note 'explains #17: ...'",
        )
    else:
        said = ("All that did not fit together was explained.",)
    head = (*WHEN, "What", "Who", "Explained")
    return Section(
        "explain", "What does not fit together", said, (Table(head, rows, more=more(review, "contradictions")),)
    )


def _contradiction(words: Words, one: Contradiction) -> tuple[Cell, ...]:
    explained: Cell = Ref(one.explained_by) if one.explained_by else State("not yet", "fail")
    return (*when(words, one.seq, one.at_us), Lines((one.fault, one.text)), one.who, explained)


def _incidents(words: Words) -> Section:
    tables: list[Table] = []
    for number, incident in enumerate(words.review.incidents, 1):
        first_us = incident.moments[0].at_us
        rows = [
            (
                *when(words, moment.seq, moment.at_us),
                lasting((moment.at_us - first_us) / 1e6),
                moment.step,
                moment.who,
                moment.text,
            )
            for moment in incident.moments
        ]
        tables.append(Table((*WHEN, "After", "Step", "Who", "What"), rows, f"Incident {number}"))
        spans = [(span.since, span.until, lasting(span.took_s)) for span in incident.spans]
        tables.append(Table(("From", "To", "Took"), spans, f"Incident {number}: times"))
    said = () if tables else ("Nothing asked for a decision, and nothing was rolled back.",)
    return Section("incidents", "Incidents", said, tuple(tables))


def _decisions(words: Words) -> Section:
    review = words.review
    rows = [
        (
            *when(words, each.seq, each.at_us),
            each.who,
            each.word,
            each.text,
            lasting(each.waited_s),
            words.seen(each.seen),
        )
        for each in review.decisions
    ]
    head = (*WHEN, "Who", "Decision", "In words", "Waited", "What was known")
    table = Table(head, rows, more=more(review, "decisions"))
    return Section("decisions", "Decisions, and what was known", () if rows else ("None.",), (table,))


def facts(words: Words) -> list[tuple[str, str]]:
    """What a review says of itself at its top."""
    told = words.review.facts
    return [
        ("Release", told.release),
        ("Environment", told.environment),
        ("Checklist", told.checklist),
        ("T-0 as planned", f"{words.utc(told.t0_us)} UTC"),
        ("First event", f"{words.utc(told.first_us)} UTC"),
        (
            "Last event",
            f"{words.utc(told.last_us)} UTC, {views.span(max(0.0, (told.last_us - told.first_us) / 1e6))} later",
        ),
        ("Events", f"{told.events}, {told.by_itself} of them of nobody"),
        ("People", str(len(words.review.people) + more(words.review, "people"))),
    ]
