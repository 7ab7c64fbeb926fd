"""Probes that turn to and fro: when they are said to flap, and when no longer."""

from functools import reduce

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probe_kit import STATUS, probe, reading_of
from warroom.core.probe import Track, Verdict, advance, judge
from warroom.core.store import Sample
from warroom.probing.resume import resume

patient = settings(deadline=None)  # a busy machine is no failure
S = 1_000_000  # microseconds
SPEC = probe({"kind": "http", "url": "http://127.0.0.1:1"}, STATUS)

UP_AND_DOWN = "FFFoo"
"""From ok to fail and back, in as few readings as that takes."""


def after(outcomes: str, track: Track | None = None) -> Track:
    """The track after readings: `o`k, `w`arn, `F`ail, `E`rror, `-` for no data."""
    return reduce(lambda before, letter: advance(before, reading_of(letter)), outcomes, track or Track())


def verdict_after(outcomes: str) -> Verdict:
    return judge(SPEC, after(outcomes), mono_us=0)


@pytest.mark.parametrize(
    ("outcomes", "flapping"),
    [
        ("o", False),
        ("o" + UP_AND_DOWN, False),  # one outage is an outage
        ("o" + 2 * UP_AND_DOWN, True),  # two in a row are a habit
        ("o" + 2 * UP_AND_DOWN + 9 * "o", True),
        ("o" + 2 * UP_AND_DOWN + 20 * "o", False),
        ("o" + 2 * UP_AND_DOWN + 20 * "F", False),  # lasting, whichever it is
        ("o" + UP_AND_DOWN + 20 * "o" + UP_AND_DOWN, False),  # long ago
        ("o" + 20 * "Foooo", False),  # never hard
        ("owwwFFFwwwoo", False),  # one outage that comes and goes by degrees
        ("o" + UP_AND_DOWN + "FFF", False),  # nor did it when it was first ok
        ("F" + 2 * UP_AND_DOWN, False),  # what was never ok did not turn when it began
    ],
)
def test_two_outages_in_twenty_readings_flap_until_it_is_quiet(outcomes: str, flapping: bool) -> None:
    verdict = verdict_after(outcomes)
    assert verdict.flapping is flapping
    assert (verdict.mark == "flapping") is flapping


def test_it_is_told_in_the_line_that_explains_the_verdict() -> None:
    assert verdict_after("o" + 2 * UP_AND_DOWN).text == "o, flapping, 0 s old"
    assert verdict_after("o" + 2 * UP_AND_DOWN + "F").text == "F, 1 of 5, flapping, 0 s old"


def test_it_is_not_forgotten_over_a_restart_but_over_a_long_pause() -> None:
    track, kept = Track(), []
    for letter in "o" + 2 * UP_AND_DOWN:
        track = advance(track, reading_of(letter))
        word = judge(SPEC, track, mono_us=0).word
        assert track.last
        facts = track.last.model_dump(include={"probe", "at_us", "mono_us", "took_us", "outcome"})
        kept.append(Sample(**facts, word=word))
    resumed = resume(SPEC, kept, at_us=S, mono_us=S)
    assert (resumed.flapping, resumed.turns) == (True, track.turns)
    assert not resume(SPEC, kept, at_us=3600 * S, mono_us=3600 * S).flapping


# --- properties

outcome_letters = st.text("owFE-", max_size=60)


@patient
@given(outcome_letters, st.sampled_from("oF"))
def test_twenty_equal_readings_always_end_it(before: str, letter: str) -> None:
    assert not after(25 * letter, after(before)).flapping  # five to settle its level, then twenty


@patient
@given(outcome_letters)
def test_whoever_goes_up_and_down_without_end_flaps(before: str) -> None:
    assert after(3 * UP_AND_DOWN, after(before + "oo")).flapping


@patient
@given(outcome_letters)
def test_what_could_not_be_measured_changes_nothing(outcomes: str) -> None:
    measured = outcomes.replace("-", "").replace("E", "")
    with_gaps, without = after(outcomes), after(measured)
    assert (with_gaps.turns, with_gaps.flapping) == (without.turns, without.flapping)


@patient
@given(outcome_letters)
def test_it_begins_with_a_fourth_turn_and_ends_with_none_of_late(outcomes: str) -> None:
    track = Track()
    for letter in outcomes:
        before, track = track, advance(track, reading_of(letter))
        if track.flapping and not before.flapping:
            assert track.turns[-1]
            assert track.turns.count(True) >= 4
        if before.flapping and not track.flapping:
            assert not any(track.turns[-10:])


@patient
@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))
def test_a_single_outage_never_flaps(well: int, ill: int, again: int) -> None:
    track = Track()
    for letter in "o" * well + "F" * ill + "o" * again:
        track = advance(track, reading_of(letter))
        assert not track.flapping
