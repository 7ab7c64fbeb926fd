"""The promql source, against a stand-in and against a real Prometheus: one contract for both."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from engine_kit import running
from http_traps import Reply, Request, free_port, raw_server, replies, serve, silent
from probe_kit import probe, read, sampler
from prometheus_kit import Prometheus, finds, prometheus_of, until
from warroom.core.probe import Reading
from warroom.probing.sources.table import check_spec

CHECK = {"unit": "%", "scale": 100, "fail": "< 95"}


def vector(*values: str) -> dict[str, Any]:
    series = [{"metric": {"n": str(n)}, "value": [1700000000.123, value]} for n, value in enumerate(values)]
    return {"status": "success", "data": {"resultType": "vector", "result": series}}


ANSWERS: dict[str, dict[str, Any]] = {
    "vector(0.97)": vector("0.97"),
    "scalar(vector(0.5))": {"status": "success", "data": {"resultType": "scalar", "result": [1700000000.1, "0.5"]}},
    "nothing_like_it": vector(),
    "vector(0) / 0": vector("NaN"),
    "vector(1) / 0": vector("+Inf"),
    "shop_up": vector("1", "0", "1"),
    "shop_up[1m]": {"status": "success", "data": {"resultType": "matrix", "result": []}},
    '"text"': {"status": "success", "data": {"resultType": "string", "result": [1700000000.1, "text"]}},
    "sum(": {"status": "error", "errorType": "bad_data", "error": '1:5: parse error: unclosed left parenthesis "sum("'},
    "min(shop_up)": vector("0"),
    "max(shop_up)": vector("1"),
    "payments": vector("200"),
    "histogram": {
        "status": "success",
        "data": {"resultType": "vector", "result": [{"metric": {}, "histogram": [1700000000, {"count": "5"}]}]},
    },
    "partial": vector("0.97") | {"warnings": ["store hunter2hunter2 did not answer"]},
    "odd": {"status": "success", "data": {"resultType": "vector", "result": [{"value": "high"}]}},
}

METRICS = """\
# TYPE shop_up gauge
shop_up{n="0"} 1
shop_up{n="1"} 0
shop_up{n="2"} 1
# TYPE payments gauge
payments 200
"""


def answer(request: Request) -> Reply:
    """What Prometheus 2.42 says to these queries."""
    parts = urlsplit(request.path)
    assert parts.path == "/api/v1/query"
    [query] = parse_qs(parts.query)["query"]
    content = ANSWERS[query]
    return Reply(400 if content["status"] == "error" else 200, json.dumps(content))


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    with prometheus_of(lambda: METRICS, tmp_path_factory.mktemp("prometheus")) as started:
        yield started


@pytest.fixture(params=["stand-in", pytest.param("prometheus", marks=pytest.mark.real)])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "prometheus":
        yield request.getfixturevalue("prometheus").url
    else:
        with serve(answer) as stand_in:
            yield stand_in


async def asked(url: str, check: dict[str, Any] | None = None, **source: str) -> Reading:
    return await read(probe({"kind": "promql", "url": url} | source, CHECK | (check or {})))


# --- the contract


@pytest.mark.parametrize(
    ("query", "outcome", "value", "text"),
    [
        ("vector(0.97)", "ok", 97, "97 %"),
        ("scalar(vector(0.5))", "fail", 50, "50 % < 95 %"),
        ("nothing_like_it", "no_data", None, "no data: the query gives no series"),
        ("vector(0) / 0", "no_data", None, "no data: the query gives nan"),
        ("vector(1) / 0", "no_data", None, "no data: the query gives inf"),
        ("shop_up", "error", None, "the query gives 3 series; sum or filter them to one"),
        ("shop_up[1m]", "error", None, "the query gives no plain number but: matrix"),
        ('"text"', "error", None, "the query gives no plain number but: string"),
        ("sum(", "error", None, "Prometheus refuses the query: "),
    ],
)
async def test_one_number_is_read_and_all_else_is_neither_good_nor_bad(
    url: str, query: str, outcome: str, value: float | None, text: str
) -> None:
    reading = await asked(url, query=query)
    assert (reading.outcome, reading.value) == (outcome, value)
    assert reading.text.startswith(text)


async def test_the_server_is_told_as_the_source(url: str) -> None:
    assert (await asked(url, query="vector(0.97)")).via == url.removeprefix("http://")


@pytest.mark.parametrize(
    ("alive", "outcome", "text"),
    [
        ("max(shop_up)", "ok", "97 %"),
        ("min(shop_up)", "no_data", "no data: the exporter is down, alive is 0"),
        ("nothing_like_it", "no_data", 'no data: the "alive" query gives no series'),
        ("shop_up", "error", 'the "alive" query gives 3 series; sum or filter them to one'),
    ],
)
async def test_a_number_counts_only_while_its_exporter_lives(url: str, alive: str, outcome: str, text: str) -> None:
    reading = await asked(url, query="vector(0.97)", alive=alive)
    assert (reading.outcome, reading.text) == (outcome, text)


@pytest.mark.parametrize(
    ("least", "volume", "outcome", "text"),
    [
        (200, "payments", "ok", "97 %"),
        (201, "payments", "no_data", "no data: volume 200 < 201"),
        (1, "nothing_like_it", "no_data", 'no data: the "volume" query gives no series'),
    ],
)
async def test_a_number_counts_only_when_it_rests_on_enough(
    url: str, least: int, volume: str, outcome: str, text: str
) -> None:
    reading = await asked(url, {"min_volume": least}, query="vector(0.97)", volume=volume)
    assert (reading.outcome, reading.text) == (outcome, text)


# --- the real one alone


@pytest.mark.real
async def test_an_exporter_that_dies_is_no_data_at_once_while_its_last_figures_live_on(prometheus: Prometheus) -> None:
    query = "avg_over_time(payments[5m]) / 200"
    alive = 'min(up{job="app"})'
    assert (await asked(prometheus.url, query=query, alive=alive)).outcome == "ok"
    prometheus.exporter.up = False
    try:
        until(lambda: finds(prometheus.url, "up==0"), "a failed scrape")
        guarded = await asked(prometheus.url, query=query, alive=alive)
        unguarded = await asked(prometheus.url, query=query)
    finally:
        prometheus.exporter.up = True
        until(lambda: finds(prometheus.url, "up==1"), "a good scrape")
    assert (guarded.outcome, guarded.text) == ("no_data", "no data: the exporter is down, alive is 0")
    assert unguarded.outcome == "ok"  # which is why there is a guard


@pytest.mark.real
def test_a_probe_whose_exporter_dies_turns_unknown_and_never_fails_or_stays_ok(prometheus: Prometheus) -> None:
    source = {"kind": "promql", "url": prometheus.url, "query": "avg_over_time(payments[5m]) / 200"}
    spec = probe(source | {"alive": 'min(up{job="app"})'}, CHECK, every="200ms", deadline="190ms", stale_after="20s")
    with running([spec], sampler()) as (_engine, watcher):
        watcher.until(lambda: watcher.words() == ["ok"])
        prometheus.exporter.up = False
        try:
            watcher.until(lambda: watcher.words() == ["ok", "unknown"])
        finally:
            prometheus.exporter.up = True
        assert "no data: the exporter is down, alive is 0, was ok" in watcher.seen[-1].verdict.text
        watcher.until(lambda: watcher.words() == ["ok", "unknown", "ok"])


# --- a messenger in trouble


async def test_a_dead_prometheus_is_unknown_not_failed() -> None:
    port = free_port()
    reading = await asked(f"http://127.0.0.1:{port}", query="vector(1)")
    assert (reading.outcome, reading.text) == ("error", f"connection refused at 127.0.0.1:{port}")


async def test_a_prometheus_that_hangs_is_unknown() -> None:
    with raw_server(silent) as url:
        spec = probe({"kind": "promql", "url": url, "query": "up"}, CHECK, deadline="200ms")
        reading = await read(spec)
    assert (reading.outcome, reading.text) == ("error", "no answer within 0.2 s")


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        (Reply(502, "<html>"), "status 502, and no answer of a Prometheus"),
        (Reply(200, "{}"), "status 200, and no answer of a Prometheus"),
        (Reply(302, "", {"Location": "/login"}), "status 302, and no answer of a Prometheus"),
        (Reply(200, "x" * 70_000), "the answer to the query is larger than 64 KiB; sum or filter it to one series"),
        (Reply(200, json.dumps(ANSWERS["odd"])), "the query gives no plain number but: vector"),
        (Reply(200, json.dumps(ANSWERS["histogram"])), "the query gives no plain number but: vector"),
        (Reply(200, '{"status": "success"}'), "the query gives no plain number but: nothing"),
    ],
)
async def test_what_is_no_answer_of_a_prometheus_is_unknown(reply: Reply, text: str) -> None:
    with serve(replies(reply)) as url:
        reading = await asked(url, query="up")
    assert (reading.outcome, reading.text) == ("error", text)


async def test_a_warning_makes_the_answer_unknown_and_its_words_are_masked() -> None:
    with serve(answer) as url:
        source = {"kind": "promql", "url": url, "query": "partial", "headers": {"Authorization": "${env:TOKEN}"}}
        reading = await read(probe(source, CHECK), {"TOKEN": "hunter2hunter2"})
    assert reading.outcome == "error"
    assert reading.text == "Prometheus warns about the query: store [redacted] did not answer"


async def test_a_path_before_the_api_is_kept_and_headers_are_sent() -> None:
    seen: list[Request] = []

    def behind_a_proxy(request: Request) -> Reply:
        seen.append(request)
        return Reply(body=json.dumps(vector("1")))

    with serve(behind_a_proxy) as url:
        source = {"kind": "promql", "url": f"{url}/prom/?tenant=a", "query": 'a{b="c d"} + 1', "headers": {"X-A": "b"}}
        assert (await read(probe(source, CHECK))).outcome == "ok"
    parts = urlsplit(seen[0].path)
    assert parts.path == "/prom/api/v1/query"
    assert parse_qs(parts.query) == {"tenant": ["a"], "query": ['a{b="c d"} + 1']}
    assert seen[0].headers["X-A"] == "b"


async def test_metadata_addresses_are_never_asked() -> None:
    spec = probe({"kind": "promql", "url": "http://prom.test", "query": "up"}, CHECK)
    reading = await read(spec, lookup=lambda _: ["169.254.169.254"])
    assert (reading.outcome, "link-local or metadata" in reading.text) == ("error", True)


@pytest.mark.parametrize(
    ("source", "check", "words"),
    [
        ({}, {"get": "status"}, 'has no "status"'),
        ({}, {"min_volume": 20}, 'needs a "volume" query'),
        ({"query": ""}, {}, "at least 1 character"),
        ({"alive": ""}, {}, "at least 1 character"),
    ],
)
def test_a_file_that_cannot_work_is_refused(source: dict[str, Any], check: dict[str, Any], words: str) -> None:
    spec = probe({"kind": "promql", "url": "${env:PROM_URL}", "query": "up"} | source, CHECK | check)
    with pytest.raises(ValueError, match=words):
        check_spec(spec)
