"""A trigger fires in the cockpit: the bar stands there until a person answers, and every answer is in the journal."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from cockpit_kit import NARROW, TINY, WIDE, Cockpit, ShiftedClock, assert_frame, cockpit, each_size
from cockpit_releases import (
    CHECKLIST,
    SIDE_FILE,
    HandClock,
    Shop,
    begin,
    events,
    half_way,
    shop,
    vitals,
)
from warroom.clock import Clock
from warroom.core import trigger_decisions
from warroom.core.events import DecisionAsked, DecisionTaken
from warroom.core.probe import Verdict
from warroom.journal.store import open_journal
from warroom.room import Room

TRIGGER = """
[trigger.payments]
probes = ["payment-success", "error-rate"]
for = "1s"
decides = "deploy lead"
within = "{within}"
then = ["release manager"]

"""


ROLLBACK = """
[rollback]
verify = ["health", "payment-success"]
[[rollback.step]]
title = "Point traffic back"
argv = ["true"]
"""


@pytest.fixture
def production() -> Iterator[Shop]:
    with shop() as it:
        yield it


@asynccontextmanager
async def armed(
    home: Path, production: Shop, size: tuple[int, int] = WIDE, *, within: str = "10m", clock: Clock | None = None
) -> AsyncIterator[Cockpit]:
    journal = begin(home, CHECKLIST, TRIGGER.format(within=within) + ROLLBACK, vitals(production.url))
    async with cockpit(journal, size, clock=clock, source=None) as it:
        await it.stored("trigger_armed")
        yield it


async def asks(it: Cockpit, production: Shop) -> DecisionAsked:
    production.numbers["payment-success"] = 91.2
    (asked,) = await it.stored("decision_asked")
    await it.shows("DECIDE", "HOLD", "OVERRIDE")
    assert isinstance(asked.body, DecisionAsked)
    return asked.body


async def taken(it: Cockpit, count: int = 1) -> DecisionTaken:
    body = (await it.stored("decision_taken", count))[-1].body
    assert isinstance(body, DecisionTaken)
    return body


@each_size
async def test_a_failure_that_lasts_asks_with_rule_readings_role_and_deadline(
    tmp_path: Path, production: Shop, size: tuple[int, int]
) -> None:
    async with armed(tmp_path, production, size) as it:
        assert "DECIDE" not in it.text
        asked = await asks(it, production)
        await it.shows("payments", "broke   Payment success: ", "91.2 <", "deploy lead", "UTC · in")
        assert asked.role == "deploy lead"
        assert {seen.probe: seen.word for seen in asked.seen}["payment-success"] == "fail"


async def test_hold_is_one_key_and_minutes(tmp_path: Path, production: Shop) -> None:
    async with armed(tmp_path, production) as it:
        await asks(it, production)
        await it.press("h")
        await it.shows("Wait and see")
        await it.press("5", "enter")
        answer = await taken(it)
        assert (answer.answer, answer.hold_s, len(answer.seen)) == ("hold", 300, 4)
        await it.hides("DECIDE")
        await it.shows("‖ HOLD", "payments: wait and see for 5 min")


async def test_after_the_hold_it_asks_again_while_it_still_fails(tmp_path: Path, production: Shop) -> None:
    clock = ShiftedClock()
    async with armed(tmp_path, production, clock=clock) as it:
        await asks(it, production)
        await it.press("h", "enter")
        assert (await taken(it)).hold_s == 600
        await it.hides("DECIDE")
        clock.advance(601)
        await it.stored("decision_asked", 2)
        await it.shows("DECIDE")


async def test_override_needs_its_own_screen_and_a_reason(tmp_path: Path, production: Shop) -> None:
    async with armed(tmp_path, production) as it:
        await asks(it, production)
        await it.press("O")
        await it.shows("go on in spite of", "at least 10 characters")
        await it.write("too short")
        await it.press("enter")
        await it.shows("1 more characters")
        assert not it.of_kind("decision_taken")
        await it.write(" no: a known outage of the bank")
        await it.press("enter")
        answer = await taken(it)
        assert (answer.answer, answer.reason) == ("override", "too short no: a known outage of the bank")
        assert answer.seen
        await it.hides("DECIDE")


async def test_leaving_the_question_decides_nothing(tmp_path: Path, production: Shop) -> None:
    async with armed(tmp_path, production) as it:
        await asks(it, production)
        await it.press("O", "escape", "h", "escape")
        await it.shows("DECIDE")
        assert not it.of_kind("decision_taken")


async def test_a_rollback_answers_what_is_asked(tmp_path: Path, production: Shop) -> None:
    async with armed(tmp_path, production) as it:
        await asks(it, production)
        await it.start_rollback()
        answer = await taken(it)
        assert (answer.answer, answer.trigger) == ("rollback", "payments")
        assert not it.live.release.asks


async def test_silence_never_chooses_it_asks_the_next_role(tmp_path: Path, production: Shop) -> None:
    async with armed(tmp_path, production, within="100ms") as it:
        await asks(it, production)
        await it.stored("decision_escalated")
        await it.shows("release manager", "OVERDUE")
        assert not it.of_kind("decision_taken")
        assert it.live.release.rollback.status == "ready"


async def test_the_keys_are_refused_while_nothing_is_asked(tmp_path: Path, production: Shop) -> None:
    async with armed(tmp_path, production) as it:
        await it.press("O")
        await it.shows("no trigger asks for a decision")


async def test_the_next_cockpit_asks_on_and_knows_that_it_was_armed(tmp_path: Path, production: Shop) -> None:
    async with armed(tmp_path, production) as it:
        journal = it.journal
    production.numbers["payment-success"] = 91.2
    async with cockpit(journal, source=None) as it:
        await it.stored("decision_asked")
    async with cockpit(journal, source=None) as it:
        await it.shows("DECIDE", "payments")
    assert len([event for event in events(journal) if event.body.kind == "decision_asked"]) == 1


@pytest.mark.parametrize("size", [WIDE, NARROW, TINY, (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_frame_with_a_decision(tmp_path: Path, size: tuple[int, int]) -> None:
    clock = HandClock()
    journal = half_way(tmp_path, clock, falling=True, side_file=TRIGGER.format(within="10m") + SIDE_FILE)
    stored = open_journal(journal)
    room = Room(stored, clock, origin="cockpit@prod-ops-1:4711")
    failing = Verdict(probe="payment-success", word="fail", value=94.0, text="94 % < 95, 3 of 5")
    for wish in (
        partial(trigger_decisions.arm, name="payments"),
        partial(trigger_decisions.ask, name="payments", broke=(f"Payment success: {failing.text}",), seen=()),
    ):
        room.act(wish, actor="warroom")
    stored.close()
    clock.advance(11)
    async with cockpit(journal, size, clock=clock) as it:
        await it.shows("DECIDE")
        await assert_frame(it, "decision")
