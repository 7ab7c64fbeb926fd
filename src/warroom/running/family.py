"""The processes of one command, wherever they went: found in /proc by session, parent, a mark and what they hold open.

A process group is not enough: a child may leave it, and its parent may end before it does. The mark is a variable in
the environment, which children inherit; who runs without it (`env -u WARROOM_COMMAND`), in a session of its own, is let
go. Adopting orphans (PR_SET_CHILD_SUBREAPER) would not tell whose they were when several commands run, and would make
us the parent of every service that a step starts. Where there is no /proc only the group is known.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from os import kill
from pathlib import Path
from typing import NamedTuple

MARK = "WARROOM_COMMAND"
"""The variable that every command is started with; its value is unique."""

_PROC = Path("/proc")


class Node(NamedTuple):
    """Which file something is: device and inode."""

    device: int
    inode: int


def node_of(fd: int) -> Node:
    """The same for both ends of a pipe."""
    file = os.fstat(fd)
    return Node(file.st_dev, file.st_ino)


class Family:
    """Asked while its leader has not been reaped, so that nobody else can have the leader's number."""

    def __init__(self, leader: int, mark: str, outputs: frozenset[Node]) -> None:
        """`outputs` are the files that the command was given to write to."""
        self._leader = leader
        self._mark = f"{MARK}={mark}".encode()
        self._outputs = outputs
        self.can_be_seen = _PROC.is_dir()
        """Else what is returned is the group, whether anybody is in it or not."""

    def everyone(self) -> set[int]:
        """What `signal` must be given to reach all who live; the group counts as one, by minus its number."""
        if not self.can_be_seen:
            return {-self._leader}
        relatives = self._relatives()
        found = {p.pid for p in relatives if p.session == self._leader or self._is_marked(p.pid) or self._holds(p.pid)}
        while more := {p.pid for p in relatives if p.parent in found} - found:
            found |= more
        return {-self._leader if p.group == self._leader else p.pid for p in relatives if p.pid in found}

    def holders(self) -> set[int]:
        """Those who hold the output open."""
        if not self.can_be_seen:
            return {-self._leader}
        return {p.pid for p in self._relatives() if self._holds(p.pid)}

    def signal(self, members: set[int], number: int) -> bool:
        """Whether any of them was there and may be signalled by us."""
        return sum(_signalled(member, number) for member in members) > 0

    def _relatives(self) -> list["_Process"]:
        """All who may be of the family: living, and not older than the leader."""
        leader = _read(self._leader)
        since = leader.started if leader else 0
        return [p for p in _processes() if p.started >= since and p.lives and p.pid != os.getpid()]

    def _is_marked(self, pid: int) -> bool:
        try:
            return self._mark in (_PROC / str(pid) / "environ").read_bytes().split(b"\0")
        except OSError:  # it has ended, or belongs to somebody else
            return False

    def _holds(self, pid: int) -> bool:
        with suppress(OSError):
            return any(map(self._writes_to, (_PROC / str(pid) / "fd").iterdir()))
        return False

    def _writes_to(self, link: Path) -> bool:
        """Only who writes counts: for a moment a process that another thread is starting has our reading ends."""
        with suppress(OSError):  # it was closed meanwhile
            if link.lstat().st_mode & stat.S_IWUSR:
                file = link.stat()
                return (file.st_dev, file.st_ino) in self._outputs
        return False


class _Process(NamedTuple):
    pid: int
    lives: bool
    parent: int
    group: int
    session: int
    started: int
    """Clock ticks since the system's start."""


def _processes() -> Iterator[_Process]:
    for path in _PROC.iterdir():
        if path.name.isdigit() and (process := _read(int(path.name))):
            yield process


def _read(pid: int) -> _Process | None:
    try:
        stat_line = (_PROC / str(pid) / "stat").read_bytes()
    except OSError:
        return None
    fields = stat_line.rpartition(b")")[2].split()  # a name may hold anything, parentheses too
    lives = fields[0] not in {b"Z", b"X"} or int(fields[17]) > 1  # threads outlive a first one that has ended
    return _Process(pid, lives, int(fields[1]), int(fields[2]), int(fields[3]), int(fields[19]))


def _signalled(member: int, number: int) -> bool:
    try:
        kill(member, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True
