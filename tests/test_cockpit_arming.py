"""Arming, emergency, by hand and closing windows, as the operators meet them in the cockpit and the shell."""

from pathlib import Path

import pytest

from cli_kit import Shell
from cockpit_kit import NARROW, ShiftedClock, cockpit, each_size
from cockpit_releases import OPERATOR, RELEASE, arm, begin
from warroom.core.events import RollbackStarted, RollbackStepByHand

PLAN = """
[rollback]
verify = ["health"]
[[rollback.step]]
title = "Point traffic back"
argv = ["{program}"]
undoes = ["deploy"]
"""

KEPT = """
[[rollback.needs]]
title = "blue is kept"
after = "backup"
lasts = "1h"
"""


async def test_two_operators_sign_and_the_bar_says_how_many(tmp_path: Path) -> None:
    journal = begin(tmp_path, side_file=PLAN.format(program="true"), armed=False)
    async with cockpit(journal, NARROW) as it:
        await it.shows("ROLLBACK possible · not armed")
        await it.press("A")
        await it.shows("one person may pull it", f"sign as {OPERATOR}")
        await it.press("y")
        await it.shows("not armed, 1 of 2 signed")
        await it.press("A")
        await it.shows(f"{OPERATOR} has signed.")
        await it.press("y")
        await it.shows("another operator must sign as well")
    async with cockpit(journal, NARROW, operator="sre-1") as it:
        await it.press("A", "y")
        await it.shows("ROLLBACK possible · armed")


async def test_the_question_can_be_left(tmp_path: Path) -> None:
    async with cockpit(begin(tmp_path, side_file=PLAN.format(program="true"), armed=False)) as it:
        await it.press("A", "enter", "escape")
        assert not it.of_kind("rollback_armed")


def test_it_is_armed_from_the_shell(tmp_path: Path) -> None:
    journal = begin(tmp_path, side_file=PLAN.format(program="true"), armed=False)
    shell = Shell(tmp_path)
    shell.ok("arm", "-j", journal, "--as", "ada")
    assert "ada has signed already" in shell.refused(64, "arm", "-j", journal, "--as", "ada")
    shell.ok("arm", "-j", journal, "--as", "ben")
    assert "it is armed already, by ada and ben" in shell.refused(64, "arm", "-j", journal, "--as", "cleo")


@each_size
async def test_an_emergency_asks_for_the_reason_before_anything_runs(tmp_path: Path, size: tuple[int, int]) -> None:
    journal = begin(tmp_path, side_file=PLAN.format(program="true"), armed=False)
    async with cockpit(journal, size) as it:
        await it.press("R")
        await it.shows("EMERGENCY, it is not armed")
        await it.listens()
        await it.write(RELEASE)
        await it.press("enter")
        await it.press("enter")
        await it.shows("an emergency rollback needs a reason")
        assert not it.of_kind("rollback_started")
        await it.write("payments are lost")
        await it.press("enter")
        (started,) = await it.stored("rollback_started")
        assert isinstance(started.body, RollbackStarted)
        assert (started.body.emergency, started.body.reason) == (True, "payments are lost")


async def test_leaving_the_reason_goes_back_to_the_name(tmp_path: Path) -> None:
    async with cockpit(begin(tmp_path, side_file=PLAN.format(program="true"), armed=False)) as it:
        await it.press("R")
        await it.listens()
        await it.write(RELEASE)
        await it.press("enter", "escape")
        await it.shows("Enter asks for the reason")
        await it.press("escape")
        await it.hides("ROLL BACK ")
        assert not it.of_kind("rollback_started")


async def test_a_step_done_by_hand_is_told_and_takes_its_items_back(tmp_path: Path) -> None:
    journal = begin(tmp_path, side_file=PLAN.format(program="false"))
    Shell(tmp_path).ok("tick", "deploy", "-j", journal)
    async with cockpit(journal) as it:
        await it.start_rollback()
        await it.shows("waits for your answer", "m by hand")
        await it.press("m", "enter")
        await it.shows("it needs a reason")
        await it.write("on the load balancer's own page")
        await it.press("enter")
        await it.shows("rolled back")
        (told,) = it.of_kind("rollback_step_by_hand")
        assert told.body == RollbackStepByHand(step=1, reason="on the load balancer's own page")
        assert it.live.release.item("deploy").shown == "taken back"
        await it.press("escape")
        await it.press("slash")
        await it.write("Deploy to")
        await it.press("enter")
        await it.shows("↶ taken back")


async def test_a_window_that_closes_rings_once_for_each_threshold(tmp_path: Path) -> None:
    clock = ShiftedClock()
    journal = begin(tmp_path, side_file=PLAN.format(program="true") + KEPT)
    async with cockpit(journal, clock=clock) as it:
        await it.press("space")
        await it.shows("left: blue is kept")
        clock.advance(46 * 60)
        await it.stored("rollback_window")
        await it.shows("blue is kept: 8")
        clock.advance(10 * 60)
        await it.stored("rollback_window", 2)
        clock.advance(4 * 60)
        await it.shows("forward only", "blue is kept: gone")
        assert len(it.of_kind("rollback_window")) == 2, "the last minute was slept through"


async def test_a_rehearsal_cannot_be_mistaken(tmp_path: Path) -> None:
    checklist = tmp_path / "shop.md"
    checklist.write_text("# Shop\n\n## Day\n- [ ] Deploy\n", encoding="utf-8")
    shell = Shell(tmp_path)
    said = shell.run("start", checklist, "--release", "shop 4.2", "--env", "staging", "--rehearse")
    assert said.out == "shop-4.2-staging-rehearsal.journal\n"
    journal = tmp_path / said.out.strip()
    assert shell.json("status", "-j", journal)["rehearsal"] is True
    assert "REHEARSAL" in shell.ok("status", "-j", journal)
    assert "REHEARSAL" in shell.ok("log", "-j", journal)
    for size in (NARROW, (60, 15), (120, 40)):
        async with cockpit(journal, size) as it:
            await it.shows(" REHEARSAL  shop 4.2 → staging")


@pytest.mark.parametrize("armed", [True, False])
async def test_the_screen_says_whether_it_is_armed(tmp_path: Path, armed: bool) -> None:
    async with cockpit(begin(tmp_path, side_file=PLAN.format(program="true"), armed=armed)) as it:
        await it.press("R")
        await it.shows("armed by two operators" if armed else "EMERGENCY, it is not armed (0 of 2 have signed)")


async def test_the_next_release_expects_what_the_rehearsal_took(tmp_path: Path) -> None:
    plan = PLAN.format(program="true") + '[item.backup.step]\nargv = ["true"]\nexpected = "2m"\n'
    journal = begin(tmp_path, side_file=plan)
    async with cockpit(journal) as it:
        await it.shows("~10 s", "never rehearsed")
    shell = Shell(tmp_path)
    started = ("start", "shop.md", "--probes", "probes", "--release", RELEASE)
    shell.ok(*started, "--rehearse", "-j", "rehearsal.journal")
    arm(tmp_path / "rehearsal.journal")
    async with cockpit(tmp_path / "rehearsal.journal") as it:
        await it.start_rollback()
        await it.stored("rolled_back")
    shell.ok(*started, "-j", "next.journal")
    async with cockpit(tmp_path / "next.journal") as it:
        await it.shows("1 step ~0", "rehearsed", "ago in")
