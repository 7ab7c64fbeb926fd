"""The http source against real servers, healthy and hostile: each ends in the right outcome, in time."""

import gzip
import socket
import tracemalloc
from collections.abc import Callable
from threading import Event

import pytest

from http_traps import (
    Reply,
    Request,
    dripping,
    endless,
    endless_headers,
    free_port,
    hangs_up,
    not_http,
    raw_server,
    replies,
    serve,
    silent,
)
from probe_kit import STATUS, probe, read, sampler
from warroom.core.probe import Reading
from warroom.core.rules import Value
from warroom.probing import http_client

LATENCY = {"get": "latency_ms", "unit": "ms", "fail": "> 60000"}


async def got(reply: Reply, get: str, fail: str = "> 5") -> Reading:
    """What one check reads from one answer."""
    with serve(replies(reply)) as url:
        return await read(probe({"kind": "http", "url": url}, {"get": get, "fail": fail}))


# --- values


async def test_reads_status_and_latency() -> None:
    with serve(replies(Reply())) as url:
        reading = await read(probe({"kind": "http", "url": url}, STATUS, LATENCY))
        address = url.removeprefix("http://")
    assert (reading.outcome, reading.value, reading.text, reading.via) == ("ok", 200, "status 200", address)
    latency = await got(Reply(), "latency_ms", "> 60000")
    assert isinstance(latency.value, float)
    assert 0 < latency.value <= latency.took_us / 1000


@pytest.mark.parametrize(
    ("path", "body", "outcome", "value"),
    [
        ("$.a.b", '{"a": {"b": 7}}', "fail", 7),
        ("$.list[1].load", '{"list": [{}, {"load": 0.5}]}', "ok", 0.5),
        ("$['queue depth']", '{"queue depth": 3}', "ok", 3),
        ("$", "4", "ok", 4),
        ("$.a", '{"a": "17"}', "fail", 17.0),
        ("$.a", "{}", "no_data", None),
        ("$.a", '{"a": null}', "no_data", None),
        ("$.a", '{"a": NaN}', "no_data", None),
        ("$.a", '{"a": -Infinity}', "no_data", None),
        ("$.a", '{"a": 1e999}', "no_data", None),
        ("$.a", '{"a": {"b": 9}}', "no_data", None),
        ("$.a[0]", '{"a": "9"}', "no_data", None),
        ("$.a[9]", '{"a": []}', "no_data", None),
        ("$.a", "<html>", "no_data", None),
        ("$.a", "", "no_data", None),
        ("$.a", "[" * 60_000, "no_data", None),
        ("$.a", b"\xff\xfe\xff", "no_data", None),
    ],
)
async def test_reads_json(path: str, body: str | bytes, outcome: str, value: Value) -> None:
    reading = await got(Reply(body=body), f"json:{path}")
    assert (reading.outcome, reading.value) == (outcome, value)


async def test_says_why_a_json_value_is_missing() -> None:
    assert (await got(Reply(body="<html>"), "json:$.a")).text == "no data: the body is not JSON"
    assert (await got(Reply(), "json:$.a")).text == "no data: json:$.a is missing"
    assert (await got(Reply(body='{"a": NaN}'), "json:$.a")).text.startswith("no data: json:$.a is nan, which")


async def test_reads_headers_and_body() -> None:
    reply = Reply(body="pong\n", headers={"X-Queue": "17", "X-Release": "green"})
    assert (await got(reply, "header:x-queue")).outcome == "fail"
    assert (await got(reply, "header:X-Release", '!= "green"')).outcome == "ok"
    assert (await got(reply, "header:X-Other")).outcome == "no_data"
    assert (await got(reply, "body", '!= "pong"')).outcome == "ok"


async def test_a_long_text_is_compared_whole_and_kept_short() -> None:
    reading = await got(Reply(body="x" * 5000), "body", f'== "{"x" * 5000}"')
    assert reading.outcome == "fail"
    assert isinstance(reading.value, str)
    assert len(reading.value) == 1000
    assert len(reading.text) <= 300


async def test_sends_what_the_file_says_and_nothing_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    seen: list[Request] = []

    def answer(request: Request) -> Reply:
        seen.append(request)
        return Reply(headers={"Set-Cookie": "backend=blue"})

    with serve(answer) as url:
        source = {
            "kind": "http", "url": f"{url}/pay?probe=1", "method": "POST", "body": '{"n": 1}',
            "headers": {"Content-Type": "application/json", "Host": "shop.test", "Connection": "keep-alive"},
        }  # fmt: skip
        asker, spec = sampler(), probe(source, STATUS)
        opened = asker.open(spec)
        for _ in range(2):
            assert (await asker.sample(spec, opened)).outcome == "ok"
        await opened.close()
    last = seen[1]
    assert (last.method, last.path, last.body) == ("POST", "/pay?probe=1", b'{"n": 1}')
    assert (last.headers["Host"], last.headers["Content-Type"]) == ("shop.test", "application/json")
    assert (last.headers["Accept-Encoding"], last.headers["Connection"]) == ("identity", "close")
    assert "Cookie" not in last.headers  # it would stick to one backend


# --- what is the target's failure, and what is not


@pytest.mark.parametrize("status", [301, 404, 500, 503])
async def test_without_a_check_of_the_status_a_bad_one_is_a_failure(status: int) -> None:
    reading = await got(Reply(status, '{"a": 1}'), "json:$.a")
    assert (reading.outcome, reading.text) == ("fail", f"status {status}")


async def test_with_a_check_of_the_status_it_is_the_checks_business() -> None:
    assert (await got(Reply(404), "status", "!= 404")).outcome == "ok"


async def test_a_refused_connection_is_a_failure() -> None:
    port = free_port()
    reading = await read(probe({"kind": "http", "url": f"http://127.0.0.1:{port}/health"}, STATUS))
    assert (reading.outcome, reading.text) == ("fail", f"connection refused at 127.0.0.1:{port}")


async def test_a_probe_may_say_that_trouble_is_no_failure() -> None:
    source = {"kind": "http", "url": f"http://127.0.0.1:{free_port()}"}
    assert (await read(probe(source, STATUS, on_trouble="unknown"))).outcome == "error"


@pytest.mark.parametrize("talk", [dripping, silent])
async def test_the_deadline_is_total(talk: Callable[[socket.socket, Event], None]) -> None:
    with raw_server(talk) as url:
        reading = await read(probe({"kind": "http", "url": url}, STATUS, deadline="300ms"))
    assert (reading.outcome, reading.text) == ("fail", "no answer within 0.3 s")


@pytest.mark.parametrize(
    ("talk", "words"),
    [(not_http, "no HTTP answer"), (hangs_up, "no HTTP answer"), (endless_headers, "no HTTP answer")],
)
async def test_what_is_no_answer_is_a_failure(talk: Callable[[socket.socket, Event], None], words: str) -> None:
    with raw_server(talk) as url:
        reading = await read(probe({"kind": "http", "url": url}, STATUS))
    assert reading.outcome == "fail"
    assert reading.text.startswith(words)


async def test_an_endless_body_is_cut() -> None:
    with raw_server(endless) as url:
        source = {"kind": "http", "url": url}
        assert (await read(probe(source, STATUS))).outcome == "ok"
        reading = await read(probe(source, {"get": "json:$.a", "fail": "> 5"}))
    assert (reading.outcome, reading.text) == ("no_data", "no data: the body is larger than 64 KiB")


async def test_a_compressed_body_is_never_unpacked() -> None:
    bomb = gzip.compress(b"0" * 30_000_000)
    assert len(bomb) < http_client.BODY_LIMIT
    reading = await got(Reply(body=bomb, headers={"Content-Encoding": "gzip"}), "json:$")
    assert (reading.outcome, reading.text) == (
        "no_data",
        "no data: the body is compressed (gzip), though that was declined",
    )


@pytest.mark.parametrize("packed", [True, False])
async def test_no_more_than_a_little_of_a_body_is_ever_held(packed: bool) -> None:
    bomb = Reply(body=gzip.compress(b"0" * 30_000_000), headers={"Content-Encoding": "gzip"})
    with serve(replies(bomb)) if packed else raw_server(endless) as url:
        spec = probe({"kind": "http", "url": url}, {"get": "json:$", "fail": "> 5"})
        await read(spec)  # what is loaded once does not count
        tracemalloc.start()
        try:
            reading = await read(spec)
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert reading.outcome == "no_data"
    assert most < 2_000_000


async def test_a_packed_text_is_not_taken_for_another_text() -> None:
    page = Reply(body=gzip.compress(b"closed for repairs"), headers={"Content-Encoding": "gzip"})
    assert (await got(page, "body", '== "closed for repairs"')).outcome == "no_data"


# --- redirects


def redirecting(asked: list[str], target: str) -> Callable[[Request], Reply]:
    def answer(request: Request) -> Reply:
        asked.append(request.path)
        return Reply(302, headers={"Location": target}) if request.path == "/" else Reply()

    return answer


async def test_a_redirect_is_not_followed() -> None:
    asked: list[str] = []
    with serve(redirecting(asked, "/login")) as url:
        reading = await read(probe({"kind": "http", "url": f"{url}/"}, STATUS))
    assert (reading.value, asked) == (302, ["/"])


async def test_a_redirect_is_followed_when_asked_for() -> None:
    asked: list[str] = []
    with serve(redirecting(asked, "/health")) as url:
        source = {"kind": "http", "url": f"{url}/", "follow_redirects": True}
        assert (await read(probe(source, STATUS))).value == 200
    assert asked == ["/", "/health"]


async def test_no_redirect_leads_to_another_host_or_for_ever() -> None:
    asked: list[str] = []
    with serve(redirecting(asked, "/")) as other, serve(redirecting([], f"{other}/health")) as url:
        source = {"kind": "http", "url": f"{url}/", "follow_redirects": True}
        reading = await read(probe(source, STATUS))
        assert (reading.outcome, reading.text) == ("fail", f"redirects to another host, {other}")
        assert asked == []
        looping = await read(probe(source | {"url": f"{other}/"}, STATUS))
    assert (looping.outcome, looping.text) == ("fail", "more than 5 redirects")
