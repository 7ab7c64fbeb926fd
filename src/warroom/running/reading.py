"""From raw bytes to text that can be shown and kept: decoded, made harmless, redacted."""

import codecs

from warroom.core.plain import lines
from warroom.core.redaction import RedactedStream, Redactor

_LONGEST = 8 * 1024
"""Characters of a line that are waited for; of a longer one the beginning is passed on."""
_SEQUENCE = 256
"""Characters at the end of a piece in which an escape sequence may have begun."""
_GROWING = 500


class Reading:
    """A log rather than a screen: a line is as a terminal would have left it when its newline came.

    So a progress bar that draws over itself is its last state, and colours are gone before secrets are looked for.
    """

    def __init__(self, redactor: Redactor) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._stream = RedactedStream(redactor)
        self._line = ""
        """The unfinished one, as it came, without what was drawn over."""

    @property
    def redactions(self) -> int:
        return self._stream.redactions

    def feed(self, data: bytes) -> str:
        """What can be passed on after these bytes, which may be cut anywhere: whole lines, or pieces of a long one."""
        finished = self._finished(self._decoder.decode(data))
        return self._stream.feed(finished) if finished else ""

    def finish(self) -> str:
        """The rest, when no more will come."""
        rest = self._finished(self._decoder.decode(b"", final=True)) + "\n".join(lines(self._line))
        self._line = ""
        return self._stream.feed(rest) + self._stream.finish()

    def growing(self) -> str:
        """The unfinished line as it would look now, or its end when it is long."""
        line = self._stream.preview("\n".join(lines(self._line)))
        return line if len(line) <= _GROWING else "…" + line[1 - _GROWING :]

    def _finished(self, text: str) -> str:
        whole, newline, line = (self._line + text).rpartition("\n")
        self._line = _last_state(line)
        finished = "\n".join([*lines(whole + newline), ""])
        return finished + self._piece() if len(self._line) > _LONGEST else finished

    def _piece(self) -> str:
        """The beginning of a line that is too long to wait for, up to where an escape sequence may have begun."""
        escape = self._line.rfind("\x1b", len(self._line) - _SEQUENCE)
        end = len(self._line) if escape < 0 else escape
        piece, self._line = self._line[:end], self._line[end:]
        return "\n".join(lines(piece))


def _last_state(line: str) -> str:
    """`line` without what a carriage return has taken back."""
    drawn = line.rstrip("\r")
    return line[drawn.rfind("\r") + 1 :]
