"""The cockpit by keys and mouse: what is stored, what is shown, and what is refused with its reason."""

import resource
import threading
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Literal

import pytest

from cockpit_kit import (
    NARROW,
    TINY,
    VITALS,
    WIDE,
    Cockpit,
    HandClock,
    ShiftedClock,
    assert_frame,
    begin,
    cockpit,
    events,
    half_way,
    shop,
    vitals,
)
from warroom.core.events import CockpitClosed, ItemDone, ItemFailed, ItemSkipped, Noted, StepFinished
from warroom.core.probe import Measurement
from warroom.tui import actions

SIZES = (WIDE, NARROW, TINY)


def names(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


every_size = pytest.mark.parametrize("size", SIZES, ids=names)


# --- frames


@every_size
async def test_a_calm_release(tmp_path: Path, size: tuple[int, int]) -> None:
    clock = HandClock()
    async with cockpit(half_way(tmp_path, clock), size, clock=clock) as it:
        await assert_frame(it, "calm")


@every_size
async def test_a_probe_that_fails(tmp_path: Path, size: tuple[int, int]) -> None:
    clock = HandClock()
    async with cockpit(half_way(tmp_path, clock, falling=True), size, clock=clock) as it:
        await it.stored("verdict_changed", 5)
        await assert_frame(it, "failing")


@every_size
async def test_the_editor(tmp_path: Path, size: tuple[int, int]) -> None:
    clock = HandClock()
    async with cockpit(half_way(tmp_path, clock), size, clock=clock) as it:
        await it.press("s")
        await it.write("smoke suite S-14")
        await assert_frame(it, "skipping")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=names)
async def test_a_selected_phase(tmp_path: Path, size: tuple[int, int]) -> None:
    clock = HandClock()
    async with cockpit(half_way(tmp_path, clock), size, clock=clock) as it:
        await it.press(*["down"] * 9, "enter")
        await assert_frame(it, "phase")


@pytest.mark.parametrize("size", [*SIZES, (40, 10), (200, 60)], ids=names)
async def test_help_is_always_in_reach_and_names_every_key(tmp_path: Path, size: tuple[int, int]) -> None:
    async with cockpit(begin(tmp_path), size) as it:
        assert it.lines[-1].endswith("? help ")
        await it.press("n")
        assert it.lines[-1].endswith("? help ")
        await it.press("escape", "question_mark")
        await it.shows("KEYS")
        if size in (WIDE, (200, 60)):
            await it.shows(*(action.help for action in actions.COCKPIT), *(each.label for each in actions.COCKPIT))
        await it.press("escape")
        await it.hides("KEYS")


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
        assert it.text.count("optional") == 2, "the editor is empty again"
    body = event.body
    assert isinstance(body, ItemDone)
    assert (event.actor, body.item, body.value, body.note) == ("ops-1", "backup", "412", "rows compared")
    assert [seen.probe for seen in body.seen] == sorted(vitals()), "what the operator could see"


@every_size
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
    assert bodies[3] == ItemSkipped(item="backup", reason="done by the provider")


async def test_another_process_shows_at_once(tmp_path: Path) -> None:
    from warroom.cli.main import cli

    journal = begin(tmp_path)
    async with cockpit(journal, NARROW) as it:
        cli.main(["tick", "backup", "-j", str(journal), "--as", "ci"], standalone_mode=False)
        await it.shows("✓ Back up the database", "ci        ✓ tick")


# --- what is refused


async def refused(it: Cockpit, reason: str) -> None:
    """The reason stands over whatever is shown, and stays in the editor."""
    await it.shows("refused", reason)
    it.app.clear_notifications()


@every_size
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
        assert {event.body.kind for event in events(it.journal)} <= {
            "release_started", "cockpit_opened", "verdict_changed"
        }  # fmt: skip


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


@every_size
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


async def test_the_mouse_selects_opens_and_asks(tmp_path: Path) -> None:
    async with cockpit(begin(tmp_path)) as it:
        await it.pilot.click(offset=(8, it.row("Restore the backup")))
        await it.shows("▌  ○ Restore the backup")
        await it.pilot.click(offset=(8, it.row("▸ T-0")))
        await it.shows("▌▸ T-0")
        await it.pilot.click(offset=(8, it.row("▸ T-0")))
        await it.shows("▌▾ T-0", "Verify the search")
        row = it.row("[R] Rollback")
        await it.pilot.click(offset=(it.lines[row].index("[R]"), row))
        await refused(it, "the side file has no rollback plan")


async def test_a_click_hits_the_row_that_is_shown_also_when_the_list_is_scrolled(tmp_path: Path) -> None:
    clock = HandClock()
    async with cockpit(half_way(tmp_path, clock), NARROW, clock=clock) as it:
        await it.press("pagedown")
        await it.shows("Test emergency rollback procedures")
        await it.pilot.click(offset=(8, it.row("Verify bilingual")))
        await it.shows("▌  ○ Verify bilingual")
        await it.pilot.click(offset=(8, it.row("▾ T-0")))
        await it.shows("▌▾ T-0")


async def test_every_size_on_the_way_and_back(tmp_path: Path) -> None:
    clock = HandClock()
    async with cockpit(half_way(tmp_path, clock), WIDE, clock=clock) as it:
        await it.shows("CHECKLIST", "TICK OFF")
        before = it.text
        for size in ((80, 24), (60, 15), (20, 5), (1, 1), (200, 60), (80, 24), (120, 40)):
            await it.resize(size)
            await it.until(lambda size=size: (len(it.lines[0]), len(it.lines)) == size)
            for keys in (("s", "escape"), ("question_mark", "escape"), ("l", "escape"), ("slash", "escape")):
                await it.press(*keys)
        await it.until(lambda: it.text == before, "the first frame")
        await it.resize(TINY)
        await it.hides("Health")
        await it.shows("▌  ○ Verify payment processing end-to-end", "✓ saved", "[R] Rollback", "? help")
        await it.press("enter")
        await it.shows("figure", "Pay once by card")


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


# --- probes


async def test_live_numbers_come_and_are_judged(tmp_path: Path) -> None:
    with shop() as production:
        async with cockpit(begin(tmp_path, probes=vitals(production.url)), source=None) as it:
            await it.until(lambda: it.text.count("● OK") == 4, "four panes that are ok")
            await it.shows("99.4", "● GO")
            production.numbers["payment-success"] = 80
            await it.shows("✗ FAIL", "✗ FAILING", "3 of 5", "80")
            production.numbers["payment-success"] = 99
            await it.until(lambda: it.text.count("● OK") == 4, "four panes that are ok again")
    [first, second] = [e.body.detail for e in it.of_kind("verdict_changed") if e.body.subject == "payment-success"][1:]
    assert "80 < 95, 3 of 5" in first
    assert "99" in second


class Mortal:
    """Measures well, until the whole engine is to go down with it."""

    blames: Literal["target", "messenger"] = "messenger"
    doomed = Event()

    async def measure(self) -> Measurement:
        if self.doomed.is_set():
            raise SystemExit
        return Measurement(values={f"json:$['{name}']": value for name, value in VITALS.items()})

    async def close(self) -> None: ...


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_numbers_of_a_dead_engine_turn_stale(tmp_path: Path) -> None:
    clock = ShiftedClock()
    async with cockpit(begin(tmp_path), clock=clock, source=lambda _spec: Mortal()) as it:
        await it.until(lambda: it.text.count("● OK") == 4, "four panes that are ok")
        Mortal.doomed.set()
        await it.until(lambda: all(thread.name != "probes" for thread in threading.enumerate()), "the engine's end")
        clock.advance(85)
        await it.until(lambda: it.text.count("● OK") == 4 and it.text.count(" ago") == 4, "four old panes")
        clock.advance(10)
        await it.until(lambda: it.text.count("◌ STALE") == 4, "four stale panes")
