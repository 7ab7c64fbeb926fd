"""Triggers from the shell: an old journal is asked how often a rule would have fired, and a decision is answered."""

from functools import partial
from pathlib import Path

import pytest

from cli_kit import Shell
from cockpit_releases import CHECKLIST, T0, HandClock, begin, vitals
from warroom.core import decisions, trigger_decisions
from warroom.core.probe import Verdict, Word
from warroom.journal.store import open_journal
from warroom.room import Room

S = 1_000_000
SIDE = """
[trigger.payments]
probes = ["payment-success"]
for = "1m"
then = ["release manager"]
"""


def told(home: Path, *story: tuple[int, Word]) -> Path:
    """A journal whose payment probe said these words, at these seconds after T-0."""
    journal, clock = begin(home, CHECKLIST, SIDE, vitals()), HandClock()
    stored = open_journal(journal)
    room = Room(stored, clock, origin="cockpit@prod-ops-1:1")
    for second, word in story:
        clock.now_us = T0 + second * S
        verdict = Verdict(probe="payment-success", word=word)
        room.act(partial(decisions.verdict_changed, verdict=verdict), actor="warroom")
    stored.close()
    return journal


def asking(home: Path) -> Path:
    journal = told(home, (0, "ok"), (10, "fail"))
    stored = open_journal(journal)
    room = Room(stored, HandClock(), origin="cockpit@prod-ops-1:1")
    room.act(partial(trigger_decisions.arm, name="payments"), actor="warroom")
    broke = ("Payment success: 91.2 % < 95 %",)
    room.act(partial(trigger_decisions.ask, name="payments", broke=broke, seen=()), actor="warroom")
    stored.close()
    return journal


def test_backtest_tells_when_it_would_have_fired_and_for_how_long(tmp_path: Path) -> None:
    journal = told(tmp_path, (0, "ok"), (10, "fail"), (200, "ok"), (300, "fail"), (320, "ok"))
    said = Shell(tmp_path).ok("backtest", "payments", "-j", journal)
    assert said.splitlines() == [
        "payments: payment-success failing for 1 min",
        "would have fired 1 time; during the release it asked 0",
        "  2026-03-01T20:01:10.000000Z  T+00:01:10  payment-success failing for 1m00s, ok again T+00:03:20",
    ]


def test_backtest_tries_a_rule_that_is_not_in_use_yet(tmp_path: Path) -> None:
    journal = told(tmp_path, (0, "ok"), (10, "fail"), (40, "ok"))
    (tmp_path / "new.toml").write_text(SIDE.replace("1m", "20s"), encoding="utf-8")
    shell = Shell(tmp_path)
    assert shell.json("backtest", "payments", "-j", journal)["fires"] == []
    (fire,) = shell.json("backtest", "payments", "-j", journal, "--side", "new.toml")["fires"]
    assert fire == {
        "at": "2026-03-01T20:00:30.000000Z",
        "bad_since": "2026-03-01T20:00:10.000000Z",
        "failing": ["payment-success"],
        "ok_again": "2026-03-01T20:00:40.000000Z",
    }


@pytest.mark.parametrize(
    ("name", "side", "sentence"),
    [
        ("payment", SIDE, 'there is no trigger "payment"; did you mean "payments"?'),
        ("payments", SIDE.replace("payment-success", "nothing"), 'the release had no probe "nothing"; its probes: '),
    ],
)
def test_backtest_names_what_does_not_exist(tmp_path: Path, name: str, side: str, sentence: str) -> None:
    journal = told(tmp_path)
    (tmp_path / "new.toml").write_text(side, encoding="utf-8")
    assert sentence in Shell(tmp_path).refused(2, "backtest", name, "-j", journal, "--side", "new.toml")


def test_a_decision_is_answered_from_the_shell(tmp_path: Path) -> None:
    journal, shell = asking(tmp_path), Shell(tmp_path)
    (asked,) = shell.json("status", "-j", journal)["decisions"]
    assert (asked["trigger"], asked["role"]) == ("payments", "deploy lead")
    shell.ok("decide", "payments", "--hold", "5", "-j", journal, "--as", "ada")
    assert shell.json("status", "-j", journal)["decisions"] == []
    decided, held = shell.ok("log", "-j", journal, "-n", "2").splitlines()
    assert "payments: hold for 5 min" in decided
    assert "payments: wait and see for 5 min" in held, "the T-clock stands still too"


@pytest.mark.parametrize(
    ("answer", "status", "sentence"),
    [
        (("--override", "because"), 64, "needs a reason of at least 10 characters"),
        (("--hold", "0"), 64, "more than 0 minutes"),
        (("--hold", "5", "--override", "a long enough reason"), 2, "give one answer"),
        ((), 2, "give one answer"),
    ],
)
def test_an_answer_that_is_none_is_refused(tmp_path: Path, answer: tuple[str, ...], status: int, sentence: str) -> None:
    journal = asking(tmp_path)
    assert sentence in Shell(tmp_path).refused(status, "decide", "payments", *answer, "-j", journal)


def test_nothing_is_answered_that_was_not_asked(tmp_path: Path) -> None:
    journal = told(tmp_path)
    refused = Shell(tmp_path).refused(64, "decide", "payments", "--hold", "5", "-j", journal)
    assert 'no decision is asked for by "payments"' in refused
