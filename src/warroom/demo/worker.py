"""The part of a release that works on the queue: takes waiting jobs, works on them, hands new ones in."""

from collections.abc import Callable
from threading import Lock
from time import sleep

from warroom.demo.web import Caller, post

TICK_S = 0.25


class Worker:
    """Speaks to the queue every `TICK_S`, over one connection that it keeps."""

    def __init__(self, color: str, broker: Caller, job_s: Callable[[], float]) -> None:
        self._color = color
        self._broker = broker
        self._job_s = job_s
        self._made = 0
        self._lock = Lock()
        self.depth = 0
        """The queue's depth as last seen."""

    def feed(self, jobs: int) -> None:
        """New jobs, handed in at the next tick."""
        with self._lock:
            self._made += jobs

    def run(self) -> None:
        """For ever."""
        while True:
            try:
                busy_s = self._tick()
            except OSError:
                busy_s = TICK_S  # the queue does not answer; a worker waits for it
            sleep(busy_s)

    def _tick(self) -> float:
        """Seconds that the jobs taken keep the worker busy."""
        job_s = self._job_s()
        limit = max(1, round(TICK_S / job_s))
        answer = self._broker.send(post("/queue/take", {"color": self._color, "limit": limit})).json()
        self.depth = int(answer["depth"])
        self._hand_in()
        return max(TICK_S, job_s * int(answer["taken"]))

    def _hand_in(self) -> None:
        with self._lock:
            made, self._made = self._made, 0
        if made:
            self._broker.send(post("/queue/put", {"color": self._color, "jobs": made}))
