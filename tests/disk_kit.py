"""A disk that loses its power: what a real process wrote, as strace recorded it, and what of it may be left.

A write is safe once its file was synced after it, a name once its directory was. What is not safe is, write by write,
there, gone, or there in some of its sectors, whatever the order. Names come and go in order, as in a file system's log.
"""

import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

SECTOR = 512

_RECORDED = "openat,unlink,rename,write,pwrite64,ftruncate,fsync,fdatasync"
_CALL = re.compile(r"\d+ +(\w+)\((.*)\) += \d")
_ON_FILE = re.compile(r'\d+<([^>]*)>(?:, "([^"]*)", \d+)?(?:, (\d+))?')


@dataclass(frozen=True)
class Call:
    """Something that the process asked of the disk."""

    name: str
    path: Path
    data: bytes = b""
    number: int = 0
    """Where the data goes; for `ftruncate`, the new length."""


def record(directory: Path, watched: Sequence[Path], argv: Sequence[str | Path], log: Path) -> Iterator[Call]:
    """Runs a process to its end; all that it did to the `watched` files and to their `directory`. It must write from
    one thread at a time, so that the order is known.
    """
    only = [word for path in (directory, *watched) for word in ("-P", str(path))]
    strace = ["strace", "-f", "-y", "-xx", "-s", "10000000", "-e", f"trace={_RECORDED}", "-o", str(log), *only]
    subprocess.run([*strace, *argv], check=True, timeout=120)
    with log.open() as lines:
        for line in lines:
            assert "unfinished" not in line, "two threads wrote at once"
            if call := _CALL.match(line):
                yield _call(*call.groups())


def _call(name: str, arguments: str) -> Call:
    if name in ("openat", "unlink"):
        created = name == "openat" and "O_CREAT" in arguments
        return Call("create" if created else name, _path(arguments.split('"')[1]))
    found = _ON_FILE.match(arguments)
    assert found is not None, f"{name} is not foreseen"
    path, data, number = found.groups()
    return Call(name, _path(path), _bytes(data or ""), int(number or 0))


def _path(escaped: str) -> Path:
    return Path(_bytes(escaped).decode())


def _bytes(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace(r"\x", ""))


class Disk:
    """One directory, as it may be found when the power fails now."""

    def __init__(self) -> None:
        self._names: dict[str, _File] = {}
        self._safe_names: dict[str, _File] = {}
        self._unsafe_names: list[tuple[str, _File | None]] = []

    def follow(self, call: Call) -> None:
        """What the process did next."""
        name = call.path.name
        match call.name:
            case "create":
                if name not in self._names:
                    self._rename(name, _File())
            case "unlink":
                self._rename(name, None)
            case "pwrite64" | "ftruncate":
                self._names[name].change(call)
            case "fsync" | "fdatasync" if name in self._names:
                self._names[name].sync()
            case "fsync":  # of the directory
                self._safe_names, self._unsafe_names = dict(self._names), []
            case "openat":
                pass
            case _:
                raise AssertionError(f"{call.name} of {name} is not foreseen")

    def lose_power(self, chance: Random, into: Path) -> None:
        """Writes what may be left into an empty directory."""
        left = dict(self._safe_names)
        for name, file in self._unsafe_names[: chance.randint(0, len(self._unsafe_names))]:
            _set(left, name, file)
        for name, file in left.items():
            (into / name).write_bytes(file.left(chance))

    def _rename(self, name: str, file: "_File | None") -> None:
        _set(self._names, name, file)
        self._unsafe_names.append((name, file))


def _set(names: "dict[str, _File]", name: str, file: "_File | None") -> None:
    if file is None:
        names.pop(name, None)
    else:
        names[name] = file


class _File:
    def __init__(self) -> None:
        self._safe = bytearray()
        self._unsafe: list[Call] = []

    def change(self, call: Call) -> None:
        self._unsafe.append(call)

    def sync(self) -> None:
        for call in self._unsafe:
            _apply(self._safe, call)
        self._unsafe.clear()

    def left(self, chance: Random) -> bytearray:
        content = self._safe.copy()
        share = chance.choice((0, 0.1, 0.5, 0.9, 1))
        for call in self._unsafe:
            if chance.random() < share:
                _apply(content, call)
            elif call.data and chance.random() < share:
                for part in _sectors(call):
                    if chance.random() < 0.5:
                        _apply(content, part)
        return content


def _apply(content: bytearray, call: Call) -> None:
    if call.name == "ftruncate":
        del content[call.number :]
        content.extend(bytes(call.number - len(content)))
        return
    content.extend(bytes(max(0, call.number - len(content))))
    content[call.number : call.number + len(call.data)] = call.data


def _sectors(call: Call) -> Iterator[Call]:
    """The write, cut where the disk's sectors end."""
    start, end = call.number, call.number + len(call.data)
    while start < end:
        border = min(end, (start // SECTOR + 1) * SECTOR)
        yield Call(call.name, call.path, call.data[start - call.number : border - call.number], start)
        start = border
