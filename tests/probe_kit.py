"""Specs and single readings for probe tests."""

from collections.abc import Mapping
from typing import Any

from warroom.clock import SystemClock
from warroom.core.probe import Outcome, ProbeSpec, Reading
from warroom.probing.resolver import Resolver, system_lookup
from warroom.probing.sampling import Sampler, measure_once
from warroom.probing.secrets import Secrets

STATUS = {"get": "status", "fail": "!= 200"}


def probe(source: Mapping[str, Any], *checks: Mapping[str, Any], **fields: Any) -> ProbeSpec:
    written: dict[str, Any] = {"id": "probe", "title": "Probe", "every": "10s", "deadline": "5s", "source": source}
    return ProbeSpec.model_validate(written | fields | {"check": checks})


def sampler(environ: Mapping[str, str] | None = None, lookup: Any = system_lookup) -> Sampler:
    """With these variables as secrets, and another resolver if need be."""
    return Sampler(SystemClock(), Secrets(environ or {}), resolver=Resolver(lookup))


async def read(spec: ProbeSpec, environ: Mapping[str, str] | None = None, lookup: Any = system_lookup) -> Reading:
    """One reading through all that a real one goes through."""
    [(_, reading)] = await measure_once([spec], sampler(environ, lookup))
    return reading


_OUTCOMES: dict[str, Outcome] = {"o": "ok", "w": "warn", "F": "fail", "-": "no_data", "E": "error"}


def reading_of(letter: str) -> Reading:
    """One with this outcome, by its first letter; `-` is no data. Its text is the letter."""
    return Reading(probe="probe", at_us=0, mono_us=0, took_us=0, outcome=_OUTCOMES[letter], text=letter)
