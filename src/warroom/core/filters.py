"""Which events of a journal somebody asked for."""

from warroom.core.base import Frozen
from warroom.core.events import Event
from warroom.core.views import utc


class Filter(Frozen):
    """Conditions that must all hold; of several kinds, operators or items, one is enough. The empty one picks all."""

    since_us: int | None = None
    """Microseconds UTC, as all times; an event at that very time is picked."""
    until_us: int | None = None
    """An event at that very time is not picked, so that two filters in a row share none and lose none."""
    kinds: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    """Ids. An event is of an item when that is its subject; those of nested items are not."""

    @property
    def picks_all(self) -> bool:
        return self == ALL

    def picks(self, event: Event) -> bool:
        return (
            self.covers(event.at_us)
            and (not self.kinds or event.body.kind in self.kinds)
            and (not self.operators or event.actor in self.operators)
            and (not self.items or event.body.subject in self.items)
        )

    def covers(self, at_us: int) -> bool:
        """Whether a moment lies between `since` and `until`."""
        return (self.since_us is None or at_us >= self.since_us) and (self.until_us is None or at_us < self.until_us)

    def document(self) -> dict[str, str | list[str]]:
        """For programs: those of `since`, `until`, `kinds`, `operators`, `items` that were given; times as RFC 3339."""
        told: dict[str, str | list[str]] = {}
        if self.since_us is not None:
            told["since"] = utc(self.since_us)
        if self.until_us is not None:
            told["until"] = utc(self.until_us)
        names = {"kinds": self.kinds, "operators": self.operators, "items": self.items}
        return told | {what: list(some) for what, some in names.items() if some}

    def __str__(self) -> str:
        """For people: `since 2026-03-01T20:00:00.000000Z, kinds item_done, item_failed`. May hold outside text."""
        parts = self.document().items()
        return "; ".join(f"{what} {said if isinstance(said, str) else ', '.join(said)}" for what, said in parts)


ALL = Filter()
