"""A terminal for a command: it sees one on stdout and stderr, so it prints what it prints for people.

Nobody sits at it. The side that the command gets can be written to only, and it is not the controlling terminal of its
session, so that a tool that wants to ask on `/dev/tty` is told at once that there is none, as under cron, instead of
waiting for an answer that nobody can give.
"""

import os
import termios
from typing import NamedTuple

ENV = {"TERM": "dumb", "PAGER": "cat", "GIT_PAGER": "cat", "SYSTEMD_PAGER": "cat"}
"""What a command is told of it: no cursor to move, no colours, and nobody to turn pages."""

_OUTPUT, _LOCAL = 1, 3  # places in what tcgetattr gives


class Window(NamedTuple):
    """The size that a command sees, in characters."""

    columns: int = 120
    rows: int = 40


class NoTerminal(ValueError):
    """The system has none left to give. The text says why."""


def open_terminal(window: Window) -> tuple[int, int]:
    """Our side, to read from, and the command's, to write to. Raises `NoTerminal`.

    Bytes pass as they are: no echo, and a newline stays one byte.
    """
    try:
        ours, theirs = os.openpty()
    except OSError as problem:
        raise NoTerminal(f"no terminal for it: {problem.strerror}") from None
    try:
        attributes = termios.tcgetattr(theirs)
        attributes[_OUTPUT] &= ~termios.OPOST
        attributes[_LOCAL] &= ~termios.ECHO
        termios.tcsetattr(theirs, termios.TCSANOW, attributes)
        termios.tcsetwinsize(theirs, (window.rows, window.columns))
        return ours, os.open(os.ttyname(theirs), os.O_WRONLY | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError as problem:
        os.close(ours)
        raise NoTerminal(f"no terminal for it: {problem.strerror}") from None
    finally:
        os.close(theirs)
