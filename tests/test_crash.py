"""kill -9 around a command: nothing acknowledged is lost, nothing is taken for done, nothing runs alone."""

from functools import partial
from pathlib import Path

import pytest

from cockpit_kit import cockpit
from cockpit_releases import RELEASE, begin, events, vitals
from crash_kit import ended_at_last, kill, runs
from rollback_kit import start_rollback
from tmux_kit import WARROOM, shell, terminal
from warroom.clock import SystemClock
from warroom.core import decisions
from warroom.core.decisions import Launch
from warroom.core.events import RollbackStopped, StepInterrupted, StepStarted
from warroom.core.outcome import Outcome
from warroom.journal.store import open_journal
from warroom.room import Room

SIDE_FILE = """
[rollback]
to = "shop 4.1.7"
verify = ["health"]

[[rollback.step]]
title = "Point traffic back"
argv = ["sh", "-c", "echo $$ >> marker; exec sleep 60"]

[[rollback.step]]
title = "Drain the workers"
argv = ["sh", "-c", "echo drained >> drained"]
"""


@pytest.mark.real
@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=["120x40", "80x24"])
def test_a_cockpit_killed_in_the_middle_of_a_step(tmp_path: Path, size: tuple[int, int]) -> None:
    journal = begin(tmp_path, side_file=SIDE_FILE, probes=vitals(every="60s", deadline="59s"))
    marker = tmp_path / "marker"
    run = (*WARROOM, "run", "-j", str(journal), "--as")
    with ended_at_last(marker):
        with terminal(*run, "ops-1", size=size, cwd=tmp_path) as it:
            start_rollback(it)
            it.until(lambda: runs(marker), "the first step")
            acknowledged = events(journal)
            kill(it, journal)
        with terminal(*run, "sre-1", size=size, cwd=tmp_path) as it:
            it.shows("ROLLBACK waiting for an answer", "production is half-way back", '"Point traffic back"')
            it.shows("outcome unknown, verify by hand")
            it.keys("R")
            it.shows("interrupted", "verify by hand", "r retry", "k skip", "S stop here")
            assert len(runs(marker)) == 1
            assert events(journal)[: len(acknowledged)] == acknowledged
            assert [e.body.target for e in events(journal) if isinstance(e.body, StepInterrupted)] == ["rollback:1"]

            def hears() -> bool:
                it.keys("r")
                return len(runs(marker)) == 2

            it.until(hears, "the second run")
            it.shows("running")
            it.keys("X")
            it.shows("End the command")
            it.keys("y")
            it.shows("stopped by TERM")
            it.keys("k")
            it.shows("why this step is skipped")
            it.write("traffic was back by hand")
            it.keys("Enter")
            it.shows("recovering")
            it.keys("Escape")
            it.shows("ROLLBACK recovering")
            it.keys("q")
            it.shows("ended with 0")
    starts = [(e.actor, e.body.target) for e in events(journal) if isinstance(e.body, StepStarted)]
    assert starts == [("ops-1", "rollback:1"), ("sre-1", "rollback:1"), ("sre-1", "rollback:2")]
    assert (tmp_path / "drained").read_text() == "drained\n"
    assert shell("verify", "-j", str(journal)).startswith("intact")


# --- killed between two steps


def room_of(journal: Path) -> Room:
    """As the cockpit that is going to die has it."""
    return Room(open_journal(journal), SystemClock(), origin="cockpit@prod-ops-1:1")


def ran(room: Room, number: int) -> None:
    """One step from its start to its good end, as the journal tells it."""
    launch = Launch(run=f"run-{number}", base="/", host="prod-ops-1", user="deploy")
    [event] = room.act(partial(decisions.next_rollback_step, launch=launch), actor="ops-1")
    assert isinstance(event.body, StepStarted)
    good = Outcome(
        ended="done", exit_status=0, duration_s=1, output="", output_bytes=0, output_sha256="", why="exit status 0"
    )
    room.act(partial(decisions.finish_step, started=event.body, outcome=good), actor="ops-1")


async def test_between_two_steps_it_stops_and_asks(tmp_path: Path) -> None:
    journal = begin(tmp_path, side_file=SIDE_FILE)
    room = room_of(journal)
    room.act(partial(decisions.start_rollback, typed=RELEASE, reason="", seen=()), actor="ops-1")
    ran(room, 1)
    room.journal.close()
    async with cockpit(journal, operator="sre-1") as it:
        await it.shows("stopped half-way · step 2 of 2", 'step 2, "Drain the workers", has not run')
        await it.press("R")
        await it.shows("stopped half-way", "step 2 has not run", "r retry")
        await it.listens()
        assert not (tmp_path / "drained").exists()
        await it.press("r")
        await it.shows("↶ recovering")
    assert (tmp_path / "drained").read_text() == "drained\n"
    stops = [(event.actor, event.body.step) for event in events(journal) if isinstance(event.body, RollbackStopped)]
    assert stops == [("warroom", 2)]


async def test_after_the_last_step_it_only_has_to_be_ended(tmp_path: Path) -> None:
    journal = begin(tmp_path, side_file=SIDE_FILE)
    room = room_of(journal)
    room.act(partial(decisions.start_rollback, typed=RELEASE, reason="", seen=()), actor="ops-1")
    ran(room, 1)
    ran(room, 2)
    room.journal.close()
    async with cockpit(journal) as it:
        await it.shows("ROLLBACK recovering · rolled back")
        assert "half-way" not in it.text
    assert not (tmp_path / "drained").exists()
