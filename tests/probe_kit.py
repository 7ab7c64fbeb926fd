"""Specs and single readings for probe tests."""

from collections.abc import Mapping
from typing import Any

from warroom.clock import SystemClock
from warroom.core.probe import ProbeSpec, Reading
from warroom.probing.resolver import Resolver, system_lookup
from warroom.probing.sampling import Sampler, measure_once
from warroom.probing.secrets import Secrets
from warroom.probing.sources.table import build

STATUS = {"get": "status", "fail": "!= 200"}


def probe(source: Mapping[str, Any], *checks: Mapping[str, Any], **fields: Any) -> ProbeSpec:
    written: dict[str, Any] = {"id": "probe", "title": "Probe", "every": "10s", "deadline": "5s", "source": source}
    return ProbeSpec.model_validate(written | fields | {"check": checks})


def sampler(environ: Mapping[str, str] | None = None, lookup: Any = system_lookup) -> Sampler:
    """With these variables as secrets, and another resolver if need be."""
    secrets, resolver = Secrets(environ or {}), Resolver(lookup)
    return Sampler(SystemClock(), secrets, lambda spec: build(spec, secrets, resolver))


async def read(spec: ProbeSpec, environ: Mapping[str, str] | None = None, lookup: Any = system_lookup) -> Reading:
    """One reading through all that a real one goes through."""
    [(_, reading)] = await measure_once([spec], sampler(environ, lookup))
    return reading
