"""The redis source against a real Redis, and against what is none."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from database_kit import PASSWORD, redis
from http_traps import free_port, hangs_up, raw_server, silent
from probe_kit import probe, read
from tls_kit import Pair, tls_server
from warroom.core.probe import Reading
from warroom.probing.sources.table import check_source, check_spec

CHECK = {"get": "value", "fail": "> 5"}


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    """A Redis with some keys, the user `probe` who may read, and no other; gives its port."""
    with redis(
        f"ACL SETUSER probe on >{PASSWORD} ~* +@read +@connection +info +dbsize",
        "RPUSH queue:sms a b c d e f g",
        "SET city Dhaka",
        "SET depth 4.5",
        f"SET large {'x' * 70_000}",
        "HSET queue:meta kept 1",
        "SELECT 3",
        "SET other 1",
    ) as port:
        yield port


async def asked(port: int, *command: str, check: dict[str, Any] = CHECK, path: str = "", **source: Any) -> Reading:
    written = {"kind": "redis", "url": f"redis://127.0.0.1:{port}{path}", "password": "${env:PW}"}
    fields = {name: source.pop(name) for name in ("deadline",) if name in source}
    if command[0].upper() == "LLEN":
        source = {"alive": "queue:meta"} | source
    return await read(probe(written | {"command": list(command)} | source, check, **fields), {"PW": PASSWORD})


@pytest.mark.real
@pytest.mark.parametrize(
    ("command", "outcome", "value"),
    [
        ("LLEN queue:sms", "fail", 7),
        ("llen queue:sms", "fail", 7),
        ("LLEN queue:done", "ok", 0),
        ("GET depth", "ok", 4.5),
        ("GET nothing", "no_data", None),
        ("GET city", "no_data", None),
        ("GET large", "error", None),
        ("GET queue:sms", "error", None),
        ("EXISTS city", "ok", 1),
        ("DBSIZE", "ok", 5),
        ("HGET queue:meta kept", "ok", 1),
        ("TTL city", "ok", -1),
        ("TTL nothing", "no_data", None),  # it says -2, which is below any limit
    ],
)
async def test_one_value_is_read(server: int, command: str, outcome: str, value: Any) -> None:
    reading = await asked(server, *command.split())
    assert (reading.outcome, reading.value, reading.via) == (
        outcome, value, f"127.0.0.1:{server}" if outcome != "error" else "",
    )  # fmt: skip


@pytest.mark.real
async def test_the_queue_of_a_mistyped_name_is_no_data_when_something_must_be_there(server: int) -> None:
    """To Redis it is as empty as one that was worked off."""
    there = await asked(server, "LLEN", "queue:done", alive="queue:meta")
    naive = await asked(server, "LLEN", "queue:smss", alive="queue:meta")
    mistyped = await asked(server, "LLEN", "queue:smss", alive="queue:smss")
    assert (there.outcome, there.value) == (naive.outcome, naive.value) == ("ok", 0)
    assert (mistyped.outcome, mistyped.text) == ("no_data", "no data: there is no key queue:smss")


@pytest.mark.real
async def test_texts_and_fields_of_info_are_read(server: int) -> None:
    kind = await asked(server, "TYPE", "queue:sms", check={"get": "value", "fail": '!= "list"'})
    role = await asked(server, "INFO", "replication", check={"get": "info:role", "fail": '!= "master"'})
    clients = await asked(server, "INFO", check={"get": "info:blocked_clients", "fail": "> 0"})
    none = await asked(server, "INFO", check={"get": "info:blocked_client", "fail": "> 0"})
    assert (kind.outcome, role.outcome, clients.value, none.outcome) == ("ok", "ok", 0, "no_data")


@pytest.mark.real
async def test_a_database_and_a_user_are_chosen(server: int) -> None:
    assert (await asked(server, "DBSIZE", path="/3")).value == 1
    assert (await asked(server, "DBSIZE", path="/99")).text == "Redis refuses: ERR DB index is out of range"
    assert (await asked(server, "LLEN", "queue:sms", user="probe")).value == 7
    source = {"kind": "redis", "url": "${env:REDIS_URL}", "command": ["DBSIZE"]}
    url = f"redis://probe:{PASSWORD}@127.0.0.1:{server}/3"
    assert (await read(probe(source, CHECK), {"REDIS_URL": url})).value == 1


@pytest.mark.real
async def test_a_wrong_password_is_unknown_and_never_shown(server: int) -> None:
    source = {"kind": "redis", "url": f"redis://127.0.0.1:{server}", "password": "${env:PW}", "command": ["DBSIZE"]}
    reading = await read(probe(source, CHECK), {"PW": "wrong-horse-battery"})
    assert reading.outcome == "error"
    assert reading.text.startswith("Redis refuses: WRONGPASS")
    assert "wrong-horse" not in reading.model_dump_json()


# --- what is no Redis


def says(text: bytes) -> Callable[[socket.socket, Event], None]:
    return lambda client, _ended: client.sendall(text)


@pytest.mark.parametrize(
    ("talk", "text"),
    [
        (says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "no answer of a Redis from shop.test:PORT"),
        (says(b":many\r\n"), "no answer of a Redis from shop.test:PORT"),
        (says(b"$5\r\nab"), "connection to shop.test:PORT lost"),
        (says(b"+" + b"x" * 200_000), "no answer of a Redis from shop.test:PORT"),
        (says(b"$99999999\r\n"), "the answer is larger than 64 KiB"),
        (hangs_up, "connection to shop.test:PORT lost"),
        (silent, "no answer within 0.3 s"),
    ],
)
async def test_what_is_no_answer_of_a_redis_is_unknown(talk: Any, text: str) -> None:
    with raw_server(talk) as url:
        port = url.rpartition(":")[2]
        source = {"kind": "redis", "url": f"redis://shop.test:{port}", "command": ["DBSIZE"]}
        reading = await read(probe(source, CHECK, deadline="300ms"), lookup=lambda _: ["127.0.0.1"])
    assert (reading.outcome, reading.text) == ("error", text.replace("PORT", port))


async def test_a_dead_redis_is_unknown() -> None:
    port = free_port()
    reading = await asked(port, "DBSIZE")
    assert (reading.outcome, reading.text) == ("error", f"connection refused at 127.0.0.1:{port}")


async def test_with_tls_the_certificate_counts() -> None:
    certificate = Path(__file__).parent / "certificates" / "shop.test.pem"
    with tls_server(Pair(certificate, certificate.with_suffix(".key"))) as port:
        source = {"kind": "redis", "url": f"rediss://shop.test:{port}", "command": ["DBSIZE"]}
        reading = await read(probe(source, CHECK), lookup=lambda _: ["127.0.0.1"])
    assert reading.text == "certificate of shop.test refused: self-signed certificate"


async def test_metadata_addresses_are_never_asked() -> None:
    source = {"kind": "redis", "url": "redis://cache.test", "command": ["DBSIZE"]}
    reading = await read(probe(source, CHECK), lookup=lambda _: ["169.254.169.254"])
    assert (reading.outcome, "link-local or metadata" in reading.text) == ("error", True)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({"command": ["FLUSHALL"]}, "is no command that probes send"),
        ({"command": ["BLPOP", "queue", "0"]}, "is no command that probes send"),
        ({"command": ["LLENN", "queue"]}, 'did you mean "LLEN"'),
        ({"command": ["LLEN"]}, "LLEN takes 1 arguments"),
        ({"command": []}, "at least 1"),
        ({"command": ["LLEN", "queue"]}, 'LLEN of a mistyped key is 0: name in "alive"'),
        ({"command": ["xlen", "queue"]}, 'XLEN of a mistyped key is 0: name in "alive"'),
        ({"command": ["ZCOUNT", "jobs", "0", "9"]}, 'ZCOUNT of a mistyped key is 0: name in "alive"'),
        ({"url": "http://cache"}, "must begin like redis://host"),
        ({"url": "redis://cache/main"}, "number of a database"),
    ],
)
def test_a_file_that_cannot_work_is_refused(source: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check_source({"kind": "redis", "url": "redis://cache", "command": ["DBSIZE"]} | source)


def test_a_check_that_cannot_work_is_refused() -> None:
    source = {"kind": "redis", "url": "redis://cache", "command": ["INFO"]}
    with pytest.raises(ValueError, match="info:FIELD"):
        check_spec(probe(source, CHECK))
