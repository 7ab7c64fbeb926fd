"""`kind = "command"`: runs a program, never through a shell, and reads what it prints. It is a messenger.

A probe's command is a command: it runs as those of steps do, in a process group of its own that ends with the deadline.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from warroom.core.bindings import ARGV_HINT
from warroom.core.plain import one_line
from warroom.core.probe import Blames, Measurement, ProbeSpec
from warroom.core.rules import Value
from warroom.probing.json_values import FORMS, wants_json
from warroom.probing.reports.nagios import OFFERS as NAGIOS_OFFERS
from warroom.probing.reports.nagios import read_plugin
from warroom.probing.reports.table import READERS, Format
from warroom.probing.resolver import Resolver
from warroom.probing.source import Source, SourceSpec, Trouble
from warroom.running.capture import Captured, NotCaptured, capture

_LARGEST = 4 * 1024 * 1024  # bytes of stdout
_GRACE_S = 0.2  # between TERM and KILL, once the deadline has passed
_LONGEST_WORDS = 120


class CommandSpec(SourceSpec):
    """One program with its arguments."""

    kind: Literal["command"]
    argv: tuple[str, ...] = Field(min_length=1)
    cwd: str = ""
    """Working directory, relative to the one that warroom was started in."""
    env: dict[str, str] = {}
    """Variables on top of warroom's own."""
    format: Format | Literal["nagios"] | None = None
    """Which tool's output it prints; without it, plain text or JSON."""

    @field_validator("argv", mode="before")
    @classmethod
    def _is_a_list(cls, value: object) -> object:
        if isinstance(value, str):
            raise ValueError(ARGV_HINT)
        return value

    @property
    def offers(self) -> tuple[str, ...]:
        if self.format == "nagios":
            return ("exit_status", *NAGIOS_OFFERS)
        return ("exit_status", "stdout", *(READERS[self.format].offers if self.format else FORMS))

    def open(self, spec: ProbeSpec, resolver: Resolver) -> Source:  # noqa: ARG002  # asks no host by itself
        return CommandSource(self, frozenset(check.get for check in spec.check), deadline_s=spec.deadline)


class CommandSource:
    """Starts the program anew for each reading."""

    blames: Blames = "messenger"

    def __init__(self, spec: CommandSpec, gets: frozenset[str], *, deadline_s: float) -> None:
        self._spec = spec
        self._gets = gets
        self._deadline_s = deadline_s

    async def measure(self) -> Measurement:
        spec = self._spec
        try:
            ended = await capture(
                spec.argv,
                cwd=Path(spec.cwd) if spec.cwd else None,
                env={**os.environ, **spec.env},
                timeout_s=self._deadline_s,
                grace_s=_GRACE_S,
                limit=_LARGEST,
            )
        except NotCaptured as error:
            raise Trouble(str(error)) from None
        values = {"exit_status": ended.exit_status, **self._read(ended)}
        return Measurement(values=values, via=Path(spec.argv[0]).name)

    async def close(self) -> None:
        """Nothing outlives a reading."""

    def _read(self, ended: Captured) -> Mapping[str, Value]:
        if not ended.complete:
            raise Trouble("it printed more than 4 MiB")
        text = ended.stdout.decode("utf-8", "replace")
        if self._spec.format == "nagios":
            return read_plugin(ended.exit_status, text)
        reader = READERS[self._spec.format] if self._spec.format else None
        if ended.exit_status and "exit_status" not in self._gets and not (reader and reader.any_exit):
            raise Trouble(f"exit status {ended.exit_status}{_last_words(ended)}")
        if reader is None and wants_json(self._gets):
            reader = READERS["json"]
        return {"stdout": text.strip(), **(reader.read(ended.stdout, self._gets) if reader else {})}


def _last_words(ended: Captured) -> str:
    """What a program says at its end, mostly on stderr, why it failed."""
    said = (ended.stderr.strip() or ended.stdout.strip()).decode("utf-8", "replace")
    return f": {one_line(said.splitlines()[-1], _LONGEST_WORDS)}" if said else ""
