"""`kind = "redis"`: one command that only reads, such as the length of a queue. The Redis is a messenger."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Literal
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, Field, field_validator, model_validator

from warroom.core.errors import nearest
from warroom.core.probe import Blames, Measurement, ProbeSpec
from warroom.core.rules import Value
from warroom.probing.dial import host_and_port
from warroom.probing.resolver import Resolver
from warroom.probing.resp import Resp
from warroom.probing.source import Source, SourceSpec, Trouble
from warroom.probing.trust import tls_context
from warroom.probing.web_url import check_url

_READS: Mapping[str, tuple[int, int]] = {
    "PING": (0, 0), "DBSIZE": (0, 0), "LASTSAVE": (0, 0), "INFO": (0, 1),
    "EXISTS": (1, 1), "TYPE": (1, 1), "TTL": (1, 1), "GET": (1, 1), "STRLEN": (1, 1),
    "LLEN": (1, 1), "SCARD": (1, 1), "ZCARD": (1, 1), "HLEN": (1, 1), "XLEN": (1, 1),
    "HGET": (2, 2), "ZSCORE": (2, 2), "ZCOUNT": (3, 3),
}  # fmt: skip
"""The commands that probes may send, with the least and the most arguments. None of them changes or blocks anything."""

_NOTHING_IS_ZERO = ("LLEN", "SCARD", "ZCARD", "ZCOUNT", "HLEN", "XLEN", "STRLEN")
"""What they say of a key that is not there is what they say of an emptied one."""

_NO_KEY = -2  # what TTL says of one that is not there

_PORT = 6379


def _redis_url(text: str) -> str:
    check_url(text, "redis", "rediss")
    path = urlsplit(text).path.strip("/")
    if path and not path.isdecimal() and "${" not in text:
        raise ValueError("the path of a redis URL is the number of a database")
    return text


class RedisSpec(SourceSpec):
    """One command."""

    kind: Literal["redis"]
    url: Annotated[str, AfterValidator(_redis_url)]
    """Such as `redis://cache.example:6379/0`; `rediss` is with TLS."""
    user: str = ""
    password: str = ""
    command: tuple[str, ...] = Field(min_length=1)
    alive: str = ""
    """A key that must exist, else there is no data: to Redis the queue of a mistyped name is an empty one."""

    @field_validator("command")
    @classmethod
    def _only_reads(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        name, *arguments = value
        if name.upper() not in _READS:
            hint = nearest(name.upper(), _READS) or f"known are {', '.join(_READS)}"
            raise ValueError(f'"{name}" is no command that probes send; {hint}')
        least, most = _READS[name.upper()]
        if not least <= len(arguments) <= most:
            raise ValueError(f"{name} takes {least if least == most else f'{least} to {most}'} arguments")
        return value

    @model_validator(mode="after")
    def _tells_nothing_from_empty(self) -> "RedisSpec":
        name = self.command[0].upper()
        if name in _NOTHING_IS_ZERO and not self.alive:
            raise ValueError(f'{name} of a mistyped key is 0: name in "alive" a key that is always there')
        return self

    @property
    def offers(self) -> tuple[str, ...]:
        return ("info:FIELD",) if self.command[0].upper() == "INFO" else ("value",)

    def open(self, spec: ProbeSpec, resolver: Resolver) -> Source:
        return RedisSource(self, frozenset(check.get for check in spec.check), resolver, deadline_s=spec.deadline)


class RedisSource:
    """Connects anew for each reading: a kept connection would go on asking the old primary after a failover."""

    blames: Blames = "messenger"

    def __init__(self, spec: RedisSpec, gets: frozenset[str], resolver: Resolver, *, deadline_s: float) -> None:
        parts = urlsplit(spec.url)
        assert parts.hostname
        self._spec = spec
        self._gets = gets
        self._user = spec.user or unquote(parts.username or "")
        self._password = spec.password or unquote(parts.password or "")
        self._database = parts.path.strip("/") or "0"
        self._via = host_and_port(parts.hostname, parts.port or _PORT)
        tls = tls_context() if parts.scheme == "rediss" else None
        self._connect = partial(
            Resp.connect, resolver, parts.hostname, parts.port or _PORT, tls=tls, deadline_s=deadline_s
        )

    async def measure(self) -> Measurement:
        spec = self._spec
        async with await self._connect() as redis:
            await self._log_in(redis)
            if spec.alive and not await redis.ask("EXISTS", spec.alive):
                return Measurement(missing=dict.fromkeys(self._gets, f"there is no key {spec.alive}"), via=self._via)
            answer = await redis.ask(*spec.command)
        if answer == _NO_KEY and spec.command[0].upper() == "TTL":
            answer = None
        missing = {"value": "there is no such key"} if answer is None else {}
        return Measurement(values=self._values(answer), missing=missing, via=self._via)

    async def close(self) -> None:
        """Nothing outlives a reading."""

    async def _log_in(self, redis: Resp) -> None:
        if self._password:
            await redis.ask("AUTH", *filter(None, (self._user, self._password)))
        if self._database != "0":
            await redis.ask("SELECT", self._database)

    def _values(self, answer: int | str | None) -> dict[str, Value]:
        if "value" in self._gets:
            return {"value": answer}
        if not isinstance(answer, str):
            raise Trouble("no answer of a Redis to INFO")
        fields = dict(line.split(":", 1) for line in answer.splitlines() if ":" in line)
        return {get: fields.get(get.removeprefix("info:")) for get in self._gets}
