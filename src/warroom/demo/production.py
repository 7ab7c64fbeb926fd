"""Starts and ends the demo's world: a router, a good release, a faulty one and customers, a process each."""

import json
import sys
from dataclasses import dataclass
from select import select
from subprocess import PIPE, Popen, TimeoutExpired
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Self

from warroom.core.errors import BadInput, WarroomError
from warroom.demo.console import RouterClient
from warroom.demo.faults import FAULTS, RAMP_S

BLUE, GREEN = "4.1.7", "4.2.0"
START_S = 10.0
STOP_S = 2.0


class Production:
    """A running world. Blue (4.1.7) is live at first; green (4.2.0) has the fault."""

    def __init__(self) -> None:
        self._children: list[_Child] = []
        self.router_url = ""

    @classmethod
    def start(cls, fault: str, *, ramp_s: float = RAMP_S) -> Self:
        """`fault`: a name from `FAULTS`; it is full after green has had traffic for `ramp_s` seconds.

        Raises `BadInput` for an unknown fault, and `WarroomError` when a process does not start.
        """
        if fault not in FAULTS:
            raise BadInput(f'there is no fault "{fault}"', hint=f"take one of {', '.join(FAULTS)}")
        production = cls()
        try:
            production._start(fault, ramp_s)
        except BaseException:
            production.close()
            raise
        return production

    def _start(self, fault: str, ramp_s: float) -> None:
        self.router_url = self._spawn("router", "--live", "blue").ready()["url"]
        release = ("release", "--router", self.router_url)
        blue = self._spawn(*release, "--color", "blue", "--release", BLUE, "--seed", "1")
        green = self._spawn(
            *release, "--color", "green", "--release", GREEN, "--seed", "2", "--fault", fault, "--ramp", str(ramp_s)
        )
        blue.ready()
        green.ready()
        self._spawn("traffic", "--router", self.router_url, "--seed", "100").ready()

    def _spawn(self, module: str, *arguments: str) -> "_Child":
        child = _Child.spawn(module, arguments)
        self._children.append(child)
        return child

    @property
    def pids(self) -> tuple[int, ...]:
        return tuple(child.process.pid for child in self._children)

    def live(self) -> str:
        """`blue` or `green`. Raises `WarroomError` when the router does not answer."""
        return RouterClient(self.router_url).live()

    def close(self) -> None:
        """Ends its own children and nothing else. May be called again."""
        while self._children:
            self._children.pop().end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True)
class _Child:
    """One process. It ends by itself when our end of its stdin closes, even when we are killed."""

    name: str
    process: Popen[str]
    errors: IO[str]

    @classmethod
    def spawn(cls, module: str, arguments: tuple[str, ...]) -> "_Child":
        errors = TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 - kept as long as the child
        # -P: a file in the working directory must not pass for a module of the standard library.
        # A session of its own: ctrl+c in the terminal is for the cockpit, which decides what ends.
        process = Popen(
            [sys.executable, "-P", "-m", f"warroom.demo.{module}", *arguments],
            stdin=PIPE, stdout=PIPE, stderr=errors, text=True, start_new_session=True,
        )  # fmt: skip
        return cls(module, process, errors)

    def ready(self) -> dict[str, str]:
        """What the child announces. Raises `WarroomError` with the end of its stderr when it does not."""
        assert self.process.stdout
        answers, _, _ = select([self.process.stdout], [], [], START_S)
        line = self.process.stdout.readline() if answers else ""
        if not line:
            raise WarroomError(f"the demo's {self.name} did not start", hint=self._last_words())
        return dict(json.loads(line))

    def end(self) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.terminate()
        try:
            self.process.wait(STOP_S)
        except TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.errors.close()

    def _last_words(self) -> str:
        self.errors.seek(0)
        lines = self.errors.read().strip().splitlines()
        return "its last words: " + " / ".join(lines[-3:]) if lines else "it said nothing"
