"""Readable ids out of people's words, made so that they survive changes to other items."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

MAX_LENGTH = 48


def slug(words: str, fallback: str = "item") -> str:
    """`words` in lower case, joined by `-`, in their own script, cut between words at 48 characters.

    >>> slug("Verify health check endpoint: /api/health")
    'verify-health-check-endpoint-api-health'
    """
    parts = _words(unicodedata.normalize("NFKC", words).lower())
    kept = ""
    for part in parts:
        longer = f"{kept}-{part}" if kept else part[:MAX_LENGTH]
        if len(longer) > MAX_LENGTH:
            break
        kept = longer
    return kept or fallback


def is_id(text: str) -> bool:
    """Whether `text` can be an explicit id: a letter, digit or `_`, then those, `.` and `-`. Any script."""
    return bool(text) and is_letter(text[0]) and all(char in ".-" or is_letter(char) or is_mark(char) for char in text)


def is_letter(char: str) -> bool:
    return char == "_" or unicodedata.category(char)[0] in "LN"


def is_mark(char: str) -> bool:
    """Vowel signs and accents: parts of words in many scripts, though `\\w` of regular expressions leaves them out."""
    return unicodedata.category(char) in ("Mn", "Mc") and not "\ufe00" <= char <= "\ufe0f"


def _words(text: str) -> list[str]:
    # Apostrophes and joiners stand inside words; everything else that is neither letter nor mark ends one.
    inside = "'’\u200c\u200d"
    spaced = "".join(char if is_letter(char) or is_mark(char) else " " for char in text if char not in inside)
    # A mark that stands alone belonged to an emoji.
    return [word for word in spaced.split() if is_letter(word[0])]


class Place(NamedTuple):
    """What an item's id is made from."""

    explicit: str
    """The id in its anchor, or ""."""
    title: str
    section: str
    """Title of the section, or of the phase when the section has none."""
    phase: str
    """Id of the phase."""


def assign_ids(places: Sequence[Place]) -> list[str]:
    """One id for each place, all different. The explicit ones must differ already.

    - An explicit id stays as it is.
    - A title whose slug nobody else has gives the bare slug: `run-smoke-tests`.
    - When titles clash, each of them gets its section before it, so that none depends on which comes first:
      `web.run-smoke-tests`, `api.run-smoke-tests`; and its phase too when sections of that name in several phases have
      it: `deployment-day.web.run-smoke-tests`.
    - Only the same title twice in one section is numbered: `web.run-smoke-tests`, `web.run-smoke-tests-2`.

    A bare slug holds no dot and any other implicit id does. So to reword, add, move or remove an item whose title is
    its own changes no id but that item's, unless an *explicit* id takes the name of another.
    Titles of anchored items count as clashing too: to anchor one of two equal titles leaves the other's id alone.
    """
    slugs = [slug(place.title) for place in places]
    taken = {place.explicit for place in places if place.explicit}
    count = Counter(slugs)
    phases: defaultdict[str, set[str]] = defaultdict(set)
    for place, bare in zip(places, slugs, strict=True):
        phases[_in_section(place, bare)].add(place.phase)
    numbered = _Numbers(taken)

    def identify(place: Place, bare: str) -> str:
        if place.explicit:
            return place.explicit
        if count[bare] == 1 and bare not in taken:
            return bare
        name = _in_section(place, bare)
        return numbered.free(name if len(phases[name]) == 1 else f"{place.phase}.{name}")

    return [identify(place, bare) for place, bare in zip(places, slugs, strict=True)]


def number_clashes(names: Iterable[str]) -> list[str]:
    """The names, with `-2`, `-3` ... behind those that came before."""
    numbered = _Numbers(set())
    return [numbered.free(name) for name in names]


def _in_section(place: Place, bare: str) -> str:
    return f"{slug(place.section, 'section')}.{bare}"


class _Numbers:
    """Hands out names that are not taken yet, in constant time however often one name is asked for."""

    def __init__(self, taken: set[str]) -> None:
        self._taken = set(taken)
        self._last: Counter[str] = Counter()

    def free(self, name: str) -> str:
        while True:
            self._last[name] += 1
            number = self._last[name]
            candidate = name if number == 1 else f"{name}-{number}"
            if candidate not in self._taken:
                self._taken.add(candidate)
                return candidate
