"""Ticks that came too fast for each to have been looked at. Nothing ticks several items at once but a hurried hand."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from warroom.core import events as ev
from warroom.core.release import Release

RAPID = 3
RAPID_US = 10_000_000
"""So many ticks of one operator within so long were hardly looked at one by one."""


class Tick(NamedTuple):
    """Somebody's word that something is done."""

    by: str
    at_us: int
    key: int | str
    """The number of its event, or the item."""


def rapid(ticks: Iterable[Tick]) -> frozenset[int | str]:
    """The keys of those that are among `RAPID` of one operator within `RAPID_US`."""
    by_operator: dict[str, list[Tick]] = defaultdict(list)
    for tick in ticks:
        by_operator[tick.by].append(tick)
    found: set[int | str] = set()
    for made in by_operator.values():
        made.sort(key=lambda tick: tick.at_us)
        for first, last in zip(range(len(made)), range(RAPID - 1, len(made)), strict=False):
            if made[last].at_us - made[first].at_us <= RAPID_US:
                found.update(tick.key for tick in made[first : last + 1])
    return frozenset(found)


def rapid_events(events: Iterable[ev.Event]) -> frozenset[int | str]:
    """The numbers of rapid ticks and signatures. What a probe ticked nobody could hurry."""
    return rapid(
        Tick(event.actor, event.at_us, event.seq)
        for event in events
        if isinstance(event.body, ev.ItemSigned) or (isinstance(event.body, ev.ItemDone) and not event.body.sensed)
    )


def rapid_items(state: Release) -> frozenset[int | str]:
    """The items that are done by a rapid tick, as far as the last word on each tells."""
    return rapid(
        Tick(now.by, now.at_us, item) for item, now in state.items.items() if now.status == "done" and not now.sensed
    )
