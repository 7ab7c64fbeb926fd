"""The tls source against servers with good and bad certificates, and with old versions."""

from collections.abc import Iterator
from pathlib import Path
from ssl import TLSVersion
from typing import Any

import pytest

from http_traps import CERTIFICATE, free_port, hangs_up, not_http, raw_server, silent
from probe_kit import probe, read
from tls_kit import Authority, Pair, tls_server
from warroom.core.probe import Reading
from warroom.probing import tls_handshake
from warroom.probing.sources.table import check_spec

SHOP = Pair(CERTIFICATE, CERTIFICATE.with_suffix(".key"))  # its own issuer
DAYS = {"get": "tls.days_left", "fail": "< 7"}
LOOPBACK: Any = {"lookup": lambda _name: ["127.0.0.1"]}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def good(authority: Authority) -> Pair:
    return authority.issue("shop.test", days=(-30, 60))


@pytest.fixture
def modern(good: Pair) -> Iterator[int]:
    with tls_server(good, (TLSVersion.TLSv1_3, TLSVersion.TLSv1_3)) as port:
        yield port


async def seen(
    port: int, *checks: dict[str, Any], root: Path | None = None, host: str = "shop.test", **source: Any
) -> Reading:
    written = {"kind": "tls", "host": host, "port": port, "ca_file": str(root or "")} | source
    return await read(probe(written, *checks), **LOOPBACK)


@pytest.mark.real
@pytest.mark.parametrize(
    ("get", "rule", "value"),
    [
        ("tls.days_left", "< 7", 60),
        ("tls.left_fraction", "< 0.33", 2 / 3),
        ("tls.version", '== ""', "1.3"),
        ("tls.issuer", '== ""', "Test Root"),
        ("tls.names", '== ""', "shop.test, www.shop.test"),
        ("tls.verified", "== false", True),
    ],
)
async def test_a_good_certificate_tells_all(modern: int, authority: Authority, get: str, rule: str, value: Any) -> None:
    reading = await seen(modern, {"get": get, "fail": rule}, root=authority.root)
    assert (reading.outcome, reading.via) == ("ok", f"shop.test:{modern}")
    assert reading.value == (pytest.approx(value, abs=0.01) if isinstance(value, float | int) else value)


@pytest.mark.real
async def test_a_certificate_that_ends_soon_is_measured(authority: Authority) -> None:
    with tls_server(authority.issue("shop.test", days=(-88, 2))) as port:
        reading = await seen(port, DAYS, root=authority.root)
        share = await seen(port, {"get": "tls.left_fraction", "warn": "< 0.33"}, root=authority.root)
    assert reading.outcome == "fail"
    assert reading.value == pytest.approx(2, abs=0.01)
    assert share.outcome == "warn"
    assert share.value == pytest.approx(2 / 90, abs=0.001)


@pytest.mark.real
async def test_an_expired_certificate_is_a_failure_and_can_still_be_read(authority: Authority) -> None:
    with tls_server(authority.issue("shop.test", days=(-90, -3))) as port:
        refused = await seen(port, DAYS, root=authority.root)
        looked_at = await seen(port, DAYS, {"get": "tls.verified", "warn": "== false"}, root=authority.root)
    assert (refused.outcome, refused.text) == (
        "fail",
        "certificate of shop.test refused: certificate has expired",
    )
    assert looked_at.outcome == "fail"
    assert looked_at.value == pytest.approx(-3, abs=0.01)


@pytest.mark.real
async def test_a_certificate_for_another_name_is_a_failure(authority: Authority, good: Pair) -> None:
    with tls_server(good) as port:
        wrong = await seen(port, DAYS, root=authority.root, host="pay.test")
        named = await seen(port, DAYS, root=authority.root, host="pay.test", servername="www.shop.test")
    assert wrong.outcome == "fail"
    assert wrong.text.startswith("certificate of pay.test refused: Hostname mismatch")
    assert named.outcome == "ok"


async def test_a_certificate_that_nobody_vouches_for_is_a_failure() -> None:
    with tls_server(SHOP) as port:
        refused = await seen(port, {"get": "tls.version", "fail": '== "1.0"'})
        looked_at = await seen(port, {"get": "tls.verified", "warn": "== false"}, {"get": "tls.names", "fail": '== ""'})
        believed = await seen(port, {"get": "tls.verified", "fail": "== false"}, root=CERTIFICATE)
    assert (refused.outcome, refused.text) == (
        "fail",
        "certificate of shop.test refused: self-signed certificate",
    )
    assert (looked_at.outcome, looked_at.text) == ("warn", "tls.verified false == false")
    assert believed.outcome == "ok"


# --- versions


@pytest.mark.real
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")  # the server's: it shall speak old ones
@pytest.mark.parametrize(
    ("versions", "source", "outcome", "text"),
    [
        (("1.3", "1.3"), {"min_version": "1.3", "forbid": ["1.0", "1.1", "1.2"]}, "ok", "tls.version 1.3"),
        (("1.2", "1.3"), {"min_version": "1.3"}, "ok", "tls.version 1.3"),
        (("1.2", "1.3"), {"forbid": ["1.2"]}, "fail", "accepts TLS 1.2, which must be refused"),
        (("1.2", "1.2"), {"min_version": "1.3"}, "fail", "speaks TLS 1.2 at best, and not 1.3"),
        (("1.2", "1.2"), {"forbid": ["1.0", "1.1", "1.3"]}, "ok", "tls.version 1.2"),
        (("1.0", "1.2"), {"forbid": ["1.0"]}, "fail", "accepts TLS 1.0, which must be refused"),
        (("1.1", "1.3"), {"forbid": ["1.0", "1.1"]}, "fail", "accepts TLS 1.1, which must be refused"),
    ],
)
async def test_old_versions_must_be_refused(
    authority: Authority, good: Pair, versions: tuple[str, str], source: dict[str, Any], outcome: str, text: str
) -> None:
    """Each is tried by itself: a client and a server that prefer 1.3 say nothing about 1.0."""
    known = {"1.0": TLSVersion.TLSv1, "1.1": TLSVersion.TLSv1_1, "1.2": TLSVersion.TLSv1_2, "1.3": TLSVersion.TLSv1_3}
    with tls_server(good, (known[versions[0]], known[versions[1]])) as port:
        reading = await seen(port, {"get": "tls.version", "fail": '== ""'}, root=authority.root, **source)
    assert (reading.outcome, reading.text) == (outcome, text)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("_EVERY_CIPHER", "ALL:@SECLEVEL=2", "legacy sigalg disallowed or unsupported"),
        ("_VERSIONS", {"1.0": TLSVersion.SSLv3}, "no protocols available"),  # stands for a library without 1.0
    ],
)
async def test_a_version_that_we_cannot_offer_proves_nothing(
    name: str, value: object, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else every server would refuse it."""
    monkeypatch.setattr(tls_handshake, name, value)
    with tls_server(SHOP, (TLSVersion.TLSv1, TLSVersion.TLSv1_3)) as port:
        reading = await seen(port, {"get": "tls.version", "fail": '== ""'}, root=CERTIFICATE, forbid=["1.0"])
    assert reading.outcome == "error"
    assert reading.text == f"whether TLS 1.0 is refused is not known: {why}"


# --- no TLS at all


async def test_a_refused_connection_is_a_failure() -> None:
    port = free_port()
    reading = await seen(port, DAYS)
    assert (reading.outcome, reading.text) == ("fail", f"connection refused at 127.0.0.1:{port}")


@pytest.mark.parametrize("talk", [not_http, hangs_up])
async def test_a_server_without_tls_is_a_failure(talk: Any) -> None:
    with raw_server(talk) as url:
        reading = await seen(int(url.rpartition(":")[2]), DAYS)
    assert reading.outcome == "fail"
    assert "shop.test" in reading.text


async def test_a_silent_server_is_a_failure_at_the_deadline() -> None:
    with raw_server(silent) as url:
        source = {"kind": "tls", "host": "127.0.0.1", "port": int(url.rpartition(":")[2])}
        reading = await read(probe(source, DAYS, deadline="300ms"))
    assert (reading.outcome, reading.text) == ("fail", "no answer within 0.3 s")


async def test_metadata_addresses_are_never_asked() -> None:
    reading = await read(probe({"kind": "tls", "host": "shop.test"}, DAYS), lookup=lambda _: ["169.254.169.254"])
    assert (reading.outcome, "link-local or metadata" in reading.text) == ("error", True)


async def test_roots_that_cannot_be_read_are_named() -> None:
    reading = await seen(1, DAYS, root=Path("/nowhere/ca.pem"))
    assert (reading.outcome, reading.text) == (
        "error",
        "ca_file /nowhere/ca.pem cannot be used: No such file or directory",
    )


@pytest.mark.parametrize(
    ("source", "get", "words"),
    [
        ({"host": "https://shop.test"}, "tls.version", "a host is a name"),
        ({"host": "shop.test", "port": 0}, "tls.version", "greater than or equal to 1"),
        ({"host": "shop.test", "forbid": ["1.4"]}, "tls.version", "1.3"),
        ({"host": "shop.test"}, "tls.day_left", "did you mean"),
    ],
)
def test_a_file_that_cannot_work_is_refused(source: dict[str, Any], get: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check_spec(probe({"kind": "tls"} | source, {"get": get, "fail": "< 7"}))
