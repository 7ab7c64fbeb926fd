"""What the bodies of all events share. The events themselves: `events`, and `bookkeeping` for those of the journal."""

from typing import ClassVar, Literal

from warroom.core.base import Frozen
from warroom.core.probe import Word
from warroom.core.rules import Value

Tone = Literal[
    "room", "tick", "skip", "fail", "reopen", "note", "step", "unsure", "rollback", "restored", "verdict", "decide",
    "evidence",
]  # fmt: skip
"""What an event is about, for its glyph and colour."""


class Body(Frozen):
    """What happened. Who, when and in which order stands around it, in `Event`."""

    kind: ClassVar[str]
    tone: ClassVar[Tone]
    word: ClassVar[str]
    """The short word for the timeline."""
    quiet: ClassVar[bool] = False
    """Whether it is bookkeeping that feeds leave out."""

    @property
    def subject(self) -> str:
        """The id of the item, probe or rollback step that it is about, or ""."""
        return ""

    @property
    def detail(self) -> str:
        """One line about it, beside the subject's title. May hold text from outside."""
        return ""


class Seen(Frozen):
    """A probe as it stood when somebody acted: what the operator could see."""

    probe: str
    word: Word
    value: Value = None
    unit: str = ""
    age_s: float | None = None
