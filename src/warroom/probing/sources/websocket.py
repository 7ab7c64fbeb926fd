"""`kind = "websocket"`: opens a WebSocket, says something, and looks at the reply. No socket or reply is a failure."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from warroom.core.probe import Blames, Measurement, ProbeSpec
from warroom.core.rules import Value
from warroom.probing.json_values import FORMS, json_values, parse_json, wants_json
from warroom.probing.resolver import Resolver
from warroom.probing.source import Source, SourceSpec, needing
from warroom.probing.web_url import SocketUrl

if TYPE_CHECKING:
    from warroom.probing.socket_talk import Talk


class WebsocketSpec(SourceSpec):
    """One socket."""

    kind: Literal["websocket"]
    url: SocketUrl
    headers: dict[str, str] = {}
    send: str = ""
    """Said once the socket is open."""
    skip: int = Field(0, ge=0, le=100)
    """How many messages come before the reply, such as a greeting."""

    @property
    def offers(self) -> tuple[str, ...]:
        return ("latency_ms", "latency.open_ms", "body", *FORMS)

    def open(self, spec: ProbeSpec, resolver: Resolver) -> Source:
        with needing("websocket", "websockets", "websocket"):
            from warroom.probing.socket_talk import talk
        gets = frozenset(check.get for check in spec.check)
        waits = bool(self.send) or wants_json(gets) or "body" in gets
        skip = self.skip if waits else None
        ask = partial(talk, self.url, self.headers, resolver, say=self.send, skip=skip, deadline_s=spec.deadline)
        return WebsocketSource(ask, gets)


class WebsocketSource:
    """Opens a socket of its own for each reading."""

    blames: Blames = "target"

    def __init__(self, ask: "Callable[[], Awaitable[Talk]]", gets: frozenset[str]) -> None:
        self._ask = ask
        self._gets = gets

    async def measure(self) -> Measurement:
        talk = await self._ask()
        values: dict[str, Value] = {"latency_ms": talk.took_s * 1000, "latency.open_ms": talk.open_s * 1000}
        missing: dict[str, str] = {}
        if talk.reply is not None:
            values["body"] = talk.reply.strip()
            if wants_json(self._gets):
                try:
                    values |= json_values(self._gets, parse_json(talk.reply))
                except ValueError as error:
                    missing = dict.fromkeys(self._gets, f"the reply is {error}")
        return Measurement(values=values, missing=missing, via=talk.where)

    async def close(self) -> None:
        """Nothing outlives a reading."""
