"""The queue of jobs that all releases share: one release puts jobs in, and whichever is live works them off."""

from collections import deque
from threading import Lock

CAPACITY = 2000


class JobQueue:
    """First in, first out. A job is known by the colour of the release that made it."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._jobs: deque[str] = deque()
        self._refused = 0
        self._lock = Lock()

    def put(self, color: str, jobs: int) -> int:
        """How many found room. The others are lost, and counted."""
        with self._lock:
            accepted = max(0, min(jobs, self._capacity - len(self._jobs)))
            self._jobs.extend([color] * accepted)
            self._refused += jobs - accepted
        return accepted

    def take(self, limit: int) -> int:
        """How many jobs were taken, at most `limit`."""
        with self._lock:
            taken = max(0, min(limit, len(self._jobs)))
            for _ in range(taken):
                self._jobs.popleft()
        return taken

    @property
    def depth(self) -> int:
        return len(self._jobs)

    @property
    def refused(self) -> int:
        return self._refused

    def waiting(self, color: str) -> int:
        """How many of this release's jobs are still in the queue."""
        with self._lock:
            return self._jobs.count(color)
