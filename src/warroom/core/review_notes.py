"""Which later notes explain what does not fit together."""

import re
from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping

from warroom.core import events as ev
from warroom.core.body import Body
from warroom.core.definitions import Definitions
from warroom.core.events import Event
from warroom.core.review_departures import is_follow_up
from warroom.core.review_hearing import Handler
from warroom.core.review_values import Contradiction

_NUMBER = re.compile(r"(?:#|\bevent )(\d{1,18})\b", re.ASCII | re.IGNORECASE)
_WORD = re.compile(r"[\w.-]+")


class Notes:
    """Notes by what they are on: their item, the probes that they name, and events (`#17`, `event 17`).

    One that only says what is still to be done explains nothing.
    """

    def __init__(self, plan: Definitions) -> None:
        self._probes = {spec.id for spec in plan.probes}
        self._notes: dict[str, array[int]] = defaultdict(lambda: array("q"))
        self._times = array("q")

    def hears(self) -> Mapping[type[Body], Handler]:
        return {Body: self._every, ev.Noted: self._noted}

    def _every(self, event: Event, _body: Body) -> None:
        self._times.append(event.at_us)

    def _noted(self, event: Event, body: ev.Noted) -> None:
        if is_follow_up(body.text):
            return
        about = {f"#{int(number)}" for number in _NUMBER.findall(body.text)}
        about |= self._probes.intersection(word.strip(".") for word in _WORD.findall(body.text))
        for subject in about | ({body.item} if body.item else set()):
            self._notes[subject].append(event.seq)

    def explained(self, one: Contradiction) -> Contradiction:
        """With the number of the first note that explains it, if there is one."""
        later = [
            seqs[at]
            for subject in {*one.subjects, f"#{one.seq}"}
            if (seqs := self._notes.get(subject)) and (at := bisect_right(seqs, one.last_seq)) < len(seqs)
        ]
        return one.model_copy(update={"explained_by": min(later, default=None)})

    def last_before(self, at_us: int) -> int:
        """The number of the last event at or before a moment, as far as clocks went on; 1 at least."""
        return max(1, bisect_right(self._times, at_us))
