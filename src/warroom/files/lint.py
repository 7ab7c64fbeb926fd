"""All that is wrong or probably not meant in a checklist, its side file and its probes. Raises nothing: it tells."""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeVar

from warroom.core.checklist import Checklist
from warroom.core.errors import BadInput
from warroom.core.plain import one_line
from warroom.files.bindings_toml import SideFile, read_side_file, side_file_path
from warroom.files.checklist_md import near_misses, parse_checklist
from warroom.files.findings import BadFile, Finding
from warroom.files.load import named_probes, unknown_references
from warroom.files.probes_toml import ProbeFile, SourceCheck, pane_clashes, probe_files, probe_id, read_probe
from warroom.files.text import read_text
from warroom.files.toml_file import key

T = TypeVar("T")

_SHOWN = 60  # characters of a title or a line in a message


class Linted(NamedTuple):
    """What was found, and what could be read."""

    findings: tuple[Finding, ...]
    """By file and line."""
    side: SideFile | None
    probes: tuple[ProbeFile, ...]
    files: tuple[str, ...]
    """In the order in which they are told of."""

    def with_more(self, more: Iterable[Finding]) -> tuple[Finding, ...]:
        """All findings and these, by file and line."""
        found = (*self.findings, *more)
        return tuple(sorted(found, key=lambda finding: (self.files.index(finding.file), finding.line)))


def lint(checklist: Path, probes: Path | None, check_source: SourceCheck) -> Linted:
    """Every finding: errors, which `load_definitions` refuses, and warnings.

    A file that cannot be used is told as such, and what hangs on it is not looked at. `probes` is a directory or a
    file; without it nothing is said about probes.
    """
    found: list[Finding] = []
    text = _attempt(found, checklist, read_text)
    agreed = None if text is None else _attempt(found, checklist, lambda path: parse_checklist(text, str(path)))
    side_path = side_file_path(checklist)
    side = _attempt(found, side_path, read_side_file) if side_path.exists() else None
    paths = (_attempt(found, probes, probe_files) or ()) if probes else ()
    attempts = [_attempt(found, path, lambda path: read_probe(path, check_source)) for path in paths]
    measured = [probe for probe in attempts if probe is not None]

    found += pane_clashes(measured)
    found += _near_misses(checklist, text or "")
    if agreed and side:
        # A probe that cannot be read exists all the same.
        found += unknown_references(agreed, side, [probe_id(path) for path in paths] or None)
        found += _unbound_items(checklist, agreed, side)
        found += _odd_gates(agreed, side)
    if side:
        found += _incomplete(side)
        found += _unused_probes(measured, side)
    elif agreed and not side_path.exists():
        missing = f"no {side_path.name} beside it: no owners, no bound probes, no rollback plan"
        found.append(_warning(checklist, 1, missing))
    files = tuple(str(path) for path in (checklist, side_path, probes, *paths) if path)
    bare = Linted((), side, tuple(measured), files)
    return bare._replace(findings=bare.with_more(found))


def _attempt(found: list[Finding], path: Path, read: Callable[[Path], T]) -> T | None:
    """What `read` makes of the file; when it refuses, None, and why is added to `found`."""
    try:
        return read(path)
    except BadFile as error:
        found += error.findings
    except BadInput as error:
        found.append(_from_sentence(error, str(path)))
    return None


def _from_sentence(error: BadInput, file: str) -> Finding:
    place = re.match(rf"{re.escape(file)}(?::(\d+):)? ", error.message)
    line = int(place[1]) if place and place[1] else 1
    message = error.message[place.end() :] if place else error.message
    return Finding(file=file, line=line, message=message, hint=error.hint)


def _warning(file: Path, line: int, message: str, hint: str = "") -> Finding:
    return Finding(severity="warning", file=str(file), line=line, message=message, hint=hint)


def _near_misses(checklist: Path, text: str) -> Iterator[Finding]:
    for line, written in near_misses(text):
        message = f'looks like an item and is none: "{one_line(written, _SHOWN)}"'
        yield _warning(checklist, line, message, 'an item begins with "- [ ]" or "- [x]"')


def _unbound_items(checklist: Path, agreed: Checklist, side: SideFile) -> Iterator[Finding]:
    for item in agreed.walk():
        if item.id not in side.bindings.item:
            message = f'{side.path.name} says nothing of "{one_line(item.title, _SHOWN)}"'
            yield _warning(checklist, item.line, message, f"add [item.{key(item.id)}]")


def _incomplete(side: SideFile) -> Iterator[Finding]:
    if side.bindings.rollback is None:
        message = "no rollback plan: the cockpit cannot take production back"
        yield _warning(side.path, 1, message, 'add [rollback] with "verify" and [[rollback.step]]')
    for item, binding in side.bindings.item.items():
        if binding.required and not binding.owner:
            yield _as_warning(side.file.finding(("item", item), "required, but nobody owns it", 'add "owner"'))


def _odd_gates(agreed: Checklist, side: SideFile) -> Iterator[Finding]:
    """Gates that nobody can have meant: before procedures that stand ready, or none where an item waits for one."""
    ready = {phase.id for phase in agreed.phases if phase.kind in ("emergency", "recurring")}
    for phase in side.bindings.gate.keys() & ready:
        message = "nothing of this phase can be done until its gate is passed, and it has no time of its own"
        yield _as_warning(side.file.finding(("gate", phase), message, "leave the gate out"))
    for item, binding in side.bindings.item.items():
        if binding.before in {phase.id for phase in agreed.phases} - side.bindings.gate.keys():
            message = f'"{binding.before}" has no gate, so nothing waits for this item'
            path = ("item", item, "before")
            yield _as_warning(side.file.finding(path, message, f"add [gate.{key(binding.before)}]"))


def _as_warning(finding: Finding) -> Finding:
    return finding.model_copy(update={"severity": "warning"})


def _unused_probes(probes: Iterable[ProbeFile], side: SideFile) -> Iterator[Finding]:
    used = {probe for _, probe in named_probes(side.bindings)}
    for probe in probes:
        if probe.spec.pane is None and probe.spec.id not in used:
            hint = f'bind it in {side.path.name} or give it a "pane"'
            yield _warning(
                probe.path, 1, "no item, no gate, no trigger, no rollback plan and no pane uses this probe", hint
            )
