"""Writes the files that a release in the demo needs: the checklist, its side file and the probes.

They come from `templates/`, which read as any team's own files would; only addresses and the interpreter are filled in.
"""

import json
import sys
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from warroom.core.errors import BadInput, CannotWrite, reason


@dataclass(frozen=True)
class Kit:
    """Where the files are. The journal is not written here: its path is only where it belongs."""

    checklist: Path
    bindings: Path
    probes: Path
    journal: Path


def write_kit(directory: Path, router_url: str, checklist_source: Path) -> Kit:
    """Fills `directory`, which is made if need be; `checklist_source` becomes `production.md` in it.

    Raises `BadInput` when the checklist cannot be read and `CannotWrite` when the directory cannot be written.
    """
    kit = Kit(
        checklist=directory / "production.md",
        bindings=directory / "production.toml",
        probes=directory / "probes",
        journal=directory / "demo.journal",
    )
    checklist = _read(checklist_source)
    try:
        kit.probes.mkdir(parents=True, exist_ok=True)
        kit.checklist.write_bytes(checklist)
        for name, text in _templates().items():
            (directory / name).write_text(_filled(text, router_url), encoding="utf-8")
    except OSError as error:
        raise CannotWrite(f"the demo's files cannot be written to {directory}: {reason(error)}") from error
    return kit


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {reason(error)}", hint="name a Markdown file") from error


def _templates() -> dict[str, str]:
    """Text by the path that it gets, relative to the directory."""
    root = files("warroom.demo") / "templates"
    found = {"production.toml": root / "production.toml"}
    found |= {f"probes/{probe.name}": probe for probe in (root / "probes").iterdir()}
    return {name: template.read_text(encoding="utf-8") for name, template in found.items()}


def _filled(template: str, router_url: str) -> str:
    return template.replace("@ROUTER@", _quoted(router_url)).replace("@PYTHON@", _quoted(sys.executable))


def _quoted(text: str) -> str:
    """For between the quotes of a TOML string, whose escapes are JSON's."""
    return json.dumps(text, ensure_ascii=False)[1:-1]
