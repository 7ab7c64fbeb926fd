"""`kind = "http"`: asks the target itself, over a new connection each time. No answer is the target's failure."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import JsonValue, model_validator

from warroom.core.errors import nearest
from warroom.core.probe import Blames, Check, Measurement, ProbeSpec
from warroom.core.rules import Value
from warroom.probing.json_path import JsonPath
from warroom.probing.resolver import Resolver
from warroom.probing.source import Source, SourceSpec, Trouble
from warroom.probing.web_url import WebUrl

if TYPE_CHECKING:
    import httpx

    from warroom.probing.http_client import Answer, HttpClient

_PLAIN_GETS = ("status", "latency_ms", "body")
_HOPS = 5


class HttpSpec(SourceSpec):
    """One request."""

    kind: Literal["http"]
    url: WebUrl
    method: Literal["GET", "HEAD", "OPTIONS", "POST"] = "GET"
    headers: dict[str, str] = {}
    body: str = ""
    follow_redirects: bool = False
    """At most 5, and only within the same host and port: headers must not reach another one."""

    @model_validator(mode="after")
    def _repeatable(self) -> "HttpSpec":
        if self.body and self.method != "POST":
            raise ValueError('a "body" needs method = "POST"')
        if self.follow_redirects and self.method not in ("GET", "HEAD"):
            raise ValueError('"follow_redirects" needs method "GET" or "HEAD"')
        return self

    def admit(self, check: Check) -> None:
        if check.min_volume is not None:
            raise ValueError('an http source has no volume for "min_volume"')
        form, _, rest = check.get.partition(":")
        if form == "json":
            JsonPath.parse(rest)
        elif check.get not in _PLAIN_GETS and not (form == "header" and rest):
            hint = nearest(check.get, _PLAIN_GETS) or "write status, latency_ms, body, header:NAME or json:$.a.b"
            raise ValueError(f'an http source has no "{check.get}"; {hint}')

    def open(self, spec: ProbeSpec, resolver: Resolver) -> Source:
        from warroom.probing.http_client import HttpClient, parse_url

        client = HttpClient(resolver, deadline_s=spec.deadline, keep_alive=False)
        return HttpSource(self, parse_url(self.url), {check.get for check in spec.check}, client)


class HttpSource:
    """Sends the request and takes the wanted values out of the answer."""

    blames: Blames = "target"

    def __init__(self, spec: HttpSpec, url: "httpx.URL", gets: set[str], client: "HttpClient") -> None:
        self._spec = spec
        self._url = url
        self._gets = gets
        self._client = client

    async def measure(self) -> Measurement:
        answer = await self._ask()
        if "status" not in self._gets and not 200 <= answer.status < 300:
            raise Trouble(f"status {answer.status}")
        values, missing = _extract(self._gets, answer)
        return Measurement(values=values, missing=missing, via=self._url.netloc.decode("ascii"))

    async def close(self) -> None:
        await self._client.close()

    async def _ask(self) -> "Answer":
        """The answer, or the last one of a chain of redirects."""
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


def _extract(gets: set[str], answer: "Answer") -> tuple[dict[str, Value], dict[str, str]]:
    """The values that are there, and why the others are not."""
    values: dict[str, Value] = {"status": answer.status, "latency_ms": answer.took_s * 1000}
    missing: dict[str, str] = {}
    paths = {get: JsonPath.parse(get.removeprefix("json:")) for get in gets if get.startswith("json:")}
    for name in (get.removeprefix("header:") for get in gets if get.startswith("header:")):
        values[f"header:{name}"] = answer.headers.get(name)
    if "body" in gets:
        values["body"] = answer.body.decode("utf-8", "replace").strip()
    if paths:
        try:
            found = _found(paths, _document(answer))
        except ValueError as error:
            missing = dict.fromkeys(paths, str(error))
        else:
            values |= found
    return values, missing


def _document(answer: "Answer") -> JsonValue:
    """Raises `ValueError` with the reason when the body cannot be read as JSON."""
    encoding = answer.headers.get("content-encoding", "identity")
    if encoding != "identity":
        raise ValueError(f"the body is compressed ({encoding}), though that was declined")
    if not answer.complete:
        raise ValueError("the body is larger than 64 KiB")
    try:
        document: JsonValue = json.loads(answer.body)
    except (ValueError, RecursionError):
        raise ValueError("the body is not JSON") from None
    return document


def _found(paths: Mapping[str, JsonPath], document: JsonValue) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for get, path in paths.items():
        try:
            value = path.find(document)
        except LookupError:
            continue
        if not isinstance(value, list | dict):
            found[get] = value
    return found
