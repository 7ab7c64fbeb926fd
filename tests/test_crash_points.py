"""kill -9 at each point in the life of a command: the next cockpit tells the truth, and runs nothing without a word."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import groupby
from pathlib import Path

import pytest

from cockpit_releases import begin, events, vitals
from crash_kit import ended_at_last, freeze, kill, runs
from rollback_kit import open_rollback, type_name
from room_kit import locked
from running_kit import is_alive, wait_until
from tmux_kit import WARROOM, Terminal, shell, terminal

pytestmark = pytest.mark.real

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
KILLED_AT_FORK = (
    *("env", "-u", "TMUX"),  # else it asks tmux who looks on, which is a process too
    *("strace", "-f", "-qq", "--seccomp-bpf", "-o", os.devnull),
    *("-e", "trace=vfork,fork", "-e", "inject=vfork,fork:signal=KILL"),
)
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
        """What the journal holds of it, in order, by whom; several pieces of output in a row count as one."""
        about = [event for event in events(self.journal) if event.body.subject == self._target]
        told = [f"{event.actor} {event.body.kind}" for event in about if event.body.kind.startswith("step_")]
        return [what for what, _ in groupby(told)]


def before_the_intent(command: Command) -> None:
    """The key is pressed; the journal is locked, or the cockpit stands still, until the end."""
    with command.cockpit("ops-1") as it:
        last = command.ask(it)
        if last == "Enter":  # a rollback would go on without the journal
            freeze(command.journal)
            it.keys(last)
            kill(it, command.journal)
            return
        with locked(command.journal):
            it.keys(last)
            it.until(lambda: "saving 1" in it.text or "NOT SAVED" in it.text, "an act that waits")
            kill(it, command.journal)


def after_the_intent(command: Command) -> None:
    with command.cockpit("ops-1", *KILLED_AT_FORK) as it:
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
        freeze(command.journal)
        command.let_go(*runs(command.marker))
        kill(it, command.journal)


BEGUN = ["ops-1 step_started", "ops-1 step_output", "warroom step_interrupted"]
AGAIN = ["sre-1 step_started", "sre-1 step_output", "sre-1 step_finished"]


@pytest.mark.parametrize("target", ["backup", "rollback:1"])
@pytest.mark.parametrize(
    ("dies", "ran_before", "told"),
    [
        pytest.param(before_the_intent, 0, [], id="before the intent"),
        pytest.param(after_the_intent, 0, [BEGUN[0], BEGUN[2]], id="after the intent"),
        pytest.param(in_the_middle, 1, BEGUN, id="in the middle"),
        pytest.param(after_the_exit, 1, BEGUN, id="after the exit"),
    ],
)
def test_killed_at_any_point_it_tells_the_truth_and_runs_nothing_without_a_word(
    tmp_path: Path, target: str, dies: Callable[[Command], None], ran_before: int, told: list[str]
) -> None:
    command = Command(tmp_path, target)
    with ended_at_last(command.marker):
        dies(command)
        acknowledged = events(command.journal)
        with command.cockpit("sre-1") as it:
            word = _is_told_that_it_is_unknown(it, target) if told else command.ask(it)
            assert command.told() == told
            assert events(command.journal)[: len(acknowledged)] == acknowledged
            assert len(runs(command.marker)) == ran_before
            it.keys(word)

            def runs_again() -> bool:
                if word == "r":  # its screen is deaf at first
                    it.keys(word)
                return len(runs(command.marker)) > ran_before

            it.until(runs_again, "the run that was asked for")
            command.let_go(runs(command.marker)[-1])
            it.shows("✓ done" if target == "backup" else "↶ recovering")
            it.keys("Escape")
            it.shows("CHECKLIST")
            it.keys("q")
            it.shows("ended with 0")
    assert len(runs(command.marker)) == ran_before + 1
    assert command.told() == told + AGAIN
    assert shell("verify", "-j", str(command.journal)).startswith("intact")


def _is_told_that_it_is_unknown(it: Terminal, target: str) -> str:
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
