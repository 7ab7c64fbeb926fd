"""Reports of load tests, under one set of names: k6, Locust, wrk, ab, hey, siege. Nothing sent is no result."""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from warroom.core.rules import Value
from warroom.probing.json_values import parse_json
from warroom.probing.reports.reader import Reader, model_of, text_of
from warroom.probing.source import Trouble

_PERCENTILES = (50, 90, 95, 99)
_TIMES = tuple(f"p{percent}_ms" for percent in _PERCENTILES)
_COMMON = ("requests", "failed", "failed_rate", "rps", "duration_s", *_TIMES, "max_ms")


class _Metric(BaseModel):
    """One metric of k6, in the form that `handleSummary` gets."""

    values: dict[str, float]
    crossed: int = 0
    """How many of its thresholds were crossed."""


def _k6(content: bytes, _gets: frozenset[str]) -> dict[str, Value]:
    """Of `--summary-export` and `handleSummary`, whose forms differ and whose thresholds say the opposite."""
    metrics = {name: _k6_metric(raw) for name, raw in model_of(_K6, content, "summary of k6").metrics.items()}
    nothing = _Metric(values={})
    sent, took = metrics.get("http_reqs", nothing).values, metrics.get("http_req_duration", nothing).values
    failed = metrics.get("http_req_failed", nothing).values
    requests, rps = _counted("k6", sent.get("count")), sent.get("rate")
    return {
        "requests": requests,
        "rps": rps,
        "duration_s": requests / rps if rps else None,
        "failed": failed.get("passes"),  # k6 counts what is true, and here "failed" is
        "failed_rate": failed.get("rate", failed.get("value")),
        "p50_ms": took.get("med"),
        **{f"p{percent}_ms": took.get(f"p({percent})") for percent in (90, 95, 99)},
        "max_ms": took.get("max"),
        "vus_max": metrics.get("vus_max", nothing).values.get("max"),
        "checks_rate": _either(metrics.get("checks", nothing).values, "rate", "value"),
        "thresholds_crossed": sum(metric.crossed for metric in metrics.values()),
    }


class _K6(BaseModel):
    metrics: dict[str, dict[str, Any]]


class _Threshold(BaseModel):
    ok: bool


def _k6_metric(raw: dict[str, Any]) -> _Metric:
    thresholds = raw.get("thresholds", {})
    values = raw.get("values", {key: value for key, value in raw.items() if key != "thresholds"})
    try:
        verdicts = _THRESHOLDS.validate_python(thresholds)
        # An export says whether the threshold was crossed, handleSummary whether it was kept.
        crossed = sum(verdict if isinstance(verdict, bool) else not verdict.ok for verdict in verdicts.values())
        return _Metric(values=values, crossed=crossed)
    except ValidationError:
        raise Trouble("this is no summary of k6: a metric is of the wrong sort") from None


_THRESHOLDS = TypeAdapter(dict[str, bool | _Threshold])


def _either(values: Mapping[str, float], *names: str) -> float | None:
    return next((values[name] for name in names if name in values), None)


class _LocustEntry(BaseModel):
    num_requests: int
    num_failures: int
    start_time: float
    last_request_timestamp: float | None
    max_response_time: float
    response_times: dict[float, int]


_LOCUST_ENTRIES = TypeAdapter(list[_LocustEntry])


def _locust(content: bytes, _gets: frozenset[str]) -> dict[str, Value]:
    """Of `--json`, or the `_stats.csv` of `--csv`."""
    text = text_of(content, "report of Locust")
    return _locust_json(text) if text.lstrip().startswith("[") else _locust_csv(text)


def _locust_json(text: str) -> dict[str, Value]:
    try:
        entries = _LOCUST_ENTRIES.validate_python(parse_json(text))
    except ValueError:
        raise Trouble("this is no report of Locust") from None
    requests = _counted("Locust", sum(entry.num_requests for entry in entries))
    failed = sum(entry.num_failures for entry in entries)
    times: Counter[float] = sum((Counter(entry.response_times) for entry in entries), Counter())
    ended = max(entry.last_request_timestamp or entry.start_time for entry in entries)
    duration = ended - min(entry.start_time for entry in entries)
    return {
        **_shares(requests, failed, duration),
        **_percentiles(list(times.elements())),
        "max_ms": max(entry.max_response_time for entry in entries),
    }


def _locust_csv(text: str) -> dict[str, Value]:
    total = next((row for row in csv.DictReader(text.splitlines()) if row.get("Name") == "Aggregated"), None)
    if total is None:
        raise Trouble("this is no report of Locust: it has no Aggregated row")
    figures = {name: _figure(cell) for name, cell in total.items() if name}
    requests, rps = _counted("Locust", figures.get("Request Count")), figures.get("Requests/s")
    failed = figures.get("Failure Count") or 0
    return {
        **_shares(requests, failed, requests / rps if rps else 0),
        **{f"p{percent}_ms": figures.get(f"{percent}%") for percent in _PERCENTILES},
        "max_ms": figures.get("Max Response Time"),
    }


class _Wrk(BaseModel):
    """As the script in the documentation has wrk write it: wrk itself has no report."""

    requests: int
    duration_s: float
    p50_ms: float
    p90_ms: float | None = None
    p95_ms: float
    p99_ms: float
    max_ms: float
    errors: dict[str, int]


def _wrk(content: bytes, _gets: frozenset[str]) -> dict[str, Value]:
    report = model_of(_Wrk, content, "report of wrk")
    unanswered = sum(count for name, count in report.errors.items() if name != "status")
    requests, failed = _counted("wrk", report.requests), sum(report.errors.values())
    times = report.model_dump(include={*_TIMES, "max_ms"})
    return {**_shares(requests, failed, report.duration_s), **times, "failed_rate": failed / (requests + unanswered)}


def _ab(content: bytes, _gets: frozenset[str]) -> dict[str, Value]:
    """Of `ab -e`: percentiles alone. It says nothing about failures."""
    rows = list(csv.reader(text_of(content, "CSV of ab").splitlines()))
    if not rows or rows[0] != ["Percentage served", "Time in ms"]:
        raise Trouble("this is no CSV of ab -e")
    times = {row[0]: _figure(row[1]) for row in rows[1:] if len(row) == 2}
    if "100" not in times:
        raise Trouble("the CSV of ab ends before 100 percent")
    return {**{f"p{percent}_ms": times.get(str(percent)) for percent in _PERCENTILES}, "max_ms": times["100"]}


def _hey(content: bytes, gets: frozenset[str]) -> dict[str, Value]:
    """Of `hey -o csv`, which exits 0 against a dead port and then writes no more than the header.

    It leaves out every request without an answer, so all else looks perfect when half of them got none.
    """
    rows = list(csv.DictReader(text_of(content, "CSV of hey").splitlines()))
    try:
        times = [float(row["response-time"]) * 1000 for row in rows]
        failed = sum(not 200 <= int(row["status-code"]) < 400 for row in rows)
        duration = max((float(row["offset"]) + float(row["response-time"]) for row in rows), default=0)
    except (KeyError, TypeError, ValueError):
        raise Trouble("this is no CSV of hey") from None
    requests = _counted("hey", len(rows))
    if "requests" not in gets:
        raise Trouble("hey leaves out requests without an answer: add a check of requests")
    return {**_shares(requests, failed, duration), **_percentiles(times), "max_ms": max(times)}


class _Siege(BaseModel):
    """As `siege -j` prints it. Times are in seconds."""

    transactions: int
    successful_transactions: int
    failed_transactions: int
    elapsed_time: float
    longest_transaction: float


def _siege(content: bytes, _gets: frozenset[str]) -> dict[str, Value]:
    """It exits 0 against a dead port, and counts an answer 404 neither as failed nor against its availability.

    With redirects followed, more may have succeeded than were sent; then only what it calls failed is known.
    """
    report = model_of(_Siege, content, "report of siege")
    _counted("siege", report.transactions)
    sent = report.transactions + report.failed_transactions
    failed = max(report.failed_transactions, sent - report.successful_transactions)
    return {**_shares(sent, failed, report.elapsed_time), "max_ms": report.longest_transaction * 1000}


def _counted(tool: str, requests: float | None) -> int:
    """The number of requests. Raises `Trouble` when there was none: nothing was tested, so nothing was fine."""
    if not requests:
        raise Trouble(f"{tool} reports no request that was answered")
    return int(requests)


def _shares(requests: int, failed: float, duration: float) -> dict[str, Value]:
    return {
        "requests": requests,
        "failed": failed,
        "failed_rate": failed / requests,
        "duration_s": duration,
        "rps": requests / duration if duration else None,
    }


def _percentiles(times: Iterable[float]) -> dict[str, Value]:
    """Each by nearest rank: the time within which that share of the requests was answered."""
    ranked = sorted(times)
    return {
        f"p{percent}_ms": ranked[-(-percent * len(ranked) // 100) - 1] if ranked else None for percent in _PERCENTILES
    }


def _figure(cell: str | None) -> float | None:
    try:
        return float(cell or "")
    except ValueError:  # Locust's N/A
        return None


K6 = Reader(_k6, (*_COMMON, "vus_max", "checks_rate", "thresholds_crossed"))
LOCUST = Reader(_locust, _COMMON)
WRK = Reader(_wrk, _COMMON)
AB = Reader(_ab, (*_TIMES, "max_ms"))
HEY = Reader(_hey, _COMMON)
SIEGE = Reader(_siege, ("requests", "failed", "failed_rate", "rps", "duration_s", "max_ms"))
