"""Whose keys a terminal gets that several people share: the seam to tmux, which knows every client's login.

Asked in a thread of its own and never waited for. What it says is recorded beside whoever claims to act.
It decides nothing.
"""

import os
import subprocess
import threading
from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

LOOK_S = 2.0
PATIENCE_S = 1.0

_FORM = "#{client_readonly} #{client_activity} #{pane_id} #{client_name} #{client_user}"


def is_running(pid: int) -> bool:
    """Whether there is such a process on this host, whoever it belongs to."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


class Client(NamedTuple):
    """Who types, and how many others only read."""

    user: str
    tty: str
    readonly: int


class Clients(Protocol):
    """What a terminal multiplexer knows of the clients that see a cockpit."""

    def look(self, last: str) -> Client | None:
        """Who typed last of those that can, or None when nobody knows. In a tie it is still `last`, by tty."""


class Tmux:
    """The server in which this process has a pane. Asks for the clients that have this pane before them now."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = dict(environ)
        self._pane = environ["TMUX_PANE"]

    def look(self, last: str) -> Client | None:
        try:
            done = subprocess.run(
                ("tmux", "list-clients", "-F", _FORM),  # noqa: S607  # wherever people have it
                env=self._environ,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=PATIENCE_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return who_types(done.stdout, self._pane, last)


def tmux_around(environ: Mapping[str, str]) -> Tmux | None:
    """The tmux that this process runs in, or None."""
    return Tmux(environ) if environ.get("TMUX") and environ.get("TMUX_PANE") else None


def who_types(listed: str, pane: str, last: str) -> Client | None:
    """Of clients listed as `_FORM` has them, the writable one with the newest activity among those before `pane`.

    tmux tells activity in whole seconds, so two may be even. A tmux that does not know the login tells none.
    """
    rows = [words for words in (line.split(" ", 4) for line in listed.splitlines()) if len(words) == 5]
    here = [words for words in rows if words[2] == pane]
    typing = [words for words in here if words[0] != "1" and words[1].isdecimal() and words[4]]
    if not typing:
        return None
    _, _, _, tty, user = max(typing, key=lambda words: (int(words[1]), words[3] == last))
    return Client(user, tty, sum(words[0] == "1" for words in here))


class Lookout:
    """Looks again and again in a thread of its own, and tells what it saw."""

    def __init__(self, clients: Clients, tell: Callable[[Client], None]) -> None:
        """`tell` is called in that thread, after every look at which somebody was seen."""
        self._clients, self._tell = clients, tell
        self._wake, self._ended = threading.Event(), False
        self._thread = threading.Thread(target=self._look, name="tmux", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def look_now(self) -> None:
        """Does not wait for it."""
        self._wake.set()

    def stop(self) -> None:
        """Waits for a look that is under way, a second at most."""
        self._ended = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def _look(self) -> None:
        last = ""
        while not self._ended:
            if seen := self._clients.look(last):
                last = seen.tty
                self._tell(seen)
            self._wake.wait(LOOK_S)
            self._wake.clear()
