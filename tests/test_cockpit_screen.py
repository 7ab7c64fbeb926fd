"""What the cockpit's screens look like at each size, and that they follow the mouse, the terminal and the numbers."""

import asyncio
import threading
from functools import partial
from pathlib import Path
from threading import Event
from typing import Literal

import pytest

from cockpit_kit import NARROW, TINY, WIDE, ShiftedClock, assert_frame, cockpit, each_size
from cockpit_releases import VITALS, HandClock, begin, half_way, shop, vitals
from warroom.core.probe import Measurement
from warroom.tui import actions

# --- frames


@each_size
async def test_a_calm_release(tmp_path: Path, size: tuple[int, int]) -> None:
    clock = HandClock()
    async with cockpit(half_way(tmp_path, clock), size, clock=clock) as it:
        await assert_frame(it, "calm")


@each_size
async def test_a_probe_that_fails(tmp_path: Path, size: tuple[int, int]) -> None:
    clock = HandClock()
    async with cockpit(half_way(tmp_path, clock, falling=True), size, clock=clock) as it:
        await it.stored("verdict_changed", 5)
        await assert_frame(it, "failing")


@each_size
async def test_the_editor(tmp_path: Path, size: tuple[int, int]) -> None:
    clock = HandClock()
    async with cockpit(half_way(tmp_path, clock), size, clock=clock) as it:
        await it.press("s")
        await it.write("smoke suite S-14")
        await assert_frame(it, "skipping")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=str)
async def test_a_selected_phase(tmp_path: Path, size: tuple[int, int]) -> None:
    clock = HandClock()
    async with cockpit(half_way(tmp_path, clock), size, clock=clock) as it:
        await it.press(*["down"] * 9, "enter")
        await assert_frame(it, "phase")


@each_size
async def test_the_rollback_plan(tmp_path: Path, size: tuple[int, int]) -> None:
    clock = HandClock()
    async with cockpit(half_way(tmp_path, clock), size, clock=clock, base=Path("/")) as it:
        await it.open_rollback()
        await it.write("shop")
        await assert_frame(it, "rollback-plan")


@each_size
async def test_a_rollback_that_asks(tmp_path: Path, size: tuple[int, int]) -> None:
    clock = HandClock()
    async with cockpit(half_way(tmp_path, clock, falling=True), size, clock=clock, base=Path("/")) as it:
        await it.stored("verdict_changed", 5)
        await it.start_rollback()
        await it.shows("waits for your answer")
        await assert_frame(it, "rollback-asking")
        await it.press("escape")
        await assert_frame(it, "half-way")


@pytest.mark.parametrize("size", [WIDE, NARROW, TINY, (40, 10), (200, 60)], ids=str)
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


# --- mouse and sizes


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
        await it.shows("refused", "the side file has no rollback plan")


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
    def drawn_at(size: tuple[int, int]) -> bool:
        return (len(it.lines[0]), len(it.lines)) == size

    clock = HandClock()
    async with cockpit(half_way(tmp_path, clock), WIDE, clock=clock) as it:
        await it.shows("CHECKLIST", "TICK OFF", "0 missed")
        before = it.still
        for size in ((80, 24), (60, 15), (20, 5), (1, 1), (200, 60), (80, 24), (120, 40)):
            await it.resize(size)
            await it.until(partial(drawn_at, size), f"a frame of {size}")
            for key in ("s", "R", "question_mark"):
                await it.press(key, "escape")
        await it.until(lambda: it.still == before, f"another frame than before, which was\n{before}\n")
        await it.resize(TINY)
        await it.hides("Health")
        await it.shows("▌  ◇ Verify payment processing end-to-end", "✓ saved", "[R] Rollback", "? help")
        await it.press("enter")
        await it.shows("figure", "Pay once by card")


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
            asyncio.get_running_loop().stop()
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
