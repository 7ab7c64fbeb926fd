"""A checkpoint: three lines that, kept outside the journal, vouch for everything in it up to then.

The shape is that of C2SP's tlog-checkpoint: origin, size, hash. The hash is hexadecimal, as it stands in exports and on
screen, so that people can compare it.
"""

import re
from typing import Protocol

from warroom.core.base import Frozen
from warroom.core.errors import BadInput
from warroom.core.store import Head

_FORM = re.compile(r"warroom/(\S+)\n(0|[1-9]\d{0,18})\n([0-9a-f]{64})\s*")


class Checkpoint(Frozen):
    """A journal as it stood."""

    journal_id: str
    size: int
    """How many events it had; also the number of the last."""
    hash: str
    """The hash of the last event, hexadecimal."""

    @property
    def text(self) -> str:
        return f"warroom/{self.journal_id}\n{self.size}\n{self.hash}\n"


class Ended(Protocol):
    """A journal, as far as a checkpoint needs it."""

    @property
    def id(self) -> str: ...

    def head(self) -> Head: ...


def checkpoint_text(journal: Ended) -> str:
    """The checkpoint of a journal as it is now."""
    head = journal.head()
    return Checkpoint(journal_id=journal.id, size=head.seq, hash=head.hash).text


def parse_checkpoint(text: str) -> Checkpoint:
    """Raises `BadInput` with a sentence that shows the right form."""
    form = _FORM.fullmatch(text.replace("\r\n", "\n").lstrip())
    if form is None:
        raise BadInput(
            "this is no checkpoint of a journal",
            'it has three lines: "warroom/" with the journal\'s id, the number of events, and a hash of 64 hex digits',
        )
    return Checkpoint(journal_id=form.group(1), size=int(form.group(2)), hash=form.group(3))
