"""kill -9 around a command: nothing acknowledged is lost, nothing is taken for done, nothing runs alone."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest

from cockpit_kit import cockpit
from cockpit_releases import RELEASE, begin, events, vitals
from rollback_kit import open_rollback, start_rollback, type_name
from room_kit import locked
from running_kit import is_alive, wait_until
from tmux_kit import WARROOM, Terminal, shell, terminal
from warroom.clock import SystemClock
from warroom.core import decisions
from warroom.core.decisions import Launch
from warroom.core.events import CockpitOpened, RollbackStopped, StepInterrupted, StepStarted
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


@contextmanager
def ended_at_last(marker: Path) -> Iterator[None]:
    """Steps outlive a cockpit that is killed; those that wrote their pid are ended."""
    try:
        yield
    finally:
        for pid in runs(marker):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def runs(marker: Path) -> list[int]:
    """The pids of all runs of the first step."""
    return [int(line) for line in marker.read_text().split()] if marker.exists() else []


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


# --- killed at each point in the life of a command

ONE_COMMAND = "echo $$ >> marker; echo it begins; read word < gate; echo $$ >> ended; echo it ends"
"""Leaves its mark, then waits for a line in a FIFO."""
STEP = f'argv = ["sh", "-c", "{ONE_COMMAND}"]'
ITS_SIDE_FILE = f"""
[item.backup]
step = {{ {STEP} }}
[rollback]
to = "shop 4.1.7"
verify = ["health"]
[[rollback.step]]
title = "Point traffic back"
{STEP}
"""
AT_THE_START_OF_A_COMMAND = ("strace", "-f", "-qq", "--seccomp-bpf", "-o", os.devnull)
AT_THE_START_OF_A_COMMAND += ("-e", "trace=vfork,fork", "-e", "inject=vfork,fork:signal=KILL")
"""Runs a program that gets KILL from the kernel in the moment in which it makes its first process."""


class Command:
    """The one that an item and the rollback have, in the hands of a person at a cockpit."""

    def __init__(self, home: Path, target: str) -> None:
        self.journal = begin(home, side_file=ITS_SIDE_FILE, probes=vitals(every="60s", deadline="59s"))
        self.marker = home / "marker"
        self._home = home
        self._target = target
        os.mkfifo(home / "gate")

    @contextmanager
    def cockpit(self, operator: str, *launcher: str) -> Iterator[Terminal]:
        run = (*launcher, *WARROOM, "run", "-j", str(self.journal), "--as", operator)
        with terminal(*run, size=(120, 40), cwd=self._home) as it:
            it.shows("? help", "Back up the database")
            yield it

    def ask(self, it: Terminal) -> str:
        """All but the last key, which it gives."""
        if self._target == "backup":
            it.keys("x")
            it.shows("RUN STEP", "nothing has run yet")
            return "y"
        open_rollback(it)
        type_name(it)
        return "Enter"

    def let_go(self, run: int) -> None:
        """Lets this run of it come to its end, as soon as it waits."""

        def ended() -> bool:
            with suppress(OSError):  # nobody waits yet
                gate = os.open(self._home / "gate", os.O_WRONLY | os.O_NONBLOCK)
                os.write(gate, b"go\n")
                os.close(gate)
            return not is_alive(run)

        wait_until(ended)
        assert runs(self._home / "ended")[-1] == run

    def told(self) -> list[str]:
        """What the journal holds of it, in order, by whom."""
        about = [(event.actor, event.body) for event in events(self.journal) if event.body.subject == self._target]
        return [f"{actor} {body.kind}" for actor, body in about if body.kind.startswith("step_")]


def kill(it: Terminal, journal: Path) -> None:
    os.kill(pid(journal), signal.SIGKILL)
    it.shows("ended with 137")


def pid(journal: Path) -> int:
    """Of the cockpit that was opened last."""
    return [event.body for event in events(journal) if isinstance(event.body, CockpitOpened)][-1].pid


def before_the_intent(command: Command) -> None:
    """The key is pressed; the journal is locked, or the cockpit stands still, until the end."""
    with command.cockpit("ops-1") as it:
        last = command.ask(it)
        if last == "Enter":  # a rollback would go on without the journal
            os.kill(pid(command.journal), signal.SIGSTOP)
            it.keys(last)
            kill(it, command.journal)
            return
        with locked(command.journal):
            it.keys(last)
            it.until(lambda: "saving 1" in it.text or "NOT SAVED" in it.text, "an act that waits")
            kill(it, command.journal)


def after_the_intent(command: Command) -> None:
    with command.cockpit("ops-1", *AT_THE_START_OF_A_COMMAND) as it:
        it.keys(command.ask(it))
        it.shows("ended with 137")


def in_the_middle(command: Command) -> None:
    """It has printed something; it goes on alone, and ends."""
    with command.cockpit("ops-1") as it:
        it.keys(command.ask(it))
        it.shows("it begins")
        it.until(lambda: "ops-1 step_output" in command.told(), "its output in the journal")
        kill(it, command.journal)
    command.let_go(*runs(command.marker))


def after_the_exit(command: Command) -> None:
    """The cockpit stands still while it ends, and wakes no more."""
    with command.cockpit("ops-1") as it:
        it.keys(command.ask(it))
        it.until(lambda: "ops-1 step_output" in command.told(), "its output in the journal")
        os.kill(pid(command.journal), signal.SIGSTOP)
        command.let_go(*runs(command.marker))
        kill(it, command.journal)


@pytest.mark.real
@pytest.mark.parametrize("target", ["backup", "rollback:1"])
@pytest.mark.parametrize("point", [before_the_intent, after_the_intent, in_the_middle, after_the_exit])
def test_killed_at_any_point_it_tells_the_truth_and_waits_for_a_word(
    tmp_path: Path, target: str, point: Callable[[Command], None]
) -> None:
    command = Command(tmp_path, target)
    with ended_at_last(command.marker):
        point(command)
        before, acknowledged = runs(command.marker), events(command.journal)
        assert len(before) == (point in (in_the_middle, after_the_exit))
        with command.cockpit("sre-1") as it:
            if point is before_the_intent:
                assert command.told() == []
                word = command.ask(it)
            else:
                assert command.told()[-1] == "warroom step_interrupted"
                word = _is_told_what_is_unknown(it, target)
            assert events(command.journal)[: len(acknowledged)] == acknowledged
            assert runs(command.marker) == before

            def runs_again() -> bool:
                it.keys(word)
                return len(runs(command.marker)) > len(before)

            it.until(runs_again, "the run that was asked for")
            command.let_go(runs(command.marker)[-1])
            it.shows("✓ done" if target == "backup" else "↶ recovering")
            it.keys("Escape")
            it.shows("CHECKLIST")
            it.keys("q")
            it.shows("ended with 0")
    assert len(runs(command.marker)) == len(before) + 1
    lives = {before_the_intent: [], after_the_intent: ["ops-1 step_started", "warroom step_interrupted"]}
    begun = ["ops-1 step_started", "ops-1 step_output", "warroom step_interrupted"]
    again = ["sre-1 step_started", "sre-1 step_output", "sre-1 step_finished"]
    assert [each for n, each in enumerate(command.told()) if command.told()[n - 1] != each] == (
        lives.get(point, begun) + again
    )
    assert shell("verify", "-j", str(command.journal)).startswith("intact")


def _is_told_what_is_unknown(it: Terminal, target: str) -> str:
    """The key by which a person has it run again."""
    if target == "backup":
        it.shows("? Back up the database")
        it.keys("x")
        it.shows("RUN STEP", "interrupted", "outcome unknown, verify by hand")
        return "y"
    it.shows("ROLLBACK waiting for an answer", "production is half-way back", "outcome unknown, verify by hand")
    it.keys("R")
    it.shows("interrupted", "verify by hand", "r retry", "k skip", "S stop here")
    return "r"


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
        await it.shows("stopped half-way  ·  step 2 of 2", 'step 2, "Drain the workers", has not run')
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
        await it.shows("ROLLBACK recovering  ·  rolled back")
        assert "half-way" not in it.text
    assert not (tmp_path / "drained").exists()
