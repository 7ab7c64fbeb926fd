"""What all parts of a review are told with: who said what when, in the event of which number."""

from warroom.core.base import Frozen
from warroom.core.events import Event

LIMIT = 1000
"""So many of a kind a review lists; `Review.left_out` counts the others."""

_LONGEST = 4000  # characters of one text in a review; the journal has the whole


def shortened(text: str) -> str:
    """The text, without what nobody reads in a review."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text) - _LONGEST} more characters)"


def seconds(since_us: int, until_us: int) -> float:
    """Below 0 when the second came first, as after a clock was put back."""
    return (until_us - since_us) / 1e6


class Said(Frozen):
    """Something that somebody did or said, with the number of its event."""

    seq: int
    at_us: int
    who: str
    subject: str = ""
    """An id, as events have it."""
    text: str = ""


def said(event: Event) -> Said:
    body = event.body
    return Said(seq=event.seq, at_us=event.at_us, who=event.actor, subject=body.subject, text=shortened(body.detail))
