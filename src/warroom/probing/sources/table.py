"""All kinds of sources, by name. Importing this costs no HTTP client: it also validates files."""

from collections.abc import Mapping

from pydantic import JsonValue, ValidationError
from pydantic_core import ErrorDetails

from warroom.core.errors import nearest
from warroom.core.probe import Blames, Measurement, ProbeSpec
from warroom.probing.resolver import Resolver
from warroom.probing.secrets import Secrets, check_placeholders
from warroom.probing.source import Source, SourceSpec, Trouble
from warroom.probing.sources.command import CommandSpec
from warroom.probing.sources.dns import DnsSpec
from warroom.probing.sources.http import HttpSpec
from warroom.probing.sources.promql import PromqlSpec
from warroom.probing.sources.redis import RedisSpec
from warroom.probing.sources.report import ReportSpec
from warroom.probing.sources.sql import SqlSpec
from warroom.probing.sources.tcp import TcpSpec
from warroom.probing.sources.tls import TlsSpec
from warroom.probing.sources.websocket import WebsocketSpec

SPECS: dict[str, type[SourceSpec]] = {
    "http": HttpSpec,
    "promql": PromqlSpec,
    "command": CommandSpec,
    "report": ReportSpec,
    "tls": TlsSpec,
    "tcp": TcpSpec,
    "sql": SqlSpec,
    "redis": RedisSpec,
    "dns": DnsSpec,
    "websocket": WebsocketSpec,
}


def check_source(raw: Mapping[str, JsonValue]) -> SourceSpec:
    """A `[source]` table as written, placeholders unresolved.

    Raises pydantic's `ValidationError` for wrong fields, and `ValueError` for an unknown kind or placeholder.
    """
    kind = str(raw.get("kind"))
    if kind not in SPECS:
        raise ValueError(f'unknown kind "{kind}"; {nearest(kind, SPECS) or "known are " + ", ".join(SPECS)}')
    check_placeholders(dict(raw))
    return SPECS[kind].model_validate(raw)


def check_spec(spec: ProbeSpec) -> SourceSpec:
    """The source of a probe file, if it can give what the file's checks get. Raises like `check_source`."""
    source = check_source(spec.source)
    for check in spec.check:
        source.admit(check)
    return source


def build(spec: ProbeSpec, secrets: Secrets, resolver: Resolver) -> Source:
    """The source with its secrets. One that cannot be built says why whenever it is asked."""
    try:
        check_spec(spec)
        return SPECS[spec.kind].model_validate(secrets.resolve(dict(spec.source))).open(spec, resolver)
    except ValidationError as error:  # its own text is long, and would show what a placeholder stood for
        return Unusable("; ".join(map(_words, error.errors())))
    except ValueError as error:
        return Unusable(str(error))


def _words(error: ErrorDetails) -> str:
    return f"{'.'.join(map(str, error['loc']))}: {error['msg'].removeprefix('Value error, ')}"


class Unusable:
    """A source that can never be asked."""

    blames: Blames = "messenger"

    def __init__(self, why: str) -> None:
        self._why = why

    async def measure(self) -> Measurement:
        raise Trouble(self._why)

    async def close(self) -> None:
        """Holds nothing."""
