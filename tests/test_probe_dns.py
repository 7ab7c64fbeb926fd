"""The dns source against a small server on loopback, over UDP and TCP."""

import sys
from typing import Any

import pytest

from dns_kit import dns_server
from http_traps import free_port
from probe_kit import probe, read
from warroom.core.probe import Reading
from warroom.probing.sources.table import check_spec

ZONE = {
    ("shop.test.", "A"): ["60 A 192.0.2.7", "30 A 192.0.2.5"],
    ("www.shop.test.", "A"): ["300 CNAME shop.cdn.test.", "20 A 192.0.2.9"],
    ("www.shop.test.", "CNAME"): ["300 CNAME shop.cdn.test."],
    ("shop.test.", "TXT"): ['60 TXT "v=spf1 " "-all"'],
    ("empty.test.", "A"): [],
    ("large.test.", "TXT"): [f'60 TXT "{number:04} {"x" * 200}"' for number in range(20)],
}
CHECK = {"get": "count", "fail": "< 1"}


async def asked(port: int, name: str, kind: str, check: dict[str, Any] = CHECK, deadline: str = "5s") -> Reading:
    source = {"kind": "dns", "name": name, "type": kind, "server": "127.0.0.1", "port": port}
    return await read(probe(source, check, deadline=deadline))


@pytest.mark.parametrize(
    ("name", "kind", "get", "value"),
    [
        ("shop.test", "A", "answers", "192.0.2.5, 192.0.2.7"),
        ("shop.test", "A", "count", 2),
        ("shop.test", "A", "ttl", 30),
        ("www.shop.test", "A", "answers", "192.0.2.9"),
        ("www.shop.test", "A", "ttl", 20),
        ("www.shop.test", "CNAME", "answers", "shop.cdn.test"),
        ("shop.test", "TXT", "answers", "v=spf1 -all"),
        ("large.test", "TXT", "count", 20),
        ("empty.test", "A", "count", 0),
        ("none.test", "A", "rcode", "NXDOMAIN"),
    ],
)
async def test_records_are_read(name: str, kind: str, get: str, value: Any) -> None:
    async with dns_server(ZONE) as port:
        rule = '== ""' if isinstance(value, str) else "< 0"
        reading = await asked(port, name, kind, {"get": get, "fail": rule})
    assert (reading.outcome, reading.value, reading.via) == ("ok", value, f"127.0.0.1:{port}")


@pytest.mark.parametrize(
    ("name", "text"), [("none.test", "A of none.test: NXDOMAIN"), ("empty.test", "A of empty.test: no such record")]
)
async def test_a_name_without_a_record_is_a_failure(name: str, text: str) -> None:
    async with dns_server(ZONE) as port:
        reading = await asked(port, name, "A", {"get": "answers", "fail": '== "192.0.2.66"'})
    assert (reading.outcome, reading.text) == ("fail", text)


async def test_a_lost_packet_is_no_failure() -> None:
    async with dns_server(ZONE, lost=1) as port:
        assert (await asked(port, "shop.test", "A", deadline="900ms")).outcome == "ok"


async def test_a_silent_server_is_a_failure() -> None:
    async with dns_server(ZONE, lost=99) as port:
        reading = await asked(port, "shop.test", "A", deadline="300ms")
    assert reading.outcome == "fail"
    assert reading.text.startswith("no answer")


async def test_a_dead_server_is_a_failure() -> None:
    reading = await asked(free_port(), "shop.test", "A", deadline="300ms")
    assert reading.outcome == "fail"
    assert reading.text.startswith("no answer")


async def test_what_is_no_dns_is_a_failure() -> None:
    async with dns_server(ZONE, lambda wire: wire[:2] + b"nonsense") as port:
        reading = await asked(port, "shop.test", "A", deadline="900ms")
    assert reading.outcome == "fail"


async def test_metadata_addresses_are_never_asked() -> None:
    reading = await read(probe({"kind": "dns", "name": "shop.test", "server": "169.254.169.254"}, CHECK))
    assert (reading.outcome, "link-local or metadata" in reading.text) == ("error", True)


async def test_a_name_that_is_none_is_told() -> None:
    reading = await read(probe({"kind": "dns", "name": "a..b", "server": "127.0.0.1"}, CHECK))
    assert (reading.outcome, reading.text) == ("error", "a..b is no name that a DNS server could be asked for")


async def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "warroom.probing.dns_query", None)
    reading = await asked(1, "shop.test", "A")
    assert (reading.outcome, reading.text) == ("error", "the dns probe needs dnspython: pip install 'warroom[dns]'")


def test_a_check_that_cannot_work_is_refused() -> None:
    with pytest.raises(ValueError, match='did you mean "answers"'):
        check_spec(probe({"kind": "dns", "name": "shop.test"}, {"get": "answer", "fail": '== ""'}))
