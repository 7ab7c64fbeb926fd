"""No secret reaches the journal, a log or an export: what looks like one, or is known to be one, becomes `[redacted]`.

It sees text, not bytes, and it cannot see a secret that was encoded, or that is interrupted by colours.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

MARK = "[redacted]"

_SHORTEST = 6
"""Shorter values are left alone: redacting every `on` or `8080` would make output unreadable."""

_SECRET_NAME = re.compile(r"TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|KEYS?(?![A-Z])", re.IGNORECASE)

_SET_TO = r"""\\?["']?[ \t]*+[:=]++>?[ \t]*+["']?"""
_NAME = "password|passwd|passphrase|secret|token|credentials?|(?:api|access|private|secret|signing)[_-]?key"
_KEY_BLOCK = "[A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----"

PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "authorization header",
        re.compile(
            rf"(?i:authorization{_SET_TO}(?:(?:bearer|basic|token|apikey|oauth)[ \t]++)?+)"
            r"""(?P<secret>[^\s"',]+)"""
        ),
    ),
    (
        "assignment",
        re.compile(
            rf"(?=[acpstACPST])(?i:{_NAME}){_SET_TO}"  # the first letters alone make it three times as fast
            r"""(?P<secret>(?<=")(?:[^"\\\r\n]|\\.)++|(?<=')(?:[^'\\\r\n]|\\.)++|[^\s"',;&]++)"""
        ),
    ),
    ("password in a URL", re.compile(r"""://[^\s/?#:@"]*+:(?P<secret>[^\s/?#"]+)(?=@)""")),
    ("token in a URL", re.compile(r"""://(?P<secret>[^\s/?#:@"]{16,})(?=@)""")),
    ("AWS access key id", re.compile(r"(?P<secret>A[KS]IA[A-Z0-9]{16})\b")),
    # Every JSON object in Base64 begins so: web tokens, and the registry logins of container tools.
    ("JSON web token", re.compile(r"(?P<secret>eyJ[\w-]{16,}+(?:\.[\w-]*+){0,2})")),
    # Without its end it reaches as far as the largest keys do, not to the end of an evening's output.
    (
        "private key",
        re.compile(rf"(?s:(?P<secret>-----BEGIN {_KEY_BLOCK}(?:.{{0,16384}}?-----END {_KEY_BLOCK}|.{{0,16384}})))"),
    ),
)
"""What gives a secret away: a name for people, and an expression whose group `secret` is what must go.

Each looks at a character a bounded number of times. Only a private key reaches over the end of a line.
"""

_HINT = "[:=]|A[KS]IA|eyJ|-----BEGIN "
"""Without one of these no pattern matches, which most texts show at the first look."""

_URL_BEGUN = re.compile(r"""://(?=[^\s/?#@"]*\Z)""")
"""Whether a password stands in it shows only at the `@`."""


def secrets_of(environ: Mapping[str, str]) -> frozenset[str]:
    """The values of variables whose names say that they are secret, such as `API_KEY` or `PGPASSWORD`.

    A value of several lines counts line by line, for that is how output shows it. Under 6 characters it is left out.
    """
    values = (value for name, value in environ.items() if _SECRET_NAME.search(name))
    parts = (line.strip() for value in values for line in value.splitlines())
    return frozenset(part for part in parts if len(part) >= _SHORTEST)


class Found(NamedTuple):
    """A secret in a text, and where the words begin that give it away."""

    begin: int
    start: int
    end: int


class Redactor:
    """Knows some secrets by value, and the others by `PATTERNS`. Has no state: one serves all texts and streams."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        known = sorted(filter(None, values), key=len, reverse=True)
        self._known = tuple(known)
        self.longest = len(known[0]) if known else 0
        """Characters of the longest known value."""
        values = "|".join(map(re.escape, known))
        by_value = [re.compile(f"(?P<secret>{values})")] if known else []
        self._patterns = (*by_value, *(pattern for _, pattern in PATTERNS))
        self._hint = re.compile(f"{_HINT}|{values}" if known else _HINT)

    def redact(self, text: str) -> tuple[str, int]:
        """`text` with each secret replaced by `[redacted]`, and how many there were."""
        return _replaced(text, self.find(text))

    def begun(self, text: str) -> int:
        """Where, at the end of `text`, a secret may have begun that cannot be told before it is complete."""
        url = _URL_BEGUN.search(text)
        ends = [url.end() if url else len(text)]
        for value in self._known:
            longest = min(len(value) - 1, len(text))
            ends.append(len(text) - next((n for n in range(longest, 0, -1) if text.endswith(value[:n])), 0))
        return min(ends)

    def find(self, text: str) -> list[Found]:
        """All secrets in `text`, in order; they may overlap."""
        if not self._hint.search(text):
            return []
        return sorted(
            Found(match.start(), *match.span("secret"))
            for pattern in self._patterns
            for match in pattern.finditer(text)
            if match["secret"] != MARK
        )


class RedactedStream:
    """Redacts text that arrives in pieces, wherever they are cut.

    Whole lines pass at once. A line that goes on and on passes in pieces too, except for its end, where a secret may
    have begun. What is held back is limited; a single secret of more than 64 Ki characters is out of reach.
    """

    _PIECE = 8 * 1024
    _BEGINNING = 1024
    """Characters in which any pattern shows itself, once it has begun."""
    _HELD_AT_MOST = 64 * 1024

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._held = ""
        self.redactions = 0
        """How many secrets were replaced so far."""

    def feed(self, text: str) -> str:
        """What can be shown now of all that was fed: whole lines, or pieces of a long one."""
        self._held += text
        found = self._redactor.find(self._held)
        return self._release(self._safe_end(found), found)

    def finish(self) -> str:
        """The rest, when no more will come."""
        return self._release(len(self._held), self._redactor.find(self._held))

    def preview(self, more: str) -> str:
        """How the last line would look now, were `more` fed, without what may become a secret. Feeds nothing."""
        text = self._held + more
        begun = self._redactor.begun(text)
        return self._redactor.redact(text[:begun])[0].rpartition("\n")[2]

    def _safe_end(self, found: list[Found]) -> int:
        """Before it no secret is cut in two, and none that may go on in the next piece."""
        length = len(self._held)
        end = self._held.rfind("\n") + 1
        if length - end > self._PIECE:
            end = max(end, length - max(self._BEGINNING, self._redactor.longest))
        for secret in reversed(found):
            if secret.begin < end and (secret.end > end or secret.end == length):
                end = secret.begin
        return end if end or length <= self._HELD_AT_MOST else length

    def _release(self, end: int, found: list[Found]) -> str:
        shown, count = _replaced(self._held[:end], [secret for secret in found if secret.end <= end])
        self._held = self._held[end:]
        self.redactions += count
        return shown


def _replaced(text: str, found: Iterable[Found]) -> tuple[str, int]:
    parts: list[str] = []
    at = count = 0
    for _, start, end in sorted(found, key=lambda secret: secret.start):
        if start >= at:
            parts += text[at:start], MARK
            count += 1
        at = max(at, end)
    return "".join((*parts, text[at:])), count
