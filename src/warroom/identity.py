"""Who and where this process is: the names that stand in events."""

import getpass
import os
import socket


def login_name() -> str:
    """The name of the user who runs this process."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a passwd entry
        return f"uid-{os.getuid()}"


def origin(role: str) -> str:
    """`cockpit@host:4711`: what kind of process appended an event, where."""
    return f"{role}@{socket.gethostname()}:{os.getpid()}"
