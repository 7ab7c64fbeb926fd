"""Cockpits that die by `kill -9`, and what the commands that they ran have left."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cockpit_releases import events
from running_kit import wait_until
from tmux_kit import Terminal
from warroom.core.events import CockpitOpened


@contextmanager
def ended_at_last(marker: Path) -> Iterator[None]:
    """Steps outlive a cockpit that is killed; those that wrote their pid are ended."""
    try:
        yield
    finally:
        for run in runs(marker):
            with suppress(OSError):  # it is gone
                if Path(f"/proc/{run}/cwd").readlink() == marker.parent:  # else the number is another's by now
                    os.kill(run, signal.SIGKILL)


def runs(marker: Path) -> list[int]:
    """The pids of all runs of the first step."""
    return [int(line) for line in marker.read_text().split()] if marker.exists() else []


def kill(it: Terminal, journal: Path) -> None:
    os.kill(pid(journal), signal.SIGKILL)
    it.shows("ended with 137")


def freeze(journal: Path) -> None:
    """The cockpit stands still from here on, all its threads."""
    tasks = Path(f"/proc/{pid(journal)}/task")
    os.kill(pid(journal), signal.SIGSTOP)
    wait_until(lambda: all(_state(task) == "T" for task in tasks.iterdir()))


def _state(task: Path) -> str:
    return (task / "stat").read_text().rpartition(")")[2].split()[0]


def pid(journal: Path) -> int:
    """Of the cockpit that was opened last."""
    return [event.body for event in events(journal) if isinstance(event.body, CockpitOpened)][-1].pid
