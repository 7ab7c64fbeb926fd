"""When a trigger fires, and when it must not. Told by the backtest, which goes by the same rule as the live watch."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.core.backtest import Change, Firing, backtest
from warroom.core.probe import Word
from warroom.core.trigger import TriggerSpec, Watch, watch

WORDS: tuple[Word, ...] = ("ok", "warn", "fail", "unknown", "stale", "pending")
S = 1_000_000

SPEC = TriggerSpec(probes=("p",), lasting=3)


def firings(spec: TriggerSpec, *looks: dict[str, Word]) -> tuple[Firing, ...]:
    """What fires when the probes say this, second by second, and go on with the last for ten more."""
    changes = [Change(second * S, probe, word) for second, words in enumerate(looks) for probe, word in words.items()]
    return backtest(spec, changes, (len(looks) + 10) * S)


def fired_at(spec: TriggerSpec, *looks: dict[str, Word]) -> list[float]:
    return [firing.at_us / S for firing in firings(spec, *looks)]


def one(*words: Word) -> list[dict[str, Word]]:
    return [{"p": word} for word in words]


def test_it_fires_once_a_failure_has_lasted() -> None:
    assert fired_at(SPEC, *one("ok", "fail")) == [4]


def test_a_short_failure_does_not_fire() -> None:
    assert fired_at(SPEC, *one("ok", "fail", "fail", "ok", "fail", "fail", "ok")) == []


@pytest.mark.parametrize("before", ["pending", "warn", "unknown", "stale"])
def test_it_is_armed_only_by_an_ok_baseline(before: Word) -> None:
    assert fired_at(SPEC, *one(before, "fail")) == []


def test_after_firing_it_arms_again_when_all_is_ok() -> None:
    found = firings(SPEC, *one("ok", "fail", "fail", "fail", "fail", "fail", "fail", "ok", "fail"))
    assert [firing.at_us / S for firing in found] == [4, 11]
    assert [firing.well_us for firing in found] == [7 * S, None]


@pytest.mark.parametrize("blind", ["unknown", "stale", "pending"])
def test_what_cannot_be_measured_neither_fires_nor_clears(blind: Word) -> None:
    assert fired_at(SPEC, *one("ok", blind)) == []
    assert fired_at(SPEC, *one("ok", "fail", blind, blind, blind, "fail")) == [5], "the failing goes on over it"
    assert fired_at(SPEC, *one("ok", "fail", blind)) == []


def test_a_quorum_counts_probes() -> None:
    spec = TriggerSpec(probes=("a", "b", "c"), quorum=2, lasting=1)
    well: dict[str, Word] = {"a": "ok", "b": "ok", "c": "ok"}
    assert fired_at(spec, well, {"a": "fail"}) == []
    (fired,) = firings(spec, well, {"a": "fail"}, {"c": "fail"})
    assert (fired.at_us, fired.failing) == (3 * S, ("a", "c"))


def test_a_pair_counts_only_when_both_windows_fail() -> None:
    spec = TriggerSpec(pairs=(("burn-5m", "burn-1h"),), lasting=1)
    well: dict[str, Word] = {"burn-5m": "ok", "burn-1h": "ok"}
    assert fired_at(spec, well, {"burn-5m": "fail"}) == []
    assert fired_at(spec, well, {"burn-5m": "fail"}, {"burn-1h": "fail"}) == [3]


@pytest.mark.parametrize(
    ("wrong", "words"), [({"probes": ("p",), "quorum": 2}, "only 1 can count"), ({}, "names no probe")]
)
def test_a_trigger_that_cannot_fire_is_refused(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        TriggerSpec.model_validate(wrong)


@given(st.lists(st.sampled_from(WORDS), max_size=40))
def test_it_never_fires_without_failures_that_last(words: list[Word]) -> None:
    for firing in firings(SPEC, *one(*words)):
        second = min(firing.at_us // S, len(words) - 1)
        assert words[second] == "fail"
        well = max((n for n in range(second) if words[n] in ("ok", "warn")), default=-1)
        assert firing.at_us / S - words.index("fail", well + 1) >= SPEC.lasting
        assert "ok" in words[:second]


@given(st.lists(st.sampled_from(WORDS), max_size=40))
def test_looking_every_second_finds_what_the_backtest_finds(words: list[Word]) -> None:
    """The driver looks once a second at the words of that moment."""
    seen, armed, fired = Watch(), False, []
    for second, word in enumerate([*words, *words[-1:] * 10]):
        seen = watch(SPEC, seen, {"p": word}, second * S)
        armed = armed or seen.well
        if armed and seen.lasted(SPEC, second * S):
            fired.append(float(second))
            armed = False
    assert fired == fired_at(SPEC, *one(*words))
