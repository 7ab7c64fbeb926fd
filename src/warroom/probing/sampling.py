"""One reading of one probe. The edge at which whatever a source does wrong becomes a reading that says so."""

import asyncio
import os
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from warroom.clock import Clock
from warroom.core.plain import one_line
from warroom.core.probe import Measurement, ProbeSpec, Reading, assess
from warroom.probing.hosts import host_asked
from warroom.probing.programs import programs
from warroom.probing.resolver import Resolver
from warroom.probing.secrets import Secrets
from warroom.probing.source import Source, Trouble
from warroom.probing.sources.table import Unusable, build

OpenSource = Callable[[ProbeSpec], Source]

_AT_ONCE = 16
_LONGEST_TEXT = 300
_LONGEST_VALUE = 1000


class Sampler:
    """Takes readings: the clock, the secrets and the resolver that all probes of a process share."""

    def __init__(
        self,
        clock: Clock,
        secrets: Secrets | None = None,
        open_source: OpenSource | None = None,
        resolver: Resolver | None = None,
        *,
        approved: Collection[str] | None = None,
    ) -> None:
        """Without `secrets`, placeholders find this process's variables; without `resolver`, the system is asked.

        `approved` are the digests of the programs that may run; None is all.
        """
        self.clock = clock
        self._secrets = secrets or Secrets(os.environ)
        self._resolver = resolver or Resolver()
        self._open_source = open_source
        self._approved = approved

    def bars(self, spec: ProbeSpec) -> bool:
        """Whether it would run a command that nobody here has approved."""
        if self._approved is None:
            return False
        return any(program.digest not in self._approved for program in programs([spec], Path.cwd()))

    def open(self, spec: ProbeSpec) -> Source:
        """The source of `spec`, to be closed by the caller. Call it in the loop that will use it."""
        if self.bars(spec):
            return Unusable("its command was not approved here; restart the cockpit to approve it")
        return self._open_source(spec) if self._open_source else build(spec, self._secrets, self._resolver)

    def host(self, spec: ProbeSpec) -> str:
        """The host that a probe asks, as its file names it; "" when it asks none."""
        try:
            source = self._secrets.resolve(dict(spec.source))
        except ValueError:  # a secret is missing, as the source itself says
            return ""
        assert isinstance(source, dict)
        return host_asked(source)

    def address(self, host: str) -> str:
        """One address for all names of a host, as far as they were found; else the name itself."""
        return self._resolver.address(host)

    async def sample(self, spec: ProbeSpec, source: Source) -> Reading:
        """Asks once; ends at the probe's deadline at the latest, and never raises."""
        at_us, mono_us = self.clock.utc_us(), self.clock.mono_us()
        found = await _measure(spec, source)
        took_us = self.clock.mono_us() - mono_us
        return self._fit_to_keep(assess(spec, found, at_us=at_us, mono_us=mono_us, took_us=took_us))

    def _fit_to_keep(self, reading: Reading) -> Reading:
        """Masked and cut only after the limits were compared with the whole value."""
        value = self._secrets.mask(reading.value) if isinstance(reading.value, str) else reading.value
        return reading.model_copy(
            update={
                "value": value[:_LONGEST_VALUE] if isinstance(value, str) else value,
                "text": one_line(self._secrets.mask(reading.text), _LONGEST_TEXT),
                "via": self._secrets.mask(reading.via),
            }
        )


async def _measure(spec: ProbeSpec, source: Source) -> Measurement:
    try:
        async with asyncio.timeout(spec.deadline):
            return await source.measure()
    except TimeoutError:
        return Measurement(trouble=f"no answer within {spec.deadline:g} s", blames=source.blames, answered=False)
    except Trouble as trouble:
        blames = trouble.blames or source.blames
        return Measurement(trouble=str(trouble), blames=blames, answered=trouble.answered)
    except Exception as error:  # noqa: BLE001  # the probe runner: a fault of ours must neither end it nor blame the target
        return Measurement(trouble=f"{type(error).__name__}: {error}", blames="messenger")


async def measure_once(specs: Iterable[ProbeSpec], sampler: Sampler) -> list[tuple[ProbeSpec, Reading]]:
    """One reading of every probe, in the order of `specs`; at most 16 are asked at once."""
    slots = asyncio.Semaphore(_AT_ONCE)

    async def one(spec: ProbeSpec) -> tuple[ProbeSpec, Reading]:
        async with slots:
            source = sampler.open(spec)
            try:
                return spec, await sampler.sample(spec, source)
            finally:
                await source.close()

    return list(await asyncio.gather(*map(one, specs)))
