"""The part of a text of any length that is kept, and the part that is shown: the beginning and the end."""

from collections import deque


class Excerpt:
    """The head and the tail of a text that comes piece by piece."""

    _HEAD = _TAIL = 32 * 1024

    def __init__(self) -> None:
        self._size = 0
        self._room = self._HEAD
        self._head = bytearray()
        self._tail = bytearray()
        self._skipped = False

    def add(self, text: str) -> None:
        """More of the text."""
        data = text.encode()
        self._size += len(data)
        self._head += data[: self._room]
        self._tail += data[self._room :]
        self._room -= min(self._room, len(data))
        del self._tail[: -self._TAIL]

    def skip(self) -> None:
        """Some of the text is missing here: what was kept of the end is no longer the end."""
        self._room = 0
        self._tail.clear()
        self._skipped = True

    def text(self, size: int) -> str:
        """All of it, or both its ends and between them a line that says how much was cut.

        `size` is that of all that was to come, in bytes, with what was skipped.
        """
        cut = (size if self._skipped else self._size) - len(self._head) - len(self._tail)
        if not cut:
            return (self._head + self._tail).decode()
        # A character that the cut has halved is left out.
        head, tail = (part.decode(errors="ignore") for part in (self._head, self._tail))
        return f"{head}\n[... {cut} bytes cut ...]\n{tail}"


class Batch:
    """The lines that came since the last were shown: when they are many, the first and the last of them."""

    _LINES = 250
    _CHARACTERS = 32 * 1024
    """Of each of the two halves."""

    def __init__(self) -> None:
        self._first: list[str] = []
        self._last: deque[str] = deque()
        self._first_size = self._last_size = self._skipped = 0

    def add(self, lines: list[str]) -> None:
        """Costs little however many they are."""
        taken = 0
        if not self._last:
            for line in lines[: self._LINES - len(self._first)]:
                if self._first_size >= self._CHARACTERS:
                    break
                self._first.append(line)
                self._first_size += len(line)
                taken += 1
        newest = lines[taken:][-self._LINES :]
        self._skipped += len(lines) - taken - len(newest)
        for line in newest:
            self._add_last(line)

    def _add_last(self, line: str) -> None:
        self._last.append(line)
        self._last_size += len(line)
        while len(self._last) > self._LINES or self._last_size > self._CHARACTERS:
            self._last_size -= len(self._last.popleft())
            self._skipped += 1

    def lines(self) -> list[str]:
        """With one in the middle that says how many are missing."""
        missing = [f"[... {self._skipped} lines not shown ...]"] if self._skipped else []
        return [*self._first, *missing, *self._last]
