"""`kind = "report"`: reads a file that another tool wrote. An old, missing or half-written one says nothing.

The file is opened for reading only, and its hash goes with each reading, so that it can be told later what was seen.
"""

import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from stat import S_ISREG
from typing import Literal, NamedTuple

from warroom.clock import Clock, SystemClock
from warroom.core.base import Seconds
from warroom.core.errors import reason
from warroom.core.probe import Blames, Measurement, ProbeSpec, show
from warroom.core.rules import Value
from warroom.probing.blocking import in_thread
from warroom.probing.reports.table import READERS, Format
from warroom.probing.resolver import Resolver
from warroom.probing.source import Source, SourceSpec, Trouble

_LARGEST = 32 * 1024 * 1024  # bytes
_AHEAD_S = 60.0  # by which another machine's clock may be ahead of ours
_HASH_SHOWN = 12


class ReportSpec(SourceSpec):
    """One file of one tool."""

    kind: Literal["report"]
    path: str
    """Relative to the directory that warroom was started in."""
    format: Format
    max_age: Seconds
    """Since the file was last written. An older one is no evidence."""

    @property
    def offers(self) -> tuple[str, ...]:
        return ("age_s", "sha256", *READERS[self.format].offers)

    def open(self, spec: ProbeSpec, resolver: Resolver) -> Source:  # noqa: ARG002  # asks no host
        return ReportSource(self, frozenset(check.get for check in spec.check), SystemClock())


class ReportSource:
    """Reads the file anew for each reading."""

    blames: Blames = "messenger"

    def __init__(self, spec: ReportSpec, gets: frozenset[str], clock: Clock) -> None:
        self._spec = spec
        self._gets = gets
        self._clock = clock

    async def measure(self) -> Measurement:
        path = Path(self._spec.path)
        return await in_thread(lambda: self._measure(path), f"report {path.name}")

    async def close(self) -> None:
        """Nothing outlives a reading."""

    def _measure(self, path: Path) -> Measurement:
        file = _read(path)
        age_s = self._clock.utc_us() / 1e6 - file.written_s
        if age_s < -_AHEAD_S:
            raise Trouble(f"{path.name} was written in the future; its age is not known")
        if age_s > self._spec.max_age:
            raise Trouble(f"{path.name} is {show(age_s)} s old, older than {show(self._spec.max_age)} s")
        digest = sha256(file.content).hexdigest()
        read: Mapping[str, Value] = READERS[self._spec.format].read(file.content, self._gets)
        values = {"age_s": max(0.0, age_s), "sha256": digest, **read}
        return Measurement(values=values, via=f"{path.name} {digest[:_HASH_SHOWN]}")


class _File(NamedTuple):
    content: bytes
    written_s: float
    """Since the Unix epoch."""


def _read(path: Path) -> _File:
    """Raises `Trouble`, also for a file that is written at this moment."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # a pipe must not keep us waiting
        with os.fdopen(descriptor, "rb") as file:
            before = os.fstat(descriptor)
            if not S_ISREG(before.st_mode):
                raise Trouble(f"{path.name} is no file")
            content = file.read(_LARGEST + 1)
            after = os.fstat(descriptor)
    except OSError as error:
        raise Trouble(f"{path.name} cannot be read: {reason(error)}") from None
    if len(content) > _LARGEST:
        raise Trouble(f"{path.name} is larger than 32 MiB")
    if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
        raise Trouble(f"{path.name} changed while it was read")
    return _File(content, after.st_mtime)
