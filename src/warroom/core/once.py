"""Acts that happen at most once, however often they are asked for: by a key that whoever asks has chosen."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import NAMESPACE_OID, uuid5

from warroom.core.events import Event
from warroom.core.redaction import MARK

LONGEST_KEY = 200


def is_key(key: str) -> bool:
    return bool(key.strip()) and key.isprintable() and len(key) <= LONGEST_KEY


@dataclass(frozen=True)
class Once:
    """An act with a key. Asked for again, it is answered with the event that it made."""

    key: str
    kinds: tuple[str, ...]
    """What its own event can be; others may come with it."""
    said: Mapping[str, object]
    """Fields of that event by which another act shows; without spaces around texts."""

    def event_id(self, journal_id: str) -> str:
        """The id of its own event: the same key in the same journal is the same event (RFC 9562, 5.5)."""
        return str(uuid5(NAMESPACE_OID, f"{journal_id}\n{self.key}"))

    def made(self, event: Event, actor: str) -> bool:
        """Whether this act of this actor is the one that made the event."""
        body = event.body
        same = all(_is_same(getattr(body, name, value), value) for name, value in self.said.items())
        return event.actor == actor and body.kind in self.kinds and same

    def used(self, event: Event) -> str:
        """What is told when the key stands for another act."""
        return f'the key "{self.key}" was used for another act: event {event.seq}, {event.body.word} by {event.actor}'


def _is_same(stored: object, said: object) -> bool:
    """What was not said, or was redacted since, is no other act."""
    return said in ("", stored) or (isinstance(stored, str) and MARK in stored)
