"""Walks the events of a journal along their chain. Most of what `verify` costs, hence one flat loop over plain bytes.

It computes what `chain` defines; a test holds the two together.
"""

from collections.abc import Iterable
from hashlib import sha256
from struct import Struct, error
from typing import Any, NamedTuple

from warroom.core.store import Head
from warroom.journal.chain import BODY, EVENT, LENGTH, framed

SELECT = """
    SELECT seq, at_us, mono_us, v, id, kind, actor, origin, subject, body_hash, salt, body, hash
    FROM events ORDER BY seq
"""

_NUMBERS = Struct(">IqIqIqIqI")  # seq, at_us, mono_us and v, each behind its length, and the length of the id
_NOT_NEXT = "was changed, or is not the one that followed what stands before it"
_BEFORE = EVENT + LENGTH.pack(32)  # what stands before the hash of the event before


class Walk(NamedTuple):
    """How far a chain holds, and what ends it: `fault` at event `at`, or "" at its end."""

    head: Head
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


def follow(rows: Iterable[tuple[Any, ...]], first: bytes) -> Walk:
    """Walks rows of `SELECT`, with texts as bytes. `first` is the hash that the first event must follow."""
    expected, before, redacted = 1, first, 0
    erased: dict[bytes, Head] = {}  # what stands before an event without a body, by the subject that must name it
    names, numbers_of, length = _Names(), _NUMBERS.pack, LENGTH.pack
    for seq, at_us, mono_us, v, event_id, kind, actor, origin, subject, body_hash, salt, body, digest in rows:
        try:
            if seq != expected:
                return _broken(expected, before, f"event {expected} is missing; event {seq} stands in its place")
            if body is None and salt is None:
                erased[b"event:%d" % seq] = _head(seq, before)
            elif sha256(BODY + length(len(salt)) + salt + length(len(body)) + body).digest() != body_hash:
                return _broken(seq, before, f"the body of event {seq} was changed")
            numbers = numbers_of(8, seq, 8, at_us, 8, mono_us, 8, v, len(event_id))
            named = names[kind, actor, origin, subject]
            if sha256(_BEFORE + before + numbers + event_id + named + body_hash).digest() != digest:
                return _broken(seq, before, f"event {seq} {_NOT_NEXT}")
        except (TypeError, error):
            return _broken(expected, before, f"event {expected} holds a value of a type that no event has")
        if kind == b"redacted":
            redacted += erased.pop(subject, None) is not None
        expected, before = seq + 1, digest
    if erased:
        head = min(erased.values(), key=lambda head: head.seq)
        return Walk(head, head.seq + 1, f"the body of event {head.seq + 1} was removed, and no later event says why")
    return Walk(_head(expected, before), redacted=redacted)


def _broken(seq: int, before: bytes, fault: str) -> Walk:
    return Walk(_head(seq, before), seq, fault)


def _head(seq: int, before: bytes) -> Head:
    """Where the chain ends before event `seq`."""
    return Head(seq=seq - 1, hash=before.hex())
