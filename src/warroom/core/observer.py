"""Can this process believe what it measures? Its own faults are never the target's. Pure: the time is an argument.

What is watched: whether the engine's loop runs on time, whether it can still connect to itself, and whether most hosts
fell silent together (`network`). While one of them says that the fault is here, no verdict is good and none is bad.
"""

from typing import NamedTuple

from warroom.core.network import Network
from warroom.core.reading import Outcome, Reading
from warroom.core.track import Verdict, duration

OBSERVER_ID = "observer"
"""What stands for a probe's id; no probe may be called so."""

LATE_S = 0.25  # a bad reading during which the loop, or the machine, stood still for so long may be bad by our fault
STUCK_S = 2.0  # the loop stood still for so long: nothing that it says now is to be believed
BAD: tuple[Outcome, ...] = ("warn", "fail")
SILENT_S = 5.0  # without a sign of life for so long, the engine is taken for dead


class Facts(NamedTuple):
    """What the engine knows of itself."""

    lag_s: float = 0.0
    """The longest time for which the loop stood still of late."""
    missed: int = 0
    """Slots of all probes that passed without a reading."""
    missed_most: str = ""
    """The probe that missed most of them."""
    canary: str = ""
    """Why this machine could not connect to itself just now, or ""."""
    network: Network = Network()

    @property
    def fault(self) -> str:
        """Why nothing that is measured now can be believed, in words, or ""."""
        if self.canary:
            return f"this machine cannot connect to itself: {self.canary}"
        if self.lag_s >= STUCK_S:
            return f"this process stood still for {self.lag_s:.1f} s"
        return self.network.fault


def observed(facts: Facts, alive_s: float | None) -> Verdict:
    """The observer's own verdict; `alive_s` is the time since the engine's last sign of life, if there was one."""
    if alive_s is None:
        return Verdict(probe=OBSERVER_ID, word="pending", text="the engine has not begun")
    about = Verdict(probe=OBSERVER_ID, word="ok", was="ok", value=facts.missed, unit="missed", text=_counts(facts))
    if alive_s > SILENT_S:
        text = f"no sign of life from the engine for {duration(alive_s)}"
        return about.model_copy(update={"word": "stale", "age_s": alive_s, "text": text})
    return about.model_copy(update={"word": "warn", "text": facts.fault}) if facts.fault else about


def _counts(facts: Facts) -> str:
    most = f", most by {facts.missed_most}" if facts.missed else ""
    network = facts.network
    silent = f"; {network.silent} of {network.hosts} hosts are silent, by their own fault" if network.silent else ""
    return f"lag {facts.lag_s * 1000:.0f} ms, {facts.missed} missed{most}{silent if network.state == 'theirs' else ''}"


def excused(reading: Reading, *, late_s: float, canary: str) -> Reading:
    """The reading, unless it is bad and the cause may be here: then it is an error of ours.

    `late_s` is how long this process stood still meanwhile, `canary` why it cannot connect even to itself.
    """
    if reading.outcome not in BAD:
        return reading
    if late_s >= LATE_S:
        return disbelieved(reading, f"this process stood still for {late_s:.1f} s meanwhile")
    if canary and not reading.answered:
        return disbelieved(reading, f"this machine cannot connect to itself: {canary}")
    return reading


def disbelieved(reading: Reading, why: str) -> Reading:
    """As it is kept when the fault may be here: neither good nor bad."""
    return reading.model_copy(update={"outcome": "error", "value": None, "text": f"observer: {why}; {reading.text}"})


def doubted(verdict: Verdict, why: str) -> Verdict:
    """The verdict while the fault may be here. What is not known anyhow says so better by itself."""
    if verdict.word == "stale" or verdict.age_s is None:
        return verdict
    return verdict.model_copy(update={"word": "unknown", "text": f"observer: {why}; {verdict.text}"})
