"""A release with detached commands, and a hand on them: each goes on when it is told to."""

import json
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from cli_kit import Shell
from cockpit_releases import begin, events, vitals
from running_kit import SECRET, is_alive, wait_until
from warroom.core.events import CockpitOpened, StepStarted

_COMMAND = """\
import os, sys
with open("marker", "a") as marker: marker.write(f"{os.getpid()}\\n")
gate = os.open("gate", os.O_RDWR)
print("it begins", os.environ.get("DEPLOY_TOKEN", ""), flush=True)
print("half", end="", flush=True)
os.read(gate, 1)
print(" and whole", flush=True)
os.read(gate, 1)
print("it ends", flush=True)
sys.exit(3 if os.path.exists("bad") else 0)
"""
_STEP = f"argv = {json.dumps([sys.executable, '-c', _COMMAND])}\ndetach = true\n"
SIDE_FILE = f"""\
[item.deploy.step]
{_STEP}
[rollback]
to = "shop 4.1.7"
verify = ["health"]
[[rollback.step]]
title = "Point traffic back"
{_STEP}
[[rollback.step]]
title = "Drain the workers"
argv = ["touch", "drained"]
"""


class Release:
    """Its item `deploy` and the first step of its rollback have the same detached command."""

    def __init__(self, home: Path) -> None:
        self.home = home
        os.mkfifo(home / "gate")
        self.journal = begin(home, side_file=SIDE_FILE, probes=vitals(every="60s", deadline="59s"))
        self.runs = home / "shop.journal.runs"
        self.shell = Shell(home, WARROOM_JOURNAL=str(self.journal), WARROOM_OPERATOR="ada", DEPLOY_TOKEN=SECRET)

    @property
    def commands(self) -> list[int]:
        """The pids of all runs of the command."""
        marker = self.home / "marker"
        return [int(line) for line in marker.read_text().split()] if marker.exists() else []

    @property
    def directory(self) -> Path:
        """That of the one run that is detached."""
        (directory,) = self.runs.iterdir()
        return directory

    def go_on(self) -> None:
        """Lets the command go on to its next line, or to its end."""

        def heard() -> bool:
            try:
                gate = os.open(self.home / "gate", os.O_WRONLY | os.O_NONBLOCK)
            except OSError:  # nobody waits yet
                return False
            os.write(gate, b"!")
            os.close(gate)
            return True

        wait_until(heard)

    def go_on_to(self, line: str) -> None:
        self.go_on()
        wait_until(lambda: line in (self.directory / "output").read_text())

    def end(self) -> None:
        """The command to its end, while nobody is there."""
        self.go_on()
        self.go_on()
        wait_until((self.directory / "result.json").exists)

    def bodies(self, kind: type[Any]) -> list[Any]:
        return [event.body for event in events(self.journal) if isinstance(event.body, kind)]

    def ran_once(self) -> bool:
        """And nothing is left of it but what the journal has."""
        return (len(self.commands), len(self.bodies(StepStarted)), self.runs.exists()) == (1, 1, False)

    def keeper(self) -> int:
        """The command's parent."""
        return int(Path(f"/proc/{self.commands[-1]}/stat").read_text().rpartition(")")[2].split()[1])

    def driver(self) -> int:
        return int(self.bodies(CockpitOpened)[0].pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Ends whatever a test has left."""
        for pid in (*_keepers(self.runs), *self.commands):
            with suppress(OSError):  # it is gone
                if Path(f"/proc/{pid}/cwd").readlink() == self.home or pid not in self.commands:
                    os.kill(pid, signal.SIGKILL)


def gone(pid: int) -> None:
    wait_until(lambda: not is_alive(pid))


def killed(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    gone(pid)


def _keepers(runs: Path) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if str(runs).encode() in path.read_bytes():
                found.append(int(path.parent.name))
    return found
