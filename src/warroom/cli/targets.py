"""Where an export goes: a file that is there only once it is whole, a pipe, or a terminal that must stay as it is."""

import os
import sys
from collections.abc import Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from warroom.core.errors import BadInput, CannotWrite, reason
from warroom.core.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from warroom.report.excerpt import Sink

BESIDE = ("-wal", "-shm", "-journal", ".lock", ".driver", ".bell", ".reserve", ".fallback.jsonl", ".runs")
"""What the names of files beside a journal end in, behind its own."""


def keep_off(journal: Path, output: Path) -> None:
    """Raises `BadInput` when `output` is the journal, or one of the files that live beside it."""
    whole, target = journal.resolve(), output.resolve()
    for end in ("", *BESIDE):
        if whole.with_name(whole.name + end) in (target, *target.parents):
            which = "the journal itself" if not end else "a file of the journal"
            raise BadInput(f"{output} is {which}", "name another file for the export")


@contextmanager
def target(output: Path | None) -> "Iterator[Sink]":
    """Raises `CannotWrite` when it cannot be written."""
    if output is None:
        if sys.stdout is None:
            raise CannotWrite("stdout is closed", "name a file with -o")
        yield _Harmless(sys.stdout) if sys.stdout.isatty() else sys.stdout
        return
    try:
        if output.exists() and not output.is_file():  # a pipe or a device is written as it is, never replaced by a file
            with output.open("w", encoding="utf-8", newline="\n") as out:
                yield out
        else:
            with _whole_or_not_at_all(output.resolve()) as out:  # a link stays one
                yield out
    except OSError as error:
        raise CannotWrite(f"{output} cannot be written: {reason(error)}") from None


@contextmanager
def _whole_or_not_at_all(output: Path) -> "Iterator[IO[str]]":
    part = output.with_name(f".{output.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)  # what a process with this number left when it was killed
    try:
        with part.open("x", encoding="utf-8", newline="\n") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        part.replace(output)
        _sync(output.parent)
    finally:
        part.unlink(missing_ok=True)


def _sync(directory: Path) -> None:
    """So that the file's new name is on disk as well."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _Harmless:
    """A terminal, which shows control characters and obeys none."""

    def __init__(self, terminal: IO[str]) -> None:
        self._terminal = terminal

    def write(self, text: str, /) -> object:
        return self._terminal.write(plain(text))

    def writelines(self, lines: Iterable[str], /) -> object:
        for line in lines:
            self.write(line)
        return None
