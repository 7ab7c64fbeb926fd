"""The one family of errors that people see. The shell prints one as a line on stderr, the cockpit shows it as a modal.

WarroomError          has a message, a hint and an exit status
├── BadInput      2   a file, an option or a journal that cannot be used as it is
├── Refused      64   the act is not possible in this state; the reason says why
├── NotIntact    65   the journal does not verify: something in it was changed
├── Truncated    66   the journal lacks events that something vouches for
├── Unanchored   67   the journal's chain holds, but nothing vouches for it
├── Busy         69   another process holds what this one needs
└── CannotWrite  73   the journal cannot be written: read-only, full, not permitted
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import ClassVar


class WarroomError(Exception):
    """What is wrong and, as a hint, what to do: two halves of one sentence, neither with a full stop."""

    exit_status: ClassVar[int] = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message


class BadInput(WarroomError):
    exit_status = 2


class Refused(WarroomError):
    exit_status = 64


class NotIntact(WarroomError):
    exit_status = 65


class Truncated(WarroomError):
    exit_status = 66


class Unanchored(WarroomError):
    exit_status = 67


class Busy(WarroomError):
    exit_status = 69


class CannotWrite(WarroomError):
    exit_status = 73


def reason(error: OSError) -> str:
    """What the system said, as part of a sentence: `permission denied`."""
    said = error.strerror or str(error)
    return said[:1].lower() + said[1:]


def nearest(name: str, known: Iterable[str]) -> str:
    """`did you mean "owner"?` for the known name closest to `name`, or "" when none is close."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f'did you mean "{close[0]}"?' if close else ""
