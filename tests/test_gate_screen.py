"""Gates, go/no-go and holds as an operator meets them in the cockpit."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cli_kit import Shell
from cockpit_kit import NARROW, TINY, WIDE, Cockpit, assert_frame, cockpit, each_size
from cockpit_releases import CHECKLIST, OPERATOR, T0, HandClock, Shop, begin, shop, vitals
from warroom.clock import Clock
from warroom.core.events import ClockHeld, ClockResumed, GatePassed, Polled, Vote

GATES = """
[item.backup]
required = true

[item.restore]
required = true

[gate.deployment-day]
probes = ["payment-success"]
roles = ["deploy lead", "sre"]

[gate.after-t-1-day]
"""


@pytest.fixture
def production() -> Iterator[Shop]:
    with shop() as it:
        yield it


@asynccontextmanager
async def gated(
    home: Path, production: Shop | None, size: tuple[int, int] = WIDE, *, clock: Clock | None = None
) -> AsyncIterator[Cockpit]:
    """The cockpit on a release with two gates; the cursor is in the phase before both."""
    probes = vitals(production.url) if production else vitals(every="60s", deadline="59s")
    journal = begin(home, CHECKLIST, GATES, probes)
    if production is None:
        async with cockpit(journal, size, clock=clock) as it:
            yield it
        return
    async with cockpit(journal, size, clock=clock, source=None) as it:
        await it.until(lambda: all(verdict.word == "ok" for verdict in it.live.verdicts()), "probes that are ok")
        yield it


async def tick(it: Cockpit, *items: str) -> None:
    for item in items:
        Shell(it.journal.parent).ok("tick", item, "-j", it.journal, "--as", "ada")
        await it.until(lambda item=item: it.live.release.item(item).status == "done", f"{item} done")  # type: ignore[misc]


async def polled(it: Cockpit) -> Polled:
    body = (await it.stored("polled"))[-1].body
    assert isinstance(body, Polled)
    return body


@each_size
async def test_it_lists_what_stands_in_the_way(tmp_path: Path, size: tuple[int, int]) -> None:
    async with gated(tmp_path, None, size) as it:
        await it.press("g")
        await it.shows("GATE", "Deployment Day", "1 of 2", "does not hold, 5 things stop it")
        await it.shows("Back up the database: open", "Restore the backup: open", "blind", "Payment success: pending")
        await it.shows("deploy lead: not polled", "sre: not polled")
        await it.press("y")
        await it.shows("Back up the database: open and 4 more")
        assert not it.of_kind("gate_passed")


async def test_it_opens_with_one_key_when_it_holds(tmp_path: Path, production: Shop) -> None:
    async with gated(tmp_path, production) as it:
        await tick(it, "backup", "restore")
        Shell(tmp_path).ok("poll", "deployment-day", "--vote", "deploy lead=go", "--vote", "sre=go", "-j", it.journal)
        await it.press("g")
        await it.shows(
            "it holds; y opens the phase", "2 of 2 items that it wants", "Payment success 99.4", "deploy lead"
        )
        await it.press("enter")
        (passed,) = await it.stored("gate_passed")
        assert isinstance(passed.body, GatePassed)
        assert (passed.actor, passed.body.phase, passed.body.risk) == (OPERATOR, "deployment-day", "")
        assert {seen.probe: seen.word for seen in passed.body.seen}["payment-success"] == "ok"
        await it.shows(f"opened by {OPERATOR}")
        await it.press("y")
        await it.shows(f"it was opened by {OPERATOR}")
        assert len(it.of_kind("gate_passed")) == 1


async def test_it_follows_what_changes_meanwhile(tmp_path: Path, production: Shop) -> None:
    async with gated(tmp_path, production) as it:
        await it.press("g")
        await it.shows("Back up the database: open")
        await tick(it, "backup")
        await it.hides("Back up the database: open")
        Shell(tmp_path).ok("skip", "restore", "--reason", "no disk", "-j", it.journal, "--as", "ada")
        Shell(tmp_path).ok("skip", "restore", "--reason", "no disk", "-j", it.journal, "--as", "ben")
        await it.shows("CLOSED WITHOUT BEING DONE", "Restore the backup: skipped by ben, no disk")
        production.numbers["payment-success"] = 91.2
        await it.shows("failing", "Payment success: fail, ")


@each_size
async def test_a_risk_is_accepted_by_name_with_a_text(tmp_path: Path, size: tuple[int, int]) -> None:
    async with gated(tmp_path, None, size) as it:
        await it.press("g", "O")
        await it.shows("ACCEPT THE RISK", OPERATOR, "Back up the database: open", "10 more characters")
        await it.listens()
        await it.write("too short")
        await it.press("enter")
        await it.shows("1 more characters")
        assert not it.of_kind("gate_passed")
        await it.write(", but it must do")
        await it.press("enter")
        (passed,) = await it.stored("gate_passed")
        assert isinstance(passed.body, GatePassed)
        assert (passed.actor, passed.body.risk) == (OPERATOR, "too short, but it must do")
        assert passed.body.open[0] == "Back up the database: open"
        await it.shows("RISK ACCEPTED", "! risk", "too short, but it must do")


async def test_leaving_the_risk_opens_nothing(tmp_path: Path) -> None:
    async with gated(tmp_path, None) as it:
        await it.press("g", "O")
        await it.listens()
        await it.write("a long enough reason")
        await it.press("escape", "escape")
        await it.hides("GATE  ")
        assert not it.of_kind("gate_passed")


@each_size
async def test_every_role_is_asked_and_the_poll_is_one_event(tmp_path: Path, size: tuple[int, int]) -> None:
    async with gated(tmp_path, None, size) as it:
        await it.press("g", "G")
        await it.shows("GO / NO-GO", "▌ deploy lead?", "○ sre", f"taken by {OPERATOR}")
        await it.press("g")
        await it.shows("● GO     deploy lead", "▌ sre?")
        await it.press("a")
        await it.write("ben")
        await it.press("enter")
        await it.shows("sre, ben speaks for it?")
        await it.press("n")
        await it.write("the disk is full")
        await it.press("enter")
        await it.shows("✗ NO-GO  sre  ben for it, absent", "the no-go holds the clock")
        assert not it.of_kind("polled")
        await it.press("y")
        votes = (
            Vote(role="deploy lead", say="go", by="deploy lead"),
            Vote(role="sre", say="no-go", by="ben", delegate=True, reason="the disk is full"),
        )
        assert (await polled(it)).votes == votes
        assert len((await polled(it)).seen) == 4
        (held,) = await it.stored("clock_held")
        assert isinstance(held.body, ClockHeld)
        assert held.body.reason == "NO-GO by sre: the disk is full"
        await it.shows("NO-GO by ben, the disk is full", "‖ held", "the T-clock, by ops-1: NO-GO by sre", "‖ HOLD")


@pytest.mark.parametrize(
    "keys", [("g",), ("g", "g"), ("g", "n"), ("a",), ()], ids=lambda keys: "-".join(keys) or "none"
)
async def test_leaving_a_poll_decides_nothing(tmp_path: Path, keys: tuple[str, ...]) -> None:
    async with gated(tmp_path, None) as it:
        await it.press("g", "G", *keys, "escape", "escape")
        await it.hides("GO / NO-GO")
        assert not it.of_kind("polled")
        assert not it.of_kind("clock_held")


async def test_a_vote_can_be_taken_back_before_it_counts(tmp_path: Path) -> None:
    async with gated(tmp_path, None) as it:
        await it.press("g", "G", "g", "g", "u", "n")
        await it.write("no")
        await it.press("enter", "u", "u", "n", "enter")
        await it.shows("a no-go needs a reason", "▌ deploy lead?")
        await it.press("escape", "g", "g", "y")
        assert [vote.say for vote in (await polled(it)).votes] == ["go", "go"]


async def test_the_cursor_says_which_gate(tmp_path: Path) -> None:
    async with gated(tmp_path, None) as it:
        await it.press("slash")
        await it.write("error log")
        await it.press("enter")
        await it.until(lambda: it.app.screen.phase.id == "after-t-1-day", "the cursor in the last phase")  # type: ignore[attr-defined]
        await it.press("g")
        await it.shows("After (T+1 day)", "2 of 2", "it holds; y opens the phase")
        await it.press("G")
        await it.shows("no roles are polled for this phase")
        await it.press("right")
        await it.shows("Deployment Day", "1 of 2")


async def test_while_the_clock_is_held_nothing_is_opened_in_passing(tmp_path: Path) -> None:
    async with gated(tmp_path, None) as it:
        Shell(tmp_path).ok("hold", "--reason", "lunch", "-j", it.journal, "--as", "ada")
        await it.press("g", "right")
        await it.shows("After (T+1 day)", "it holds; h resumes the clock")
        await it.press("y")
        await it.shows("the clock is held by ada: lunch")
        await it.press("h", "y")
        await it.stored("clock_resumed")
        await it.press("y")
        await it.stored("gate_passed")


async def test_a_closed_gate_shows_in_the_tree_and_refuses(tmp_path: Path) -> None:
    async with gated(tmp_path, None) as it:
        await it.shows("┃ gate  0/5")
        await it.press("slash")
        await it.write("Deploy to")
        await it.press("enter", "space")
        await it.shows("refused: the gate of")
        assert not it.of_kind("item_done")


async def test_without_gates_the_key_says_so(tmp_path: Path) -> None:
    async with cockpit(begin(tmp_path)) as it:
        await it.press("g")
        await it.shows("the side file has no gates")


@each_size
async def test_a_hold_stops_the_clock_and_resuming_moves_t0(tmp_path: Path, size: tuple[int, int]) -> None:
    clock = HandClock()
    async with cockpit(begin(tmp_path, probes=vitals(every="60s", deadline="59s")), size, clock=clock) as it:
        clock.now_us = T0 + 60_000_000
        await it.shows("T+00:01:00")
        await it.press("h")
        await it.shows("HOLD  the T-clock", "an unplanned hold")
        await it.press("enter")
        await it.shows("a hold needs a reason")
        await it.press("tab")
        await it.shows("a planned hold")
        await it.press("tab")
        await it.write("waiting for the bank")
        await it.press("enter")
        (held,) = await it.stored("clock_held")
        assert held.body == ClockHeld(reason="waiting for the bank")
        clock.advance(300)
        await it.shows("T+00:01:00   ‖ HOLD 5m00s")
        await it.press("h")
        await it.shows("Let the T-clock go on?", f"Held by {OPERATOR} since 20:01:00: waiting for the bank")
        await it.shows("T-0 moves by 5m00s to 2026-03-01T20:05:00Z")
        assert not it.of_kind("clock_resumed")
        await it.press("y")
        (resumed,) = await it.stored("clock_resumed")
        assert resumed.body == ClockResumed(slip_s=300, reason="waiting for the bank")
        clock.advance(60)
        await it.shows("T+00:02:00")
        await it.hides("‖ HOLD")


async def test_a_planned_hold_is_marked(tmp_path: Path) -> None:
    async with cockpit(begin(tmp_path)) as it:
        await it.press("h", "tab")
        await it.write("lunch")
        await it.press("enter")
        (held,) = await it.stored("clock_held")
        assert held.body == ClockHeld(reason="lunch", planned=True)
        await it.shows("‖ hold", "planned: lunch")


async def test_leaving_the_hold_holds_nothing(tmp_path: Path) -> None:
    async with cockpit(begin(tmp_path)) as it:
        await it.press("h")
        await it.write("waiting")
        await it.press("escape")
        await it.hides("HOLD  the T-clock")
        assert not it.of_kind("clock_held")


async def test_a_typed_note_survives_a_hold(tmp_path: Path) -> None:
    async with cockpit(begin(tmp_path)) as it:
        await it.press("n")
        await it.write("half of a sentence")
        await it.press("escape", "h")
        await it.write("waiting")
        await it.press("enter")
        await it.stored("clock_held")
        await it.shows("half of a sentence", "‖ HOLD")


async def test_feed_and_masthead_agree_on_the_clock(tmp_path: Path) -> None:
    """While it is held, what happens stands at the time that it shows; afterwards all lines count from the new T-0."""
    clock = HandClock()
    async with cockpit(begin(tmp_path, probes=vitals(every="60s", deadline="59s")), clock=clock) as it:
        await it.press("h")
        await it.write("waiting")
        await it.press("enter")
        await it.stored("clock_held")
        clock.advance(120)
        await it.press("n")
        await it.write("during the hold")
        await it.press("enter")
        await it.until(lambda: said(it, "database: during") == "T+00:00:00", "a line by the standing clock")
        await it.press("h", "y")
        await it.stored("clock_resumed")
        await it.until(lambda: said(it, "T-0 moves by") == "T+00:00:00", "a clock that goes on from where it stood")
        assert said(it, "‖ hold") == "T-00:02:00", "earlier lines count from the new T-0"


def said(it: Cockpit, text: str) -> str:
    """The T-clock of the line with this text in the feed."""
    found = re.search(rf"(T[+-][0-9:]+) .*{re.escape(text)}", it.text)
    return found[1] if found else ""


@pytest.mark.parametrize("size", [WIDE, NARROW, TINY, (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_frame_of_a_gate(tmp_path: Path, size: tuple[int, int]) -> None:
    clock = HandClock()
    async with gated(tmp_path, None, size, clock=clock) as it:
        await it.press("h")
        await it.write("NO-GO of the bank")
        await it.press("enter")
        await it.stored("clock_held")
        for operator in ("ada", "ben"):
            Shell(tmp_path).ok("skip", "backup", "--reason", "done by hand", "-j", it.journal, "--as", operator)
        votes = ("--vote", "deploy lead=go", "--vote", "sre=no-go:the disk is full")
        Shell(tmp_path).ok("poll", "deployment-day", *votes, "-j", it.journal)
        await it.stored("polled")
        await it.press("g")
        await it.shows("STOPS IT", "sre: NO-GO")
        await assert_frame(it, "gate")
