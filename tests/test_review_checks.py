"""What a review finds that does not fit together, and when it takes it for explained."""

from pathlib import Path

import pytest

from review_kit import (
    INCIDENT,
    At,
    begun,
    finished,
    opened,
    readings_every_5_s,
    reviewed,
    shell,
    started,
    verdict,
)
from warroom.core import events as ev
from warroom.core.review_values import Contradiction, Review
from warroom.core.store import Sample

BEFORE = (At(-300, ev.ItemDone(item="backup")), At(-200, ev.ItemDone(item="plan")))
"""Nothing is left of the phase before."""


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "shop.journal"


def faults(review: Review) -> list[str]:
    return [each.fault for each in review.contradictions]


def only(review: Review) -> Contradiction:
    (found,) = review.contradictions
    return found


def done(second: float, item: str, actor: str = "ada", origin: str = "cockpit@tower:7", **fields: object) -> At:
    return At(second, ev.ItemDone.model_validate({"item": item, **fields}), actor, origin)


def test_a_release_in_which_all_fits(journal: Path) -> None:
    review = reviewed(journal)
    assert faults(review) == []
    assert review.standing == "final"


@pytest.mark.parametrize("word", ["fail", "unknown", "stale"])
def test_done_against_its_probe_by_what_was_seen(journal: Path, word: str) -> None:
    seen = [{"probe": "errors", "word": word}]
    happened = [begun(), *BEFORE, done(1, "card"), verdict(2, "errors", "ok"), done(30, "payments", seen=seen)]
    found = only(reviewed(journal, happened, []))
    assert (found.fault, found.seq, found.subjects) == ("done against its probe", 6, ("payments", "errors"))
    assert found.text == f"Verify payments was ticked while Errors was {word}"


def test_done_against_its_probe_by_the_record(journal: Path) -> None:
    happened = [begun(), *BEFORE, done(1, "card"), verdict(2, "errors", "fail"), done(30, "payments")]
    assert faults(reviewed(journal, happened, [])) == ["done against its probe"]


def test_done_while_its_probe_had_never_been_read(journal: Path) -> None:
    found = only(reviewed(journal, [begun(), *BEFORE, done(1, "card"), done(30, "payments")], []))
    assert found.text == "Verify payments was ticked while Errors had not been read"


def test_a_warning_is_no_contradiction(journal: Path) -> None:
    happened = [begun(), *BEFORE, done(1, "card"), verdict(2, "errors", "warn"), done(30, "payments")]
    assert faults(reviewed(journal, happened, [])) == []


def test_closed_before_its_parts(journal: Path) -> None:
    happened = [begun(), *BEFORE, verdict(2, "errors", "ok"), done(30, "payments")]
    found = only(reviewed(journal, happened, []))
    assert (found.fault, found.subjects) == ("closed before its parts", ("payments", "card"))


def test_a_phase_that_began_before_the_one_before_was_over_is_told_once(journal: Path) -> None:
    happened = [begun(), BEFORE[0], done(30, "deploy"), done(60, "card")]
    found = only(reviewed(journal, happened, []))
    assert (found.fault, found.seq) == ("begun before the phase before", 3)
    assert "Read the plan" in found.text


def test_whoever_accepted_the_risk_of_a_gate_has_said_why(journal: Path) -> None:
    gate = ev.GatePassed(phase="deployment-day", risk="the plan was read aloud", open=("Read the plan",))
    review = reviewed(journal, [begun(), BEFORE[0], At(20, gate), done(30, "deploy")], [])
    assert faults(review) == []
    assert [each.what for each in review.departures] == ["risk accepted"]


def test_rapid_ticks_are_one_run(journal: Path) -> None:
    fast = [done(20 + n, item) for n, item in enumerate(("deploy", "card", "drop", "deploy"))]
    slow = [done(100 + 6 * n, item) for n, item in enumerate(("deploy", "card", "drop"))]
    happened = [begun(), *BEFORE, *fast, *slow]
    found = only(reviewed(journal, happened, []))
    assert (found.fault, found.seq, found.last_seq) == ("rapid ticks", 4, 7)
    assert found.text == "ada ticked 4 items within 3.0 s"


def test_ticks_of_several_people_are_not_rapid(journal: Path) -> None:
    ticks = [done(20 + n, item, who) for n, (item, who) in enumerate(zip(("deploy", "card"), "ab", strict=True))]
    happened = [begun(), *BEFORE, *ticks, done(23, "drop", "c")]
    assert faults(reviewed(journal, happened, [])) == []


@pytest.mark.parametrize(
    ("origin", "same"),
    [("cockpit@tower:7", True), ("cockpit@tower:8", True), ("cockpit@tower:9", False), ("cli@desk:1", False)],
)
def test_two_signatures_from_one_process_or_one_login(journal: Path, origin: str, same: bool) -> None:
    """Process 8 is of the same login name as process 7, process 9 of another, and of the shell's nobody knows."""
    happened = [
        begun(), opened(-400), opened(-390, "cockpit@tower:8"), opened(-380, "cockpit@tower:9", "sre"), *BEFORE,
        At(10, ev.ItemSigned(item="drop")), done(30, "drop", "ben", origin),
    ]  # fmt: skip
    review = reviewed(journal, happened, [])
    expected = ["both signatures from one place"] if same else []
    assert [fault for fault in faults(review) if fault != "no readings"] == expected
    assert [(pair.first.who, pair.second.who) for pair in review.two_people] == [("ada", "ben")]


def test_an_interrupted_step_that_nobody_verified(journal: Path) -> None:
    cut = [begun(), *BEFORE, started(10, "deploy"), At(20, ev.StepInterrupted(run="r1", target="deploy", title="x"))]
    assert faults(reviewed(journal, cut, [])) == ["interrupted and not verified"]
    for number, verified in enumerate((done(60, "deploy"), finished(60, "deploy", run="r2"))):
        assert faults(reviewed(journal.with_name(f"{number}"), [*cut, verified], [])) == []
    failed_again = finished(60, "deploy", "failed", run="r2")
    assert faults(reviewed(journal.with_name("again"), [*cut, failed_again], [])) == ["interrupted and not verified"]


def without(since: float, until: float, probe: str = "errors") -> list[Sample]:
    kept = readings_every_5_s()
    return [each for each in kept if each.probe != probe or not since < (each.at_us - kept[0].at_us) / 1e6 - 55 < until]


def test_a_gap_in_the_readings_while_a_cockpit_drove(journal: Path) -> None:
    found = only(reviewed(journal, INCIDENT, without(30, 70)))
    assert (found.fault, found.subjects) == ("no readings", ("errors",))
    assert found.seq == 9  # the last event before it
    assert found.text == "Errors had no reading for 40.0 s after this, although a cockpit drove"


def test_a_gap_at_the_end_of_a_watch(journal: Path) -> None:
    review = reviewed(journal, INCIDENT, without(250, 999))
    assert [(gap.probes, gap.lasted_s) for gap in review.gaps] == [(("errors",), 40.0)]


def test_a_probe_that_was_never_read(journal: Path) -> None:
    review = reviewed(journal, INCIDENT, without(-99, 999))
    assert [(gap.probes, gap.lasted_s) for gap in review.gaps] == [(("errors",), 350.0)]


def test_gaps_of_several_probes_are_one(journal: Path) -> None:
    both = [each for each in without(30, 70) if each in without(40, 80, "health")]
    (gap,) = reviewed(journal, INCIDENT, both).gaps
    assert set(gap.probes) == {"errors", "health"}


def test_a_gap_without_a_driver_is_none(journal: Path) -> None:
    happened = [*INCIDENT[:-1], At(-10, ev.CockpitClosed())]
    assert faults(reviewed(journal, happened, [])) == ["no readings"]
    closed = [each for each in INCIDENT if not isinstance(each.body, ev.CockpitOpened)]
    assert faults(reviewed(journal.with_name("b"), closed, [])) == []


def test_what_was_thinned_out_is_no_gap(journal: Path) -> None:
    """Readings are numbered over all probes: where numbers are missing, something was thinned out."""
    from journal_kit import tamper
    from review_kit import review_of, write

    write(journal)
    tamper(journal, f"DELETE FROM samples WHERE at_us BETWEEN {T0 + 30_000_000} AND {T0 + 70_000_000}")
    assert faults(review_of(journal)) == []


T0 = 1_772_395_200_000_000


def test_a_draft_until_a_later_note_explains_it(tmp_path: Path) -> None:
    told = shell(tmp_path, [begun(), *BEFORE, done(1, "card"), done(30, "payments")], [])
    assert "**draft: 1 thing to explain**" in told.ok("review")
    told.ok("note", "payments", "todo: find out")
    told.ok("note", "deploy", "all is well")
    assert "**draft: 1 thing to explain**" in told.ok("review")
    told.ok("note", "payments", "paid by hand and looked at the bank's page")
    assert "**final**" in told.ok("review")


@pytest.mark.parametrize(
    ("text", "explains"),
    [("explains #5: by hand", True), ("see Event 5", True), ("#55", False), ("#4", False), ("x#5y", False),
     ("errors was down", True), ("errors-2 was down", False)],
)  # fmt: skip
def test_a_note_explains_by_number_or_by_probe(journal: Path, text: str, explains: bool) -> None:
    happened = [begun(), *BEFORE, done(1, "card"), done(30, "payments"), At(60, ev.Noted(text=text))]
    assert reviewed(journal, happened, []).final is explains


def test_an_earlier_note_explains_nothing(journal: Path) -> None:
    happened = [begun(), *BEFORE, done(1, "card"), At(2, ev.Noted(text="x", item="payments")), done(30, "payments")]
    assert not reviewed(journal, happened, []).final


def test_a_broken_journal_makes_a_draft(tmp_path: Path) -> None:
    from journal_kit import tamper

    told = shell(tmp_path)
    assert "**final**" in told.ok("review")
    tamper(tmp_path / "shop.journal", "UPDATE events SET at_us = at_us + 1 WHERE seq = 3")
    assert "**draft: the journal is broken**" in told.ok("review")
