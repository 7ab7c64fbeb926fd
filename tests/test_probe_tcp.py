"""The tcp source against ports that answer, hang up, stay silent, or are not there."""

import asyncio
import socket
from collections.abc import Callable
from threading import Event
from typing import Any

import pytest

from http_traps import free_port, raw_server, silent
from probe_kit import probe, read
from warroom.core.probe import Reading

Talk = Callable[[socket.socket, Event], None]
LATENCY = {"get": "latency_ms", "fail": "> 5000"}


def says(text: bytes) -> Talk:
    return lambda client, _ended: client.sendall(text)


async def seen(talk: Talk, check: dict[str, Any] = LATENCY, deadline: str = "5s", **source: Any) -> Reading:
    with raw_server(talk) as url:
        port = int(url.rpartition(":")[2])
        written = {"kind": "tcp", "host": "shop.test", "port": port, "send": "hello\r\n"} | source
        return await read(probe(written, check, deadline=deadline), lookup=lambda _: ["::1", "127.0.0.1"])


async def test_a_port_that_takes_connections_is_well() -> None:
    reading = await seen(silent, send="")
    assert reading.outcome == "ok"
    assert reading.via.startswith("shop.test:")
    assert isinstance(reading.value, float)


async def test_a_refused_connection_is_a_failure() -> None:
    port = free_port()
    reading = await read(probe({"kind": "tcp", "host": "127.0.0.1", "port": port}, LATENCY))
    assert (reading.outcome, reading.text) == ("fail", f"connection refused at 127.0.0.1:{port}")


async def test_the_banner_is_a_value() -> None:
    reading = await seen(says(b"SSH-2.0-OpenSSH_9.2\r\nmore"), {"get": "banner", "fail": '!= "SSH-2.0-OpenSSH_9.2"'})
    assert (reading.outcome, reading.value) == ("ok", "SSH-2.0-OpenSSH_9.2")


@pytest.mark.parametrize(
    ("talk", "outcome", "text"),
    [
        (says(b"+PONG\r\n"), "ok", ""),
        (says(b"+PO"), "fail", 'says "+PO" and not "+PONG"'),
        (says(b"-NOAUTH\r\n"), "fail", 'says "-NOAUTH" and not "+PONG"'),
        (says(b""), "fail", "hangs up without a word"),
        (silent, "fail", "no answer within 0.4 s"),
    ],
)
async def test_what_is_expected_must_come_first(talk: Talk, outcome: str, text: str) -> None:
    reading = await seen(talk, expect="+PONG", deadline="400ms")
    assert reading.outcome == outcome
    assert reading.text == text or outcome == "ok"


async def test_what_is_expected_need_not_end_a_line() -> None:
    def greets(client: socket.socket, ended: Event) -> None:
        client.sendall(b"220 ready")
        ended.wait()

    assert (await seen(greets, expect="220")).outcome == "ok"


async def test_an_endless_line_is_cut() -> None:
    def endless(client: socket.socket, ended: Event) -> None:
        while not ended.is_set():
            client.sendall(b"x" * 4096)

    reading = await seen(endless, {"get": "banner", "fail": '== ""'})
    assert (reading.outcome, len(str(reading.value))) == ("ok", 1000)


async def test_it_hears_what_was_sent() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readline())
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        source = {"kind": "tcp", "host": "127.0.0.1", "port": port, "send": "${env:WORD}\r\n"}
        reading = await read(
            probe(source, {"get": "banner", "fail": '!= "hunter2hunter2"'}), {"WORD": "hunter2hunter2"}
        )
    assert (reading.outcome, reading.value) == ("ok", "[redacted]")


async def test_metadata_addresses_are_never_asked() -> None:
    source = {"kind": "tcp", "host": "shop.test", "port": 80}
    reading = await read(probe(source, LATENCY), lookup=lambda _: ["127.0.0.1", "169.254.169.254"])
    assert (reading.outcome, "link-local or metadata" in reading.text) == ("error", True)
