"""The probes of third parties that come with warroom, each against the services that it asks, in all of their modes.

What degraded amounts to stands in `DEGRADED`; what the usual look takes for good, under "the naive reading".
"""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from http_traps import free_port
from probe_kit import read
from stand_ins.bkash import Bkash
from stand_ins.elasticsearch import Elasticsearch
from stand_ins.firebase import Firebase
from stand_ins.nagad import Nagad
from stand_ins.sendgrid import SendGrid
from stand_ins.sentry import Sentry
from stand_ins.service import MODES, Mode, Service
from stand_ins.statuspage import Statuspage
from stand_ins.twilio import Twilio
from third_party_kit import ASKS, CREDENTIAL, MESSENGERS, PROBES, ROOT, spec_of, standing, variables_of
from warroom.clock import SystemClock
from warroom.core.probe import ProbeSpec, Reading, Track, Verdict, Word, advance, judge

DEGRADED: dict[tuple[str, str], Word] = {
    ("bkash-nagad", "Bkash"): "fail",  # the payment stays Initiated
    ("bkash-nagad", "Nagad"): "fail",  # the other one hangs
    ("twilio-sendgrid", "Twilio"): "warn",  # 12.40 are left
    ("twilio-sendgrid", "SendGrid"): "fail",  # too many requests
    ("delivery", "Twilio"): "fail",  # 90 % arrive
    ("delivery", "SendGrid"): "fail",  # 87.5 % arrive
    ("firebase", "Firebase"): "fail",  # takes no message
    ("sentry", "Sentry"): "fail",  # loses events
    ("monitoring", "Elasticsearch"): "warn",  # yellow
    ("monitoring", "Prometheus"): "fail",  # not ready
    ("monitoring", "Grafana"): "fail",  # no database
    ("logs", "Elasticsearch"): "warn",  # counts without a shard
    ("error-logs", "Elasticsearch"): "unknown",  # knows a part only, which is declined
    ("statuspage", "Statuspage"): "warn",  # a minor incident
}
SITUATIONS = [
    pytest.param(name, kind, mode, id=f"{name}-{kind.__name__}-{mode}")
    for name, kinds in ASKS.items()
    for kind in kinds
    for mode in MODES
]
VARIABLES = [(name, variable) for name in ASKS for variable in variables_of(name)]
CREDENTIALS = [(name, variable) for name, variable in VARIABLES if CREDENTIAL.search(variable)]


@pytest.fixture(autouse=True)
def _where_the_script_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """`delivery` runs one that lives beside it, from where warroom is started."""
    monkeypatch.chdir(ROOT)


async def judged(name: str, environ: Mapping[str, str]) -> Verdict:
    """What a shipped probe says after three readings."""
    spec, track = spec_of(name), Track()
    for _ in range(3):
        track = advance(track, await read(spec, environ))
    return judge(spec, track, mono_us=SystemClock().mono_us())


async def asked(name: str, *services: Service, **instead: str) -> Reading:
    """The last of two readings of a shipped probe: Sentry's finds what the one before it sent."""
    with standing(*services) as environ:
        await read(spec_of(name), environ | instead)
        return await read(spec_of(name), environ | instead)


@pytest.mark.parametrize(("name", "kind", "mode"), SITUATIONS)
async def test_a_probe_ends_in_the_right_verdict(name: str, kind: type[Service], mode: Mode) -> None:
    with standing(*(other(mode if other is kind else "ok") for other in ASKS[name])) as environ:
        verdict = await judged(name, environ)
    without: Word = "unknown" if name in MESSENGERS else "fail"
    words: dict[Mode, Word] = {"ok": "ok", "degraded": DEGRADED[name, kind.__name__]}
    assert verdict.word == words.get(mode, without), verdict.text


@pytest.mark.parametrize("name", ASKS)
async def test_services_that_are_not_there_are_never_ok(name: str) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    environ = {key: value for kind in ASKS[name] for key, value in kind.environ(nowhere).items()}
    verdict = await judged(name, environ)
    assert verdict.word == ("unknown" if name in MESSENGERS else "fail")
    assert re.search("connection refused|does not answer", verdict.text)


# --- what is missing, and what is wrong


@pytest.mark.parametrize(("name", "variable"), VARIABLES)
async def test_a_missing_variable_is_named(name: str, variable: str) -> None:
    with standing(*(kind() for kind in ASKS[name])) as environ:
        del environ[variable]
        reading = await read(spec_of(name), environ)
    assert (reading.outcome, reading.text) == ("error", f"environment variable {variable} is not set")


@pytest.mark.parametrize(("name", "variable"), CREDENTIALS)
async def test_one_wrong_credential_is_enough_to_be_refused(name: str, variable: str) -> None:
    reading = await asked(name, *(kind() for kind in ASKS[name]), **{variable: "canary-of-somebody-else"})
    assert reading.outcome == ("error" if name in MESSENGERS else "fail"), reading.text


@pytest.mark.parametrize("name", ASKS)
def test_hosts_come_from_the_environment_and_a_comment_says_what_is_proved(name: str) -> None:
    text = (PROBES / f"{name}.toml").read_text(encoding="utf-8")
    assert "://" not in text
    assert text.startswith("# ")


@pytest.mark.parametrize(
    ("service", "name", "instead", "said"),
    [
        (Firebase(project="another"), "firebase", {}, "request 2 of 2: status 403"),
        (Sentry(), "sentry", {"SENTRY_RELEASE": "shop@9.9.9"}, "request 2 of 3: status 404 instead of 200"),
        (Elasticsearch(), "logs", {"ELASTICSEARCH_ILM_POLICY": "none"}, "request 1 of 2: status 404 instead of 200"),
        (Elasticsearch(), "logs", {"ELASTICSEARCH_INDEX": "logs-shpo-*"}, "in 5 minutes 0 lines < 1 lines"),
    ],
)
async def test_what_is_set_up_wrong_fails(service: Service, name: str, instead: dict[str, str], said: str) -> None:
    reading = await asked(name, service, **instead)
    assert (reading.outcome, reading.text) == ("fail", said)


# --- the naive reading, and the one that tells the truth


def naively(name: str, request: int) -> ProbeSpec:
    """The probe with nothing but a look at the status of one of its requests."""
    spec = spec_of(name)
    source: dict[str, Any] = dict(spec.source)
    if "request" in source:
        step = source["request"][request]
        source["request"] = [{key: value for key, value in step.items() if key not in ("save", "status")}]
    check = {"get": "status", "fail": ">= 300"}
    return ProbeSpec.model_validate(spec.model_dump() | {"source": source, "check": [check]})


@pytest.mark.parametrize(
    ("name", "request_", "broken", "outcome"),
    [
        pytest.param("bkash-nagad", 1, Bkash("unauthorised"), "fail", id="bKash grants no token, with a 200"),
        pytest.param("bkash-nagad", 1, Bkash("down"), "fail", id="bKash is under maintenance, with a 200"),
        pytest.param("bkash-nagad", 0, Nagad("unauthorised"), "fail", id="Nagad's firewall rejects, with a 200"),
        pytest.param("bkash-nagad", 0, Nagad("degraded"), "fail", id="Nagad's payment hangs, with a 200"),
        pytest.param("twilio-sendgrid", 2, Twilio("degraded"), "warn", id="Twilio runs out of money, with a 200"),
        pytest.param("firebase", 0, Firebase("degraded"), "fail", id="Google gives a token, Firebase takes nothing"),
        pytest.param("sentry", 0, Sentry("degraded"), "fail", id="Sentry takes an event and loses it"),
        pytest.param("monitoring", 2, Elasticsearch(status="red"), "fail", id="Elasticsearch is red, with a 200"),
        pytest.param("logs", 1, Elasticsearch(lines=0), "fail", id="no log line arrives, with a 200"),
        pytest.param("statuspage", 0, Statuspage(indicator="major"), "fail", id="a major incident, with a 200"),
    ],
)
async def test_a_look_at_the_status_alone_is_content(name: str, request_: int, broken: Service, outcome: str) -> None:
    with standing(*(broken if isinstance(broken, kind) else kind() for kind in ASKS[name])) as environ:
        naive = await read(naively(name, request_), environ)
        told = await read(spec_of(name), environ)
    assert (naive.outcome, told.outcome) == ("ok", outcome), told.text


async def test_both_words_of_bkash_count() -> None:
    """To ask for a payment succeeds also when nobody paid."""
    spec = spec_of("bkash-nagad")
    with standing(Bkash("degraded"), Nagad()) as environ:
        half, whole = await read(spec.model_copy(update={"check": spec.check[:1]}), environ), await read(spec, environ)
    assert (half.outcome, whole.outcome, whole.text) == ("ok", "fail", 'bKash payment Initiated != "Completed"')


async def test_a_payment_that_bkash_does_not_know_fails() -> None:
    reading = await asked("bkash-nagad", Bkash(), Nagad(), BKASH_PAYMENT_ID="TR-unknown")
    assert (reading.outcome, reading.text) == ("fail", 'bKash says 2002 != "0000"')


async def test_nobody_gets_a_mail_or_a_push() -> None:
    mail, push = SendGrid(), Firebase()
    await asked("twilio-sendgrid", mail, Twilio())
    await asked("firebase", push)
    assert (mail.sent, push.sent) == (0, 0)


async def test_a_probe_whose_sandbox_somebody_turned_off_fails_with_the_first_mail() -> None:
    """SendGrid says 202 to a mail that goes out, which is a good status elsewhere."""
    mail, spec = SendGrid(), spec_of("twilio-sendgrid")
    source: dict[str, Any] = dict(spec.source)
    send, *others = source["request"]
    send = send | {"body": send["body"].replace('"enable": true', '"enable": false')}
    with standing(mail, Twilio()) as environ:
        told = await read(spec.model_copy(update={"source": source | {"request": [send, *others]}}), environ)
    assert (told.outcome, told.text, mail.sent) == ("fail", "request 1 of 3: status 202 instead of 200", 1)


@pytest.mark.parametrize(
    ("indicator", "outcome"),
    [("none", "ok"), ("maintenance", "warn"), ("minor", "warn"), ("major", "fail"), ("critical", "fail")],
)
async def test_every_word_of_a_status_page_has_its_weight(indicator: str, outcome: str) -> None:
    assert (await asked("statuspage", Statuspage(indicator=indicator))).outcome == outcome


# --- shares, and how much they rest on


@pytest.mark.parametrize(
    ("lines", "errors", "outcome"),
    [(5000, 10, "ok"), (5000, 75, "warn"), (5000, 150, "fail"), (50, 0, "warn"), (0, 0, "warn")],
)
async def test_a_share_of_error_lines_rests_on_lines(lines: int, errors: int, outcome: str) -> None:
    """Of few lines, or none, no share of errors is good news."""
    assert (await asked("error-logs", Elasticsearch(lines=lines, errors=errors))).outcome == outcome


async def test_what_a_part_of_the_shards_knows_is_no_share() -> None:
    """Elasticsearch would tell it with a 200, and the errors may be where nobody looked."""
    spec = spec_of("error-logs")
    url = str(spec.source["url"]).partition("?")[0]
    with standing(Elasticsearch("degraded")) as environ:
        naive = await read(spec.model_copy(update={"source": dict(spec.source) | {"url": url}}), environ)
        told = await read(spec, environ)
    assert (naive.outcome, told.outcome, told.text) == ("ok", "error", "status 503")


@pytest.mark.parametrize(("mails", "messages", "outcome"), [(800, 19, "no_data"), (19, 200, "no_data"), (20, 20, "ok")])
async def test_a_few_deliveries_prove_nothing(mails: int, messages: int, outcome: str) -> None:
    reading = await asked("delivery", SendGrid(mails=mails), Twilio(messages=messages))
    assert reading.outcome == outcome, reading.text


async def test_the_script_says_which_service_does_not_tell() -> None:
    assert "SendGrid answers with status 503" in (await asked("delivery", SendGrid("down"), Twilio())).text
    assert "Twilio answers with status 401" in (await asked("delivery", SendGrid(), Twilio("unauthorised"))).text
