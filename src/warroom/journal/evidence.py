"""Evidence that lies in files: its hash and size, and on request a copy beside the journal.

The copy is what was hashed, byte for byte: secrets in it stay in it. Its name begins with its hash, so that the same
file is kept once, and nobody can change it unseen.
"""

import os
import re
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING, BinaryIO

from warroom.core.errors import BadInput, CannotWrite, reason
from warroom.core.evidence import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST_COPY = 64 * 1024 * 1024
"""Bytes of the largest file that is copied. Larger ones are hashed where they are."""

_LINK = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
_PIECE = 1024 * 1024
_LONGEST_NAME = 120  # bytes of a file's own name in that of its copy
_MOST_COMPLETIONS = 1000  # entries of a directory that are looked at


def find_evidence(ref: str, base: Path, journal: Path, *, note: str = "", copy: bool = False) -> Evidence:
    """What `ref` names: a link, or a file as a path from `base`.

    Raises `BadInput` for what is neither, and `CannotWrite` when the copy cannot be written.
    """
    ref = ref.strip()
    if _LINK.fullmatch(ref):
        if copy:
            raise BadInput("a link has nothing to copy", "give the file itself")
        return Evidence(form="link", ref=ref, note=note)
    if not ref:
        raise BadInput("evidence is a link or the path of a file")
    path = _path(ref, base)
    with _opened(path, ref) as file:
        size = os.fstat(file.fileno()).st_size
        if not copy:
            digest, size = _hashed(file)
            return Evidence(form="file", ref=ref, sha256=digest, size=size, note=note)
        if size > LARGEST_COPY:
            limit = f"{LARGEST_COPY // 1024 // 1024} MiB"
            raise BadInput(f"larger than {limit}, the most that is copied: {ref}", "attach it without a copy")
        return _copied(file, path, journal).model_copy(update={"ref": ref, "note": note})


def completed(text: str, base: Path) -> str:
    """The path that `text` is the beginning of, when only one is or all go on alike; else `text` itself."""
    if not text or _LINK.match(text):
        return text
    path = _path(text, base)
    parent, begun = (path, "") if text.endswith("/") else (path.parent, path.name)
    try:
        with os.scandir(parent) as entries:
            some = [entry for entry, _ in zip(entries, range(_MOST_COMPLETIONS), strict=False)]
            fits = [entry.name + "/" * entry.is_dir() for entry in some if entry.name.startswith(begun)]
    except OSError:
        return text
    fits = [name for name in fits if begun or not name.startswith(".")]
    first, last = min(fits, default=begun), max(fits, default=begun)  # what these two share, all share
    same = next((n for n, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    return text + first[len(begun) : same]


def _path(ref: str, base: Path) -> Path:
    try:
        return base / Path(ref).expanduser()
    except RuntimeError:  # there is no such user
        return base / ref


@contextmanager
def _opened(path: Path, ref: str) -> "Iterator[BinaryIO]":
    """A pipe or a device could keep a reader waiting for ever, so only files are opened. Raises `BadInput`."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        if not S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise BadInput(f"no file but something else: {ref}", "evidence is a link or the path of a file")
        with open(descriptor, "rb", buffering=0) as file:  # noqa: PTH123  # a descriptor has no path
            yield file
    except OSError as error:
        raise BadInput(f"cannot be read, {reason(error)}: {ref}") from None
    except ValueError:  # a NUL in it
        raise BadInput("that is no path", "evidence is a link or the path of a file") from None


def _hashed(file: BinaryIO, out: BinaryIO | None = None, most: int | None = None) -> tuple[str, int]:
    """The digest and the size of what is read; it is written to `out` as well."""
    digest, size = sha256(), 0
    while piece := file.read(_PIECE):
        digest.update(piece)
        size += len(piece)
        if most is not None and size > most:
            raise BadInput("the file grows while it is copied", "attach it without a copy")
        if out:
            out.write(piece)
    return digest.hexdigest(), size


def _copied(file: BinaryIO, path: Path, journal: Path) -> Evidence:
    """It has its name only once it is whole and on disk."""
    directory = journal.with_name(journal.name + ".evidence")
    part = directory / f".{os.getpid()}.{os.urandom(4).hex()}.part"
    try:
        directory.mkdir(exist_ok=True)
        try:
            with part.open("xb") as out:
                digest, size = _hashed(file, out, LARGEST_COPY)
                out.flush()
                os.fchmod(out.fileno(), os.fstat(file.fileno()).st_mode & 0o666)
                os.fsync(out.fileno())
            kept = directory / f"{digest}-{_name(path)}"
            part.rename(kept)
        finally:
            part.unlink(missing_ok=True)
        _sync(directory)
    except OSError as error:
        raise CannotWrite(f"{directory} cannot take the copy: {reason(error)}") from None
    copied_to = f"{directory.name}/{kept.name}"
    return Evidence(form="file", sha256=digest, size=size, copied_to=copied_to)


def _name(path: Path) -> str:
    """The file's own name, short enough to stand behind a hash, and printable."""
    shown = "".join(c if c.isprintable() else "_" for c in path.name.encode(errors="replace").decode())
    return shown.encode()[:_LONGEST_NAME].decode(errors="ignore")


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
