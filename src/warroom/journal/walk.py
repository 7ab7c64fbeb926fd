"""Walks the events of a journal along their chain. Most of what `verify` costs, hence one flat loop over plain bytes.

It computes what `chain` defines; a test holds the two together.
"""

from collections.abc import Iterable
from hashlib import sha256
from struct import error
from typing import Any, NamedTuple

from warroom.journal.chain import AFTER, BODY, LENGTH, NUMBERS, framed

SELECT = """
    SELECT seq, at_us, mono_us, v, id, kind, actor, origin, subject, body_hash, salt, body, hash
    FROM events WHERE seq BETWEEN ? AND ? ORDER BY seq
"""
ALL = (-(2**63), 2**63 - 1)
"""From the lowest number that a row can have to the highest, for `SELECT`."""

_NOT_NEXT = "was changed, or is not the one that followed what stands before it"


class Walk(NamedTuple):
    """How far a chain holds, and what ends it: `fault` at event `at`, or "" at its end."""

    seq: int
    """Number of the last event that holds, and its hash."""
    hash: bytes
    at: int | None = None
    fault: str = ""
    redacted: int = 0
    """How many events have lost their bodies, each named by a later event."""


class _Names(dict[tuple[bytes, ...], bytes]):
    """Names that many events share, as they are hashed; computed once."""

    _AT_MOST = 10_000  # a journal has far fewer, unless somebody made it to be a burden

    def __missing__(self, names: tuple[bytes, ...]) -> bytes:
        if len(self) >= self._AT_MOST:
            self.clear()
        self[names] = framed(names) + LENGTH.pack(32)  # and the length of the body's hash, which follows
        return self[names]


def follow(rows: Iterable[tuple[Any, ...]], before: bytes, *, after: int = 0) -> Walk:
    """Walks rows of `SELECT`, with texts as bytes. They begin behind the event `after`, whose hash is `before`."""
    expected, redacted = after + 1, 0
    erased: dict[bytes, tuple[int, bytes]] = {}  # what is before an event without body, by the subject to name it
    names, numbers_of, length, join = _Names(), NUMBERS.pack, LENGTH.pack, b"".join
    for seq, at_us, mono_us, v, event_id, kind, actor, origin, subject, body_hash, salt, body, digest in rows:
        try:
            if seq != expected:
                return _broken(expected, before, f"event {expected} is missing; event {seq} stands in its place")
            if body is None and salt is None:
                erased[b"event:%d" % seq] = seq - 1, before
            elif sha256(join((BODY, length(len(salt)), salt, length(len(body)), body))).digest() != body_hash:
                return _broken(seq, before, f"the body of event {seq} was changed")
            numbers = numbers_of(8, seq, 8, at_us, 8, mono_us, 8, v, len(event_id))
            named = names[kind, actor, origin, subject]
            if sha256(join((AFTER, before, numbers, event_id, named, body_hash))).digest() != digest:
                return _broken(seq, before, f"event {seq} {_NOT_NEXT}")
        except (TypeError, error):
            return _broken(expected, before, f"event {expected} holds a value of a type that no event has")
        if kind == b"redacted":
            redacted += erased.pop(subject, None) is not None
        expected, before = seq + 1, digest
    if erased:
        seq, digest = min(erased.values())
        return Walk(seq, digest, seq + 1, f"the body of event {seq + 1} was removed, and no later event says why")
    return Walk(expected - 1, before, redacted=redacted)


def _broken(seq: int, before: bytes, fault: str) -> Walk:
    return Walk(seq - 1, before, seq, fault)
