"""The hash chain, byte by byte as `docs/journal.md` publishes it. Pure: it knows neither SQLite nor what events mean.

What is hashed are the bytes as they are stored; nothing is ever serialised again to be checked.
"""

from collections.abc import Iterable
from hashlib import sha256
from struct import Struct
from typing import NamedTuple

_GENESIS = b"warroom/journal/1\n"
_DEFINITION = b"warroom/definition/1\n"
BODY = b"warroom/body/1\n"
_EVENT = b"warroom/event/1\n"
_SNAPSHOT = b"warroom/snapshot/1\n"
_SAMPLES = b"warroom/samples/1\n"

LENGTH = Struct(">I")
_NUMBERS = Struct(">IqIqIqIq")  # four numbers of 8 bytes, each with its length before it
NUMBERS = Struct(">IqIqIqIqI")
"""seq, at_us, mono_us and v of an event, each behind its length, and the length of the id."""
AFTER = _EVENT + LENGTH.pack(32)
"""What stands before the hash of the event before."""


class Entry(NamedTuple):
    """What of an event goes into its hash, in this order. Text is the UTF-8 that is stored."""

    seq: int
    at_us: int
    mono_us: int
    v: int
    id: bytes
    kind: bytes
    actor: bytes
    origin: bytes
    subject: bytes
    body_hash: bytes


def definition_hash(role: bytes, name: bytes, body: bytes) -> bytes:
    return sha256(_DEFINITION + framed((role, name, body))).digest()


def genesis(journal_id: bytes, definition_hashes: Iterable[bytes]) -> bytes:
    """What the first event follows. It ties the events to their journal and definitions, in order of role and name."""
    return sha256(_GENESIS + framed((journal_id, *definition_hashes))).digest()


def body_hash(salt: bytes, body: bytes) -> bytes:
    """The salt keeps a redacted body from being guessed by its hash."""
    return sha256(BODY + LENGTH.pack(len(salt)) + salt + LENGTH.pack(len(body)) + body).digest()


def event_hash(before: bytes, entry: Entry) -> bytes:
    """The hash of an event that follows the one with the hash `before`."""
    seq, at_us, mono_us, v, event_id, kind, actor, origin, subject, digest = entry
    length = LENGTH.pack  # spelled out: every event that is appended waits for this
    return sha256(
        AFTER
        + before
        + NUMBERS.pack(8, seq, 8, at_us, 8, mono_us, 8, v, len(event_id))
        + event_id
        + length(len(kind))
        + kind
        + length(len(actor))
        + actor
        + length(len(origin))
        + origin
        + length(len(subject))
        + subject
        + length(len(digest))
        + digest
    ).digest()


def snapshot_hash(salt: bytes, seq: int, event: bytes, fold: int, state: bytes) -> bytes:
    """Of a row of `snapshots`. The salt goes with the row, so that no text in the state can be guessed later."""
    numbers = (number.to_bytes(8, "big", signed=True) for number in (seq, fold))
    first, second = numbers
    return sha256(_SNAPSHOT + framed((salt, first, event, second, state))).digest()


def samples_hash(readings: Iterable[tuple[tuple[int, ...], tuple[bytes, ...]]]) -> bytes:
    """Over readings in order of their number: id, at_us, mono_us, took_us; probe, outcome, value, text, word."""
    digest = sha256(_SAMPLES)
    for numbers, texts in readings:
        digest.update(_NUMBERS.pack(*(part for number in numbers for part in (8, number))) + framed(texts))
    return digest.digest()


def framed(parts: Iterable[bytes]) -> bytes:
    """Every part behind its length, so that no byte can move from one to the next."""
    return b"".join([LENGTH.pack(len(part)) + part for part in parts])
