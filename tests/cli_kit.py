"""The shell as a person or a script meets it: the real program in a process of its own."""

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from warroom.cli.cockpit import start_release

CHECKLIST = """\
# Shop release

## Before (T-1 day)
- [ ] Back up the database <!-- wr: backup -->

## Deployment Day
- [ ] Verify payments <!-- wr: payments -->
  - [ ] by card <!-- wr: card -->
- [ ] Read the log <!-- wr: log -->
"""
PROGRAM = (sys.executable, "-m", "warroom")


class Ended(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str


class Shell:
    """A directory to work in, and an environment that holds nothing of warroom but what a test puts there."""

    def __init__(self, home: Path, **environ: str) -> None:
        self.home = home
        self.environ = environment(environ)

    def run(self, *arguments: str | Path, **options: Any) -> Ended:  # Any: what subprocess.run takes
        ended = subprocess.run(
            [*PROGRAM, *arguments], cwd=self.home, env=self.environ, capture_output=True, timeout=60, **options
        )
        return Ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode())

    def ok(self, *arguments: str | Path) -> str:
        """Runs what must succeed without a word on stderr; gives stdout."""
        ended = self.run(*arguments)
        assert (ended.status, ended.err) == (0, "")
        return ended.out

    def json(self, *arguments: str | Path) -> Any:
        return json.loads(self.ok(*arguments, "--json"))

    def refused(self, status: int, *arguments: str | Path, **options: Any) -> str:
        """Runs what must be refused: nothing on stdout, and the one sentence on stderr that this gives."""
        ended = self.run(*arguments, **options)
        assert (ended.status, ended.out) == (status, ""), ended
        (line,) = ended.err.splitlines()
        assert line.startswith("warroom: ")
        return line.removeprefix("warroom: ")

    def pipe(self, command: str) -> Ended:
        """A line for bash that may use `warroom`. The exit statuses of its last pipe are the last line of stdout."""
        script = f'warroom() {{ "{PROGRAM[0]}" -m warroom "$@"; }}; {command}; echo "${{PIPESTATUS[@]}}"'
        ended = subprocess.run(
            ["bash", "-c", script],
            cwd=self.home,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)


def mere_mortal() -> None:
    """As a process's `preexec_fn`: permissions of files hold for it, even when root runs the tests."""
    for capability in (_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH):
        _LIBC.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)  # refused to others than root, who need not drop it


_LIBC = ctypes.CDLL(None)
_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 24, 1, 2


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """This process's own, without what steers warroom."""
    return {name: value for name, value in os.environ.items() if not name.startswith("WARROOM")} | dict(more)


def begun(home: Path) -> Shell:
    """A shell in which a release of the checklist above has been started, by `ops-1`."""
    checklist = home / "shop.md"
    checklist.write_text(CHECKLIST, encoding="utf-8")
    start_release(checklist, None, "shop 4.2", "production", "2026-03-01T20:00:00Z", home / "shop.journal", "ops-1")
    return Shell(home, WARROOM_JOURNAL="shop.journal", WARROOM_OPERATOR="ops-1")


def json_lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def events(shell: Shell) -> list[dict[str, Any]]:
    """All that the journal holds, as its export tells it."""
    return json_lines(shell.ok("export"))[:-1]
