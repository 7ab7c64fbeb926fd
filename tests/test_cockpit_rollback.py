"""The rollback screen: hard to start by accident, exact while it runs, and never silent about how far it got."""

import json
import sys
from pathlib import Path

import pytest
from textual.events import Paste

from cockpit_kit import NARROW, cockpit
from cockpit_releases import RELEASE, HandClock, begin, events, half_way, shop, vitals
from warroom.core.events import (
    Restored,
    RollbackStarted,
    RollbackStepSkipped,
    RollbackStopped,
    StepFinished,
    StepStarted,
)
from warroom.tui.widgets import name_field

ABOUT = ("rollback_started", "rollback_step_skipped", "rollback_stopped", "rolled_back", "restored", "step_started",
         "step_finished", "step_interrupted")  # fmt: skip


def side_file(*steps: str) -> str:
    """A plan whose steps are Python one-liners."""
    plan = '[rollback]\nto = "shop 4.1.7"\nverify = ["health", "payment-success"]\n'
    for number, code in enumerate(steps, 1):
        argv = json.dumps([sys.executable, "-u", "-c", code])
        plan += f'[[rollback.step]]\ntitle = "Step number {number}"\nargv = {argv}\nexpected = "1s"\n'
    return plan


def waits_for(path: Path) -> str:
    """Code that says so, then waits until the file is there, then says something else."""
    return (
        f"import os, time; print('waits for the file')\n"
        f"while not os.path.exists({str(path)!r}): time.sleep(0.01)\n"
        f"print('found it')"
    )


def course(journal: Path) -> list[str]:
    """What the journal holds about the rollback, in order."""
    told = []
    for event in events(journal):
        body = event.body
        if body.kind in ABOUT:
            ended = f" {body.outcome.ended}" if isinstance(body, StepFinished) else ""
            told.append(f"{body.kind} {body.subject}{ended}")
    return told


# --- starting


async def test_all_steps_can_be_seen_where_they_do_not_fit(tmp_path: Path) -> None:
    clock = HandClock()
    async with cockpit(half_way(tmp_path, clock), NARROW, clock=clock) as it:
        await it.open_rollback()
        await it.shows("1  Point traffic", "2 more steps below")
        await it.press("down", "down", "down")
        await it.shows("6  Tell the support desk", "2 more above")
        await it.press("up")
        await it.shows("1 more above · 1 more steps below")
        assert not course(it.journal)


@pytest.fixture
def long_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first moment lasts long enough for a slow machine to press keys in it."""
    assert name_field.DEAF_S == 0.5
    monkeypatch.setattr(name_field, "DEAF_S", 2.0)


async def test_keys_of_the_first_moment_are_meant_for_the_screen_before(tmp_path: Path, long_moment: None) -> None:
    async with cockpit(begin(tmp_path, side_file=side_file("pass"))) as it:
        await it.press("R")
        await it.write(RELEASE)
        await it.press("enter")
        await it.shows("10 more characters")
        await it.listens()
        await it.press("enter")
        await it.write("s")
        await it.shows("9 more characters")
        assert not course(it.journal)


async def test_paste_is_refused(tmp_path: Path) -> None:
    async with cockpit(begin(tmp_path, side_file=side_file("pass"))) as it:
        await it.open_rollback()
        it.app.post_message(Paste(RELEASE))
        it.app.copy_to_clipboard(RELEASE)
        await it.press("ctrl+v", "enter")
        await it.shows("10 more characters · paste is ignored")
        assert not course(it.journal)


@pytest.mark.parametrize("typed", ["", "shop 4.2.", "Shop 4.2.0", "shop 4.2.0 ", "shop 4.2.00"])
async def test_enter_does_nothing_but_on_the_exact_name(tmp_path: Path, typed: str) -> None:
    async with cockpit(begin(tmp_path, side_file=side_file("pass"))) as it:
        await it.open_rollback()
        await it.write(typed)
        await it.press("enter", "enter")
        if RELEASE.startswith(typed):
            await it.shows("more characters")
        else:
            await it.shows("that is not the name")
        await it.press("escape")
        await it.shows("CHECKLIST")
        assert not course(it.journal)


async def test_enter_pressed_twice_starts_once(tmp_path: Path) -> None:
    async with cockpit(begin(tmp_path, side_file=side_file("print('once')"))) as it:
        await it.open_rollback()
        await it.write(f"{RELEASE}\r\r\r")
        await it.press("enter", "enter", "enter")
        await it.stored("rolled_back")
        await it.shows("↶ recovering")
        assert "refused" not in it.text
    assert course(it.journal)[:1] + course(it.journal)[-1:] == ["rollback_started rollback", "rolled_back rollback"]
    assert len(it.of_kind("step_started")) == 1


async def test_a_start_that_is_refused_says_why_and_can_be_asked_again(tmp_path: Path) -> None:
    step = '[item.deploy]\nstep = { argv = ["sleep", "60"] }\n'
    async with cockpit(begin(tmp_path, side_file=step + side_file("pass"))) as it:
        running = it.live.run_item("deploy")
        await it.stored("step_started")
        await it.open_rollback()
        await it.write(RELEASE)
        await it.press("enter")
        await it.shows('"Deploy to production" is still running', "Enter starts the rollback")
        it.live.stop_step()
        await it.until(running.done)
        await it.press("enter")
        await it.stored("rolled_back")


# --- running


async def test_from_the_first_step_to_restored(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    with shop() as production:
        production.numbers["payment-success"] = 80
        plan = side_file("print('pointing back')", waits_for(gate))
        journal = begin(tmp_path, side_file=plan, probes=vitals(production.url))
        async with cockpit(journal, source=None) as it:
            await it.shows("✗ FAILING")
            await it.start_rollback()
            await it.shows("ROLLING BACK", "pointing back", "waits for the file", "◐  Step number 2", "step 2 of 2")
            gate.touch()
            await it.shows("found it", "✓ rolled back", "↶ recovering", "RECOVERING")
            production.numbers["payment-success"] = 99
            await it.shows("● restored", "● RESTORED")
            await it.press("escape")
            await it.shows("ROLLBACK restored · rolled back in")
    assert course(journal) == [
        "rollback_started rollback",
        "step_started rollback:1", "step_finished rollback:1 done",
        "step_started rollback:2", "step_finished rollback:2 done",
        "rolled_back rollback",
        "restored rollback",
    ]  # fmt: skip
    bodies = [event.body for event in events(journal)]
    [begun] = [body for body in bodies if isinstance(body, RollbackStarted)]
    assert begun.typed == RELEASE
    assert {seen.probe: seen.word for seen in begun.seen}["payment-success"] == "fail"
    [well] = [body for body in bodies if isinstance(body, Restored)]
    assert {seen.word for seen in well.seen} == {"ok"}
    actors = [event.actor for event in events(journal) if event.body.kind in ABOUT]
    assert actors == ["ops-1"] * 6 + ["warroom"]


FAILS_ONCE = "import os, sys; done = os.path.exists('tried'); open('tried', 'a').write('x'); sys.exit(0 if done else 3)"


async def test_retry_runs_the_step_again_and_then_the_rest(tmp_path: Path) -> None:
    async with cockpit(begin(tmp_path, side_file=side_file(FAILS_ONCE, "print('the rest')"))) as it:
        await it.start_rollback()
        await it.shows("waits for your answer", "step 1: failed, exit status 3", "r retry", "S stop here")
        await it.press("r")
        await it.shows("the rest", "↶ recovering")
    assert (tmp_path / "tried").read_text() == "xx"
    assert [body.attempt for e in events(it.journal) if isinstance(body := e.body, StepStarted)] == [1, 2, 1]


async def test_a_step_is_skipped_only_with_a_reason(tmp_path: Path) -> None:
    async with cockpit(begin(tmp_path, side_file=side_file(FAILS_ONCE, "print('the rest')"))) as it:
        await it.start_rollback()
        await it.shows("waits for your answer")
        await it.press("k", "enter")
        await it.shows("it needs a reason")
        await it.press("escape")
        await it.hides("why this step is skipped")
        await it.press("k")
        await it.write("flag is already off")
        await it.press("enter")
        await it.shows("–  Step number 1", "flag is already off", "the rest", "↶ recovering")
    skipped = [e.body for e in events(it.journal) if isinstance(e.body, RollbackStepSkipped)]
    assert skipped == [RollbackStepSkipped(step=1, reason="flag is already off")]
    assert (tmp_path / "tried").read_text() == "x"


async def test_stop_here_leaves_it_and_a_later_retry_goes_on(tmp_path: Path) -> None:
    journal = begin(tmp_path, side_file=side_file(FAILS_ONCE, "print('the rest')"))
    async with cockpit(journal, NARROW) as it:
        await it.start_rollback()
        await it.shows("waits for your answer")
        await it.press("S")
        await it.shows("stopped half-way", "a roll back again")
        await it.press("escape")
        await it.shows("ROLLBACK stopped half-way · step 1 of 2")
        await it.press("q")
    async with cockpit(journal, NARROW, operator="sre-1") as it:
        await it.shows(
            "ROLLBACK stopped half-way · step 1 of 2", "production is half-way back", '"Step number 1", failed'
        )
        await it.press("R")
        await it.shows("stopped half-way")
        await it.listens()
        await it.press("r")
        await it.shows("↶ recovering")
    assert [e.body for e in events(journal) if isinstance(e.body, RollbackStopped)] == [RollbackStopped(step=1)]
    assert [e.actor for e in events(journal) if e.body.kind == "step_started"] == ["ops-1", "sre-1", "sre-1"]


async def test_a_rollback_that_did_not_help_can_be_started_again(tmp_path: Path) -> None:
    async with cockpit(begin(tmp_path, side_file=side_file("print('ran')"))) as it:
        await it.start_rollback()
        await it.shows("↶ recovering", "a roll back again")
        await it.press("a")
        await it.shows("Type the name of the release to start", "10 more characters", "EMERGENCY, it is not armed")
        await it.write(RELEASE)
        await it.press("enter")
        await it.write("blue is still sick")
        await it.press("enter")
        await it.stored("rolled_back", 2)
        await it.shows("↶ recovering")


async def test_the_screen_can_be_left_and_come_back_to(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    async with cockpit(begin(tmp_path, side_file=side_file(waits_for(gate))), NARROW) as it:
        await it.start_rollback()
        await it.shows("waits for the file")
        await it.press("escape")
        await it.shows("ROLLBACK running · step 1 of 1", "↶ ROLLBACK")
        await it.press("R")
        await it.shows("ROLLING BACK", "◐  Step number 1", "waits for the file")
        gate.touch()
        await it.shows("found it", "↶ recovering")
        await it.press("escape", "R")
        await it.shows("waits for the file", "found it", "↶ recovering")


async def test_a_running_command_can_be_ended(tmp_path: Path) -> None:
    async with cockpit(begin(tmp_path, side_file=side_file("import time; print('works'); time.sleep(60)"))) as it:
        await it.start_rollback()
        await it.shows("works", "X end this command")
        await it.press("X", "enter", "escape")
        await it.press("X")
        await it.shows("Production may be left in between")
        await it.press("y")
        await it.shows("waits for your answer", "stopped by TERM")


async def test_its_keys_are_deaf_at_first_too(tmp_path: Path, long_moment: None) -> None:
    async with cockpit(begin(tmp_path, side_file=side_file(FAILS_ONCE))) as it:
        await it.start_rollback()
        await it.shows("waits for your answer")
        await it.press("escape", "R", "r", "r")
        await it.shows("waits for your answer")
        assert len(it.of_kind("step_started")) == 1
