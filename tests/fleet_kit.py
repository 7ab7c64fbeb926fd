"""What tests say to a fleet of writers (see `fleet`), and what those leave behind."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROGRAM = Path(__file__).with_name("fleet.py")


@dataclass(frozen=True)
class Acknowledged:
    """Something that was appended, and when: seconds of the machine's monotonic clock."""

    text: str
    asked_s: float
    told_s: float


class Diary:
    """A writer's notes on what it does. They outlive its death, because each is one write to a file."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def about_to_append(self, drafts: Sequence[tuple[str, str]]) -> None:
        """Ids and texts of what is handed to the journal now."""
        self._note("about", drafts)

    def acknowledged(self, texts: Sequence[str], asked_s: float, told_s: float) -> None:
        self._note("acknowledged", [texts, asked_s, told_s])

    def _note(self, *words: object) -> None:
        os.write(self._fd, json.dumps(words).encode() + b"\n")


@dataclass(frozen=True)
class Told:
    """What a diary says."""

    acknowledged: tuple[Acknowledged, ...]
    in_doubt: tuple[tuple[str, str], ...]
    """Ids and texts of the last that was handed to the journal. All before was acknowledged, or refused unstored."""


def read_diary(path: Path) -> Told:
    """The last line does not count when its writer died within it: what it was to say had not happened then."""
    lines = [json.loads(line) for line in path.read_text().splitlines(keepends=True) if line.endswith("\n")]
    acknowledged = [
        Acknowledged(text, *when)
        for kind, said in lines
        if kind == "acknowledged"
        for text in said[0]
        for when in [said[1:]]
    ]
    about = [said for kind, said in lines if kind == "about"]
    return Told(tuple(acknowledged), tuple((event_id, text) for event_id, text in about[-1]) if about else ())


class Fleet:
    """Starts writers that cost next to nothing to start."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def start(self, work: str, *arguments: str | Path) -> int:
        """The process id of a new writer."""
        return self._ask(work, *map(str, arguments))

    def kill(self, pid: int) -> None:
        """As `kill -9` does, and waits until it is dead."""
        os.kill(pid, signal.SIGKILL)
        assert self.wait(pid) == -signal.SIGKILL

    def wait(self, pid: int) -> int:
        """The exit status of a writer, once it has ended."""
        return self._ask("wait", pid)

    def _ask(self, *words: object) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@contextmanager
def fleet() -> Iterator[Fleet]:
    """Ends with all that it started."""
    argv = [sys.executable, str(PROGRAM)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Fleet(process)
        process.communicate()
