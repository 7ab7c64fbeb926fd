"""The http source against real servers, healthy and hostile: each ends in the right outcome, in time."""

import asyncio
import gzip
import logging
import socket
import subprocess
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from pydantic import ValidationError

from http_traps import (
    CERTIFICATE,
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
from warroom.probing.json_path import JsonPath
from warroom.probing.resolver import Resolver
from warroom.probing.sampling import measure_once
from warroom.probing.secrets import Secrets
from warroom.probing.sources.table import build, check_source, check_spec

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
            "headers": {"Content-Type": "application/json", "Host": "shop.test"},
        }  # fmt: skip
        asker, spec = sampler(), probe(source, STATUS)
        opened = asker.open(spec)
        for _ in range(2):
            assert (await asker.sample(spec, opened)).outcome == "ok"
        await opened.close()
    last = seen[1]
    assert (last.method, last.path, last.body) == ("POST", "/pay?probe=1", b'{"n": 1}')
    assert (last.headers["Host"], last.headers["Content-Type"]) == ("shop.test", "application/json")
    assert last.headers["Accept-Encoding"] == "identity"
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


# --- connections, names and addresses


async def test_after_a_switch_of_traffic_no_kept_connection_answers_for_the_old_release() -> None:
    """As behind a load balancer, a connection stays with the release to which it was made."""
    live = ["blue"]

    class Balanced(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            self.release = live[0]

        def do_GET(self) -> None:  # the name that http.server calls
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.send_header("X-Release", self.release)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name in http.server
            """Says nothing."""

    with serve(Balanced) as url:
        asker = sampler()
        spec = probe({"kind": "http", "url": url}, {"get": "header:X-Release", "fail": '== ""'})
        source = asker.open(spec)
        before = [(await asker.sample(spec, source)).value for _ in range(3)]
        live[0] = "green"
        afterwards = [(await asker.sample(spec, source)).value for _ in range(3)]
        await source.close()
    assert (before, afterwards) == (["blue"] * 3, ["green"] * 3)


async def test_a_name_that_is_not_found_is_a_failure() -> None:
    def lookup(_host: str) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    reading = await read(probe({"kind": "http", "url": "http://shop.test"}, STATUS), lookup=lookup)
    assert (reading.outcome, reading.text) == ("fail", "name not found: shop.test")


async def test_hanging_look_ups_delay_nobody_else() -> None:
    ended, asked = Event(), list[str]()

    def lookup(host: str) -> list[str]:
        asked.append(host)
        if host.startswith("dead"):
            ended.wait()
        return ["127.0.0.1"]

    with serve(replies(Reply())) as url:
        port = url.rpartition(":")[2]
        dead = [probe({"kind": "http", "url": f"http://dead{n % 4}.test"}, STATUS, deadline="400ms") for n in range(12)]
        healthy = probe({"kind": "http", "url": f"http://shop.test:{port}"}, STATUS, deadline="300ms")
        try:
            readings = await measure_once([*dead, healthy], sampler(lookup=lookup))
        finally:
            ended.set()
    assert [reading.outcome for _, reading in readings] == ["fail"] * 12 + ["ok"]
    assert len(asked) == 5  # one for each name, however many ask


async def test_the_next_address_of_a_name_is_tried() -> None:
    with serve(replies(Reply())) as url:
        source = {"kind": "http", "url": url.replace("127.0.0.1", "shop.test")}
        reading = await read(probe(source, STATUS), lookup=lambda _: ["::1", "127.0.0.1"])
    assert reading.outcome == "ok"


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "::ffff:169.254.169.254", "fe80::1", "fd00:ec2::254", "100.100.100.200", "fe80::1%eth0"],
)
async def test_metadata_addresses_are_never_asked(address: str) -> None:
    by_name = await read(probe({"kind": "http", "url": "http://shop.test"}, STATUS), lookup=lambda _: ["::1", address])
    assert by_name.outcome == "error"
    assert "link-local or metadata" in by_name.text
    if "%" not in address:
        host = f"[{address}]" if ":" in address else address
        assert (await read(probe({"kind": "http", "url": f"http://{host}/latest"}, STATUS))).text.endswith("do not ask")


async def test_a_certificate_that_nobody_vouches_for_is_a_failure() -> None:
    with serve(replies(Reply()), tls=True) as url:
        reading = await read(probe({"kind": "http", "url": url}, STATUS))
    assert (reading.outcome, reading.text) == ("fail", "certificate of 127.0.0.1 refused: self-signed certificate")


async def test_the_machines_own_roots_are_trusted_for_the_right_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    http_client.tls_context.cache_clear()
    try:
        with serve(replies(Reply()), tls=True) as url:
            named = [
                probe({"kind": "http", "url": url.replace("127.0.0.1", n)}, STATUS) for n in ("shop.test", "other.test")
            ]
            right, wrong = [await read(spec, lookup=lambda _: ["127.0.0.1"]) for spec in named]
    finally:
        http_client.tls_context.cache_clear()
    assert right.outcome == "ok"
    assert wrong.outcome == "fail"
    assert wrong.text.startswith("certificate of other.test refused: Hostname mismatch")


# --- secrets


async def test_a_missing_secret_is_named_and_blames_nobody() -> None:
    for source, words in (
        ({"url": "${env:SHOP_URL}"}, "environment variable SHOP_URL is not set"),
        ({"url": "http://x", "headers": {"A": "${file:/nowhere/token}"}}, "secret file /nowhere/token does not exist"),
    ):
        reading = await read(probe({"kind": "http"} | source, STATUS))
        assert reading.outcome == "error"
        assert reading.text.startswith(words)


async def test_secrets_are_sent_and_never_shown(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret_file = tmp_path / "token"
    secret_file.write_text("from-a-file\n")
    environ = {"TOKEN": "hunter2hunter2"}

    def echo(request: Request) -> Reply:
        return Reply(body=f"{request.path} {request.headers['Authorization']} {request.headers['X-File']}")

    with serve(echo) as url:
        source = {
            "kind": "http",
            "url": f"{url}/?token=${{env:TOKEN}}",
            "headers": {"Authorization": "Bearer ${env:TOKEN}", "X-File": f"${{file:{secret_file}}}"},
        }
        body = "/?token=hunter2hunter2 Bearer hunter2hunter2 from-a-file"
        reading = await read(probe(source, {"get": "body", "fail": f'== "{body}"'}), environ)
    assert reading.outcome == "fail"  # compared before it was masked
    for secret in ("hunter2", "from-a-file"):
        assert secret not in reading.model_dump_json() + caplog.text


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://user:correct-horse@127.0.0.1/", "url: a URL must not hold a user or password"),
        ("correct-horse://127.0.0.1/", "url: a URL must begin like"),
        ("http://correct-horse battery/", "url: a URL must not hold blanks"),
        ("http://[correct-horse/", "url: a URL must begin like"),
    ],
)
async def test_an_unusable_secret_url_is_told_without_showing_it(url: str, words: str) -> None:
    reading = await read(probe({"kind": "http", "url": "${env:SHOP_URL}"}, STATUS), {"SHOP_URL": url})
    assert reading.outcome == "error"
    assert reading.text.startswith(words)
    assert "correct-horse" not in reading.text


async def test_a_header_that_cannot_be_sent_is_told_without_showing_it() -> None:
    source = {"kind": "http", "url": "http://127.0.0.1:1", "headers": {"X": "${env:TOKEN}"}}
    with serve(replies(Reply())) as url:
        reading = await read(probe(source | {"url": url}, STATUS), {"TOKEN": "correct\nhorse"})
    assert (reading.outcome, reading.text) == ("error", "the URL or the headers of this probe are not valid HTTP")


def test_no_repr_or_error_shows_what_a_placeholder_stood_for() -> None:
    secrets = Secrets({"TOKEN": "hunter2hunter2"})
    resolved = secrets.resolve({"kind": "http", "url": "http://x/?t=${env:TOKEN}", "headers": {"A": "${env:TOKEN}"}})
    assert isinstance(resolved, dict)
    assert "hunter2" not in repr(check_source(resolved)) + repr(secrets)
    with pytest.raises(ValidationError) as error:
        check_source(resolved | {"url": "x://hunter2hunter2"})
    assert "hunter2" not in str(error.value)


# --- files


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({"kind": "htp"}, 'unknown kind "htp"; did you mean "http"'),
        ({"kind": "ftp4"}, "known are http, promql"),
        ({"kind": "http"}, "Field required"),
        ({"kind": "http", "url": "http://x", "uri": "y"}, "Extra inputs"),
        ({"kind": "http", "url": "ftp://x"}, "must begin like"),
        ({"kind": "http", "url": "http://"}, "must begin like"),
        ({"kind": "http", "url": "http://me:${env:PW}@x"}, "user or password"),
        ({"kind": "http", "url": "http://x:99999"}, "must begin like"),
        ({"kind": "http", "url": "${evn:URL}"}, 'did you mean "env"'),
        ({"kind": "http", "url": "http://x", "method": "DELETE"}, "'GET'"),
        ({"kind": "http", "url": "http://x", "body": "x"}, 'needs method = "POST"'),
        ({"kind": "http", "url": "http://x", "method": "POST", "follow_redirects": True}, "needs method"),
    ],
)
def test_a_wrong_source_is_refused(source: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check_source(source)


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ({"get": "staus"}, 'did you mean "status"'),
        ({}, 'has no "value"; write status'),
        ({"get": "header:"}, "write status"),
        ({"get": "json:a.b"}, "no JSON path"),
        ({"get": "json:$.a[?(@.b)]"}, "no JSON path"),
        ({"get": "json:$..a"}, "no JSON path"),
        ({"get": "status", "min_volume": 5}, "no volume"),
    ],
)
async def test_a_check_that_the_source_cannot_feed_is_refused(check: dict[str, Any], words: str) -> None:
    spec = probe({"kind": "http", "url": "http://x"}, {"fail": "> 1"} | check)
    with pytest.raises(ValueError, match=words.replace("?", ".")):
        check_spec(spec)
    assert (await read(spec)).outcome == "error"


def test_json_paths_have_steps() -> None:
    assert JsonPath.parse("$.a-b[0]['c d'][\"e\"]").steps == ("a-b", 0, "c d", "e")
    with pytest.raises(ValueError, match="no JSON path"):
        JsonPath.parse("a")


def test_validating_files_does_not_load_the_http_client() -> None:
    code = "import sys; import warroom.probing.sources.table; print(sys.modules.keys() & {'httpx', 'httpcore'})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout == "set()\n"


async def test_a_source_can_be_closed_in_the_middle_of_a_sample() -> None:
    with raw_server(silent) as url:
        spec = probe({"kind": "http", "url": url}, STATUS)
        source = build(spec, Secrets({}), Resolver())
        measuring = asyncio.create_task(source.measure())
        await asyncio.sleep(0)
        measuring.cancel()
        await source.close()
        with pytest.raises(asyncio.CancelledError):
            await measuring
