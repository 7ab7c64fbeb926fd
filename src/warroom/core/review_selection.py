"""Which events of a long journal a review shows one by one: all of what is rare, the ends of what is frequent."""

from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from warroom.core.body import Body
from warroom.core.events import Event
from warroom.core.filters import ALL, Filter
from warroom.core.review_hearing import Handler
from warroom.core.review_values import Review

SHOWN = 20_000
"""Events that a page shows: more make it slow to open."""

_NEAR = 500  # events that are read and passed over rather than sought anew


class _Kind:
    """The numbers of the first and the last events of one kind, and how many there are."""

    def __init__(self) -> None:
        self.first = array("q")
        self.last = deque[int](maxlen=SHOWN // 2)
        self.count = 0

    def add(self, seq: int) -> None:
        self.count += 1
        if len(self.first) < SHOWN // 2:
            self.first.append(seq)
        else:
            self.last.append(seq)

    def ends(self, quota: int) -> Iterable[int]:
        """So many, half from each end."""
        if quota >= self.count:
            return (*self.first, *self.last)
        seqs = (*self.first, *self.last)
        return (*seqs[: quota - quota // 2], *seqs[len(seqs) - quota // 2 :])


class Selection:
    """Hears which events there are, and chooses among those that a filter picks."""

    def __init__(self, picked: Filter = ALL) -> None:
        self._picked = picked
        self._kinds: dict[str, _Kind] = {}

    def hears(self) -> Mapping[type[Body], Handler]:
        return {Body: self._every}

    def _every(self, event: Event, body: Body) -> None:
        if body.quiet or not (self._picked.picks_all or self._picked.picks(event)):
            return
        if body.kind not in self._kinds:
            self._kinds[body.kind] = _Kind()
        self._kinds[body.kind].add(event.seq)

    def chosen(self, cited: Iterable[int] = ()) -> tuple[list[int], dict[str, int]]:
        """The numbers of the events to show, in order, and how many of which kind are left out.

        What is `cited` is among them, whatever the filter says: the review points to it.
        """
        left, quotas = SHOWN, {}
        by_count = sorted(self._kinds.items(), key=lambda each: (each[1].count, each[0]))
        for place, (name, kind) in enumerate(by_count):
            quotas[name] = min(kind.count, left // (len(by_count) - place))
            left -= quotas[name]
        seqs = {seq for name, kind in self._kinds.items() for seq in kind.ends(quotas[name])}
        more = {name: kind.count - quotas[name] for name, kind in by_count if kind.count > quotas[name]}
        return sorted(seqs | set(cited)), more


def cited(review: Review) -> set[int]:
    """The numbers of all events that a review names, but for those that only tell how an item stands."""
    found: set[int | None] = {moment.seq for incident in review.incidents for moment in incident.moments}
    for contradiction in review.contradictions:
        found |= {contradiction.seq, contradiction.explained_by}
    found |= {each.seq for each in (*review.departures, *review.slips, *review.follow_ups)}
    found |= {each.seq for each in review.decisions} | {each.seq for each in review.jumps}
    for pair in review.two_people:
        found |= {pair.first.seq, pair.second.seq}
    return {seq for seq in found if seq is not None}


def fetched(read: Callable[[int], Iterator[Event]], seqs: Sequence[int]) -> Iterator[Event]:
    """The events with these numbers, in rising order; `read` gives those above a number."""
    at = 0
    while at < len(seqs):
        end = at + 1
        while end < len(seqs) and seqs[end] - seqs[end - 1] <= _NEAR:
            end += 1
        wanted = set(seqs[at:end])
        for event in islice(read(seqs[at] - 1), seqs[end - 1] - seqs[at] + 1):
            if event.seq in wanted:
                yield event
        at = end
