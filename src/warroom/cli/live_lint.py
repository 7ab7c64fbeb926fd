"""What can be said of good files only here and now: variables, programs, and one reading of each probe."""

import os
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from pydantic import BaseModel

from warroom.cli.measuring import take_readings
from warroom.core.bindings import Command
from warroom.core.probe import Outcome, Reading
from warroom.files.bindings_toml import SideFile
from warroom.files.findings import Finding
from warroom.files.lint import Linted
from warroom.files.probes_toml import ProbeFile
from warroom.files.toml_file import KeyPath
from warroom.probing.programs import programs
from warroom.probing.secrets import PLACEHOLDER, Secrets
from warroom.running.program import why_missing

_SOURCE: KeyPath = ("source",)

_WORDS: dict[Outcome, tuple[str, str]] = {
    "ok": ("info", "answers, and is ok"),
    "warn": ("info", "answers, with a warning"),
    "fail": ("warning", "answers, but fails"),
    "no_data": ("warning", "answers, but says nothing"),
    "error": ("error", "cannot be measured"),
}
"""Severity and words for each outcome."""


def live_findings(linted: Linted) -> list[Finding]:
    """Programs that are missing, and a sentence for each probe: what keeps it from being asked, or what it says."""
    found = list(_missing_programs(linted.side)) if linted.side else []
    hindered = {probe.spec.id: [*_unresolved(probe), *_missing_program(probe)] for probe in linted.probes}
    ready = [probe for probe in linted.probes if not hindered[probe.spec.id]]
    readings = take_readings([probe.spec for probe in ready])
    told = [_told(probe, reading) for probe, (_, reading) in zip(ready, readings, strict=True)]
    return [*found, *chain.from_iterable(hindered.values()), *told]


def _missing_programs(side: SideFile) -> Iterator[Finding]:
    """Of every command in a side file."""
    for path, command in _commands(side.bindings, ()):
        if why := why_missing(command.argv[0], Path(command.cwd).absolute()):
            yield side.file.finding(path, why, on=(*path, "argv"))


def _commands(value: object, path: KeyPath) -> Iterator[tuple[KeyPath, Command]]:
    """Every command in a model, with where it stands in the file."""
    if isinstance(value, Command):
        yield path, value
    inner: Iterable[tuple[str | int, object]] = ()
    if isinstance(value, BaseModel):
        names = {name: field.alias or name for name, field in type(value).model_fields.items()}
        inner = ((names[name], part) for name, part in value)
    elif isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, tuple):
        inner = enumerate(value)
    for name, part in inner:
        yield from _commands(part, (*path, name))


def _unresolved(probe: ProbeFile) -> Iterator[Finding]:
    """Variables and secret files that are not there, each on its line."""
    secrets = Secrets(os.environ)
    for path, text in _texts(probe.spec.source, _SOURCE):
        try:
            secrets.resolve(text)
        except ValueError as error:
            yield probe.file.finding(path, str(error))


def _texts(value: object, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict | list):
        for name, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _texts(part, (*path, name))


def _missing_program(probe: ProbeFile) -> Iterator[Finding]:
    for program in programs([probe.spec], Path.cwd()):
        written = (program.argv[0], str(program.cwd), *chain.from_iterable(program.env))
        if any(PLACEHOLDER.search(text) for text in written):
            return  # the reading tells, which knows what they stand for
        if why := why_missing(program.argv[0], program.cwd, dict(program.env).get("PATH")):
            yield probe.file.finding(_SOURCE, why, on=(*_SOURCE, "argv"))


def _told(probe: ProbeFile, reading: Reading) -> Finding:
    """An answer is no fault of the files, whatever it says."""
    severity, words = _WORDS[reading.outcome]
    if reading.outcome == "fail" and reading.value is None:
        severity, words = "error", "no good answer"
    via = f" ({reading.via})" if reading.via else ""
    finding = probe.file.finding((), f"{words}: {reading.text}{via}, {reading.took_us / 1000:.0f} ms", on=_SOURCE)
    return finding.model_copy(update={"severity": severity})
