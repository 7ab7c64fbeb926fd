"""A new start goes on from the readings in the journal, and takes none of them for fresher than it is."""

from typing import Any

import pytest

from probe_kit import STATUS, probe, sampler
from warroom.clock import SystemClock
from warroom.core.probe import Outcome, ProbeSpec, Word
from warroom.core.store import Sample
from warroom.probing.engine import Engine, Observation
from warroom.probing.resume import resume

S = 1_000_000  # microseconds


def slow(check: dict[str, Any] | None = None) -> ProbeSpec:
    return probe({"kind": "http", "url": "http://127.0.0.1:1"}, check or STATUS, every="60s", deadline="30s")


def sample(outcome: Outcome, word: Word, *, ago_s: float, value: float | None = 12) -> Sample:
    clock = SystemClock()
    return Sample(
        probe="probe", at_us=clock.utc_us() - round(ago_s * S), mono_us=clock.mono_us() - round(ago_s * S), took_us=1,
        outcome=outcome, value=value, text="12 > 10", word=word,
    )  # fmt: skip


def test_a_new_start_goes_on_where_the_journal_ended() -> None:
    kept = [sample("ok", "ok", ago_s=8), *(sample("fail", word, ago_s=4) for word in ("ok", "ok", "fail"))]
    clock = SystemClock()
    engine = Engine([slow()], sampler(), on_observation=list[Observation]().append)
    engine.preload({"probe": kept, "no longer there": kept})
    [verdict] = engine.verdicts(clock.mono_us())
    assert (verdict.word, verdict.mark, verdict.value) == ("fail", "3 of 5", 12)
    assert verdict.age_s == pytest.approx(4, abs=3)
    assert [point.outcome for point in engine.series("probe").tail(10)] == ["ok", "fail", "fail", "fail"]
    [later] = engine.verdicts(clock.mono_us() + 1000 * S)
    assert (later.word, later.was) == ("stale", "fail")


def test_a_journal_from_before_a_restart_of_the_machine_is_not_taken_for_fresh() -> None:
    """The monotonic clock began anew, so the kept one reads as the future, or as just now."""
    spec = slow()
    for kept_mono_us in (900_000 * S, 500 * S):
        kept = sample("fail", "fail", ago_s=0).model_copy(update={"at_us": 1_000 * S, "mono_us": kept_mono_us})
        track = resume(spec, [kept], at_us=9_000 * S, mono_us=505 * S)
        assert track.last is not None
        assert track.last.mono_us == 505 * S - 8_000 * S
        assert (track.level, track.window) == ("fail", ())


def test_what_recovered_before_a_restart_stays_recovered() -> None:
    """Samples do not say whether a value was beyond "recover"; the verdicts after them do."""
    spec = slow({"get": "status", "fail": "> 10", "recover": "< 5"})
    outcomes: list[tuple[Outcome, Word]] = [
        ("fail", "pending"), ("fail", "pending"), ("fail", "fail"), ("ok", "fail"), ("ok", "ok"),
        ("error", "ok"), ("error", "unknown"),
    ]  # fmt: skip
    kept = [sample(outcome, word, ago_s=1) for outcome, word in outcomes]
    track = resume(spec, kept, at_us=SystemClock().utc_us(), mono_us=SystemClock().mono_us())
    assert (track.level, track.window, track.troubles) == ("ok", (), 2)
