"""No credential of a third party is ever seen: not in a verdict, a printed reading, a journal or an export."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Condition

import pytest

from cli_kit import Shell
from http_traps import Reply, Request
from journal_kit import bytes_of
from probe_kit import read, sampler
from stand_ins.bkash import APP_SECRET, Bkash
from stand_ins.nagad import Nagad
from stand_ins.service import MODES, Mode, as_json, header
from third_party_kit import ASKS, CREDENTIAL, PROBES, ROOT, spec_of, standing
from warroom.cli.cockpit import start_release
from warroom.core.probe import Verdict
from warroom.core.redaction import MARK, Redactor
from warroom.files.probes_toml import load_probes
from warroom.identity import Here
from warroom.live import Listeners, Live
from warroom.opening import drive
from warroom.probing.sampling import measure_once
from warroom.probing.sources.table import check_source

CANARY = re.compile("canary-|Y2FuYXJ5")
"""The second is Base64 for a text that begins with the first."""
SERVICES = sorted({kind for kinds in ASKS.values() for kind in kinds}, key=lambda kind: kind.__name__)


def unseen(text: str, environ: Mapping[str, str]) -> None:
    """Fails when a text holds a credential in any form."""
    secrets = [value for name, value in environ.items() if CREDENTIAL.search(name)]
    assert len(secrets) > 10
    assert not CANARY.search(text)
    assert [secret for secret in secrets if secret in text] == []


@pytest.mark.parametrize("mode", MODES)
async def test_in_no_reading(mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    with standing(*(kind(mode) for kind in SERVICES)) as environ:
        readings = await measure_once(load_probes(PROBES, check_source), sampler(environ))
    for _, reading in readings:
        unseen(reading.model_dump_json(), environ)


class Parrot(Bkash):
    """Repeats in its answer what the probe was given to show."""

    def answer(self, request: Request) -> Reply:
        reply = super().answer(request)
        return as_json(json.loads(reply.body) | {"statusCode": f"{header(request, 'X-APP-Key')} {APP_SECRET}"})


async def test_not_even_in_a_reading_of_a_service_that_repeats_them() -> None:
    with standing(Parrot(), Nagad()) as environ:
        reading = await read(spec_of("bkash-nagad"), environ)
    assert (reading.outcome, reading.value) == ("fail", f"{MARK} {MARK}")
    assert MARK in reading.text


@pytest.mark.parametrize("form", [(), ("--json",), ("--junit",)])
def test_in_nothing_that_is_printed(form: tuple[str, ...]) -> None:
    with standing(*(kind("unauthorised") for kind in SERVICES)) as environ:
        ended = Shell(ROOT, **environ).run("check", "probes", *form)
    assert "bkash-nagad" in ended.out
    unseen(ended.out + ended.err, environ)


@pytest.mark.parametrize("mode", ["ok", "unauthorised"])
def test_in_no_journal_and_no_export(mode: Mode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cockpit drives the release of the shipped checklist until each probe was read; one service is a parrot."""
    monkeypatch.chdir(ROOT)
    journal = tmp_path / "shop.journal"
    checklist = ROOT / "checklists" / "production.md"
    start_release(checklist, PROBES, "shop 4.2", "production", "2026-03-01T20:00:00Z", journal, "ops-1")
    with standing(*((Parrot if kind is Bkash else kind)(mode) for kind in SERVICES)) as environ:
        verdicts = driven(journal, environ)
    assert {verdict.probe for verdict in verdicts} >= ASKS.keys()
    unseen("\n".join(verdict.model_dump_json() for verdict in verdicts), environ)
    unseen(bytes_of(journal).decode("utf-8", "replace"), environ)
    for form in (("jsonl",), ("markdown",), ("csv", "--table", "readings")):
        ended = Shell(tmp_path, WARROOM_JOURNAL=str(journal)).run("export", "--format", *form)
        assert (ended.status, bool(ended.out)) == (0, True)
        unseen(ended.out + ended.err, environ)


def driven(journal: Path, environ: Mapping[str, str]) -> tuple[Verdict, ...]:
    """The verdicts of a cockpit once there is a reading of every probe."""
    news = Condition()

    def tell(*_: object) -> None:
        with news:
            news.notify_all()

    def all_read(live: Live) -> Callable[[], bool]:
        return lambda: all(verdict.text != "no reading yet" for verdict in live.verdicts())

    here = Here(user="ops", host="tower", pid=1, base=ROOT)
    with drive(journal, sampler(environ), here, operator="ops-1") as live:
        live.start(Listeners(update=tell, reading=tell, output=tell, trouble=tell), version="0")
        with news:
            assert news.wait_for(all_read(live), timeout=30)
        return live.verdicts()


@pytest.mark.parametrize("scheme", ["Bearer", "Basic", "ApiKey", "OAuth"])
def test_in_no_header_of_the_schemes_that_they_use(scheme: str) -> None:
    """The scheme is no secret, and what stands behind it is."""
    header = f"Authorization: {scheme} Zm9vOmJhcg=="
    assert Redactor().redact(header) == (f"Authorization: {scheme} [redacted]", 1)
