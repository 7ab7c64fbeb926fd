"""When a trigger fires, and when it must not."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.core.probe import Word
from warroom.core.trigger import TriggerSpec, Watch, watch

WORDS: tuple[Word, ...] = ("ok", "warn", "fail", "unknown", "stale", "pending")
S = 1_000_000


def fired_at(spec: TriggerSpec, looks: Iterable[dict[str, Word]]) -> list[int]:
    """The seconds at which it fires, with one look a second."""
    state, fired = Watch(), []
    for second, words in enumerate(looks):
        state = watch(spec, state, words, second * S)
        if state.fired:
            fired.append(second)
    return fired


def one(*words: Word) -> list[dict[str, Word]]:
    return [{"p": word} for word in words]


def many(word: Word, times: int) -> list[Word]:
    return [word] * times


SPEC = TriggerSpec(probes=("p",), lasting=3)


def test_it_fires_once_a_failure_has_lasted() -> None:
    assert fired_at(SPEC, one("ok", "fail", "fail", "fail", "fail", "fail", "fail")) == [4]


def test_a_short_failure_does_not_fire() -> None:
    assert fired_at(SPEC, one("ok", "fail", "fail", "ok", "fail", "fail", "ok")) == []


def test_it_is_armed_only_by_an_ok_baseline() -> None:
    assert fired_at(SPEC, one(*many("pending", 2), *many("fail", 9))) == []
    assert fired_at(SPEC, one("warn", *many("fail", 9))) == []


def test_after_firing_it_arms_again_when_all_is_ok() -> None:
    assert fired_at(SPEC, one("ok", *many("fail", 6), "ok", *many("fail", 6))) == [4, 11]


@pytest.mark.parametrize("blind", ["unknown", "stale", "pending"])
def test_what_cannot_be_measured_neither_fires_nor_clears(blind: Word) -> None:
    assert fired_at(SPEC, one("ok", *many(blind, 9))) == []
    assert fired_at(SPEC, one("ok", "fail", blind, blind, "fail")) == [4]
    assert fired_at(SPEC, one("ok", "fail", *many(blind, 9))) == []


def test_a_quorum_counts_probes() -> None:
    spec = TriggerSpec(probes=("a", "b", "c"), quorum=2, lasting=1)
    well: dict[str, Word] = {"a": "ok", "b": "ok", "c": "ok"}
    assert fired_at(spec, [well, well | {"a": "fail"}, well | {"a": "fail"}, well | {"a": "fail"}]) == []
    assert fired_at(spec, [well, well | {"a": "fail", "c": "fail"}, well | {"a": "fail", "c": "fail"}]) == [2]


def test_a_pair_counts_only_when_both_windows_fail() -> None:
    spec = TriggerSpec(pairs=(("burn-5m", "burn-1h"),), lasting=1)
    well: dict[str, Word] = {"burn-5m": "ok", "burn-1h": "ok"}
    assert fired_at(spec, [well, well | {"burn-5m": "fail"}, well | {"burn-5m": "fail"}]) == []
    both: dict[str, Word] = {"burn-5m": "fail", "burn-1h": "fail"}
    assert fired_at(spec, [well, both, both]) == [2]


def test_a_quorum_that_cannot_be_reached_is_refused() -> None:
    with pytest.raises(ValueError, match="only 1 can count"):
        TriggerSpec(probes=("p",), quorum=2)


@given(st.lists(st.sampled_from(WORDS), max_size=40))
def test_it_never_fires_without_failures_that_last(words: list[Word]) -> None:
    for second in fired_at(SPEC, one(*words)):
        assert words[second] == "fail"
        well = max((n for n in range(second) if words[n] in ("ok", "warn")), default=-1)
        assert second - words.index("fail", well + 1) >= SPEC.lasting
        assert "ok" in words[:second]
