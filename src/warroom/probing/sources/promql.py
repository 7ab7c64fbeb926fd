"""`kind = "promql"`: asks a Prometheus. What goes wrong on the way says nothing about the target."""

from math import isfinite
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, Field, ValidationError

from warroom.core.probe import Blames, Check, Measurement, ProbeSpec, show
from warroom.probing.resolver import Resolver
from warroom.probing.source import Source, SourceSpec, Trouble
from warroom.probing.web_url import WebUrl

if TYPE_CHECKING:
    import httpx

    from warroom.probing.http_client import Answer, HttpClient


class PromqlSpec(SourceSpec):
    """Instant queries, each of which gives one number."""

    kind: Literal["promql"]
    url: WebUrl
    """Of the server, without `/api/v1/query`."""
    query: str = Field(min_length=1)
    alive: str | None = Field(None, min_length=1)
    """Not 1: no data. A rate goes on for a minute after its exporter died."""
    volume: str | None = Field(None, min_length=1)
    """How much the value rests on, for `min_volume`."""
    headers: dict[str, str] = {}

    @property
    def offers(self) -> tuple[str, ...]:
        return ("value",)

    def admit(self, check: Check) -> None:
        if check.min_volume is not None and self.volume is None:
            raise ValueError('"min_volume" needs a "volume" query in the source')
        super().admit(check.model_copy(update={"min_volume": None}))

    def open(self, spec: ProbeSpec, resolver: Resolver) -> Source:
        from warroom.probing.http_client import HttpClient, parse_url

        url = parse_url(self.url)
        endpoint = url.copy_with(path=url.path.rstrip("/") + "/api/v1/query")
        return PromqlSource(self, endpoint, HttpClient(resolver, deadline_s=spec.deadline, keep_alive=True))


class PromqlSource:
    """Asks the guards first, then for the value."""

    blames: Blames = "messenger"

    def __init__(self, spec: PromqlSpec, endpoint: "httpx.URL", client: "HttpClient") -> None:
        self._spec = spec
        self._endpoint = endpoint
        self._client = client

    async def measure(self) -> Measurement:
        via = self._endpoint.netloc.decode("ascii")
        if self._spec.alive and (dead := await self._why_dead(self._spec.alive)):
            return Measurement(missing={"value": dead}, via=via)
        missing: dict[str, str] = {}
        volume = await self._number("volume", self._spec.volume, missing) if self._spec.volume else None
        value = await self._number("value", self._spec.query, missing)
        return Measurement(values={"value": value}, volume=volume, missing=missing, via=via)

    async def close(self) -> None:
        await self._client.close()

    async def _why_dead(self, query: str) -> str:
        missing: dict[str, str] = {}
        alive = await self._number("alive", query, missing)
        if alive is None:
            return missing["alive"]
        return "" if alive == 1 else f"the exporter is down, alive is {show(alive)}"

    async def _number(self, name: str, query: str, missing: dict[str, str]) -> float | None:
        """What the query gives; else None, and `missing` says why."""
        words = "the query" if name == "value" else f'the "{name}" query'
        answer = await self._client.fetch(
            self._endpoint.copy_merge_params({"query": query}), headers=self._spec.headers
        )
        figures = _figures(answer, words)
        if len(figures) > 1:
            raise Trouble(f"{words} gives {len(figures)} series; sum or filter them to one")
        if figures and isfinite(figures[0]):
            return figures[0]
        missing[name] = f"{words} gives {figures[0] if figures else 'no series'}"
        return None


class _Series(BaseModel):
    value: tuple[float, float]
    """When, and what; the latter is sent as text, such as "NaN"."""


class _Vector(BaseModel):
    type: Literal["vector"] = Field(alias="resultType")
    result: list[_Series]


class _Scalar(BaseModel):
    type: Literal["scalar"] = Field(alias="resultType")
    result: tuple[float, float]


class _Other(BaseModel):
    """Ranges, texts and histograms."""

    type: str = Field(alias="resultType")


class _Answer(BaseModel):
    """The answer of the query API, which is the same for an error."""

    status: Literal["success", "error"]
    data: _Vector | _Scalar | _Other | None = Field(None, union_mode="left_to_right")
    error: str = ""
    warnings: list[str] = []


def _figures(answer: "Answer", words: str) -> list[float]:
    """One number for each series. Raises `Trouble` with Prometheus' own words where it has some."""
    if not answer.complete:
        raise Trouble(f"the answer to {words} is larger than 64 KiB; sum or filter it to one series")
    try:
        parsed = _Answer.model_validate_json(answer.body)
    except ValidationError:
        raise Trouble(f"status {answer.status}, and no answer of a Prometheus") from None
    if parsed.status == "error":
        raise Trouble(f"Prometheus refuses {words}: {parsed.error}")
    if parsed.warnings:  # the result may be a part of the truth
        raise Trouble(f"Prometheus warns about {words}: {'; '.join(parsed.warnings)}")
    if isinstance(parsed.data, _Vector):
        return [series.value[1] for series in parsed.data.result]
    if isinstance(parsed.data, _Scalar):
        return [parsed.data.result[1]]
    raise Trouble(f"{words} gives no plain number but: {parsed.data.type if parsed.data else 'nothing'}")
