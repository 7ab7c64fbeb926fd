"""`kind = "report"`: reads a file that another tool wrote. An old, missing or half-written one says nothing.

The file is opened for reading only, and its hash goes with each reading, so that it can be told later what was seen.
Of several files the median counts, because tools that measure a page in a browser scatter. None of them is left out.
"""

import os
from collections.abc import Mapping, Sequence
from glob import glob
from hashlib import sha256
from pathlib import Path
from stat import S_ISREG
from statistics import median_low
from typing import Literal, NamedTuple

from pydantic import Field, model_validator

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
    """A file of one tool, or several of which the median counts."""

    kind: Literal["report"]
    path: str
    """Relative to the directory that warroom was started in. With `median_of` a pattern: `lighthouse-*.json`."""
    format: Format
    max_age: Seconds
    """Since the file was last written. An older one is no evidence."""
    median_of: int | None = Field(None, ge=3, le=25)
    """How many files, the newest ones. An odd number, so that the median is what one of them says."""

    @model_validator(mode="after")
    def _says_how_many(self) -> "ReportSpec":
        if self.median_of is None and "*" in self.path:
            raise ValueError('a "path" with * needs "median_of", such as 3 for the median of the 3 newest files')
        if self.median_of is not None and self.median_of % 2 == 0:
            raise ValueError('"median_of" must be odd, so that the median is what one of the files says')
        return self

    @property
    def offers(self) -> tuple[str, ...]:
        return ("age_s", "sha256", *READERS[self.format].offers)

    def open(self, spec: ProbeSpec, resolver: Resolver) -> Source:  # noqa: ARG002  # asks no host
        return ReportSource(self, frozenset(check.get for check in spec.check), SystemClock())


class _Report(NamedTuple):
    """What one file says."""

    name: str
    sha256: str
    age_s: float
    values: Mapping[str, Value]


class ReportSource:
    """Reads the files anew for each reading."""

    blames: Blames = "messenger"

    def __init__(self, spec: ReportSpec, gets: frozenset[str], clock: Clock) -> None:
        self._spec = spec
        self._gets = gets
        self._clock = clock

    async def measure(self) -> Measurement:
        return await in_thread(self._measure, f"report {Path(self._spec.path).name}")

    async def close(self) -> None:
        """Nothing outlives a reading."""

    def _measure(self) -> Measurement:
        if self._spec.median_of is not None:
            paths = _newest(self._spec.path, self._spec.median_of)
            return _together([self._report(path) for path in paths], self._gets)
        report = self._report(Path(self._spec.path))
        values = {"age_s": report.age_s, "sha256": report.sha256, **report.values}
        return Measurement(values=values, via=f"{report.name} {report.sha256[:_HASH_SHOWN]}")

    def _report(self, path: Path) -> _Report:
        file = _read(path)
        age_s = self._clock.utc_us() / 1e6 - file.written_s
        if age_s < -_AHEAD_S:
            raise Trouble(f"{path.name} was written in the future; its age is not known")
        if age_s > self._spec.max_age:
            raise Trouble(f"{path.name} is {show(age_s)} s old, older than {show(self._spec.max_age)} s")
        return _Report(path.name, sha256(file.content).hexdigest(), max(0.0, age_s), self._values(path, file.content))

    def _values(self, path: Path, content: bytes) -> Mapping[str, Value]:
        try:
            return READERS[self._spec.format].read(content, self._gets)
        except Trouble as trouble:
            if self._spec.median_of is None:
                raise
            raise Trouble(f"{path.name}: {trouble}") from None


def _newest(pattern: str, count: int) -> list[Path]:
    """The last written files of those that match, oldest first. Raises `Trouble` when they are fewer."""
    try:
        matching = map(Path, glob(pattern))  # noqa: PTH207  # theirs takes no absolute pattern
        found = sorted((path.stat().st_mtime_ns, path) for path in matching if path.is_file())
    except OSError as error:
        raise Trouble(f"{Path(pattern).name} cannot be looked for: {reason(error)}") from None
    if len(found) < count:
        raise Trouble(f"only {len(found)} of {count} reports are there: {Path(pattern).name}")
    return [path for _, path in found[-count:]]


def _together(reports: Sequence[_Report], gets: frozenset[str]) -> Measurement:
    """Of several reports, oldest first: their medians, the greatest age, and the hash of the list of their hashes."""
    _refuse_copies(reports)
    digest = sha256("".join(f"{report.sha256}\n" for report in reports).encode()).hexdigest()
    values: dict[str, Value] = {"age_s": max(report.age_s for report in reports), "sha256": digest}
    missing: dict[str, str] = {}
    for get in gets - values.keys():
        try:
            values[get] = _median([report.values.get(get) for report in reports])
        except ValueError as why:
            missing[get] = f"{get} {why}"
    via = f"{reports[-1].name} and {len(reports) - 1} before it, {digest[:_HASH_SHOWN]}"
    return Measurement(values=values, missing=missing, via=via)


def _refuse_copies(reports: Sequence[_Report]) -> None:
    """Tools that also write the last run as `latest.json` would make it count twice. Raises `Trouble`."""
    names: dict[str, str] = {}
    for report in reports:
        if report.sha256 in names:
            raise Trouble(f"{names[report.sha256]} and {report.name} are the same report")
        names[report.sha256] = report.name


def _median(values: Sequence[Value]) -> Value:
    """The middle one of an odd number of figures, or what all say. Raises `ValueError` with why there is none."""
    absent = sum(value is None or value != value for value in values)  # NaN, which JSON in Python may be, has no order
    if absent:
        raise ValueError(f"is missing in {absent} of {len(values)} reports")
    figures = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(figures) == len(values):
        return median_low(figures)
    if len(set(values)) > 1:
        raise ValueError("is not the same in all reports")
    return values[0]


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
