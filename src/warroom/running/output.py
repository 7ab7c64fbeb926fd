"""What becomes of a command's output: counted and hashed as it came, then decoded, redacted, shown and kept in part.

Memory is bounded however much a command prints. Nothing unredacted leaves this module.
"""

import codecs
from collections.abc import Callable
from hashlib import sha256

from warroom.core.redaction import RedactedStream, Redactor

_LONGEST_LINE = 8 * 1024
"""Characters; longer lines are shown in pieces."""


class Output:
    """Takes raw chunks as they are read, and tells `on_output` the finished lines of each."""

    def __init__(self, redactor: Redactor, on_output: Callable[[list[str]], None]) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._stream = RedactedStream(redactor)
        self._on_output = on_output
        self._hash = sha256()
        self.excerpt = Excerpt()
        """Of the redacted text."""
        self.size = 0
        """Raw bytes so far."""

    def take(self, chunk: bytes) -> None:
        """The next raw bytes, cut anywhere."""
        self.size += len(chunk)
        self._hash.update(chunk)
        self._pass_on(self._stream.feed(self._decoder.decode(chunk)))

    def finish(self) -> None:
        """No more will come: what was held back, such as a last line without its newline, is shown and kept."""
        self._pass_on(self._stream.feed(self._decoder.decode(b"", final=True)))
        self._pass_on(self._stream.finish())

    @property
    def sha256(self) -> str:
        """Of all raw bytes so far, in hex."""
        return self._hash.hexdigest()

    @property
    def redactions(self) -> int:
        return self._stream.redactions

    def _pass_on(self, text: str) -> None:
        if text:
            self.excerpt.add(text.encode())
            self._on_output([piece for line in text.removesuffix("\n").split("\n") for piece in _pieces(line)])


class Excerpt:
    """The head and the tail of a text that may be of any length."""

    _HEAD = _TAIL = 32 * 1024

    def __init__(self) -> None:
        self._size = 0
        self._head = bytearray()
        self._tail = bytearray()

    def add(self, data: bytes) -> None:
        """More of the text, in UTF-8."""
        self._size += len(data)
        room = self._HEAD - len(self._head)
        self._head += data[:room]
        self._tail += data[room:]
        del self._tail[: -self._TAIL]

    def __str__(self) -> str:
        """The whole text, or both its ends and between them a line that says how much was cut."""
        cut = self._size - len(self._head) - len(self._tail)
        if not cut:
            return (self._head + self._tail).decode()
        return f"{_whole(self._head)}\n[... {cut} bytes cut ...]\n{_whole(self._tail)}"


def _whole(data: bytearray) -> str:
    return data.decode(errors="ignore")  # all of it is valid, but for a character that was cut in two


def _pieces(line: str) -> list[str]:
    return [line[at : at + _LONGEST_LINE] for at in range(0, len(line), _LONGEST_LINE)] or [""]
