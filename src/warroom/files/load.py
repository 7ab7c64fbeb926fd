"""A checklist with its side file and probes -> `Definitions`, in which every name that is used exists."""

from collections.abc import Collection, Iterator
from pathlib import Path

from warroom.core.bindings import Bindings
from warroom.core.checklist import Checklist
from warroom.core.definitions import Definitions, text_name
from warroom.core.errors import nearest
from warroom.files.bindings_toml import SideFile, read_side_file, side_file_path
from warroom.files.checklist_md import parse_checklist
from warroom.files.findings import BadFile, Finding
from warroom.files.probes_toml import ProbeFile, SourceCheck, read_probes
from warroom.files.text import read_text
from warroom.files.toml_file import KeyPath


def load_definitions(checklist: Path, probes: Path | None, check_source: SourceCheck) -> Definitions:
    """Everything that is agreed on before a release. Raises `BadInput`.

    `probes` is a directory or a file. Without it nothing is said about the probes that the side file names, so that a
    checklist can be read where its probes are not. A relative `cwd` of a command stays as it is written.
    The texts of checklist and side file go by the files' names, those of probes by `text_name`.
    """
    text = read_text(checklist)
    agreed = parse_checklist(text, str(checklist))
    side_path = side_file_path(checklist)
    side = read_side_file(side_path) if side_path.exists() else None
    measured = read_probes(probes, check_source) if probes is not None else ()
    if side:
        known = None if probes is None else [probe.spec.id for probe in measured]
        check_references(agreed, side, known)
    return Definitions(
        checklist=agreed,
        bindings=side.bindings if side else Bindings(),
        probes=tuple(probe.spec for probe in measured),
        texts={checklist.name: text, **_texts(side, measured)},
    )


def check_references(checklist: Checklist, side: SideFile, probe_ids: Collection[str] | None) -> None:
    """Raises `BadFile` when the side file names what does not exist. See `unknown_references`."""
    if unknown := list(unknown_references(checklist, side, probe_ids)):
        raise BadFile(unknown)


def unknown_references(checklist: Checklist, side: SideFile, probe_ids: Collection[str] | None) -> Iterator[Finding]:
    """Names of items, phases and probes in the side file that stand for nothing. With `probe_ids` None, probes are not
    looked at.
    """
    items = {item.id for item in checklist.walk()}
    for path, item in _named_items(side.bindings):
        if item not in items:
            hint = nearest(item, items) or '"warroom plan" shows the id of each item'
            words = "the checklist has no such item" if path == ("item", item) else f'there is no item "{item}"'
            yield side.file.finding(path, words, hint)
    yield from _unknown_phases(checklist, side)
    if probe_ids is None:
        return
    for path, probe in named_probes(side.bindings):
        if probe not in probe_ids:
            yield _unknown_probe(side, path, probe, probe_ids)


def _unknown_phases(checklist: Checklist, side: SideFile) -> Iterator[Finding]:
    """Gates of phases that do not exist, and items that no gate can wait for."""
    phases = [phase.id for phase in checklist.phases]
    place = {item.id: number for number, phase in enumerate(checklist.phases) for item in phase.walk()}
    for path, phase in _named_phases(side.bindings):
        if phase not in phases:
            hint = nearest(phase, phases) or f"the phases are {', '.join(phases)}"
            words = "the checklist has no such phase" if path == ("gate", phase) else f'there is no phase "{phase}"'
            yield side.file.finding(path, words, hint)
        elif path[0] == "item" and phases.index(phase) <= place.get(str(path[1]), -1):
            words = f'"{phase}" does not come after the item, so its gate would wait for what is behind it'
            yield side.file.finding(path, words, "name a later phase")


def _named_phases(bindings: Bindings) -> Iterator[tuple[KeyPath, str]]:
    """Every place where a side file names a phase."""
    for phase in bindings.gate:
        yield ("gate", phase), phase
    for item, binding in bindings.item.items():
        if binding.before:
            yield ("item", item, "before"), binding.before


def _named_items(bindings: Bindings) -> Iterator[tuple[KeyPath, str]]:
    """Every place where a side file names an item."""
    for item in bindings.item:
        yield ("item", item), item
    for number, step in enumerate(bindings.rollback.step if bindings.rollback else ()):
        for position, item in enumerate(step.undoes):
            yield ("rollback", "step", number, "undoes", position), item
    for number, need in enumerate(bindings.rollback.needs if bindings.rollback else ()):
        if need.after:
            yield ("rollback", "needs", number, "after"), need.after


def named_probes(bindings: Bindings) -> Iterator[tuple[KeyPath, str]]:
    """Every place where a side file names a probe."""
    for item, binding in bindings.item.items():
        if binding.probe:
            yield ("item", item, "probe"), binding.probe
    for phase, gate in bindings.gate.items():
        for position, probe in enumerate(gate.probes):
            yield ("gate", phase, "probes", position), probe
    yield from _probes_of_rollback(bindings)
    yield from _probes_of_triggers(bindings)


def _probes_of_rollback(bindings: Bindings) -> Iterator[tuple[KeyPath, str]]:
    for position, probe in enumerate(bindings.rollback.verify if bindings.rollback else ()):
        yield ("rollback", "verify", position), probe
    for number, need in enumerate(bindings.rollback.needs if bindings.rollback else ()):
        if need.probe:
            yield ("rollback", "needs", number, "probe"), need.probe


def _probes_of_triggers(bindings: Bindings) -> Iterator[tuple[KeyPath, str]]:
    for name, trigger in bindings.trigger.items():
        for position, probe in enumerate(trigger.probes):
            yield ("trigger", name, "probes", position), probe
        for position, pair in enumerate(trigger.pairs):
            for window, probe in enumerate(pair):
                yield ("trigger", name, "pairs", position, window), probe


def _unknown_probe(side: SideFile, path: KeyPath, probe: str, known: Collection[str]) -> Finding:
    hint = nearest(probe, known) or f"the probes are {', '.join(sorted(known))}"
    return side.file.finding(path, f'there is no probe "{probe}"', hint)


def _texts(side: SideFile | None, probes: Collection[ProbeFile]) -> dict[str, str]:
    texts = {side.path.name: side.file.text} if side else {}
    return texts | {text_name(probe.spec.id): probe.file.text for probe in probes}
