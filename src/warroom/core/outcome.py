"""How a command ended. Stored in the journal."""

from typing import Literal

from warroom.core.base import Frozen

Ended = Literal["done", "failed", "stopped", "timeout", "not_started"]


class Outcome(Frozen):
    """The end of one run of a command."""

    ended: Ended
    exit_status: int | None
    """As the program returned it; minus the signal's number when a signal ended it; None when it never started."""
    duration_s: float
    output: str
    """As a terminal would leave each line, redacted and limited; a line in the middle tells how much was cut."""
    output_bytes: int
    """Size of the whole raw output."""
    output_sha256: str
    """Of the whole raw output."""
    redactions: int = 0
    """How many secrets were replaced in `output`."""
    why: str
    """In words: `exit status 3`, `no such program: foo`, `timed out after 600 s`."""
