"""One reading of each probe, from the shell."""

import asyncio
import os
from collections.abc import Sequence

from warroom.cli.approval import announce
from warroom.clock import SystemClock
from warroom.core.probe import ProbeSpec, Reading
from warroom.core.redaction import Redactor, secrets_of
from warroom.probing.sampling import Sampler, measure_once


def take_readings(specs: Sequence[ProbeSpec]) -> list[tuple[ProbeSpec, Reading]]:
    """In the order of `specs`, with no secret in them. Says on stderr before it starts which commands run."""
    announce(specs)
    readings = asyncio.run(measure_once(specs, Sampler(SystemClock())))
    # A probe hides what it was given itself, but a program may print whatever stands in this environment.
    redactor = Redactor(secrets_of(os.environ))
    return [(spec, _redacted(reading, redactor)) for spec, reading in readings]


def _redacted(reading: Reading, redactor: Redactor) -> Reading:
    def clean(text: str) -> str:
        return redactor.redact(text)[0]

    value = clean(reading.value) if isinstance(reading.value, str) else reading.value
    return reading.model_copy(update={"value": value, "text": clean(reading.text), "via": clean(reading.via)})
