"""What the readings of one probe amount to. Pure: the time is an argument.

`advance` folds readings into a `Track`, and `judge` tells the `Verdict` as of now.
"""

from typing import Literal

from warroom.core.base import Frozen
from warroom.core.probespec import ProbeSpec
from warroom.core.reading import Reading
from warroom.core.rules import Value

Level = Literal["pending", "ok", "warn", "fail"]
Word = Literal["pending", "ok", "warn", "fail", "unknown", "stale"]

WINDOW = 5  # readings that count ...
HARD = 3  # ... and how many of them must be bad. 3 of 5 sees one bad backend of three far sooner than 3 in a row
GOOD_RUN = 2  # good readings in a row that end a warn or fail
TROUBLES = 2  # readings without data, or errors, in a row that make a probe unknown

FLAP_WINDOW = 20  # readings in which it is counted how often a level turned between ok and not ok
FLAP_BEGINS = 20.0  # per cent of them, the newest weighing most, at which a probe is flapping ...
FLAP_ENDS = 5.0  # ... and below which it no longer is


class Track(Frozen):
    """What is known of a probe after its readings so far."""

    level: Level = "pending"
    since_us: int = 0
    window: tuple[Level, ...] = ()
    good_run: int = 0
    troubles: int = 0
    turns: tuple[bool, ...] = ()
    """For each of the last readings that counted, whether the level turned between ok and not ok with it."""
    flapping: bool = False
    last: Reading | None = None
    last_value: Reading | None = None
    """The newest reading that counted, good or bad: the level rests on it, and its value and age are shown."""


class Verdict(Frozen):
    """What a probe's recent readings amount to, as of a moment."""

    probe: str
    word: Word
    was: Level = "pending"
    """The last measured level; what an unknown or stale probe was before."""
    mark: str = ""
    """`flapping`, or `2 of 5`: bad readings in the window, while there are any."""
    flapping: bool = False
    """Whether it turns so often that no single word can be trusted to last. A gate takes it for not known."""
    missed: int = 0
    """Slots that passed without a reading because this machine was late."""
    value: Value = None
    unit: str = ""
    age_s: float | None = None
    """Of the value."""
    text: str = ""
    """Why, in one line: `error rate 2.31 % > 1 %, 3 of 5, prom-a, 4 s old`."""


def advance(track: Track, reading: Reading, *, known: Level | None = None) -> Track:
    """The track after one more reading.

    Bad once is a mark; 3 of the last 5 make it hard. Two good readings in a row end it, and the old bad ones with it.
    Errors and no data neither count nor reset. `known` is the level that is on record after this reading.
    """
    if reading.outcome == "no_data" or reading.outcome == "error":
        return track.model_copy(update={"troubles": track.troubles + 1, "last": reading})
    window = (*track.window, reading.outcome)[-WINDOW:]
    good_run = track.good_run + 1 if reading.outcome == "ok" and reading.recovered else 0
    computed = _level(track.level, window, good_run)
    level = known or computed
    ended = level == "ok" and (track.level in ("warn", "fail") or computed != "ok")
    turned = track.level != "pending" and (track.level == "ok") != (level == "ok")
    turns = (*track.turns, turned)[-FLAP_WINDOW:]
    return Track(
        level=level,
        since_us=reading.at_us if level != track.level else track.since_us,
        window=() if ended else window,
        good_run=good_run,
        turns=turns,
        flapping=_flaps(turns, track.flapping),
        last=reading,
        last_value=reading,
    )


def _level(before: Level, window: tuple[Level, ...], good_run: int) -> Level:
    if good_run >= GOOD_RUN or (before == "pending" and window[-1] == "ok"):
        return "ok"
    if window.count("fail") >= HARD:
        return "fail"
    if _bad(window) >= HARD:
        return "fail" if before == "fail" and "fail" in window[-GOOD_RUN:] else "warn"
    return before


def _flaps(turns: tuple[bool, ...], before: bool) -> bool:
    """Whether there are too many turns, with the hysteresis of Nagios and the limits of the nagios.cfg that it ships.

    It looks at the changes between the last 21 states, weighs the oldest 0.8 and the newest 1.2, and compares their
    share with 20 % to begin and 5 % to end ("Detection and Handling of State Flapping", Nagios Core manual). Its states
    are soft ones too; our levels are hard, so 40 % is the most that there can be, and one outage counts two turns: two
    outages within 20 readings flap. From warn to fail is no turn, for the same trouble grows worse on its way.
    """
    oldest = FLAP_WINDOW - len(turns)
    weights = (0.8 + 0.4 * place / (FLAP_WINDOW - 1) for place, turned in enumerate(turns, oldest) if turned)
    share = 100 * sum(weights) / FLAP_WINDOW
    return share >= (FLAP_ENDS if before else FLAP_BEGINS)


def _bad(window: tuple[Level, ...]) -> int:
    return len(window) - window.count("ok")


def judge(spec: ProbeSpec, track: Track, *, mono_us: int) -> Verdict:
    """What the track amounts to at the monotonic time `mono_us`. The one place where a reading grows stale."""
    if track.last is None:
        return Verdict(probe=spec.id, word="pending", text="no reading yet")
    shown = track.last_value or track.last
    # The word rests on the newest reading while that says why we do not know, and else on the newest one that counted:
    # an error is no proof that an older value still stands.
    rests_on = track.last if track.troubles >= TROUBLES else shown
    word: Word = "unknown" if track.troubles >= TROUBLES else track.level
    if _age_s(rests_on, mono_us) > spec.freshness:
        word = "stale"
    bad = _bad(track.window)
    soft = f"{bad} of {WINDOW}" if bad else ""
    return Verdict(
        probe=spec.id,
        word=word,
        was=track.level,
        mark="flapping" if track.flapping else soft,
        flapping=track.flapping,
        value=shown.value,
        unit=shown.unit,
        age_s=_age_s(shown, mono_us),
        text=_because(track, rests_on, word, soft, mono_us),
    )


def _because(track: Track, rests_on: Reading, word: Word, soft: str, mono_us: int) -> str:
    lost = word in ("unknown", "stale")
    parts = (
        "no fresh reading" if word == "stale" else "",
        rests_on.text,
        f"was {track.level}" if lost and track.level != "pending" else "",
        "" if lost else soft,
        "flapping" if track.flapping else "",
        "" if lost else _recovery(track),
        rests_on.via,
        f"{duration(_age_s(rests_on, mono_us))} old",
        f"then {track.last.text}" if track.last and track.last is not rests_on else "",
    )
    return ", ".join(part for part in parts if part)


def _recovery(track: Track) -> str:
    """Why a probe whose last reading is ok is not ok again."""
    if track.level not in ("warn", "fail") or track.window[-1:] != ("ok",):
        return ""
    return f"{track.good_run} of {GOOD_RUN} good" if track.good_run else "not yet recovered"


def _age_s(reading: Reading, mono_us: int) -> float:
    return max(0.0, (mono_us - reading.mono_us) / 1e6)


def duration(seconds: float) -> str:
    """A time for people: `4 s`, `3 min`, `5 h`."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"
