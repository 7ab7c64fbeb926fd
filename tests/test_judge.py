"""From measurements to verdicts: what counts as bad, when it is hard, when it ends, and when nothing is known."""

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warroom.core.probe import (
    Measurement,
    Outcome,
    ProbeSpec,
    Reading,
    Track,
    Verdict,
    advance,
    assess,
    judge,
)
from warroom.core.rules import Value

patient = settings(deadline=None)  # a busy machine is no failure
S = 1_000_000  # microseconds


def spec_of(*checks: dict[str, Any], **fields: Any) -> ProbeSpec:
    written = {"id": "errors", "title": "Errors", "every": "2s", "deadline": "1s", "source": {"kind": "http"}}
    return ProbeSpec.model_validate(written | fields | {"check": checks or ({"warn": "> 1", "fail": "> 2"},)})


def assessed(spec: ProbeSpec, *, at_s: float = 0, **found: Any) -> Reading:
    at_us = round(at_s * S)
    return assess(spec, Measurement(**found), at_us=at_us, mono_us=at_us, took_us=5000)


def reading(outcome: Outcome, *, at_s: float = 0, recovered: bool = True, value: Value = 1.5) -> Reading:
    at_us = round(at_s * S)
    return Reading(
        probe="errors", at_us=at_us, mono_us=at_us, took_us=0, outcome=outcome, text=outcome,
        value=None if outcome in ("no_data", "error") else value, recovered=recovered,
    )  # fmt: skip


_LETTERS: dict[str, Outcome] = {"o": "ok", "w": "warn", "F": "fail", "-": "no_data", "E": "error", "r": "ok"}


def after(outcomes: str, track: Track | None = None) -> Track:
    """The track after readings 2 s apart; `r` is ok but not beyond the recover limit."""
    track = track or Track()
    for index, letter in enumerate(outcomes):
        track = advance(track, reading(_LETTERS[letter], at_s=2 * index, recovered=letter != "r"))
    return track


def verdict_after(outcomes: str, *, later_s: float = 0) -> Verdict:
    """As of `later_s` after the last of `outcomes`."""
    return judge(spec_of(), after(outcomes), mono_us=round((2 * (len(outcomes) - 1) + later_s) * S))


# --- one measurement


@pytest.mark.parametrize(
    ("value", "outcome", "text"),
    [
        (0.5, "ok", "error rate 0.5 %"),
        (1.4, "warn", "error rate 1.4 % > 1 %"),
        (2.31, "fail", "error rate 2.31 % > 2 %"),
        (2.00004, "fail", "error rate 2.00004 % > 2 %"),  # rounded, it would contradict itself
        ("2.31", "fail", "error rate 2.31 % > 2 %"),  # figures sent as text
    ],
)
def test_the_rule_that_decided_is_told(value: Value, outcome: Outcome, text: str) -> None:
    spec = spec_of({"label": "error rate", "unit": "%", "warn": "> 1", "fail": "> 2"})
    read = assessed(spec, values={"value": value})
    assert (read.outcome, read.text) == (outcome, text)


@pytest.mark.parametrize(
    "value", [None, math.nan, math.inf, -math.inf, "nan", "inf", "many", True, 10**400, 1e308], ids=lambda v: str(v)[:9]
)
@pytest.mark.parametrize("rule", ["> 2", "< 2", "== 2", ">= -1e300"])
def test_what_is_no_number_is_neither_good_nor_bad_for_a_number_rule(value: Value, rule: str) -> None:
    read = assessed(spec_of({"fail": rule, "scale": 100}), values={"value": value})
    assert (read.outcome, read.value) == ("no_data", None)
    assert read.text.startswith("no data: ")


def test_scaling_is_exact() -> None:
    read = assessed(spec_of({"fail": "< 57", "scale": 100}), values={"value": 0.57})  # 0.57 * 100 = 56.99999999999999
    assert (read.outcome, read.value) == ("ok", 57.0)


def test_of_several_checks_the_worst_decides_and_says_which() -> None:
    spec = spec_of({"get": "status", "fail": "!= 200"}, {"get": "latency_ms", "unit": "ms", "warn": "> 300"})
    read = assessed(spec, values={"status": 200, "latency_ms": 812.4})
    assert (read.outcome, read.value, read.text) == ("warn", 200, "latency_ms 812.4 ms > 300 ms")


def test_a_missing_value_is_worse_than_ok_and_no_excuse_for_a_bad_one() -> None:
    spec = spec_of({"get": "status", "fail": "!= 200"}, {"get": "json:$.a", "fail": "> 5"})
    assert assessed(spec, values={"status": 200}).outcome == "no_data"
    assert assessed(spec, values={"status": 503}).outcome == "fail"


@pytest.mark.parametrize("volume", [None, math.nan, 0, 19.9])
def test_below_its_volume_a_value_says_nothing(volume: float | None) -> None:
    spec = spec_of({"fail": "< 95", "min_volume": 20})
    assert assessed(spec, values={"value": 0}, volume=volume).outcome == "no_data"
    assert assessed(spec, values={"value": 0}, volume=20).outcome == "fail"


def test_a_missing_value_says_why_when_the_source_knows() -> None:
    read = assessed(spec_of(), missing={"value": "the query gives no series"})
    assert read.text == "no data: the query gives no series"


@pytest.mark.parametrize(
    ("blames", "on_trouble", "outcome"),
    [
        ("target", None, "fail"),
        ("messenger", None, "error"),
        ("target", "unknown", "error"),
        ("messenger", "fail", "fail"),
    ],
)
def test_trouble_is_a_failure_or_an_error_by_whom_it_blames(blames: str, on_trouble: str, outcome: str) -> None:
    read = assessed(spec_of(on_trouble=on_trouble), trouble="connection refused", blames=blames)
    assert (read.outcome, read.value, read.text) == (outcome, None, "connection refused")


# --- several readings


@pytest.mark.parametrize(
    ("outcomes", "word", "mark"),
    [
        ("o", "ok", ""),
        ("F", "pending", "1 of 5"),  # no baseline: neither good nor hard bad yet
        ("FFF", "fail", "3 of 5"),
        ("oF", "ok", "1 of 5"),
        ("oFF", "ok", "2 of 5"),
        ("oFFF", "fail", "3 of 5"),
        ("oFoFoF", "fail", "3 of 5"),  # one bad backend of several
        ("oFooooFooooF", "ok", "1 of 5"),
        ("oww", "ok", "2 of 5"),
        ("owww", "warn", "3 of 5"),
        ("oFwF", "warn", "3 of 5"),  # bad, but not thrice a fail
        ("oFFFw", "fail", "4 of 5"),
        ("oFFFww", "fail", "5 of 5"),
        ("oFFFwww", "warn", "5 of 5"),  # better, not well
        ("oFFFo", "fail", "3 of 5"),  # one good one does not end it
        ("oFFFoo", "ok", ""),  # two do, and the old bad ones go with it
        ("oFFFooF", "ok", "1 of 5"),
        ("oFFFoFo", "fail", "3 of 5"),
        ("oFFFoFoo", "ok", ""),
        ("oFFFrrrrrr", "fail", ""),  # good, but never beyond "recover"
        ("oFFFrorr", "fail", "1 of 5"),
        ("oFFFrroo", "ok", ""),
    ],
)
def test_three_of_five_make_it_hard_and_two_good_end_it(outcomes: str, word: str, mark: str) -> None:
    verdict = verdict_after(outcomes)
    assert (verdict.word, verdict.mark) == (word, mark)


@pytest.mark.parametrize(
    ("outcomes", "word", "was"),
    [
        ("-", "pending", "pending"),
        ("--", "unknown", "pending"),
        ("o-", "ok", "ok"),
        ("o--", "unknown", "ok"),
        ("oE-", "unknown", "ok"),
        ("oFFFEE", "unknown", "fail"),
        ("oFFFEEo", "fail", "fail"),  # unknown does not heal
        ("oFFEEF", "fail", "fail"),  # nor does it forget
        ("oFFFoEEo", "ok", "ok"),
        ("oEoEoE", "ok", "ok"),
    ],
)
def test_no_data_and_errors_neither_count_nor_reset(outcomes: str, word: str, was: str) -> None:
    verdict = verdict_after(outcomes)
    assert (verdict.word, verdict.was) == (word, was)


def test_a_reading_grows_stale_by_its_age_alone() -> None:
    limit_s = 2.5 * 2 + 1
    assert verdict_after("oo", later_s=limit_s).word == "ok"
    stale = verdict_after("oo", later_s=limit_s + 0.1)
    assert (stale.word, stale.was, stale.value) == ("stale", "ok", 1.5)
    assert verdict_after("oFFF", later_s=100).word == "stale"
    assert verdict_after("o--", later_s=100).word == "stale"


def test_an_error_does_not_freshen_the_value_before_it() -> None:
    """A single error keeps the word, but the word then rests on an older value."""
    assert verdict_after("o-", later_s=4).word == "ok"
    assert verdict_after("o-", later_s=4.1).word == "stale"  # 6.1 s after the ok


def test_every_verdict_explains_itself() -> None:
    spec = spec_of({"label": "error rate", "unit": "%", "warn": "> 1"})
    track = Track()
    for at_s in (0, 2, 4):
        track = advance(track, assessed(spec, at_s=at_s, values={"value": 2.31}, via="prom-a"))
    assert judge(spec, track, mono_us=8 * S).text == "error rate 2.31 % > 1 %, 3 of 5, prom-a, 4 s old"
    track = advance(track, assessed(spec, at_s=6, trouble="connection refused"))
    assert judge(spec, track, mono_us=6 * S).text == (
        "error rate 2.31 % > 1 %, 3 of 5, prom-a, 2 s old, then connection refused"
    )
    track = advance(track, assessed(spec, at_s=8, trouble="connection refused"))
    assert judge(spec, track, mono_us=9 * S).text == "connection refused, was warn, 1 s old"
    assert judge(spec, track, mono_us=200 * S).text == "no fresh reading, connection refused, was warn, 3 min old"


@pytest.mark.parametrize(
    ("outcomes", "words"), [("oFFFo", "ok, 3 of 5, 1 of 2 good"), ("oFFFr", "ok, 3 of 5, not yet recovered")]
)
def test_a_failing_probe_with_a_good_reading_says_what_it_waits_for(outcomes: str, words: str) -> None:
    assert verdict_after(outcomes).text == f"{words}, 0 s old"


def test_a_probe_that_was_never_read_is_pending_for_ever() -> None:
    assert judge(spec_of(), Track(), mono_us=10**15).word == "pending"


# --- properties

outcome_letters = st.text("owFr-E", max_size=30)


@patient
@given(outcome_letters)
def test_what_could_not_be_measured_changes_no_level(outcomes: str) -> None:
    measured = outcomes.replace("-", "").replace("E", "")
    with_gaps, without = after(outcomes), after(measured)
    assert (with_gaps.level, with_gaps.window, with_gaps.good_run) == (without.level, without.window, without.good_run)


@patient
@given(outcome_letters, st.integers(0, 10**9))
def test_a_hard_fail_had_three_bad_ones_and_ok_a_good_one(outcomes: str, later_s: int) -> None:
    verdict = verdict_after(outcomes, later_s=later_s) if outcomes else None
    if verdict and verdict.word == "fail":
        assert outcomes.count("F") >= 3
    if verdict and verdict.word == "ok":
        assert verdict.age_s is not None
        assert verdict.age_s <= spec_of().freshness
        assert set(outcomes) & {"o", "r"}


@patient
@given(outcome_letters, st.sampled_from(["FFF", "FoFoF", "FFoF", "F-FEF"]))
def test_three_fails_within_five_always_fail(before: str, bad: str) -> None:
    assert after(bad, after(before)).level == "fail"


@patient
@given(outcome_letters)
def test_two_good_ones_in_a_row_always_end_it(before: str) -> None:
    assert after("oo", after(before)).level == "ok"


@patient
@given(outcome_letters, st.text("owFr", min_size=1, max_size=1))
def test_one_reading_never_turns_fail_into_ok(before: str, last: str) -> None:
    track = after(before)
    if track.level == "fail" and track.good_run == 0:
        assert after(last, track).level != "ok"


@patient
@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_the_older_the_reading_the_staler(first_s: float, second_s: float) -> None:
    younger, older = sorted((first_s, second_s))
    if verdict_after("oo", later_s=younger).word == "stale":
        assert verdict_after("oo", later_s=older).word == "stale"


@patient
@given(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.sampled_from(["> 5", '== "a"', "!= true"])
)
def test_any_value_can_be_assessed(value: Value, rule: str) -> None:
    read = assessed(spec_of({"fail": rule, "scale": 1000}), values={"value": value})
    assert read.outcome in ("ok", "fail", "no_data")
    assert (read.value is None) == (read.outcome == "no_data")


def test_an_integer_beyond_64_bits_can_still_be_kept() -> None:
    read = assessed(spec_of({"fail": "> 5"}), values={"value": 2**70})
    assert isinstance(read.value, float)
    assert (read.outcome, read.value) == ("fail", 2.0**70)
