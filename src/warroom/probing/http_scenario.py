"""Several requests one after the other, with values carried over: sign in, buy, sign out."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote, urlsplit

from pydantic import field_validator

from warroom.core.base import Frozen
from warroom.core.probe import Blames, Measurement
from warroom.probing.http_values import cookie_of, document_of, http_values
from warroom.probing.json_path import JsonPath
from warroom.probing.source import Trouble
from warroom.probing.web_url import WebUrl

if TYPE_CHECKING:
    from warroom.probing.http_client import Answer, HttpClient

_SAVED = re.compile(r"\$\{(\w+)\}")
_SAVED_HOST = re.compile(r"[^/?#]*//[^/?#]*\$\{\w+\}")


class Step(Frozen):
    """One request of a scenario. `${NAME}` in it stands for what an earlier one saved."""

    url: WebUrl
    method: Literal["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    headers: dict[str, str] = {}
    body: str = ""
    status: int | None = None
    """What it must be answered with; without it, any 2xx will do."""
    save: dict[str, str] = {}
    """Names for values of the answer: `json:$.a.b`, `header:NAME`, `cookie:NAME`."""

    @field_validator("url")
    @classmethod
    def _goes_where_the_file_says(cls, value: str) -> str:
        if _SAVED_HOST.match(value):
            raise ValueError("an answer must not decide which host is asked next")
        return value

    @field_validator("save")
    @classmethod
    def _is_known(cls, value: dict[str, str]) -> dict[str, str]:
        for name, get in value.items():
            form, _, rest = get.partition(":")
            if form not in ("json", "header", "cookie") or not rest or not re.fullmatch(r"\w+", name):
                raise ValueError(f'cannot save "{get}" as "{name}"; write json:$.a.b, header:NAME or cookie:NAME')
            if form == "json":
                JsonPath.parse(rest)
        return value

    @property
    def uses(self) -> set[str]:
        """The names that must have been saved before."""
        return {name for text in (self.url, self.body, *self.headers.values()) for name in _SAVED.findall(text)}


def check_steps(steps: tuple[Step, ...]) -> None:
    """Raises `ValueError` for a value that is used before it was saved."""
    saved: set[str] = set()
    for number, step in enumerate(steps, 1):
        if missing := step.uses - saved:
            raise ValueError(f'request {number} uses "{min(missing)}", which no request before it saves')
        saved |= step.save.keys()


class ScenarioSource:
    """Goes through the requests until one is not answered as it must be. The last answer gives the values."""

    blames: Blames = "target"

    def __init__(self, steps: tuple[Step, ...], gets: frozenset[str], client: "HttpClient") -> None:
        self._steps = steps
        self._gets = gets
        self._client = client

    async def measure(self) -> Measurement:
        saved: dict[str, str] = {}
        took_s = 0.0
        for number, step in enumerate(self._steps, 1):
            where = f"request {number} of {len(self._steps)}"
            try:
                answer = await self._ask(step, saved)
                self._expect(step, answer, last=number == len(self._steps))
                saved |= _save(step, answer)
            except Trouble as trouble:
                words = f"{where}: {trouble}"
                raise Trouble(words, blames=trouble.blames, answered=trouble.answered) from None
            took_s += answer.took_s
        values, missing = http_values(self._gets, answer)
        values["latency_ms"] = took_s * 1000
        return Measurement(values=values, missing=missing, via=urlsplit(self._steps[-1].url).netloc)

    async def close(self) -> None:
        await self._client.close()

    async def _ask(self, step: Step, saved: Mapping[str, str]) -> "Answer":
        from warroom.probing.http_client import parse_url

        try:
            url = parse_url(_filled(step.url, {name: quote(value, safe="") for name, value in saved.items()}))
        except ValueError as error:
            raise Trouble(str(error)) from None
        headers = {name: _filled(value, saved) for name, value in step.headers.items()}
        return await self._client.fetch(url, method=step.method, headers=headers, body=_filled(step.body, saved))

    def _expect(self, step: Step, answer: "Answer", *, last: bool) -> None:
        if last and "status" in self._gets:
            return
        if not (200 <= answer.status < 300 if step.status is None else answer.status == step.status):
            raise Trouble(f"status {answer.status}" + ("" if step.status is None else f" instead of {step.status}"))


def _filled(text: str, saved: Mapping[str, str]) -> str:
    return _SAVED.sub(lambda found: saved[found[1]], text)


def _save(step: Step, answer: "Answer") -> dict[str, str]:
    """Raises `Trouble` when a value that is needed later is not there."""
    found: dict[str, str] = {}
    for name, get in step.save.items():
        value = _saved_value(get, answer)
        if value is None:
            raise Trouble(f"the answer has no {get}")
        found[name] = value
    return found


def _saved_value(get: str, answer: "Answer") -> str | None:
    form, _, rest = get.partition(":")
    if form == "header":
        header: str | None = answer.headers.get(rest)
        return header
    if form == "cookie":
        return cookie_of(answer, rest)
    try:
        value = JsonPath.parse(rest).find(document_of(answer))
    except (LookupError, ValueError):
        return None
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
