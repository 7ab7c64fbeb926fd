"""What a process of the demo measures of its own requests: totals since its start, and a sliding window."""

from collections import Counter, deque
from dataclasses import dataclass
from math import ceil
from threading import Lock

from warroom.demo.web import Reply, Request

WINDOW_S = 15


@dataclass(frozen=True)
class Sample:
    """One answered request."""

    at_us: int
    """Monotonic."""
    status: int
    seconds: float
    paid: bool | None
    """For a payment, whether it went through."""


def paid(request: Request, status: int) -> bool | None:
    """None for what is no payment: another page, or a request that named no amount."""
    if request.route != "POST /api/payments" or status == 400:
        return None
    return status == 200


class Totals:
    """Counters since the start, as Prometheus wants them."""

    def __init__(self) -> None:
        self._codes: Counter[int] = Counter()
        self._payments: Counter[str] = Counter(ok=0, failed=0)
        self._seconds = 0.0
        self._lock = Lock()

    def record(self, sample: Sample) -> None:
        with self._lock:
            self._codes[sample.status] += 1
            self._seconds += sample.seconds
            if sample.paid is not None:
                self._payments["ok" if sample.paid else "failed"] += 1

    def exposition(self, *, color: str, release: str, queue_depth: int) -> Reply:
        """The answer to `GET /metrics`: Prometheus' text format."""
        with self._lock:
            codes, payments, seconds = dict(self._codes), dict(self._payments), self._seconds
        lines = [
            "# TYPE http_requests_total counter",
            *(f'http_requests_total{{code="{code}"}} {count}' for code, count in sorted(codes.items())),
            "# TYPE payments_total counter",
            *(f'payments_total{{result="{result}"}} {count}' for result, count in payments.items()),
            "# TYPE request_duration_seconds summary",
            f"request_duration_seconds_sum {seconds:.6f}",
            f"request_duration_seconds_count {sum(codes.values())}",
            "# TYPE queue_depth gauge",
            f"queue_depth {queue_depth}",
            "# TYPE release_info gauge",
            f'release_info{{color="{color}",release="{release}"}} 1',
        ]
        return Reply(200, ("\n".join(lines) + "\n").encode(), "text/plain; version=0.0.4; charset=utf-8")


class Window:
    """The requests of the last `WINDOW_S` seconds."""

    def __init__(self) -> None:
        self._samples: deque[Sample] = deque()
        self._lock = Lock()

    def record(self, sample: Sample) -> None:
        with self._lock:
            self._samples.append(sample)
            self._forget(sample.at_us)

    def summary(self, now_us: int) -> dict[str, float | None]:
        """Counts, shares of 0 to 1 and milliseconds; None where the window holds nothing to measure."""
        with self._lock:
            self._forget(now_us)
            samples = tuple(self._samples)
        payments = [sample.paid for sample in samples if sample.paid is not None]
        return {
            "requests": len(samples),
            "error_rate": _share(sum(sample.status >= 500 for sample in samples), len(samples)),
            "payments": len(payments),
            "payment_success": _share(sum(payments), len(payments)),
            "p95_ms": _p95_ms([sample.seconds for sample in samples]),
        }

    def _forget(self, now_us: int) -> None:
        while self._samples and self._samples[0].at_us < now_us - WINDOW_S * 1_000_000:
            self._samples.popleft()


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _p95_ms(seconds: list[float]) -> float | None:
    return round(sorted(seconds)[ceil(0.95 * len(seconds)) - 1] * 1000, 1) if seconds else None
