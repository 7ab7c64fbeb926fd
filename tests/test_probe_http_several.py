"""The http source with several requests: phases of one, bursts, and scenarios that carry values over."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from http_traps import CERTIFICATE, Reply, Request, free_port, replies, serve
from nginx_kit import Nginx
from probe_kit import STATUS, probe, read, sampler
from warroom.core.probe import Reading
from warroom.probing.sources.table import check_source, check_spec
from warroom.probing.trust import tls_context


@pytest.fixture(scope="module")
def nginx() -> Iterator[Nginx]:
    with Nginx.start("blue") as started:
        yield started


# --- phases


async def test_a_latency_has_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    tls_context.cache_clear()
    parts = ("dns", "connect", "tls", "first_byte")
    try:
        with serve(replies(Reply()), tls=True) as url:
            source = {"kind": "http", "url": url.replace("127.0.0.1", "shop.test")}
            values = [await one_value(source, f"latency.{part}_ms") for part in parts]
            whole = await one_value(source, "latency_ms")
    finally:
        tls_context.cache_clear()
    assert all(isinstance(value, float) and value >= 0 for value in (*values, whole))


async def one_value(source: dict[str, Any], get: str) -> Any:
    return (await read(probe(source, {"get": get, "fail": "< 0"}), lookup=lambda _: ["127.0.0.1"])).value


async def test_parts_that_did_not_happen_are_no_data() -> None:
    with serve(replies(Reply())) as url:
        reading = await read(probe({"kind": "http", "url": url}, {"get": "latency.tls_ms", "fail": "> 100"}))
    assert (reading.outcome, reading.text) == ("no_data", "no data: latency.tls_ms is missing")


async def test_entries_are_counted() -> None:
    with serve(replies(Reply(body='{"incidents": [{"end": 1}, {}]}'))) as url:
        reading = await read(probe({"kind": "http", "url": url}, {"get": "count:$.incidents", "fail": "> 1"}))
    assert (reading.outcome, reading.value) == ("fail", 2)


# --- bursts


async def burst(url: str, size: int, *checks: dict[str, Any]) -> Reading:
    return await read(probe({"kind": "http", "url": url, "burst": size}, *checks))


async def test_a_burst_counts_statuses() -> None:
    asked = [0]

    def limited(_request: Request) -> Reply:
        asked[0] += 1
        return Reply(200 if asked[0] <= 10 else 503 if asked[0] % 2 else 429)

    with serve(limited) as url:
        for get, value in (
            ("statuses:200", 10), ("statuses:429", 15), ("statuses:5xx", 15), ("statuses:2xx", 10),
            ("statuses:404", 0), ("statuses:none", 0),
        ):  # fmt: skip
            asked[0] = 0
            assert (await burst(url, 40, {"get": get, "fail": "< 0"})).value == value


async def test_requests_of_a_burst_without_an_answer_count_as_none() -> None:
    asked = [0]

    def breaks(_request: Request) -> Reply:
        asked[0] += 1
        if asked[0] <= 3:
            raise ConnectionError
        return Reply()

    with serve(breaks) as url:
        reading = await burst(url, 8, {"get": "statuses:none", "fail": "> 2"})
    assert (reading.outcome, reading.value) == ("fail", 3)


async def test_unless_that_is_checked_a_burst_that_is_not_all_answered_is_a_failure() -> None:
    """A service that drops nine of ten answers with no 5xx."""
    asked = [0]

    def drops(_request: Request) -> Reply:
        asked[0] += 1
        if asked[0] > 2:
            raise ConnectionError
        return Reply()

    with serve(drops) as url:
        reading = await burst(url, 8, {"get": "statuses:5xx", "fail": "> 0"})
    assert (reading.outcome, reading.text.partition(":")[0]) == ("fail", "6 of 8 without an answer")


async def test_a_burst_against_nothing_is_a_failure() -> None:
    port = free_port()
    reading = await burst(f"http://127.0.0.1:{port}", 5, {"get": "statuses:429", "fail": "< 0"})
    assert (reading.outcome, reading.text) == ("fail", f"connection refused at 127.0.0.1:{port}")


@pytest.mark.real
async def test_a_limit_of_nginx_holds(nginx: Nginx) -> None:
    held = {"get": "statuses:429", "fail": "< 1"}
    broken = {"get": "statuses:5xx", "fail": "> 0"}
    assert (await burst(f"{nginx.url}/limited", 40, held, broken)).outcome == "ok"
    assert (await burst(f"{nginx.url}/", 40, held, broken)).outcome == "fail"


@pytest.mark.real
async def test_after_a_reload_of_nginx_no_answer_comes_from_the_old_release(nginx: Nginx) -> None:
    spec = probe({"kind": "http", "url": nginx.url}, {"get": "header:X-Release", "fail": '!= "green"'})
    asker = sampler()
    source = asker.open(spec)
    try:
        assert (await asker.sample(spec, source)).value == "blue"
        nginx.switch("green")
        assert [(await asker.sample(spec, source)).outcome for _ in range(10)] == ["ok"] * 10
    finally:
        await source.close()
        nginx.switch("blue")


# --- scenarios


class Shop:
    """Signs people in, tells them who they are, and signs them out."""

    def __init__(self) -> None:
        self.open: set[str] = set()
        self.asked: list[str] = []

    def __call__(self, request: Request) -> Reply:
        self.asked.append(f"{request.method} {request.path}")
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        match request.method, request.path:
            case "POST", "/login":
                if json.loads(request.body)["password"] != "correct-horse":
                    return Reply(401)
                self.open.add("t/1 ü")
                cookie = {"Set-Cookie": "sid=s-1; Path=/; HttpOnly", "X-Request": "r-9"}
                return Reply(200, json.dumps({"token": "t/1 ü", "user": {"id": 7}}), cookie)
            case "DELETE", "/session":
                self.open.clear()
                return Reply(204, b"")
            case "GET", path if path.startswith("/me"):
                if request.headers.get("Cookie") == "sid=s-1" or token == "r-9" or "t%2F1%20%C3%BC" in path:
                    return Reply(200 if self.open else 401, json.dumps({"id": 7, "orders": 3}))
                return Reply(401)
        return Reply(404)


LOGIN = {
    "url": "/login", "method": "POST", "body": '{"password": "${env:PASSWORD}"}',
    "save": {"token": "json:$.token", "user": "json:$.user.id", "sid": "cookie:sid", "request": "header:X-Request"},
}  # fmt: skip
LOGOUT = {"url": "/session", "method": "DELETE"}
ORDERS = {"get": "json:$.orders", "fail": "> 2"}


async def played(shop: Callable[[Request], Reply], *steps: dict[str, Any], check: dict[str, Any] = ORDERS) -> Reading:
    with serve(shop) as url:
        requests = [step | {"url": url + step["url"]} for step in steps]
        environ = {"PASSWORD": "correct-horse", "WRONG": "wrong-horse"}
        return await read(probe({"kind": "http", "request": requests}, check), environ)


@pytest.mark.parametrize(
    "me",
    [
        {"url": "/me?token=${token}"},
        {"url": "/me", "headers": {"Cookie": "sid=${sid}"}},
        {"url": "/me", "headers": {"Authorization": "Bearer ${request}"}},
    ],
)
async def test_values_are_carried_over(me: dict[str, Any]) -> None:
    reading = await played(Shop(), LOGIN, me)
    assert (reading.outcome, reading.value) == ("fail", 3)
    assert re.fullmatch(r"127\.0\.0\.1:\d+", reading.via)


async def test_a_whole_session_is_played_and_must_end() -> None:
    shop = Shop()
    wrong = {**LOGIN, "body": '{"password": "${env:WRONG}"}', "status": 401, "save": {}}
    me = {"url": "/me/${user}", "headers": {"Cookie": "sid=${sid}"}}
    reading = await played(
        shop, wrong, LOGIN, me, LOGOUT, me | {"status": 401}, check={"get": "latency_ms", "warn": "< 0"}
    )
    assert (reading.outcome, reading.text.startswith("latency_ms")) == ("ok", True)
    assert shop.asked == ["POST /login", "POST /login", "GET /me/7", "DELETE /session", "GET /me/7"]


@pytest.mark.parametrize(
    ("steps", "text"),
    [
        ([LOGIN | {"body": '{"password": "x"}'}, {"url": "/me"}], "request 1 of 2: status 401"),
        ([LOGIN, {"url": "/me"}], "request 2 of 2: status 401"),
        ([LOGIN, {"url": "/nowhere", "status": 200}], "request 2 of 2: status 404 instead of 200"),
        ([LOGIN | {"save": {"a": "json:$.tok"}}, {"url": "/me"}], "request 1 of 2: the answer has no json:$.tok"),
        ([LOGIN | {"save": {"a": "cookie:x"}}, {"url": "/me"}], "request 1 of 2: the answer has no cookie:x"),
        ([LOGIN | {"save": {"a": "json:$.user"}}, {"url": "/me"}], "request 1 of 2: the answer has no json:$.user"),
    ],
)
async def test_it_ends_at_the_request_that_is_not_answered_as_it_must_be(steps: list[Any], text: str) -> None:
    reading = await played(Shop(), *steps)
    assert (reading.outcome, reading.text) == ("fail", text)


async def test_the_status_of_the_last_may_be_the_checks_business() -> None:
    reading = await played(Shop(), LOGIN, {"url": "/me"}, check={"get": "status", "fail": "!= 401"})
    assert reading.outcome == "ok"


async def test_what_a_server_sends_cannot_become_a_header() -> None:
    def splits(_request: Request) -> Reply:
        return Reply(200, json.dumps({"token": "a\r\nX-Admin: 1"}))

    me = {"url": "/", "headers": {"Authorization": "${token}"}}
    reading = await played(splits, {"url": "/", "save": {"token": "json:$.token"}}, me)
    assert (reading.outcome, "not valid HTTP" in reading.text) == ("error", True)


# --- files


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({"url": "http://x", "request": [{"url": "http://x"}]}, "all else stands in the requests"),
        ({"request": []}, 'needs a "url"'),
        ({"request": [{"url": "http://x/${token}"}]}, 'request 1 uses "token"'),
        ({"request": [{"url": "http://x", "save": {"h": "header:X"}}, {"url": "http://${h}/"}]}, "which host is asked"),
        ({"request": [{"url": "http://x", "save": {"h": "body"}}]}, 'cannot save "body"'),
        ({"request": [{"url": "http://x", "save": {"h": "json:a"}}]}, "no JSON path"),
        ({"request": [{"url": "ftp://x"}]}, "must begin like"),
        ({"url": "http://x", "burst": 1}, "greater than or equal to 2"),
        ({"url": "http://x", "burst": 1000}, "less than or equal to 200"),
        ({"url": "http://x", "burst": 9, "follow_redirects": True}, "no burst"),
    ],
)
def test_a_wrong_source_is_refused(source: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check_source({"kind": "http"} | source)


@pytest.mark.parametrize("get", ["status", "statuses:4x", "statuses:700", "statuses:"])
def test_a_check_that_a_burst_cannot_feed_is_refused(get: str) -> None:
    with pytest.raises(ValueError, match="statuses:429"):
        check_spec(probe({"kind": "http", "url": "http://x", "burst": 9}, STATUS | {"get": get}))
