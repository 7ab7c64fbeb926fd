"""The seat as people meet it on the screen: handed over, claimed, and who else is here."""

import os
import subprocess
import sys
from contextlib import closing
from functools import partial
from pathlib import Path

from cockpit_kit import Cockpit, cockpit, each_size
from cockpit_releases import OPERATOR, HandClock, begin
from room_kit import locked
from warroom.core import decisions
from warroom.core import events as ev
from warroom.journal.store import open_journal
from warroom.room import Room

SIDE_FILE = """
[item.backup]
people = 2
"""


async def hand_over(it: Cockpit, name: str) -> None:
    await it.press("o")
    await it.shows("SEAT", "OPERATORS")
    if not it.app.screen.query_one("#name").has_focus:
        await it.press("n")
    await it.write(name)
    await it.press("enter")
    await it.shows(f"▌ {name}")
    await it.press("enter")
    await it.shows("hands over to")
    await it.press("o")
    await it.hides("OPERATORS")


@each_size
async def test_two_people_sign_on_one_screen(tmp_path: Path, size: tuple[int, int]) -> None:
    async with cockpit(begin(tmp_path, side_file=SIDE_FILE), size) as it:
        await it.press("space")
        await it.stored("item_signed")
        await it.press("space")
        await it.shows(f"{OPERATOR} has signed already")
        await it.stored("self_confirmation_refused")
        await hand_over(it, "sre-1")
        await it.press("space")
        (done,) = await it.stored("item_done")
        (taken,) = it.of_kind("seat_taken")
        (offered,) = it.of_kind("seat_offered")
        (refused,) = it.of_kind("self_confirmation_refused")
        assert (offered.actor, taken.actor, done.actor, refused.actor) == (OPERATOR, "sre-1", "sre-1", OPERATOR)
        await it.shows("sre-1   ✓ saved")


async def test_a_claim_stands_in_the_masthead(tmp_path: Path) -> None:
    async with cockpit(begin(tmp_path)) as it:
        await it.press("o")
        await it.shows("OPERATORS", "nobody else has acted yet")
        await it.write("Cleo")  # C would claim, were it no letter of a name
        await it.press("enter")
        await it.shows("▌ Cleo")
        assert not it.of_kind("seat_taken")
        await it.press("C")
        (taken,) = await it.stored("seat_taken")
        assert isinstance(taken.body, ev.SeatTaken)
        assert not taken.body.offered
        await it.shows("Cleo claimed", "CLAIMED from ops-1")


async def test_nobody_takes_what_was_not_handed_over(tmp_path: Path) -> None:
    journal = begin(tmp_path)
    async with cockpit(journal) as it:
        await hand_over(it, "sre-1")
        await it.press("o", "o")
        await it.shows("nobody hands it over")
        await it.press("enter")
        await it.shows(f"hands over to {OPERATOR}", "sre-1 → ops-1?")
        await it.press("escape")
        await it.hides("OPERATORS")
        await it.press("n")
        await it.write("still mine")
        await it.press("enter")
        assert (await it.stored("noted"))[0].actor == "sre-1"


async def test_nothing_is_done_before_the_change_is_on_disk(tmp_path: Path) -> None:
    journal = begin(tmp_path)
    async with cockpit(journal) as it:
        await it.press("o")
        await it.shows("OPERATORS")
        await it.write("sre-1")
        await it.press("enter")
        await it.shows("▌ sre-1")
        with locked(journal, by="ours"):
            await it.press("C", "escape")
            await it.shows("not on disk yet", "OPERATORS")
        await it.stored("seat_taken")
        await it.hides("OPERATORS")


async def test_who_else_is_here(tmp_path: Path) -> None:
    journal = begin(tmp_path)
    gone, there = ended_process(), os.getpid()
    seat(journal, "ghost", gone)
    seat(journal, "ben", there)
    async with cockpit(journal) as it:
        await it.press("o")
        await it.shows("HERE", f"process {gone},", f"process {there},")
        ghost, ben = (it.lines[it.row(f"process {pid},")] for pid in (gone, there))
        assert ghost.split()[:3] == ["ghost", "is", "gone"]
        assert ben.startswith(" ben             stands by, reads and writes ")
        assert it.lines[it.row("this cockpit")].startswith(f" {OPERATOR}           drives, reads and writes ")


def ended_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def seat(journal: Path, operator: str, pid: int) -> None:
    """A cockpit that stands by, as its process would have said."""
    with closing(open_journal(journal)) as opened_journal:
        room = Room(opened_journal, HandClock(), origin=f"cockpit@prod-ops-1:{pid}")
        body = ev.CockpitOpened(host="prod-ops-1", user=operator, pid=pid, version="0", drives=False)
        room.act(lambda _plan, _state: (body,), actor=operator)


async def test_machines_have_a_mark_of_their_own(tmp_path: Path) -> None:
    journal = begin(tmp_path)
    with closing(open_journal(journal)) as opened_journal:
        room = Room(opened_journal, HandClock(), origin="cli@ci:1")
        room.act(partial(decisions.note, item="", text="built"), actor="ci:9")
    async with cockpit(journal) as it:
        await it.press("l")
        await it.shows("≡ ci:9")
        await it.press("escape", "o")
        await it.shows("nobody else has acted yet")
