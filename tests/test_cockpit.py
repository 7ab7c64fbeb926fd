"""The cockpit by keys: what is stored, what is refused with its reason, and how it is left."""

import json
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit_kit import NARROW, Cockpit, cockpit, each_size
from cockpit_releases import HandClock, begin, events, vitals
from warroom.cli.main import cli
from warroom.core.events import CockpitClosed, ItemDone, ItemFailed, ItemSkipped, Noted, StepFinished

# --- what is said of an item


async def test_a_tick_with_its_figure_and_note(tmp_path: Path) -> None:
    async with cockpit(begin(tmp_path), clock=HandClock()) as it:
        await it.press("v")
        await it.write("412")
        await it.press("enter")
        await it.write("rows compared")
        await it.press("escape", "space")
        [event] = await it.stored("item_done")
        await it.shows("✓ Back up the database", "20:00 │", "412, rows compared", "1 of 8")
        await it.until(lambda: it.text.count("optional") == 2, "an editor that is empty again")
    body = event.body
    assert isinstance(body, ItemDone)
    assert (event.actor, body.item, body.value, body.note) == ("ops-1", "backup", "412", "rows compared")
    assert [seen.probe for seen in body.seen] == sorted(vitals()), "what the operator could see"


@each_size
async def test_a_note_a_skip_a_failure_and_a_reopening(tmp_path: Path, size: tuple[int, int]) -> None:
    async with cockpit(begin(tmp_path), size) as it:
        for keys, text, kind in (("n", "took 4 minutes", "noted"), ("f", "disk full", "item_failed")):
            await it.press(keys)
            await it.write(text)
            await it.press("enter")
            await it.stored(kind)
        await it.shows("✗ Back up the database", "failed")
        await it.press("u")
        await it.stored("item_reopened")
        await it.shows("○ Back up the database")
        await it.press("s")
        await it.write("done by the provider")
        await it.press("enter")
        await it.stored("item_skipped")
        await it.shows("– Back up the database", "skipped")
    bodies = [event.body for event in events(it.journal) if event.body.subject == "backup"]
    assert bodies[0] == Noted(item="backup", text="took 4 minutes")
    assert isinstance(bodies[1], ItemFailed)
    assert bodies[1].reason == "disk full"
    assert isinstance(bodies[3], ItemSkipped)
    assert (bodies[3].reason, len(bodies[3].seen)) == ("done by the provider", 4)


async def test_another_process_shows_at_once(tmp_path: Path) -> None:
    journal = begin(tmp_path)
    async with cockpit(journal, NARROW) as it:
        cli.main(["tick", "backup", "-j", str(journal), "--as", "ci"], standalone_mode=False)
        await it.shows("✓ Back up the database", "ci        ✓ tick")


# --- what is refused


async def refused(it: Cockpit, reason: str) -> None:
    """The reason stands over whatever is shown, and stays in the editor."""
    await it.shows("refused", reason)
    it.app.clear_notifications()


@each_size
async def test_a_refused_act_says_why_and_changes_nothing(tmp_path: Path, size: tuple[int, int]) -> None:
    async with cockpit(begin(tmp_path), size) as it:
        await it.press("u")
        await refused(it, "it is open already")
        await it.press("x")
        await refused(it, "no step is bound to it")
        await it.press("R")
        await refused(it, "the side file has no rollback plan")
        await it.press("s", "enter")
        await refused(it, "a skip needs a reason")
        await it.shows("refused: a skip needs a reason")
        await it.press("escape", "up", "up", "space")
        await refused(it, "select an item first")
        acts = ("item_", "noted", "step_", "roll")
        assert not [event for event in events(it.journal) if event.body.kind.startswith(acts)]


async def test_an_item_is_not_done_before_those_under_it(tmp_path: Path) -> None:
    async with cockpit(begin(tmp_path)) as it:
        await it.press("slash")
        await it.write("verify pay")
        await it.press("enter", "space")
        await refused(it, "2 of the items under it are open")
        assert "refused: 2 of the items" in it.text
        await it.press("down", "space", "down", "space")
        await it.shows("2 of 8")
        await it.press("up", "up", "space")
        await it.shows("3 of 8")
        await it.press("space")
        await refused(it, "already done by ops-1; reopen it first")
        await it.press("down")
        await it.hides("already done")


@pytest.fixture
def disk_can_be_full() -> Iterator[None]:
    """Whatever the test does to it, files can be written again after it."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@each_size
async def test_what_the_journal_does_not_take_is_not_shown_as_done(
    tmp_path: Path, size: tuple[int, int], disk_can_be_full: None
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    async with cockpit(begin(tmp_path), size) as it:
        await it.shows("✓ saved")
        resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
        await it.press("space")
        await it.shows("✗ NOT SAVED")
        assert "○ Back up the database" in it.text
        await it.press("l", "escape")
        await it.shows("✗ NOT SAVED")
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        await it.press("space")
        await it.stored("item_done")
        await it.shows("✓ saved")
        await it.hides("NOT SAVED")


async def test_how_a_command_ended_is_stored_once_the_journal_takes_it(tmp_path: Path, disk_can_be_full: None) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    gate = tmp_path / "gate"
    waits = f"import os, time\nwhile not os.path.exists({str(gate)!r}): time.sleep(0.01)"
    step = f"[item.deploy.step]\nargv = {json.dumps([sys.executable, '-c', waits])}\n"
    async with cockpit(begin(tmp_path, side_file=step)) as it:
        it.live.run_item("deploy")
        await it.stored("step_started")
        resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
        gate.touch()
        await it.shows("✗ NOT SAVED")
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        [finished] = await it.stored("step_finished")
        await it.shows("✓ saved")
    assert isinstance(finished.body, StepFinished)
    assert finished.body.outcome.ended == "done"


# --- moving about


async def test_find_goes_round_and_says_when_there_is_nothing(tmp_path: Path) -> None:
    async with cockpit(begin(tmp_path)) as it:
        looked = False
        for title in ("Verify payments", "Verify the search", "Verify payments"):
            await it.press("slash")
            await it.shows("find     words of a title" if not looked else "find     VERIFY")
            await it.write("" if looked else "VERIFY")
            looked = True
            await it.press("enter")
            await it.shows(f"▌  ○ {title}")
        await it.press("slash")
        await it.write("2.1.1")
        await it.press("enter")
        await it.shows("▌  ○ Deploy to production")
        await it.press("slash")
        await it.write("blockchain")
        await it.press("enter")
        await it.shows("no such item", "▌  ○ Deploy to production")


async def test_the_next_open_item(tmp_path: Path) -> None:
    async with cockpit(begin(tmp_path)) as it:
        await it.press("down", "space")
        await it.stored("item_done")
        await it.press("up", "full_stop")
        await it.shows("▌  ○ Deploy to production")
        await it.press(*["full_stop"] * 6)
        await it.shows("▌  ○ Back up the database")


async def test_phases_open_and_close(tmp_path: Path) -> None:
    async with cockpit(begin(tmp_path)) as it:
        assert "Verify the search" not in it.text
        await it.press("down", "down", "enter")
        await it.shows("▌▾ T-0", "Verify the search", "5 open")
        await it.press("enter")
        await it.shows("▌▸ T-0")
        await it.hides("Verify the search")


async def test_drafts_are_kept_per_item_and_an_arrow_in_a_field_moves_nothing(tmp_path: Path) -> None:
    async with cockpit(begin(tmp_path)) as it:
        await it.press("n")
        await it.write("half a thou")
        await it.press("down")
        await it.write("ght")
        await it.press("escape", "down")
        await it.shows("▌  ○ Restore the backup")
        await it.hides("half a thought")
        await it.press("v")
        await it.write("99")
        await it.press("escape", "up")
        await it.shows("half a thought")
        await it.hides("figure   99")
        await it.press("down")
        await it.shows("figure   99")


async def test_a_new_start_goes_on_where_the_last_one_was_left(tmp_path: Path) -> None:
    journal = begin(tmp_path)
    async with cockpit(journal) as it:
        await it.press("slash")
        await it.write("search")
        await it.press("enter", "space")
        await it.stored("item_done")
    async with cockpit(journal, operator="sre-1") as it:
        await it.shows("▌  ✓ Verify the search", "ops-1 ", "sre-1 ")
    assert [event.actor for event in events(journal) if isinstance(event.body, CockpitClosed)] == ["ops-1", "sre-1"]


# --- leaving


STEP = '[item.deploy]\nstep = { argv = ["sleep", "60"] }\n'


async def test_leaving_asks_while_a_step_runs_and_stops_it(tmp_path: Path) -> None:
    async with cockpit(begin(tmp_path, side_file=STEP), NARROW) as it:
        await it.press("slash", *"deploy", "enter", "x")
        await it.shows("RUN STEP", "sleep 60", "deploy@prod-ops-1", "nothing has run yet")
        await it.press("y")
        await it.stored("step_started")
        await it.shows("◐ running")
        await it.press("escape")
        await it.shows("◐ Deploy to production")
        await it.press("space")
        await refused(it, "its step is still running")
        await it.press("q")
        await it.shows('"Deploy to production" is still running')
        await it.press("enter", "escape")
        await it.hides("is still running")
        await it.press("q", "y")
        await it.until(lambda: it.app.return_code is not None)
    [finished] = [event.body for event in events(it.journal) if isinstance(event.body, StepFinished)]
    assert finished.outcome.ended == "stopped"
    assert isinstance(events(it.journal)[-1].body, CockpitClosed)


async def test_leaving_at_rest_asks_nothing(tmp_path: Path) -> None:
    async with cockpit(begin(tmp_path)) as it:
        await it.press("q")
        await it.until(lambda: it.app.return_code is not None)
    assert isinstance(events(it.journal)[-1].body, CockpitClosed)


@pytest.mark.parametrize("words", ["verify the search", "d", "back up"])
async def test_a_fast_hand_loses_no_letter_after_the_find_key(tmp_path: Path, words: str) -> None:
    async with cockpit(begin(tmp_path)) as it:
        await it.write(f"/{words}")
        await it.shows(f"find     {words}")
        assert not it.of_kind("item_done")


async def test_enter_pressed_twice_says_it_once(tmp_path: Path) -> None:
    async with cockpit(begin(tmp_path)) as it:
        await it.press("n")
        await it.write("took 4 minutes")
        it._send("enter")
        it._send("enter")
        await it.press("escape")
        await it.stored("noted")
        await it.press("n")
        await it.write("took 4 minutes")
        await it.press("enter")
        await it.stored("noted", 2)
        await it.shows("took 4 minutes")
    assert len([event for event in events(it.journal) if event.body.kind == "noted"]) == 2
