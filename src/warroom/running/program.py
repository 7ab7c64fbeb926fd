"""Whether a command could start here, told without starting it."""

import os
import shutil
from pathlib import Path

_LONGEST_LINE = 256  # bytes of a script's first line that Linux reads


def why_missing(program: str, cwd: Path, search: str | None = None) -> str:
    """In words for people, what would keep `program` from starting in `cwd`, or "".

    `search` is the PATH it would get; without it, this process's own.
    """
    if not cwd.is_dir():
        return f"cannot work in {cwd}: there is no such directory"
    if "/" not in program:
        found = shutil.which(program, path=search)
        return _why_not_a_script(Path(found)) if found else f"no such program: {program}"
    path = cwd / program
    if not path.is_file():
        return f"no such program: {program}"
    return _why_not_a_script(path) if os.access(path, os.X_OK) else f"not executable: {program}"


def _why_not_a_script(path: Path) -> str:
    """Why the interpreter that a script's first line names cannot run it, or "" ; also for what is no script."""
    try:
        with path.open("rb") as file:
            first = file.readline(_LONGEST_LINE)
    except OSError:  # a program that may be run and not be read
        return ""
    words = first[2:].split(maxsplit=1) if first.startswith(b"#!") else []
    if not words or os.access(words[0], os.X_OK):
        return ""
    return f"cannot start {path}: its interpreter {os.fsdecode(words[0])} is missing"
