"""Who and where this process is: the names that stand in events."""

import getpass
import os
import socket
from pathlib import Path
from typing import NamedTuple


class Here(NamedTuple):
    """This process, for events and for people who must know where a command will run."""

    user: str
    host: str
    pid: int
    base: Path
    """The directory that relative working directories start from."""

    def origin(self, role: str) -> str:
        """`cockpit@host:4711`: what kind of process appended an event, where."""
        return f"{role}@{self.host}:{self.pid}"


def here() -> Here:
    """As it really is."""
    return Here(user=login_name(), host=socket.gethostname(), pid=os.getpid(), base=Path.cwd())


def login_name() -> str:
    """The name of the user who runs this process."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a passwd entry
        return f"uid-{os.getuid()}"
