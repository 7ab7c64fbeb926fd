"""The websocket source against a real WebSocket server, and against what is none."""

import json
import logging
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from http_traps import Reply, free_port, hangs_up, not_http, raw_server, replies, silent
from http_traps import serve as serve_http
from probe_kit import probe, read
from warroom.core.probe import Reading
from warroom.probing.sources.table import check_spec

LATENCY = {"get": "latency_ms", "fail": "> 5000"}
Talk = Callable[[ServerConnection], Awaitable[None]]


async def echo(connection: ServerConnection) -> None:
    async for message in connection:
        await connection.send(message)


@asynccontextmanager
async def server(talk: Talk = echo) -> AsyncIterator[str]:
    async with serve(talk, "127.0.0.1", 0) as running:
        yield f"ws://127.0.0.1:{next(iter(running.sockets)).getsockname()[1]}"


async def asked(url: str, check: dict[str, Any] = LATENCY, deadline: str = "5s", **source: Any) -> Reading:
    return await read(probe({"kind": "websocket", "url": url} | source, check, deadline=deadline))


async def test_an_open_socket_is_well() -> None:
    async with server() as url:
        reading = await asked(url)
    assert (reading.outcome, reading.via) == ("ok", url.removeprefix("ws://"))
    assert isinstance(reading.value, float)


@pytest.mark.parametrize(
    ("get", "rule", "outcome", "value"),
    [
        ("json:$.pong", "> 5", "fail", 7),
        ("json:$.ping", "> 5", "no_data", None),
        ("count:$.list", "> 5", "ok", 2),
        ("body", '== ""', "ok", '{"pong": 7, "list": [1, 2]}'),
    ],
)
async def test_the_reply_is_read(get: str, rule: str, outcome: str, value: Any) -> None:
    said = json.dumps({"pong": 7, "list": [1, 2]})
    async with server() as url:
        reading = await asked(url, {"get": get, "fail": rule}, send=said)
    assert (reading.outcome, reading.value) == (outcome, value)


async def test_a_reply_that_is_no_json_is_no_data() -> None:
    async with server() as url:
        reading = await asked(url, {"get": "json:$.a", "fail": "> 5"}, send="pong")
    assert (reading.outcome, reading.text) == ("no_data", "no data: the reply is not JSON")


async def test_a_greeting_is_passed_over() -> None:
    async def greets(connection: ServerConnection) -> None:
        await connection.send("welcome")
        await echo(connection)

    async with server(greets) as url:
        reading = await asked(url, {"get": "body", "fail": '!= "ping"'}, send="ping", skip=1)
    assert reading.outcome == "ok"


async def test_headers_are_sent_and_secrets_never_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("websockets.server").setLevel(logging.WARNING)  # the test's own side

    async def tells(connection: ServerConnection) -> None:
        assert connection.request
        await connection.send(connection.request.headers["Authorization"])
        await connection.wait_closed()

    async with server(tells) as url:
        source = {"kind": "websocket", "url": url, "headers": {"Authorization": "Bearer ${env:TOKEN}"}}
        check = {"get": "body", "fail": '!= "Bearer hunter2hunter2"'}
        reading = await read(probe(source, check), {"TOKEN": "hunter2hunter2"})
    assert reading.outcome == "ok"
    assert "hunter2" not in reading.model_dump_json() + caplog.text


async def test_no_reply_is_a_failure() -> None:
    async def listens(connection: ServerConnection) -> None:
        await connection.wait_closed()

    async with server(listens) as url:
        reading = await asked(url, send="ping", deadline="300ms")
    assert (reading.outcome, reading.text) == ("fail", "no answer within 0.3 s")


async def test_a_socket_that_is_closed_before_its_reply_is_a_failure() -> None:
    async def leaves(connection: ServerConnection) -> None:
        await connection.close(1013, "try again later")

    async with server(leaves) as url:
        reading = await asked(url, {"get": "body", "fail": '== ""'})
    where = url.removeprefix("ws://")
    assert (reading.outcome, reading.text) == ("fail", f"the WebSocket at {where} was closed with code 1013")


async def test_a_message_of_any_size_is_not_swallowed() -> None:
    async def floods(connection: ServerConnection) -> None:
        await connection.send("x" * 1_000_000)
        await connection.wait_closed()

    async with server(floods) as url:
        reading = await asked(url, {"get": "body", "fail": '== ""'})
    assert reading.outcome == "fail"
    assert reading.text.endswith("the message is larger than 64 KiB")


# --- no socket


async def test_a_refusal_is_a_failure() -> None:
    with serve_http(replies(Reply(403))) as url:
        reading = await asked(url.replace("http", "ws"))
    assert (reading.outcome, reading.text) == ("fail", "status 403 instead of a WebSocket")


async def test_a_redirect_is_not_followed() -> None:
    async with server() as target:
        with serve_http(replies(Reply(302, headers={"Location": target}))) as url:
            reading = await asked(url.replace("http", "ws"))
    assert (reading.outcome, reading.text) == ("fail", "status 302 instead of a WebSocket")


async def test_a_refused_connection_is_a_failure() -> None:
    port = free_port()
    reading = await asked(f"ws://127.0.0.1:{port}")
    assert (reading.outcome, reading.text) == ("fail", f"connection refused at 127.0.0.1:{port}")


@pytest.mark.parametrize("talk", [not_http, hangs_up])
async def test_what_is_no_web_server_is_a_failure(talk: Callable[[socket.socket, Any], None]) -> None:
    with raw_server(talk) as url:
        reading = await asked(url.replace("http", "ws"))
    assert reading.outcome == "fail"


async def test_a_silent_server_is_a_failure_at_the_deadline() -> None:
    with raw_server(silent) as url:
        reading = await asked(url.replace("http", "ws"), deadline="300ms")
    assert (reading.outcome, reading.text) == ("fail", "no answer within 0.3 s")


async def test_a_certificate_that_nobody_vouches_for_is_a_failure() -> None:
    with serve_http(replies(Reply()), tls=True) as url:
        reading = await asked(url.replace("http", "ws"))
    assert (reading.outcome, reading.text) == ("fail", "certificate of 127.0.0.1 refused: self-signed certificate")


async def test_metadata_addresses_are_never_asked() -> None:
    source = {"kind": "websocket", "url": "ws://shop.test"}
    reading = await read(probe(source, LATENCY), lookup=lambda _: ["169.254.169.254"])
    assert (reading.outcome, "link-local or metadata" in reading.text) == ("error", True)


async def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "warroom.probing.socket_talk", None)
    reading = await asked("ws://127.0.0.1:1")
    text = "the websocket probe needs websockets: pip install 'warroom[websocket]'"
    assert (reading.outcome, reading.text) == ("error", text)


@pytest.mark.parametrize(
    ("url", "get", "words"),
    [
        ("http://shop.test", "latency_ms", "must begin like ws://host"),
        ("ws://me:pw@shop.test", "latency_ms", "must not hold a user or password"),
        ("ws://shop.test", "status", 'has no "status"'),
    ],
)
def test_a_file_that_cannot_work_is_refused(url: str, get: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check_spec(probe({"kind": "websocket", "url": url}, {"get": get, "fail": "> 1"}))
