"""`probes/*.toml` -> probe specs: one probe a file, its id the file's name.

What a source may say is not known here: whoever loads hands in the check, so that files and probing stay apart.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from pydantic import BaseModel, JsonValue, ValidationError

from warroom.core.errors import BadInput, reason
from warroom.core.observer import OBSERVER_ID
from warroom.core.probe import Check, ProbeSpec
from warroom.files.findings import BadFile, Finding
from warroom.files.literal_secrets import literal_secrets
from warroom.files.slugs import slug
from warroom.files.text import read_text
from warroom.files.toml_file import KeyPath, TomlFile
from warroom.files.toml_models import fit, mistakes


class CheckedSource(Protocol):
    """What a source is known to be able to give."""

    def admit(self, check: Check) -> None:
        """Raises `ValueError` with a sentence when the source cannot give what the check asks for."""


SourceCheck = Callable[[dict[str, JsonValue]], CheckedSource]
"""Takes a `[source]` as written. Raises pydantic's `ValidationError` or a `ValueError` for one that cannot be used.

When it returns a pydantic model, misspelt keys get their nearest right name from it.
"""

_SOURCE: KeyPath = ("source",)
_NAMED = re.compile(r'"(\w+)"')


class ProbeFile(NamedTuple):
    """A probe with the file that it was read from."""

    path: Path
    file: TomlFile
    spec: ProbeSpec


def load_probes(where: Path, check_source: SourceCheck) -> tuple[ProbeSpec, ...]:
    """The probes in a directory, sorted by file name, or the one in a file. Raises `BadInput`."""
    return tuple(probe.spec for probe in read_probes(where, check_source))


def load_probe(path: Path, check_source: SourceCheck) -> ProbeSpec:
    """The probe in a file. Raises `BadInput`."""
    return read_probe(path, check_source).spec


def probe_files(where: Path) -> tuple[Path, ...]:
    """Every `*.toml` in a directory, sorted by name, less hidden ones; `where` itself when it is a file."""
    if where.is_file():
        return (where,)
    try:
        files = sorted(path for path in where.iterdir() if path.suffix == ".toml" and not path.name.startswith("."))
    except OSError as error:
        raise BadInput(f"{where} cannot be read: {reason(error)}") from None
    if not files:
        raise BadInput(f"{where} holds no probes", hint="a probe is a file such as health.toml")
    return tuple(files)


def probe_id(path: Path) -> str:
    return path.name.removesuffix(".toml")


def read_probes(where: Path, check_source: SourceCheck) -> tuple[ProbeFile, ...]:
    """The same as `load_probes`, with the files. Raises `BadInput`."""
    probes = tuple(read_probe(path, check_source) for path in probe_files(where))
    if clashes := list(pane_clashes(probes)):
        raise BadFile(clashes)
    return probes


def read_probe(path: Path, check_source: SourceCheck) -> ProbeFile:
    """A probe with its file. Raises `BadInput`; a `BadFile` has the mistakes in the source and elsewhere in it."""
    file = TomlFile.parse(read_text(path), str(path))
    name = probe_id(path)
    if slug(name) != name:
        hint = f"its id is its file's name; call it {slug(name)}.toml"
        raise BadFile([Finding(file=str(path), line=1, message=f'"{name}" is no id for a probe', hint=hint)])
    if name == OBSERVER_ID:
        message = f'"{name}" is what the cockpit calls its own observer'
        raise BadFile([Finding(file=str(path), line=1, message=message, hint="call the probe otherwise")])
    found = [*literal_secrets(file.text, file.name), *_source_findings(file, check_source)]
    try:
        spec = fit(file, ProbeSpec, id=name)
    except BadFile as error:
        raise BadFile([*error.findings, *found]) from None
    if found:
        raise BadFile(found)
    if found := list(_check_findings(file, spec, check_source(spec.source))):
        raise BadFile(found)
    return ProbeFile(path, file, spec)


def pane_clashes(probes: Sequence[ProbeFile]) -> Iterator[Finding]:
    """A pane shows one probe; the second that wants it is wrong."""
    owners: dict[str, Path] = {}
    for path, file, spec in probes:
        if spec.pane is None:
            continue
        owner = owners.setdefault(spec.pane, path)
        if owner != path:
            message = f'"{spec.pane}" shows {owner} already'
            yield file.finding(("pane",), message, "take the pane out of one of the two")


def _source_findings(file: TomlFile, check_source: SourceCheck) -> Iterator[Finding]:
    source: Any = file.at(_SOURCE)
    if not isinstance(source, dict) or not isinstance(source.get("kind"), str):
        return  # what is wrong then is told by the spec
    try:
        check_source(source)
    except ValidationError as error:
        keys = _keys_of_source(source, error, check_source)
        yield from mistakes(file, error, lambda path: keys if path == _SOURCE else set(), under=_SOURCE)
    except ValueError as error:
        yield file.finding(_SOURCE, str(error), on=(*_SOURCE, "kind"))


def _check_findings(file: TomlFile, spec: ProbeSpec, source: CheckedSource) -> Iterator[Finding]:
    for position, check in enumerate(spec.check):
        try:
            source.admit(check)
        except ValueError as error:
            yield file.finding(("check", position, "get"), str(error))


def _keys_of_source(source: dict[str, JsonValue], error: ValidationError, check_source: SourceCheck) -> set[str]:
    """Keys that fit this source: all of them when it is fine without the unknown ones, else at least those it lacks."""
    wrong = [(one["type"], str(one["loc"][-1])) for one in error.errors() if one["loc"]]
    try:
        accepted = check_source({key: value for key, value in source.items() if ("extra_forbidden", key) not in wrong})
    except ValueError as lacking:
        return {key for kind, key in wrong if kind == "missing"} | set(_NAMED.findall(str(lacking)))
    return set(type(accepted).model_fields) if isinstance(accepted, BaseModel) else set()
