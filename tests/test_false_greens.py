"""What has been taken for good, or for bad, by the usual way to ask, and the way to ask that tells the truth.

The lies of reports are in `test_probe_report`, those of npm in `test_probe_npm`; these take a question, or a real tool.
"""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from database_kit import PASSWORD, postgres
from http_traps import Reply, Request, free_port, serve
from probe_kit import STATUS, probe, read
from prometheus_kit import Prometheus, finds, prometheus_of, until
from warroom.core.probe import Outcome, ProbeSpec, Reading
from warroom.files.probes_toml import load_probe
from warroom.probing.sources.table import check_source

PROBES = Path(__file__).parents[1] / "probes"


async def asked(url: str, source: dict[str, Any], *checks: dict[str, str]) -> Reading:
    return await read(probe({"kind": "http", "url": url} | source, *checks))


# --- SendGrid: 200 is the sandbox, which sends nothing; 202 is a mail


def sendgrid(request: Request) -> Reply:
    """What the mail service answers to a mail."""
    mail = json.loads(request.body)
    sandbox = mail.get("mail_settings", {}).get("sandbox_mode", {}).get("enable", False)
    return Reply(200, "") if sandbox else Reply(202, "", {"X-Message-Id": "m-1"})


@pytest.mark.parametrize(
    ("sandbox", "wanted", "outcome"),
    [(True, 200, "ok"), (False, 200, "fail"), (True, 202, "fail"), (False, 202, "ok")],
)
async def test_a_mail_that_the_sandbox_took_was_not_sent(sandbox: bool, wanted: int, outcome: Outcome) -> None:
    """A probe must not send mails to people, and a test of the real way must send one: each has its own status."""
    mail = {"subject": "probe", "mail_settings": {"sandbox_mode": {"enable": sandbox}}}
    source = {"method": "POST", "body": json.dumps(mail)}
    with serve(sendgrid) as url:
        exact = await asked(url, source, {"get": "status", "fail": f"!= {wanted}"})
        naive = await asked(url, source, {"get": "status", "fail": ">= 300"})
    assert (exact.outcome, naive.outcome) == (outcome, "ok")


# --- bKash: HTTP 200 whatever happened


GOOD = {"statusCode": "0000", "statusMessage": "Successful"}
STATUS_CODE = {"get": "json:$.statusCode", "fail": '!= "0000"'}
COMPLETED = {"get": "json:$.transactionStatus", "fail": '!= "Completed"'}


def bkash(grant: dict[str, str], payment: dict[str, str]) -> Callable[[Request], Reply]:
    """Grants a token, and tells what became of a payment."""

    def answer(request: Request) -> Reply:
        content = grant if request.path.endswith("/token/grant") else payment
        allowed = content is grant or request.headers["Authorization"] == "id-1"
        return Reply(200 if allowed else 401, json.dumps(content))

    return answer


@pytest.mark.parametrize(
    ("grant", "payment", "outcomes"),
    [
        (GOOD | {"id_token": "id-1"}, GOOD | {"transactionStatus": "Completed"}, ("ok", "ok", "ok")),
        (GOOD | {"id_token": "id-1"}, GOOD | {"transactionStatus": "Initiated"}, ("ok", "ok", "fail")),
        (
            GOOD | {"id_token": "id-1"},
            {"statusCode": "2023", "statusMessage": "Insufficient Balance"},
            ("ok", "fail", "fail"),
        ),
        ({"statusCode": "9999", "statusMessage": "System Error"}, GOOD, ("fail", "fail", "fail")),
    ],
)
async def test_a_payment_is_made_when_two_words_in_the_body_say_so(
    grant: dict[str, str], payment: dict[str, str], outcomes: tuple[Outcome, ...]
) -> None:
    with serve(bkash(grant, payment)) as url:
        requests = [
            {"url": f"{url}/checkout/token/grant", "method": "POST", "save": {"id": "json:$.id_token"}},
            {"url": f"{url}/checkout/payment/status", "method": "POST", "headers": {"Authorization": "${id}"}},
        ]
        spec = {"kind": "http", "request": requests}
        seen = [await read(probe(spec, *checks)) for checks in ([STATUS], [STATUS_CODE], [STATUS_CODE, COMPLETED])]
    assert tuple(reading.outcome for reading in seen) == outcomes


# --- an error share is empty until the first error, and a health endpoint speaks for itself alone


class Sales:
    """Counters of a shop, which go up a little with each scrape."""

    def __init__(self) -> None:
        self.rates = {"answered": 50, "broken": 0, "paid": 70, "unpaid": 30}
        self._counts = dict.fromkeys(self.rates, 0)

    def metrics(self) -> str:
        """As really exposed: a label value that was never counted has no line."""
        names = {
            "answered": 'http_requests_total{code="200"}', "broken": 'http_requests_total{code="503"}',
            "paid": 'payments_total{result="ok"}', "unpaid": 'payments_total{result="failed"}',
        }  # fmt: skip
        for name, rate in self.rates.items():
            self._counts[name] += rate
        return "".join(f"{names[name]} {count}\n" for name, count in self._counts.items() if count)


@pytest.fixture
def sales() -> Sales:
    return Sales()


@pytest.fixture
def prometheus(sales: Sales, tmp_path: Path) -> Iterator[Prometheus]:
    with prometheus_of(sales.metrics, tmp_path) as started:
        until(lambda: finds(started.url, "sum(increase(http_requests_total[2m]))>20"), "enough requests")
        yield started


async def shipped(name: str, app: str = "", prometheus: str = "") -> Reading:
    """A probe that comes with warroom."""
    return await read(load_probe(PROBES / f"{name}.toml", check_source), {"APP_URL": app, "PROM_URL": prometheus})


def with_query(spec: ProbeSpec, query: str) -> ProbeSpec:
    """The probe without its guards."""
    source = {key: value for key, value in spec.source.items() if key not in ("alive", "volume")}
    checks = tuple(check.model_copy(update={"min_volume": None}) for check in spec.check)
    return spec.model_copy(update={"source": source | {"query": query}, "check": checks})


@pytest.mark.real
async def test_an_error_share_is_known_before_the_first_error_and_not_after_the_end(
    sales: Sales, prometheus: Prometheus
) -> None:
    guarded = load_probe(PROBES / "error-rate.toml", check_source)
    query = str(guarded.source["query"]).strip()
    naive = with_query(guarded, query.replace(" or vector(0)", ""))
    hasty = with_query(guarded, f"({naive.source['query']}) or vector(0)")
    misspelt = with_query(guarded, query.replace("http_requests", "http_request"))
    misspelt_hastily = with_query(guarded, str(hasty.source["query"]).replace("http_requests", "http_request"))

    async def outcomes(*specs: ProbeSpec) -> list[Outcome]:
        return [(await read(spec, {"PROM_URL": prometheus.url})).outcome for spec in specs]

    assert await outcomes(guarded, naive) == ["ok", "no_data"]  # a clean release that nobody can see
    assert await outcomes(misspelt, misspelt_hastily) == ["no_data", "ok"]  # zero stands for no errors, not for nothing
    sales.rates["broken"] = 50
    until(lambda: finds(prometheus.url, 'sum(increase(http_requests_total{code="503"}[2m]))>20'), "some errors")
    assert await outcomes(guarded, naive, hasty) == ["fail", "fail", "fail"]
    prometheus.exporter.up = False
    until(lambda: finds(prometheus.url, "up==0"), "the end of the exporter")
    assert await outcomes(guarded, naive, hasty) == ["no_data", "fail", "fail"]  # what was true two minutes ago


@pytest.mark.real
async def test_a_health_endpoint_says_nothing_of_payments(prometheus: Prometheus) -> None:
    with serve(lambda _request: Reply(200, '{"status": "ok"}')) as app:
        health = await shipped("health", app=app)
        payments = await shipped("payment-success", prometheus=prometheus.url)
    assert (health.outcome, payments.outcome) == ("ok", "fail")
    assert payments.value == pytest.approx(70, abs=1)


# --- load tests of a port on which nobody listens


@pytest.mark.real
@pytest.mark.parametrize(
    ("argv", "format_"),
    [
        (["hey", "-n", "20", "-c", "2", "-o", "csv"], "hey"),
        (["siege", "--json-output", "--benchmark", "--concurrent=2", "--reps=10"], "siege"),
    ],
)
async def test_a_load_test_of_a_dead_port_is_no_result_though_the_tool_is_content(
    argv: list[str], format_: str, tmp_path: Path
) -> None:
    dead = f"http://127.0.0.1:{free_port()}/"
    env = {"HOME": str(tmp_path)}  # siege writes its settings there
    source = {"kind": "command", "argv": [*argv, dead], "env": env}
    naive = await read(probe(source, {"get": "exit_status", "fail": "!= 0"}, every="1m", deadline="30s"))
    rate, sent = {"get": "failed_rate", "fail": "> 0.01"}, {"get": "requests", "fail": "< 20"}
    told = await read(probe(source | {"format": format_}, rate, sent, every="1m", deadline="30s"))
    assert naive.outcome == "ok"
    assert (told.outcome, told.text) == ("error", f"{format_} reports no request that was answered")
    with serve(lambda _request: Reply()) as url:
        source |= {"argv": [*argv, f"{url}/"], "format": format_}
        alive = await read(probe(source, rate, sent, every="1m", deadline="30s"))
    assert (alive.outcome, alive.value) == ("ok", 0)


# --- a dump that was cut off


@pytest.fixture
def dump() -> bytes:
    """Of a table of 5,000 payments, by pg_dump."""
    with postgres() as port:
        url = f"postgresql://probe:{PASSWORD}@127.0.0.1:{port}/postgres"
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE payment AS SELECT i, md5(i::text) FROM generate_series(1, 5000) AS i")
        return subprocess.run(["pg_dump", "--format=custom", url], check=True, capture_output=True, timeout=60).stdout


@pytest.mark.real
async def test_a_dump_is_whole_only_when_all_of_it_was_read(dump: bytes, tmp_path: Path) -> None:
    """The table of contents stands at its beginning, and `pg_restore --list` reads no further."""
    path = tmp_path / "shop.dump"

    async def outcome(argument: str) -> Outcome:
        source = {"kind": "command", "argv": ["pg_restore", argument, str(path)]}
        return (await read(probe(source, {"get": "exit_status", "fail": "!= 0"}))).outcome

    for share, whole in ((1, "ok"), (0.99, "fail"), (0.9, "fail"), (0.6, "fail"), (0.3, "fail")):
        path.write_bytes(dump[: int(len(dump) * share)])
        assert (share, await outcome("--list"), await outcome("--file=/dev/null")) == (share, "ok", whole)
