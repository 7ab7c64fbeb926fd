"""The parts of a review that are tables: times, departures, people, what was not known."""

from warroom.core.review_values import ItemTimes, PhaseTimes, Review
from warroom.report.review_words import (
    STATUSES,
    VERDICTS,
    Cell,
    Lines,
    Ref,
    Section,
    State,
    Table,
    Words,
    counted,
    lasting,
    slipped,
)

WHEN = ("Event", "UTC", "T-clock")


def when(words: Words, seq: int | None, at_us: int) -> tuple[Cell, ...]:
    return Ref(seq), words.utc(at_us), words.clock(at_us)


def more(review: Review, field: str) -> int:
    return review.left_out.get(field, 0)


def planned(words: Words) -> Section:
    review = words.review
    phases = Table(
        ("Phase", "Planned", "Began", "Slip", "Held by", "Ended", "Closed"),
        [_phase(words, each) for each in review.phases],
        "Phases",
    )
    slips = Table(
        (*WHEN, "Who", "T-0 moved by", "Why"),
        [(*when(words, each.seq, each.at_us), each.who, lasting(each.moved_s), each.text) for each in review.slips],
        "T-0",
        more(review, "slips"),
    )
    items = (
        Table(
            ("Item", "Title", "Status", "Event", "T-clock", "Who", "Since planned begin", "Took", "Expected", "Figure"),
            [_item(words, each) for each in review.items if words.plan.places[each.id].phase.id == phase.id],
            f"{words.title(f'phase:{phase.id}')}: {phase.closed} of {phase.total} closed",
            folded=True,
        )
        for phase in review.phases
    )
    return Section("planned", "Planned and actual", (), (phases, slips, *items))


def _phase(words: Words, phase: PhaseTimes) -> tuple[Cell, ...]:
    moved = (f"{lasting(phase.moved_s)} of it by moving T-0",) if phase.moved_s else ()
    slip = slipped(phase.slip_s)
    return (
        words.title(f"phase:{phase.id}"),
        words.both(phase.planned_us),
        words.both(phase.begun.at_us) if phase.begun else "not begun",
        Lines((slip, *moved)) if slip else "",
        ", ".join(f"event {seq}" for seq in phase.holds),
        words.both(phase.ended.at_us if phase.ended else None),
        f"{phase.closed}/{phase.total}",
    )


def _item(words: Words, item: ItemTimes) -> tuple[Cell, ...]:
    place = words.plan.places[item.id]
    return (
        place.item.number,
        place.item.title,
        State(item.status, STATUSES.get(item.status, "quiet")),
        Ref(item.said.seq if item.said else None),
        words.clock(item.said.at_us) if item.said else "",
        item.said.who if item.said else "",
        lasting(item.after_s),
        lasting(item.took_s),
        lasting(item.expected_s),
        item.value,
    )


def departures(words: Words) -> Section:
    review = words.review
    rows = [
        (*when(words, each.seq, each.at_us), each.who, each.what, words.title(each.subject), each.text)
        for each in review.departures
    ]
    left = Table((*WHEN, "Who", "What", "About", "Why"), rows, "Departures from the plan", more(review, "departures"))
    pairs = Table(
        ("About", "First", "Event", "Second", "Event", ""),
        [
            (
                "the rollback" if pair.subject == "rollback" else words.title(pair.subject),
                pair.first.who,
                Ref(pair.first.seq),
                pair.second.who,
                Ref(pair.second.seq),
                State("point of no return", "warn") if pair.no_return else "",
            )
            for pair in review.two_people
        ],
        "Signed by two",
        more(review, "two_people"),
    )
    said = () if rows else ("Nothing was skipped, overridden or done by hand.",)
    return Section("departures", "Skips, overrides, accepted risks", said, (left, pairs))


def people(words: Words) -> Section:
    review = words.review
    rows = [
        (
            person.name,
            str(person.events),
            ", ".join(f"{count} {word}" for word, count in person.did.items()),
            words.utc(person.first.at_us),
            words.utc(person.last.at_us),
            Lines(person.places),
        )
        for person in review.people
    ]
    head = ("Who", "Events", "What", "First", "Last", "From")
    said = (f"{counted(review.facts.by_itself, 'event')} more nobody did: probes and the program itself.",)
    return Section("people", "People", said, (Table(head, rows, more=more(review, "people")),))


def unseen(words: Words) -> Section:
    review = words.review
    blind = [
        (
            words.title(each.probe),
            State(each.word, VERDICTS[each.word]),
            Ref(each.since_seq),
            words.utc(each.since_us),
            words.utc(each.until_us) if each.until_seq else "to the end",
            lasting(each.lasted_s),
        )
        for each in review.blind
    ]
    gaps = [
        (
            Lines(tuple(map(words.title, gap.probes[:10]))),
            words.utc(gap.since_us),
            words.utc(gap.until_us),
            lasting(gap.lasted_s),
        )
        for gap in review.gaps
    ]
    jumps = [(*when(words, jump.seq, jump.at_us), f"{jump.by_s:+.1f} s", jump.origin) for jump in review.jumps]
    probes = [
        (
            words.title(each.probe),
            str(each.changes),
            *(lasting(each.lasted_s[word]) if word in each.lasted_s else "" for word in VERDICTS),
        )
        for each in review.probes
    ]
    tables = (
        Table(
            ("Probe", "Verdict", "Event", "From", "To", "For"),
            blind,
            "Verdicts that were not known",
            more(review, "blind"),
        ),
        Table(("Probes", "From", "To", "For"), gaps, "No readings while a cockpit drove", more(review, "gaps")),
        Table((*WHEN, "By", "Process"), jumps, "Clocks that were set", more(review, "jumps")),
        Table(("Probe", "Changes", *VERDICTS), probes, "How long each probe was what"),
    )
    said = () if blind or gaps or jumps else ("Every probe was read in time, and no clock was set.",)
    return Section("unseen", "What was not known", said, tables)


def follow_ups(words: Words) -> Section:
    review = words.review
    rows = [
        (*when(words, each.seq, each.at_us), each.who, words.title(each.subject), each.text)
        for each in review.follow_ups
    ]
    table = Table((*WHEN, "Who", "About", "What"), rows, more=more(review, "follow_ups"))
    said = () if rows else ('None. A note that begins with "follow-up:" or "todo:" stands here.',)
    return Section("follow-ups", "Follow-ups", said, (table,))
