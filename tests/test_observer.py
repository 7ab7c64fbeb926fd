"""Whose fault silence is, by what the hosts say and when; and what a process believes that was late. All pure."""

from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probe_kit import reading_of
from warroom.core.network import Hearing, Network, Part, State, weigh
from warroom.core.observer import Facts, doubted, excused, observed
from warroom.core.probe import Verdict, Word

patient = settings(deadline=None)  # a busy machine is no failure
S = 1_000_000  # microseconds


class Scene:
    """Probes by name, each at a host of the same name unless told otherwise, and what is made of their silence."""

    def __init__(self, *targets: str, canary: str = "", messenger: str = "") -> None:
        parts: list[tuple[str, Part]] = [(name, "target") for name in targets]
        parts += [(canary, "canary")] if canary else []
        parts += [(messenger, "messenger")] if messenger else []
        self.hearings = {name: Hearing(name.partition(" ")[0], part) for name, part in parts}
        self.network = Network()

    def answers(self, at_s: float, *names: str) -> State:
        return self._hear(at_s, names, answered=True)

    def silent(self, at_s: float, *names: str, took_s: float = 0.1) -> State:
        return self._hear(at_s, names, answered=False, took_s=took_s)

    def _hear(self, at_s: float, names: tuple[str, ...], *, answered: bool, took_s: float = 0.1) -> State:
        for name in names:
            began_us, ended_us = round((at_s - took_s) * S), round(at_s * S)
            self.hearings[name] = self.hearings[name].after(answered=answered, began_us=began_us, ended_us=ended_us)
        return self.at(at_s)

    def at(self, at_s: float) -> State:
        self.network = weigh(self.network, self.hearings.values(), round(at_s * S))
        return self.network.state


ALL = ("a", "b", "c", "d")


def test_hosts_that_fall_silent_together_are_taken_for_our_fault() -> None:
    scene = Scene(*ALL)
    assert scene.answers(10, *ALL) == "clear"
    assert scene.silent(11, "a") == "asking"
    assert scene.silent(11.5, "b") == "asking"
    assert scene.silent(12.5, "c") == "ours"
    assert "3 of 4 hosts fell silent together" in scene.network.fault


def test_half_of_the_hosts_are_not_most() -> None:
    scene = Scene(*"abcdef")
    scene.answers(10, *"abcdef")
    scene.silent(11, *"abc")
    assert scene.answers(12, *"def") == "clear"


def test_who_answers_meanwhile_proves_that_it_is_not_ours() -> None:
    scene = Scene(*ALL, messenger="prometheus")
    scene.answers(10, *ALL, "prometheus")
    assert scene.silent(11, "a", "b") == "asking"
    assert scene.answers(12, "prometheus") == "clear"
    assert scene.silent(12.5, "c", "d") == "clear"


def test_one_host_that_falls_silent_waits_only_until_the_others_were_heard() -> None:
    scene = Scene(*ALL)
    scene.answers(10, *ALL)
    assert scene.silent(11, "a") == "asking"
    assert scene.answers(11.5, "b") == "asking"
    assert scene.answers(11.8, "c") == "clear"  # no more than half can be silent now
    assert scene.silent(13, "a") == "clear"


def test_nobody_waits_for_ever_for_hosts_that_are_asked_seldom() -> None:
    scene = Scene(*ALL)
    scene.answers(0, *ALL)
    assert scene.silent(20, "a") == "asking"
    assert scene.at(29.9) == "asking"
    assert scene.at(30) == "clear"


def test_hosts_that_are_taken_down_one_after_another_fall_by_their_own_fault() -> None:
    scene = Scene(*ALL)
    scene.answers(0, *ALL)
    for number in range(len(ALL)):
        at_s = 10 * (number + 1)
        scene.answers(at_s - 1, *ALL[number:])
        scene.silent(at_s, *ALL[: number + 1])
        assert scene.network.state != "ours"
    assert scene.at(60) == "clear"


@pytest.mark.parametrize("names", [("a",), ("a", "b"), ("a /health", "a /login", "a /pay", "b")])
def test_one_or_two_hosts_are_never_enough(names: tuple[str, ...]) -> None:
    scene = Scene(*names)
    scene.answers(0, *names)
    assert scene.silent(1, *names) == "clear"


def test_a_host_is_silent_only_if_none_of_its_probes_hears_from_it() -> None:
    names = ("a web", "a shell", "b web", "b shell", "c web", "c shell")
    scene = Scene(*names)
    scene.answers(0, *names)
    scene.silent(1, "a web", "b web", "c web")
    assert scene.answers(1.5, "a shell", "b shell", "c shell") == "clear"


def test_a_machine_that_starts_without_a_network_says_so() -> None:
    assert Scene(*ALL).silent(1, *ALL) == "ours"


def test_the_moment_lies_between_the_last_answer_and_the_first_silence() -> None:
    """Hosts that are asked once a minute cannot be found silent within two seconds, but may have fallen so."""
    scene = Scene(*ALL)
    for number, name in enumerate(ALL):
        scene.answers(15 * number, name)
    scene.silent(60, "a")
    scene.silent(75, "b")
    assert scene.silent(90, "c") == "ours"  # all of them at 31 s, say


# --- how it ends


def fallen(**others: str) -> Scene:
    """The network died in the eleventh second."""
    scene = Scene(*ALL, **others)
    scene.answers(10, *scene.hearings)
    scene.silent(11, *ALL)
    assert scene.network.state == "ours"
    return scene


def test_it_ends_when_most_hosts_answer_again() -> None:
    scene = fallen()
    assert scene.answers(15, "a") == "ours"
    assert scene.answers(15.5, "b") == "clear"


def test_a_total_outage_is_hidden_for_half_a_minute_and_no_longer() -> None:
    scene = fallen()
    scene.silent(40, *ALL)
    assert scene.at(40.9) == "ours"
    assert scene.at(41) == "theirs"
    assert scene.silent(50, *ALL) == "theirs"
    assert scene.answers(60, *ALL) == "clear"


def test_a_canary_that_is_silent_too_proves_that_it_is_ours_for_as_long_as_it_lasts() -> None:
    scene = fallen(canary="outside")
    scene.silent(12, "outside")
    assert scene.at(3600) == "ours"
    assert "and the canary too" in scene.network.fault


@pytest.mark.parametrize("witness", [{"canary": "outside"}, {"messenger": "prometheus"}])
def test_whoever_else_answers_proves_that_it_is_theirs(witness: dict[str, str]) -> None:
    [name] = witness.values()
    scene = fallen(**witness)
    assert scene.answers(13, name) == "ours"  # it may have come back just now
    assert scene.silent(14, *ALL) == "theirs"  # but these were asked again since


def test_a_network_that_comes_back_is_not_proved_to_be_theirs_by_who_hears_it_first() -> None:
    scene = fallen(canary="outside")
    scene.silent(12, "outside")
    assert scene.answers(20, "outside") == "ours"
    assert scene.answers(21, "a") == "ours"
    assert scene.answers(22, "b") == "clear"


def test_a_canary_settles_it_for_a_single_host() -> None:
    scene = Scene("a", canary="outside")
    scene.answers(10, "a", "outside")
    assert scene.silent(11, "a") == "asking"
    assert scene.silent(12, "outside") == "ours"
    other = Scene("a", canary="outside")
    other.answers(10, "a", "outside")
    assert other.silent(11, "a") == "asking"
    assert other.answers(12, "outside") == "clear"


def test_a_canary_that_died_long_ago_hides_no_outage() -> None:
    scene = Scene("a", "b", canary="outside")
    scene.answers(0, "a", "b", "outside")
    scene.silent(1, "outside")
    scene.answers(100, "a", "b")
    assert scene.silent(101, "a", "b") == "clear"


def test_a_canary_alone_says_nothing() -> None:
    scene = Scene("a", "b", canary="outside")
    scene.answers(0, "a", "b", "outside")
    assert scene.silent(1, "outside") == "clear"


# --- properties

_steps = st.lists(st.tuples(st.floats(0.05, 20), st.sets(st.sampled_from("abcde")), st.booleans()), max_size=30)


@patient
@given(_steps)
def test_the_network_is_never_ours_while_most_hosts_answer(steps: list[tuple[float, set[str], bool]]) -> None:
    scene, now_s = Scene(*"abcde"), 0.0
    for passed_s, names, answered in steps:
        now_s += passed_s
        (scene.answers if answered else scene.silent)(now_s, *sorted(names))
        silent = sum(one.silent_us is not None for one in scene.hearings.values())
        if scene.network.state == "ours":
            assert silent >= 3
        assert scene.network.silent == silent


@patient
@given(_steps)
def test_silence_that_goes_on_is_always_believed_in_the_end(steps: list[tuple[float, set[str], bool]]) -> None:
    scene, now_s = Scene(*"abcde"), 0.0
    for passed_s, names, answered in steps:
        now_s += passed_s
        (scene.answers if answered else scene.silent)(now_s, *sorted(names))
    assert scene.at(now_s + 31) in ("clear", "theirs")


@patient
@given(_steps)
def test_answers_of_all_always_clear_it(steps: list[tuple[float, set[str], bool]]) -> None:
    scene, now_s = Scene(*"abcde"), 0.0
    for passed_s, names, answered in steps:
        now_s += passed_s
        (scene.answers if answered else scene.silent)(now_s, *sorted(names))
    assert scene.answers(now_s + 1, *"abcde") == "clear"


# --- what a late process believes


@pytest.mark.parametrize(
    ("letter", "answered", "late_s", "canary", "outcome"),
    [
        ("F", False, 0.0, "", "fail"),
        ("F", False, 0.3, "", "error"),  # its time ran out while nothing ran
        ("w", True, 0.3, "", "error"),  # and so did its latency
        ("o", True, 9.0, "", "ok"),  # good in spite of us
        ("-", True, 9.0, "", "no_data"),
        ("F", False, 0.0, "too many open files", "error"),
        ("F", True, 0.0, "too many open files", "fail"),  # it said so itself
    ],
)
def test_what_is_bad_by_our_own_fault_does_not_count(
    letter: str, answered: bool, late_s: float, canary: str, outcome: str
) -> None:
    reading = reading_of(letter).model_copy(update={"answered": answered})
    taken = excused(reading, late_s=late_s, canary=canary)
    assert taken.outcome == outcome
    assert taken.text.startswith("observer: ") is (taken is not reading)


@pytest.mark.parametrize(
    ("facts", "fault"),
    [
        ({}, ""),
        ({"lag_s": 1.9}, ""),
        ({"lag_s": 2.0}, "this process stood still for 2.0 s"),
        ({"canary": "too many open files"}, "this machine cannot connect to itself: too many open files"),
        ({"network": Network("theirs", 4, 4)}, ""),
        ({"network": Network("asking", 1, 4)}, ""),
    ],
)
def test_the_fault_is_told_in_words(facts: dict[str, Any], fault: str) -> None:
    assert Facts(**facts).fault == fault


@pytest.mark.parametrize("word", get_args(Word))
def test_in_doubt_nothing_is_good_and_nothing_is_bad(word: Word) -> None:
    verdict = doubted(Verdict(probe="a", word=word, age_s=1.0, text="status 200"), "it is us")
    assert verdict.word == ("stale" if word == "stale" else "unknown")
    assert verdict.text == ("status 200" if word == "stale" else "observer: it is us; status 200")


def test_a_probe_without_a_reading_stays_pending_in_doubt() -> None:
    assert doubted(Verdict(probe="a", word="pending"), "it is us").word == "pending"


@pytest.mark.parametrize(
    ("facts", "alive_s", "word", "text"),
    [
        ({}, None, "pending", "the engine has not begun"),
        ({"lag_s": 0.002}, 0.1, "ok", "lag 2 ms, 0 missed"),
        ({"missed": 12, "missed_most": "pay"}, 0.1, "ok", "lag 0 ms, 12 missed, most by pay"),
        ({"lag_s": 0.3}, 0.1, "ok", "lag 300 ms, 0 missed"),
        ({"canary": "no route"}, 0.1, "warn", "this machine cannot connect to itself: no route"),
        ({}, 12.0, "stale", "no sign of life from the engine for 12 s"),
        (
            {"network": Network("theirs", 4, 5)}, 0.1, "ok",
            "lag 0 ms, 0 missed; 4 of 5 hosts are silent, by their own fault",
        ),
    ],
)  # fmt: skip
def test_the_observer_has_a_verdict_of_its_own(
    facts: dict[str, Any], alive_s: float | None, word: str, text: str
) -> None:
    verdict = observed(Facts(**facts), alive_s)
    assert (verdict.probe, verdict.word, verdict.text) == ("observer", word, text)
