"""What becomes of a command's output: counted and hashed as it came, then read, shown and kept in part.

Memory and work are bounded however much a command prints: of a flood the middle is neither read nor kept. Nothing
unredacted leaves this module.
"""

import asyncio
from collections.abc import Callable
from hashlib import sha256

from warroom.core.redaction import Redactor
from warroom.running.excerpt import Batch, Excerpt
from warroom.running.reading import Reading

CALLS_A_SECOND = 10

_LONGEST_LINE = 8 * 1024
"""Characters; longer lines are shown in pieces."""
_READ_ALWAYS = 64 * 1024
"""Bytes at the beginning of the output."""
_READ_AT_ONCE = 48 * 1024
"""Bytes that are read of what came since the last time: the newest."""
_CONTEXT = 32 * 1024
"""Bytes before those that are looked at, but not passed on: a secret may have begun there, at most a private key."""
_WAITING_AT_MOST = 256 * 1024
"""Bytes; more than will be read, so that not each chunk moves them all."""


class Output:
    """Takes raw chunks as they come, and tells what to show at most `CALLS_A_SECOND` times a second."""

    def __init__(
        self, redactor: Redactor, on_output: Callable[[list[str]], None], on_growing: Callable[[str], None]
    ) -> None:
        self._redactor = redactor
        self._on_output = on_output
        self._on_growing = on_growing
        self._loop = asyncio.get_running_loop()
        self._next: asyncio.TimerHandle | None = None
        self._shown_at = self._loop.time() - 1  # the first output is shown at once
        self._hash = sha256()
        self.size = 0
        """Raw bytes so far."""
        self._waiting = bytearray()
        self._dropped = 0
        self._reading = Reading(redactor)
        self._redactions = 0
        self._excerpt = Excerpt()
        self._batch = Batch()
        self._growing = ""

    def take(self, chunk: bytes) -> None:
        """The next raw bytes, cut anywhere."""
        self._hash.update(chunk)
        self.size += len(chunk)
        if self.size <= _READ_ALWAYS:
            self._pass_on(self._reading.feed(chunk))
        else:
            self._waiting += chunk
            if len(self._waiting) > _WAITING_AT_MOST:
                self._drop()
        if self._next is None:
            self._next = self._loop.call_at(self._shown_at + 1 / CALLS_A_SECOND, self._show)

    def finish(self) -> None:
        """No more will come: what was held back, such as a last line without its newline, is shown and kept."""
        self._read()
        self._pass_on(self._reading.finish())
        self._show()

    @property
    def sha256(self) -> str:
        """Of all raw bytes so far, in hex."""
        return self._hash.hexdigest()

    @property
    def redactions(self) -> int:
        return self._redactions + self._reading.redactions

    @property
    def text(self) -> str:
        """What is kept: the beginning and the end of it all, redacted."""
        return self._excerpt.text(self.size)

    def _show(self) -> None:
        if self._next is not None:
            self._next.cancel()
            self._next = None
        self._read()
        if lines := self._batch.lines():
            self._batch = Batch()
            self._on_output(lines)
        growing = self._reading.growing()
        if growing != self._growing:
            self._growing = growing
            self._on_growing(growing)
        self._shown_at = self._loop.time()

    def _read(self) -> None:
        self._drop()
        if self._dropped:
            self._skip()
        self._pass_on(self._reading.feed(bytes(self._waiting)))
        self._waiting.clear()

    def _drop(self) -> None:
        excess = max(0, len(self._waiting) - _CONTEXT - _READ_AT_ONCE)
        self._dropped += excess
        del self._waiting[:excess]

    def _skip(self) -> None:
        """Begins anew after what was dropped. What was held back before it is cut in two, so it is dropped too."""
        self._redactions += self._reading.redactions
        self._reading = Reading(self._redactor)
        self._reading.feed(bytes(self._waiting[:_CONTEXT]))
        self._redactions -= self._reading.redactions
        self._excerpt.skip()
        self._batch.add([f"[... {self._dropped + _CONTEXT} bytes not shown ...]"])
        self._dropped = 0
        del self._waiting[:_CONTEXT]

    def _pass_on(self, text: str) -> None:
        if text:
            self._excerpt.add(text)
            self._batch.add(_pieces(text.removesuffix("\n").split("\n")))


def _pieces(lines: list[str]) -> list[str]:
    if max(map(len, lines)) <= _LONGEST_LINE:
        return lines
    cuts = (range(0, len(line) or 1, _LONGEST_LINE) for line in lines)
    return [line[at : at + _LONGEST_LINE] for line, starts in zip(lines, cuts, strict=True) for at in starts]
