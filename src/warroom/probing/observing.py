"""Watches the engine while it probes, and takes back what was its own fault: `core/observer` and `network`, wired up.

Runs in the engine's loop. What other threads read is replaced as a whole: `facts`.
"""

from collections.abc import Mapping

from warroom.clock import Clock
from warroom.core.network import Network, weigh
from warroom.core.observer import Facts, excused, observed
from warroom.core.probe import Reading, Verdict, advance
from warroom.probing.lane import Lane
from warroom.probing.pulse import Pulse

AT_ONCE_US = 20_000  # what hosts say is weighed at once, but not for each of a thousand that fall silent together


class Observing:
    """The observer of one engine."""

    def __init__(self, lanes: Mapping[str, Lane], clock: Clock) -> None:
        self.facts = Facts()
        self._lanes = lanes
        self._clock = clock
        self._pulse = Pulse(self._beat)
        self._beat_us: int | None = None
        self._news = False
        self._weighed_us = 0

    async def run(self) -> None:
        """Until it is cancelled."""
        await self._pulse.run()

    def take(self, lane: Lane, reading: Reading, *, began_s: float, address: str) -> Reading:
        """Gives the reading to its probe; returns it as it is to be kept. It began at the loop time `began_s`."""
        ended_us = self._clock.mono_us()
        late_s = max(self._pulse.lag_s(began_s), (ended_us - reading.mono_us) / 1e6 - lane.spec.deadline)
        believed = excused(reading, late_s=late_s, canary=self._pulse.canary)
        if believed is not reading:
            lane.track = advance(lane.track, believed)
            return believed
        if reading.answered and self.facts.network.state == "ours":
            lane.forget_silence(self.facts.network)
        self._news = lane.hear(reading, ended_us=ended_us, address=address) or self._news
        if self._news and ended_us - self._weighed_us >= AT_ONCE_US:
            self._weigh(ended_us)
        return lane.take(reading, self.facts)

    def missed(self, lane: Lane, slots: int) -> None:
        """Slots of a probe passed without a reading."""
        lane.missed += slots
        missed, most = self.facts.missed + slots, self._lanes.get(self.facts.missed_most, lane)
        self.facts = self.facts._replace(missed=missed, missed_most=max(lane, most, key=_missed).spec.id)

    def verdict(self, mono_us: int) -> Verdict:
        """The observer's own. From any thread."""
        return observed(self.facts, None if self._beat_us is None else max(0, mono_us - self._beat_us) / 1e6)

    def _beat(self) -> None:
        self._beat_us = self._clock.mono_us()
        self.facts = self.facts._replace(lag_s=self._pulse.lag_of_late_s(), canary=self._pulse.canary)
        if self._news or self.facts.network.state != "clear":
            self._weigh(self._beat_us)

    def _weigh(self, now_us: int) -> None:
        self._news, self._weighed_us = False, now_us
        before = self.facts.network
        hearings = (lane.hearing for lane in self._lanes.values() if lane.hearing)
        now = weigh(before, hearings, now_us)
        if before.state == "ours" and now.state != "ours":
            self._end(before, believed=now.state == "theirs")
            now = now if now.state == "theirs" else Network()
        self.facts = self.facts._replace(network=now)

    def _end(self, network: Network, *, believed: bool) -> None:
        for lane in self._lanes.values():
            if believed:
                lane.believe_silence()
            else:
                lane.forget_silence(network)


def _missed(lane: Lane) -> int:
    return lane.missed
