"""`kind = "http"`: asks the target itself, over a new connection each time. No answer is the target's failure.

One request, a burst of equal ones, or a scenario of several.
"""

from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from warroom.core.probe import Blames, Check, Measurement, ProbeSpec
from warroom.probing.http_burst import LARGEST, STATUSES, BurstSource
from warroom.probing.http_scenario import ScenarioSource, Step, check_steps
from warroom.probing.http_values import OFFERS, http_values
from warroom.probing.resolver import Resolver
from warroom.probing.source import Source, SourceSpec, Trouble
from warroom.probing.web_url import WebUrl

if TYPE_CHECKING:
    import httpx

    from warroom.probing.http_client import Answer, HttpClient

_HOPS = 5


class HttpSpec(SourceSpec):
    """One request, unless `request` lists several."""

    kind: Literal["http"]
    url: WebUrl | None = None
    method: Literal["GET", "HEAD", "OPTIONS", "POST"] = "GET"
    headers: dict[str, str] = {}
    body: str = ""
    follow_redirects: bool = False
    """At most 5, and only within the same host and port: headers must not reach another one."""
    burst: int | None = Field(None, ge=2, le=LARGEST)
    """How many times to ask at once."""
    request: tuple[Step, ...] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> "HttpSpec":
        if self.request and self.model_fields_set - {"kind", "request"}:
            raise ValueError('with "request" all else stands in the requests')
        if not self.request and self.url is None:
            raise ValueError('an http source needs a "url", or several [[source.request]]')
        if self.body and self.method != "POST":
            raise ValueError('a "body" needs method = "POST"')
        if self.follow_redirects and (self.method not in ("GET", "HEAD") or self.burst):
            raise ValueError('"follow_redirects" needs method "GET" or "HEAD", and no burst')
        check_steps(self.request)
        return self

    @property
    def offers(self) -> tuple[str, ...]:
        return ("statuses:429",) if self.burst else OFFERS

    def admit(self, check: Check) -> None:
        super().admit(check)
        if self.burst and not STATUSES.fullmatch(check.get):
            raise ValueError(f'"{check.get}" counts no statuses; write statuses:429, statuses:5xx or statuses:none')

    def open(self, spec: ProbeSpec, resolver: Resolver) -> Source:
        from warroom.probing.http_client import HttpClient, parse_url

        client = HttpClient(resolver, deadline_s=spec.deadline, keep_alive=False)
        gets = frozenset(check.get for check in spec.check)
        if self.request:
            return ScenarioSource(self.request, gets, client)
        assert self.url is not None
        asker = HttpSource(self, parse_url(self.url), gets, client)
        return BurstSource(asker.ask, self.burst, gets, client, asker.via) if self.burst else asker


class HttpSource:
    """Sends the request and takes the wanted values out of the answer."""

    blames: Blames = "target"

    def __init__(self, spec: HttpSpec, url: "httpx.URL", gets: frozenset[str], client: "HttpClient") -> None:
        self._spec = spec
        self._url = url
        self._gets = gets
        self._client = client
        self.via = url.netloc.decode("ascii")

    async def measure(self) -> Measurement:
        answer = await self.ask()
        if "status" not in self._gets and not 200 <= answer.status < 300:
            raise Trouble(f"status {answer.status}")
        values, missing = http_values(self._gets, answer)
        return Measurement(values=values, missing=missing, via=self.via)

    async def close(self) -> None:
        await self._client.close()

    async def ask(self) -> "Answer":
        """The answer, or the last one of a chain of redirects. Raises `Trouble`."""
        spec, url = self._spec, self._url
        for _ in range(1 + _HOPS):
            answer = await self._client.fetch(url, method=spec.method, headers=spec.headers, body=spec.body)
            location = answer.headers.get("location") if 300 <= answer.status < 400 else None
            if not spec.follow_redirects or location is None:
                return answer
            url = _beside(url, location)
        raise Trouble(f"more than {_HOPS} redirects")


def _beside(url: "httpx.URL", location: str) -> "httpx.URL":
    """Where a redirect leads, when that is the same host and port."""
    from warroom.probing.http_client import parse_url

    try:
        target = url.join(parse_url(location))
    except ValueError:
        raise Trouble("redirects to something that is no URL") from None
    if (target.scheme, target.netloc) != (url.scheme, url.netloc):
        raise Trouble(f"redirects to another host, {target.scheme}://{target.netloc.decode('ascii')}")
    return target
