"""How a review hears a journal: once, event by event, each by those whom its kind concerns."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Generic, Protocol, TypeVar

from warroom.core.body import Body
from warroom.core.events import Event
from warroom.core.review_said import LIMIT

T = TypeVar("T")

Handler = Callable[[Event, Any], None]
"""Takes an event and its body, which is of the class that the handler stands for."""


class Listener(Protocol):
    """Gathers one part of a review."""

    def hears(self) -> Mapping[type[Body], Handler]:
        """What it wants to hear of; `Body` is every event."""


def overheard(events: Iterable[Event], listeners: Iterable[Listener]) -> Iterator[Event]:
    """The events, each passed on once all listeners have heard it."""
    table: dict[type[Body], list[Handler]] = defaultdict(list)
    for listener in listeners:
        for kind, handler in listener.hears().items():
            table[kind].append(handler)
    every = table.pop(Body, [])
    for event in events:
        body = event.body
        for handler in every:
            handler(event, body)
        for handler in table.get(type(body), ()):
            handler(event, body)
        yield event


class Few(Generic[T]):
    """The first of something, and how many more there were: a long journal must not fill the memory."""

    def __init__(self) -> None:
        self.kept: list[T] = []
        self.more = 0

    def add(self, one: T) -> None:
        if len(self.kept) < LIMIT:
            self.kept.append(one)
        else:
            self.more += 1
