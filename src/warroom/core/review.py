"""Looking back on a release: what was planned and what happened, how long it took to notice, to decide and to go back,
and what does not fit together. Pure; `report` writes it down.

Until all that does not fit is explained by later notes, a review calls itself a draft.
"""

from collections.abc import Callable, Iterable

from warroom.core import history
from warroom.core.definitions import Definitions
from warroom.core.events import Event
from warroom.core.review_checks import Contradictions
from warroom.core.review_departures import Departures, Signatures
from warroom.core.review_hearing import Listener, overheard
from warroom.core.review_incidents import Decisions, FirstBad, Incidents
from warroom.core.review_notes import Notes
from warroom.core.review_people import People, Places
from warroom.core.review_probes import Readings, Verdicts
from warroom.core.review_said import LIMIT
from warroom.core.review_standing import Standing
from warroom.core.review_times import Times
from warroom.core.review_values import Contradiction, Gap, Proof, Review
from warroom.core.store import Sample

Reading = tuple[int, Sample]
"""With its number."""


def review(
    plan: Definitions,
    events: Iterable[Event],
    readings: Callable[[], Iterable[Reading]],
    proof: Proof,
    listeners: Iterable[Listener] = (),
) -> Review:
    """The review of all events of a journal and all its readings that are still there, both in order.

    `listeners` hear the events as well. `readings` is called once, when all events were heard.
    """
    hearing = _Hearing(plan)
    past = history.tell(plan, overheard(events, (*hearing.all, *listeners)))
    first_bad, seen = hearing.read(readings())
    gaps = seen.gaps()
    facts = hearing.people.facts()
    hearing.verdicts.finish(facts.last_us)
    checks, more_checks = hearing.checks.told()
    checks = sorted([*checks, *(_silence(plan, hearing.notes, gap) for gap in gaps)], key=lambda each: each.seq)
    departures, decisions = hearing.departures, hearing.decisions.decisions
    people = hearing.people.told()
    return Review(
        facts=facts,
        proof=proof,
        people=tuple(people[:LIMIT]),
        phases=tuple(hearing.times.phases()),
        items=tuple(hearing.times.items(past)),
        incidents=tuple(hearing.incidents.told(first_bad.told())),
        decisions=tuple(decisions.kept),
        departures=tuple(departures.departures.kept),
        slips=tuple(hearing.times.slips.kept),
        two_people=tuple(hearing.signatures.two_people.kept),
        probes=tuple(hearing.verdicts.told(plan)),
        blind=tuple(hearing.verdicts.spells.kept),
        gaps=tuple(gaps[:LIMIT]),
        jumps=tuple(departures.jumps.kept),
        contradictions=tuple(hearing.notes.explained(each) for each in checks[:LIMIT]),
        follow_ups=tuple(departures.follow_ups.kept),
        stretches=tuple(seen.stretches),
        left_out=_counted(
            people=len(people[LIMIT:]),
            decisions=decisions.more,
            departures=departures.departures.more,
            slips=hearing.times.slips.more,
            two_people=hearing.signatures.two_people.more,
            blind=hearing.verdicts.spells.more,
            gaps=len(gaps[LIMIT:]),
            jumps=departures.jumps.more,
            contradictions=more_checks + len(checks[LIMIT:]),
            follow_ups=departures.follow_ups.more,
        ),
    )


class _Hearing:
    """All who gather a part of the review."""

    def __init__(self, plan: Definitions) -> None:
        self._plan = plan
        places = Places()
        self.people = People(places)
        self.departures = Departures()
        self.signatures = Signatures()
        standing = Standing(plan)
        self.times = Times(plan, standing)
        self.incidents = Incidents(plan)
        self.decisions = Decisions()
        self.verdicts = Verdicts()
        self.checks = Contradictions(plan, standing, self.signatures, places)
        self.notes = Notes(plan)
        self.all: tuple[Listener, ...] = (
            places, standing, self.signatures, self.people, self.departures, self.times, self.incidents,
            self.decisions, self.verdicts, self.checks, self.notes,
        )  # fmt: skip

    def read(self, readings: Iterable[Reading]) -> tuple[FirstBad, Readings]:
        """What the readings tell. To be called when all events were heard."""
        first_bad = FirstBad(self._plan, self.incidents.onsets)
        seen = Readings(self._plan, self.verdicts.watches)
        for number, reading in readings:
            first_bad.hear(reading)
            seen.hear(number, reading)
        return first_bad, seen


def _silence(plan: Definitions, notes: Notes, gap: Gap) -> Contradiction:
    """It shows in no event of its own, so it goes by the number of the last one before it."""
    seq = notes.last_before(gap.since_us)
    named = ", ".join(map(plan.title, gap.probes[:5]))
    more = f" and {len(gap.probes) - 5} more" if len(gap.probes) > 5 else ""
    text = f"{named}{more} had no reading for {gap.lasted_s:.1f} s after this, although a cockpit drove"
    return Contradiction(
        fault="no readings",
        seq=seq,
        at_us=gap.since_us,
        who="",
        subjects=gap.probes,
        text=text,
        last_seq=notes.last_before(gap.until_us),
    )


def _counted(**more: int) -> dict[str, int]:
    return {name: count for name, count in more.items() if count}
