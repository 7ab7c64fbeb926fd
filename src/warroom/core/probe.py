"""Probes: what is measured, what one reading says, and what the last readings amount to. One door to all of it.

What a file says is in `probespec`, one measurement in `reading`, several in `track`, our own faults in `observer`.
"""

from warroom.core.probespec import PANES, Check, Pane, ProbeSpec
from warroom.core.reading import Blames, Measurement, Outcome, Reading, assess, show
from warroom.core.track import Level, Track, Verdict, Word, advance, judge

__all__ = [
    "PANES", "Blames", "Check", "Level", "Measurement", "Outcome", "Pane", "ProbeSpec", "Reading", "Track", "Verdict",
    "Word", "advance", "assess", "judge", "show",
]  # fmt: skip
