"""The probes of third parties that come with warroom, and the stand-ins of the services that each of them asks."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from http_traps import serve
from stand_ins.bkash import Bkash
from stand_ins.elasticsearch import Elasticsearch
from stand_ins.firebase import Firebase
from stand_ins.monitoring import Grafana, Prometheus
from stand_ins.nagad import Nagad
from stand_ins.sendgrid import SendGrid
from stand_ins.sentry import Sentry
from stand_ins.service import Service
from stand_ins.statuspage import Statuspage
from stand_ins.twilio import Twilio
from warroom.core.probe import ProbeSpec
from warroom.files.probes_toml import load_probe
from warroom.probing.sources.table import check_source

ROOT = Path(__file__).parents[1]
PROBES = ROOT / "probes"

ASKS: dict[str, tuple[type[Service], ...]] = {
    "bkash-nagad": (Bkash, Nagad),
    "twilio-sendgrid": (Twilio, SendGrid),
    "delivery": (Twilio, SendGrid),
    "firebase": (Firebase,),
    "sentry": (Sentry,),
    "monitoring": (Elasticsearch, Prometheus, Grafana),
    "logs": (Elasticsearch,),
    "error-logs": (Elasticsearch,),
    "statuspage": (Statuspage,),
}
MESSENGERS = {"delivery", "error-logs"}
"""Those whose services say something about ours: trouble with them is unknown."""

CREDENTIAL = re.compile("PASSWORD|SECRET|KEY|TOKEN|CREDENTIALS|USERNAME|MERCHANT_ID")
"""How the name of a variable says that its value lets somebody in."""


def spec_of(name: str) -> ProbeSpec:
    return load_probe(PROBES / f"{name}.toml", check_source)


def variables_of(name: str) -> list[str]:
    """Those that a probe takes from the environment."""
    return sorted(set(re.findall(r"\$\{env:(\w+)\}", json.dumps(spec_of(name).source))))


@contextmanager
def standing(*services: Service) -> Iterator[dict[str, str]]:
    """The services on loopback; gives the variables that lead there."""
    with ExitStack() as stack:
        environ: dict[str, str] = {}
        for service in services:
            environ |= service.environ(stack.enter_context(serve(service)))
        yield environ
