"""The worked examples of docs/probes.md really work: each is asked as written, but for where, and finds all well."""

import asyncio
import json
import re
import ssl
import subprocess
import tomllib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from websockets.asyncio.server import ServerConnection
from websockets.asyncio.server import serve as serve_sockets

from database_kit import PASSWORD, postgres, redis
from dns_kit import dns_server
from http_traps import CERTIFICATE, Reply, Request, raw_server, serve, silent
from probe_kit import read
from tls_kit import Pair, tls_server
from warroom.core.probe import ProbeSpec
from warroom.files.lint import lint
from warroom.probing.sources.table import check_source

BLOCK = re.compile(r"^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL)
DOCS = Path(__file__).parents[1] / "docs" / "probes.md"
EXAMPLES = {tomllib.loads(text)["title"]: text for text in BLOCK.findall(DOCS.read_text(encoding="utf-8"))}
REPORTS = Path(__file__).parent / "reports"
ENVIRON = {name: f"secret-{name}" for name in re.findall(r"\$\{env:(\w+)\}", DOCS.read_text(encoding="utf-8"))}

Found = Mapping[str, Any]
"""Where to ask instead: what stands in `[source]` in the place of what is written."""
Stage = Callable[[Path], AbstractAsyncContextManager[Found]]
"""What an example needs to find all well; it may use the directory."""


def website(answer: Callable[[Request], Reply], host: str = "shop.example") -> Stage:
    """In the place of this host, without TLS."""

    @asynccontextmanager
    async def stage(_directory: Path) -> AsyncIterator[Found]:
        with serve(answer) as url:
            yield {f"https://{host}": url}

    return stage


class Shop:
    """Signs people in and out, and limits how often."""

    def __init__(self) -> None:
        self._tokens: set[str] = set()

    def __call__(self, request: Request) -> Reply:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if request.path == "/api/login":
            assert json.loads(request.body)["password"] == ENVIRON["PROBE_PASSWORD"]
            self._tokens.add("t-1")
            return Reply(200, '{"token": "t-1"}')
        if request.method == "DELETE":
            self._tokens.discard(token)
        return Reply(200 if request.method == "DELETE" or token in self._tokens else 401)


def limited() -> Callable[[Request], Reply]:
    asked = iter(range(1000))
    return lambda _request: Reply(200 if next(asked) < 20 else 429)


def health(request: Request) -> Reply:
    assert request.headers["Authorization"] == f"Bearer {ENVIRON['HEALTH_TOKEN']}"
    return Reply(200, '{"database": {"lag_s": 0.4}}')


def mail(request: Request) -> Reply:
    assert json.loads(request.body)["mail_settings"]["sandbox_mode"]["enable"] is True
    return Reply(200, "")


def bkash(request: Request) -> Reply:
    if request.path == "/checkout/token/grant":
        return Reply(200, '{"statusCode": "0000", "id_token": "id-1"}')
    assert request.headers["Authorization"] == "id-1"
    return Reply(200, '{"statusCode": "0000", "transactionStatus": "Completed"}')


def prometheus(share: str) -> Stage:
    """Answers the share, that the exporter is up, and a volume of 100."""

    def answer(request: Request) -> Reply:
        [query] = parse_qs(urlsplit(request.path).query)["query"]
        value = "1" if "up{" in query else "100" if "increase" in query else share
        series = [{"metric": {}, "value": [1700000000, value]}]
        return Reply(200, json.dumps({"status": "success", "data": {"resultType": "vector", "result": series}}))

    @asynccontextmanager
    async def stage(_directory: Path) -> AsyncIterator[Found]:
        with serve(answer) as url:
            yield {"url": url}

    return stage


@asynccontextmanager
async def certificate(_directory: Path) -> AsyncIterator[Found]:
    only = (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_3)
    with tls_server(Pair(CERTIFICATE, CERTIFICATE.with_suffix(".key")), only) as port:
        yield {"port": port, "servername": "shop.test", "ca_file": str(CERTIFICATE)}


@asynccontextmanager
async def relay(_directory: Path) -> AsyncIterator[Found]:
    with raw_server(silent) as url:
        yield {"port": int(url.rpartition(":")[2])}


@asynccontextmanager
async def names(_directory: Path) -> AsyncIterator[Found]:
    async with dns_server({("www.shop.example.", "CNAME"): ["60 CNAME shop.cdn.example."]}) as port:
        yield {"server": "127.0.0.1", "port": port}


@asynccontextmanager
async def messages(_directory: Path) -> AsyncIterator[Found]:
    async def talk(connection: ServerConnection) -> None:
        await connection.send('{"type": "welcome"}')
        async for message in connection:
            assert json.loads(message)["type"] == "ping"
            await connection.send('{"type": "pong"}')

    async with serve_sockets(talk, "127.0.0.1", 0) as running:
        port = next(iter(running.sockets)).getsockname()[1]
        yield {"wss://shop.example": f"ws://127.0.0.1:{port}"}


@asynccontextmanager
async def database(_directory: Path) -> AsyncIterator[Found]:
    with postgres() as port:
        url = f"postgresql://probe@127.0.0.1:{port}/postgres"
        with psycopg.connect(url, password=PASSWORD) as connection:
            connection.execute("CREATE TABLE payment (state text, at timestamptz)")
        yield {"url": url, "password": PASSWORD}


@asynccontextmanager
async def queue(_directory: Path) -> AsyncIterator[Found]:
    user = f"ACL SETUSER probe on >{PASSWORD} ~* +@read +@connection"
    with redis(user, "HSET bull:sms:meta kept 1", "RPUSH bull:sms:wait a b") as port:
        yield {"url": f"redis://127.0.0.1:{port}/0", "password": PASSWORD}


@asynccontextmanager
async def plugin(directory: Path) -> AsyncIterator[Found]:
    expected = f"--action=hot_standby_delay {ENVIRON['PROBE_DB_PASSWORD']}"
    path = directory / "check_postgres"
    path.write_text(f'#!/bin/sh\n[ "$1 $PGPASSWORD" = "{expected}" ] && echo OK\n')
    path.chmod(0o755)
    yield {"/usr/lib/nagios/plugins/check_postgres": str(path)}


@asynccontextmanager
async def load_test(directory: Path) -> AsyncIterator[Found]:
    document = json.loads((REPORTS / "k6_export.json").read_text())
    document["metrics"]["vus_max"] |= {"value": 12000, "max": 12000}
    path = directory / "k6-summary.json"
    path.write_text(json.dumps(document))
    yield {"path": str(path)}


@asynccontextmanager
async def lighthouse(directory: Path) -> AsyncIterator[Found]:
    document = json.loads((REPORTS / "lighthouse_bad_13.json").read_text())
    for number, score in enumerate((0.7, 0.95, 0.97)):  # the worst of them is no evidence by itself
        document["categories"]["performance"]["score"] = score
        document["finalDisplayedUrl"] = "https://shop.example/"
        (directory / f"lighthouse-{number}.json").write_text(json.dumps(document))
    yield {"path": str(directory / "lighthouse-*.json")}


@asynccontextmanager
async def dump(directory: Path) -> AsyncIterator[Found]:
    with postgres() as port:
        save = ["pg_dump", "--format=custom", f"--file={directory / 'shop.dump'}"]
        url = f"postgresql://probe:{PASSWORD}@127.0.0.1:{port}/postgres"
        await asyncio.to_thread(subprocess.run, [*save, url], check=True, timeout=60)
    yield {"backups/shop.dump": str(directory / "shop.dump")}


@asynccontextmanager
async def audit(directory: Path) -> AsyncIterator[Found]:
    """What npm really says to a registry is seen in `test_probe_npm`."""
    program = directory / "npm"
    report = json.loads((REPORTS / "npm_audit_vulns.json").read_text())
    report["metadata"]["vulnerabilities"] = dict.fromkeys(report["metadata"]["vulnerabilities"], 0)
    program.write_text(f"#!/bin/sh\n[ \"$*\" = 'audit --json' ] && echo '{json.dumps(report)}'\n")
    program.chmod(0o755)
    yield {"npm": str(program), "cwd": str(directory)}


STAGES: dict[str, Stage] = {
    "Health endpoint": website(health),
    "Rate limit of the login": website(limited()),
    "Sign in, look, sign out": website(Shop()),
    "Payment success": prometheus("0.99"),
    "Error rate": prometheus("0.001"),
    "Certificate of the shop": certificate,
    "Relay for video calls": relay,
    "Shop points to the CDN": names,
    "Messages come back": messages,
    "Payments without an end": database,
    "SMS queue": queue,
    "Replica lag": plugin,
    "Load test": load_test,
    "Lighthouse of the shop": lighthouse,
    "Way out": relay,
    "Mail service takes our mails": website(mail, "api.mail.example"),
    "The test payment is complete": website(bkash, "pay.example"),
    "Last dump can be read": dump,
    "No known holes": audit,
}
REAL = {"Payments without an end", "SMS queue", "Last dump can be read"}


def elsewhere(spec: Any, found: Found) -> Any:
    """The source with keys, whole texts, or beginnings of texts replaced."""
    if isinstance(spec, dict):
        return {key: elsewhere(value, found) for key, value in spec.items()}
    if isinstance(spec, list):
        return [elsewhere(value, found) for value in spec]
    if not isinstance(spec, str):
        return spec
    begun = next((old for old in found if "/" in old and spec.startswith(old)), None)
    return found[begun] + spec[len(begun) :] if begun else found.get(spec, spec)


@pytest.mark.parametrize(
    "title", [pytest.param(title, marks=pytest.mark.real if title in REAL else ()) for title in EXAMPLES]
)
async def test_an_example_finds_all_well(title: str, tmp_path: Path) -> None:
    document = tomllib.loads(EXAMPLES[title])
    async with STAGES[title](tmp_path) as found:
        keys = {key: value for key, value in found.items() if "/" not in key and key != "npm"}
        document["source"] = elsewhere(document["source"], found) | keys
        spec = ProbeSpec.model_validate({"id": "example"} | document)
        reading = await read(spec, ENVIRON, lookup=lambda _host: ["127.0.0.1"])
    assert reading.outcome == "ok", reading.text


def test_all_examples_can_stand_beside_each_other(tmp_path: Path) -> None:
    (tmp_path / "probes").mkdir()
    for number, text in enumerate(EXAMPLES.values()):
        (tmp_path / "probes" / f"example-{number}.toml").write_text(text)
    (tmp_path / "release.md").write_text("# Release\n\n- [ ] Deploy\n")
    linted = lint(tmp_path / "release.md", tmp_path / "probes", check_source)
    assert [found for found in linted.findings if found.severity == "error"] == []
