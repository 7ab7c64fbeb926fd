"""Looks at the probe files of a release while it runs: which have changed, and which of those can be taken.

Used by the one process that drives the release; the others learn of it through the journal. Nothing is changed here:
whoever asks has it decided, stored and measured.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from warroom.core import probe_decisions
from warroom.core.definitions import Definitions, text_name
from warroom.core.errors import BadInput, reason
from warroom.core.probe import ProbeSpec
from warroom.core.release import Release
from warroom.core.wish import Wish
from warroom.files.findings import BadFile
from warroom.files.probes_toml import ProbeFile, read_probe
from warroom.probing.sampling import Sampler
from warroom.probing.sources.table import check_source

Signature = tuple[int, ...] | str
"""What changes when a file does: times, size and inode; or why there is no file."""

Found = ProbeFile | str
"""A file, or why it cannot be used."""


class Changed(NamedTuple):
    """A probe as its file says now, and the file as it is written."""

    spec: ProbeSpec
    toml: str


class Looked(NamedTuple):
    """What is to be done."""

    changed: tuple[Changed, ...]
    """What is to be taken."""
    wishes: tuple[Wish, ...]
    """About those that cannot be, and those that are as they should be again."""


class Reloading:
    """The probe files in a directory, or the one that a path names."""

    def __init__(self, where: Path, sampler: Sampler) -> None:
        """`sampler` knows which commands may run."""
        here = Path.cwd()
        self._where = where.relative_to(here) if where.is_relative_to(here) else where  # as people would write it
        self._one_file = where.is_file()
        self._sampler = sampler
        self._signatures: dict[str, Signature] = {}
        self._unread: set[str] = set()
        self._found: dict[str, Found] = {}

    def look(self, plan: Definitions, state: Release) -> Looked:
        """What has come of the files. A change counts once a file was the same at two looks: it may be half written.

        `plan` is what is in force. Takes long where the file system does.
        """
        for spec in plan.probes:
            self._follow(spec.id)
        changed = {probe: file for probe, file in self._found.items() if not _is_in_force(file, probe, plan)}
        files = {probe: file for probe, file in changed.items() if isinstance(file, ProbeFile)}
        wrong = {probe: why for probe, why in changed.items() if isinstance(why, str)}
        wrong |= {probe: _barred(file) for probe, file in files.items() if self._sampler.bars(file.spec)}
        wrong |= _clashes({probe: file for probe, file in files.items() if probe not in wrong}, plan)
        return Looked(
            tuple(Changed(file.spec, file.file.text) for probe, file in files.items() if probe not in wrong),
            (
                *(partial(probe_decisions.refuse, probe=p, why=w) for p, w in wrong.items() if _is_news(p, w, state)),
                *(partial(probe_decisions.clear, probe=p) for p in state.config_errors if self._is_right(p, changed)),
            ),
        )

    def _is_right(self, probe: str, changed: Mapping[str, Found]) -> bool:
        return probe in self._found and probe not in changed

    def _follow(self, probe: str) -> None:
        """Reads the file when it has come to rest after a change."""
        path = self._where if self._one_file else self._where / f"{probe}.toml"
        signature = _signature(path)
        if signature != self._signatures.get(probe):
            self._signatures[probe] = signature
            self._unread.add(probe)
        elif probe in self._unread:
            found = signature if isinstance(signature, str) else _read(path)
            if _signature(path) == signature:
                self._found[probe] = found
                self._unread.remove(probe)


def offered(where: Path, plan: Definitions) -> tuple[ProbeSpec, ...]:
    """The probes of the release as their files are now, as far as they can be used."""
    paths = [where] if where.is_file() else [where / f"{spec.id}.toml" for spec in plan.probes]
    found = (_read(path) for path in paths)
    return tuple(file.spec for file in found if isinstance(file, ProbeFile))


def _signature(path: Path) -> Signature:
    try:
        now = path.stat()
    except FileNotFoundError:
        return f"{path} is gone"
    except OSError as error:
        return f"{path} cannot be read: {reason(error)}"
    return now.st_mtime_ns, now.st_ctime_ns, now.st_size, now.st_ino


def _read(path: Path) -> Found:
    try:
        return read_probe(path, check_source)
    except BadInput as error:
        return str(error)


def _is_in_force(found: Found, probe: str, plan: Definitions) -> bool:
    return isinstance(found, ProbeFile) and found.file.text == plan.texts.get(text_name(probe))


def _is_news(probe: str, why: str, state: Release) -> bool:
    return state.config_errors.get(probe) != why


def _barred(file: ProbeFile) -> str:
    found = file.file.finding(("source", "argv"), "its command has changed", "restart the cockpit to approve it")
    return str(BadFile([found]))


def _clashes(files: Mapping[str, ProbeFile], plan: Definitions) -> dict[str, str]:
    """Of files to be taken together, those that want a pane which another probe then has, and why they cannot."""
    wrong: dict[str, str] = {}
    while True:
        taken = {probe: file for probe, file in files.items() if probe not in wrong}
        then = [taken[spec.id].spec if spec.id in taken else spec for spec in plan.probes]
        found = {probe: why for probe, file in taken.items() if (why := _clash(file, then))}
        if not found:
            return wrong
        wrong |= found  # without them, what the others want may be taken after all


def _clash(file: ProbeFile, then: list[ProbeSpec]) -> str:
    pane = file.spec.pane
    others = [spec.id for spec in then if spec.id != file.spec.id and spec.pane == pane]
    if pane is None or not others:
        return ""
    found = file.file.finding(("pane",), f'"{pane}" shows {others[0]} already', "take the pane out of one of the two")
    return str(BadFile([found]))
