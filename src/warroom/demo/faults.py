"""What a release does well or badly, and how a fault grows. Shares are 0 to 1, times are seconds."""

from dataclasses import dataclass
from random import Random
from threading import Lock

from warroom.clock import Clock


@dataclass(frozen=True)
class Behaviour:
    """How a release does its work. The defaults are a good one: no real release is free of errors."""

    payment_failures: float = 0.005
    page_errors: float = 0.003
    latency_s: float = 0.02
    """The median time for a page or a payment."""
    job_s: float = 1 / 300
    """What one job of the queue takes."""

    def toward(self, other: "Behaviour", severity: float) -> "Behaviour":
        """This behaviour at severity 0, the other at 1, and in between a mixture."""

        def mix(good: float, bad: float) -> float:
            return good + (bad - good) * severity

        return Behaviour(
            payment_failures=mix(self.payment_failures, other.payment_failures),
            page_errors=mix(self.page_errors, other.page_errors),
            latency_s=mix(self.latency_s, other.latency_s),
            job_s=mix(self.job_s, other.job_s),
        )


GOOD = Behaviour()
FAULTS = {
    "payments": Behaviour(payment_failures=0.35, latency_s=0.06, job_s=0.25),
    "errors": Behaviour(page_errors=0.2),
    "slow": Behaviour(latency_s=1.2, job_s=0.5),
    "none": GOOD,
}
"""What the faulty release comes to, by the name that `warroom demo --fault` takes."""

RAMP_S = 25.0
IDLE_S = 10.0


class GrowingFault:
    """A fault that grows with use, as leaks do: hidden for a third of the ramp, then growing until its end.

    A release without customers for `IDLE_S` has recovered and starts again.
    """

    def __init__(self, worst: Behaviour, ramp_s: float, clock: Clock) -> None:
        self._worst = worst
        self._ramp_us = ramp_s * 1e6
        self._clock = clock
        self._since_us: int | None = None
        self._used_us = 0

    def use(self) -> None:
        """A customer came."""
        now_us = self._clock.mono_us()
        if self._since_us is None or now_us - self._used_us > IDLE_S * 1e6:
            self._since_us = now_us
        self._used_us = now_us

    def behaviour(self) -> Behaviour:
        """As of now."""
        return GOOD.toward(self._worst, self._severity())

    def _severity(self) -> float:
        if self._since_us is None:
            return 0.0
        hidden_us = self._ramp_us / 3
        growing_us = self._clock.mono_us() - self._since_us - hidden_us
        return min(1.0, max(0.0, growing_us / max(1.0, self._ramp_us - hidden_us)))


class Share:
    """Lets something happen to a given share of calls, evenly spread: 0.25 is every fourth one.

    Dice would now and then put three rare errors of a good release into one window and raise a false alarm.
    """

    def __init__(self) -> None:
        self._due = 0.5
        self._lock = Lock()

    def happens(self, share: float) -> bool:
        with self._lock:
            self._due += share
            happens = self._due >= 1
            self._due -= happens
        return happens


def seeded(seed: int) -> Random:
    """The demo's only randomness, the same at every start."""
    return Random(seed)  # noqa: S311 - simulated customers, nothing secret
