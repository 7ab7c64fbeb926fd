"""The programs that probes run on this machine, for people to see before the first time. As written: with no secret."""

import json
import shlex
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from warroom.core.probe import ProbeSpec
from warroom.probing.sources.command import CommandSpec


class Program(NamedTuple):
    """What one probe runs, and where."""

    probe: str
    every_s: float
    argv: tuple[str, ...]
    cwd: Path
    """Absolute."""
    env: tuple[tuple[str, str], ...]
    """Variables on top of warroom's own, sorted; placeholders unresolved."""

    @property
    def digest(self) -> str:
        """The same for the same arguments and variables in the same place, whichever probe has them."""
        told = json.dumps([self.argv, str(self.cwd), self.env])
        return sha256(told.encode()).hexdigest()

    @property
    def shown(self) -> str:
        """As a shell would take it, whole and on one line: `LANG=C /usr/bin/check --host 'a b'`."""
        variables = [f"{_quoted(name)}={_quoted(value)}" for name, value in self.env]
        return " ".join([*variables, *map(_quoted, self.argv)])

    @property
    def place(self) -> str:
        """The working directory, on one line."""
        return _quoted(str(self.cwd))


def programs(specs: Iterable[ProbeSpec], base: Path) -> tuple[Program, ...]:
    """In the order of the probes. `base` is the absolute directory that relative working directories start from."""
    return tuple(program for spec in specs for program in _programs(spec, base))


def _programs(spec: ProbeSpec, base: Path) -> Iterator[Program]:
    if spec.kind != "command":
        return
    with suppress(ValueError):  # a source that another version wrote, and that this one never opens
        source = CommandSpec.model_validate(spec.source)
        yield Program(spec.id, spec.every, source.argv, base / source.cwd, tuple(sorted(source.env.items())))


def _quoted(text: str) -> str:
    """Nothing is left out or hidden: two texts that differ look different."""
    return shlex.quote(text) if text.isprintable() else json.dumps(text)
