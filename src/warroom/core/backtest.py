"""How often a trigger would have fired, by the verdict changes of an old journal. Pure.

The journal keeps every verdict change for ever, so nothing is lost to thinned readings.
"""

from collections.abc import Iterable
from typing import NamedTuple

from warroom.core.probe import Word
from warroom.core.trigger import TriggerSpec, Watch, watch


class Change(NamedTuple):
    """A probe's verdict from a moment on."""

    at_us: int
    probe: str
    to: Word


class Firing(NamedTuple):
    """One time that it would have asked."""

    at_us: int
    bad_since_us: int
    failing: tuple[str, ...]
    """The probes that failed when it fired."""
    well_us: int | None
    """When all its probes were ok again, or None."""


def backtest(spec: TriggerSpec, changes: Iterable[Change], end_us: int) -> tuple[Firing, ...]:
    """Every firing up to `end_us`, if each had been answered by going on. `changes` are in the order of their times."""
    words: dict[str, Word] = {}
    seen, armed, fired = Watch(), False, list[Firing]()

    def fire(at_us: int) -> None:
        nonlocal armed
        armed = False
        failing = tuple(probe for probe in spec.watched if words.get(probe) == "fail")
        fired.append(Firing(at_us, seen.bad_since_us or at_us, failing, None))

    def look(until_us: int) -> None:
        """Before the next change it fires as soon as it has lasted: that may be at the last one, never at the next."""
        due_us = max((seen.bad_since_us or 0) + round(spec.lasting * 1e6), before_us)
        if armed and seen.bad and due_us < until_us:
            fire(due_us)

    before_us = 0
    for change in changes:
        look(change.at_us)
        before_us = change.at_us
        words[change.probe] = change.to
        seen = watch(spec, seen, words, change.at_us)
        if seen.well:
            armed = True
            if fired and fired[-1].well_us is None:
                fired[-1] = fired[-1]._replace(well_us=change.at_us)
    look(end_us + 1)
    return tuple(fired)
