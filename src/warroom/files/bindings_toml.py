"""The side file, `NAME.toml` beside `NAME.md` -> what it adds to the checklist's items. It may be missing."""

from pathlib import Path
from typing import NamedTuple

from warroom.core.bindings import Bindings
from warroom.files.findings import BadFile
from warroom.files.literal_secrets import literal_secrets
from warroom.files.text import read_text
from warroom.files.toml_file import TomlFile
from warroom.files.toml_models import fit


class SideFile(NamedTuple):
    """Bindings with the file that they were read from."""

    path: Path
    file: TomlFile
    bindings: Bindings


def load_bindings(path: Path) -> Bindings:
    """The bindings in a side file. Raises `BadInput`."""
    return read_side_file(path).bindings


def read_side_file(path: Path) -> SideFile:
    """A side file's bindings with its text. Raises `BadInput`."""
    file = TomlFile.parse(read_text(path), str(path))
    if found := list(literal_secrets(file.text, file.name)):
        raise BadFile(found)
    return SideFile(path, file, fit(file, Bindings))


def side_file_path(checklist: Path) -> Path:
    """Where the side file of a checklist stands, if there is one."""
    return checklist.with_suffix(".toml")
