"""Probes: what is measured, what one reading says, and what the last readings amount to. Pure: the time is an argument.

A source measures (`Measurement`), `assess` turns that into a `Reading`, `advance` folds readings into a `Track`, and
`judge` tells the `Verdict` as of now. Missing is never good and never bad.
"""

from decimal import Decimal
from math import isfinite
from typing import Literal, NamedTuple

from warroom.core.base import Frozen
from warroom.core.probespec import PANES, Check, Pane, ProbeSpec
from warroom.core.rules import Rule, Value, parse_rule

__all__ = [
    "PANES", "Blames", "Check", "Level", "Measurement", "Outcome", "Pane", "ProbeSpec", "Reading", "Track", "Verdict",
    "Word", "advance", "assess", "judge", "show",
]  # fmt: skip

Outcome = Literal["ok", "warn", "fail", "no_data", "error"]
Level = Literal["pending", "ok", "warn", "fail"]
Word = Literal["pending", "ok", "warn", "fail", "unknown", "stale"]
Blames = Literal["target", "messenger"]

WINDOW = 5  # readings that count ...
HARD = 3  # ... and how many of them must be bad. 3 of 5 sees one bad backend of three far sooner than 3 in a row
GOOD_RUN = 2  # good readings in a row that end a warn or fail
TROUBLES = 2  # readings without data, or errors, in a row that make a probe unknown

_LARGEST_INT = 2**63 - 1

_WORSE: dict[Outcome, int] = {"ok": 0, "error": 1, "no_data": 1, "warn": 2, "fail": 3}


class Measurement(Frozen):
    """What a source found out. Values by the name a check gets them with; a missing one is no data."""

    values: dict[str, Value] = {}
    volume: float | None = None
    missing: dict[str, str] = {}
    """Why a value, or the `volume`, is missing, in words, where that is known: `the query gives no series`."""
    trouble: str = ""
    """Why nothing could be measured, in words; "" when something was."""
    blames: Blames = "messenger"
    """Whether trouble says that the target is bad, or only that we could not ask."""
    via: str = ""
    """Where the values came from: a host or an instance."""


class Reading(Frozen):
    """One measurement, assessed."""

    probe: str
    at_us: int
    mono_us: int
    """When it began, so that no part of it is younger than its age says."""
    took_us: int
    outcome: Outcome
    value: Value = None
    unit: str = ""
    text: str = ""
    """The rule that decided, or why there is no value: `2.31 % > 2 %`, `connection refused`."""
    via: str = ""
    recovered: bool = True
    """Whether the value is good enough to end a warn or fail."""


class Track(Frozen):
    """What is known of a probe after its readings so far."""

    level: Level = "pending"
    since_us: int = 0
    window: tuple[Level, ...] = ()
    good_run: int = 0
    troubles: int = 0
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
    """`2 of 5`: bad readings in the window, while there are any."""
    value: Value = None
    unit: str = ""
    age_s: float | None = None
    """Of the value."""
    text: str = ""
    """Why, in one line: `error rate 2.31 % > 1 %, 3 of 5, prom-a, 4 s old`."""


class _Result(NamedTuple):
    """What one check says."""

    outcome: Outcome
    value: Value
    text: str
    recovered: bool = False


def assess(spec: ProbeSpec, found: Measurement, *, at_us: int, mono_us: int, took_us: int) -> Reading:
    """Compares a measurement with its probe's limits. Of several checks the worst decides, and the text says which.

    The value is always the first check's. A missing value is worse than ok, and no excuse for another one that is bad.
    """
    if found.trouble:
        bad = spec.on_trouble == "fail" if spec.on_trouble else found.blames == "target"
        decides = first = _Result("fail" if bad else "error", None, found.trouble)
        recovered = False
    else:
        results = [_apply(check, found) for check in spec.check]
        decides, first = max(results, key=lambda result: _WORSE[result.outcome]), results[0]
        recovered = all(result.recovered for result in results)
    return Reading(
        probe=spec.id,
        at_us=at_us,
        mono_us=mono_us,
        took_us=took_us,
        outcome=decides.outcome,
        value=None if decides.outcome == "no_data" else first.value,
        unit=spec.check[0].unit,
        text=decides.text,
        via=found.via,
        recovered=recovered,
    )


def _apply(check: Check, found: Measurement) -> _Result:
    label = check.label or ("" if check.get == "value" else check.get)
    value = _scaled(check, found.values.get(check.get))
    why_not = _why_no_data(check, found, value)
    if why_not:
        return _Result("no_data", None, f"no data: {why_not}")
    limits: tuple[tuple[Outcome, str | None], ...] = (("fail", check.fail), ("warn", check.warn))
    for outcome, text in limits:
        if text is not None and parse_rule(text).holds(value):
            words = f"{label} {_beside(parse_rule(text), value)} {check.unit}".strip()
            return _Result(outcome, value, f"{words} {text.strip()} {check.unit}".strip())
    recovered = check.recover is None or parse_rule(check.recover).holds(value)
    return _Result("ok", value, f"{label} {show(value)} {check.unit}".strip(), recovered)


def _why_no_data(check: Check, found: Measurement, value: Value) -> str:
    """Why a check has nothing to judge, or ""."""
    if value is None:
        return found.missing.get(check.get, f"{check.get} is missing")
    if not all(rule.fits(value) for rule in check.rules):
        return f'{check.get} is {show(value)}, which "{check.fail or check.warn}" cannot judge'
    if check.min_volume is None:
        return ""
    if found.volume is None or not isfinite(found.volume):
        return found.missing.get("volume", "the volume is unknown")
    return f"volume {show(found.volume)} < {show(check.min_volume)}" if found.volume < check.min_volume else ""


def _scaled(check: Check, value: Value) -> Value:
    """The value as the check compares it. Figures in texts are numbers: headers and many APIs send them so."""
    if isinstance(value, str) and check.numeric:
        try:
            value = float(value)
        except ValueError:
            return value
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, int) and abs(value) > _LARGEST_INT:  # a float, or infinity, can always be kept and plotted
        value = float(Decimal(value))
    return value if check.scale == 1.0 else float(Decimal(str(value)) * Decimal(str(check.scale)))


def _beside(rule: Rule, value: Value) -> str:
    """The value as shown next to a rule that holds for it, with as many digits as it takes to see why."""
    rounded = show(value)
    if rule.number() is None or isinstance(value, bool | str) or rule.holds(float(rounded)):
        return rounded
    return str(value)


def show(value: Value) -> str:
    """A value for people: four significant digits, but the whole part is never cut."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    size = abs(value)
    if isinstance(value, int) or (value.is_integer() and size < 1e15):
        return str(int(value))
    if 1000 <= size < 1e15:
        return f"{value:.0f}"
    return f"{value:.4g}" if size >= 0.0001 else f"{value:.1e}"


def advance(track: Track, reading: Reading) -> Track:
    """The track after one more reading.

    Bad once is a mark; 3 of the last 5 make it hard. Two good readings in a row end it, and the old bad ones with it.
    Errors and no data neither count nor reset.
    """
    if reading.outcome == "no_data" or reading.outcome == "error":
        return track.model_copy(update={"troubles": track.troubles + 1, "last": reading})
    window = (*track.window, reading.outcome)[-WINDOW:]
    good_run = track.good_run + 1 if reading.outcome == "ok" and reading.recovered else 0
    level = _level(track.level, window, good_run)
    ended = level == "ok" and track.level in ("warn", "fail")
    return Track(
        level=level,
        since_us=reading.at_us if level != track.level else track.since_us,
        window=() if ended else window,
        good_run=good_run,
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
    mark = f"{bad} of {WINDOW}" if bad else ""
    return Verdict(
        probe=spec.id,
        word=word,
        was=track.level,
        mark=mark,
        value=shown.value,
        unit=shown.unit,
        age_s=_age_s(shown, mono_us),
        text=_because(track, rests_on, word, mark, mono_us),
    )


def _because(track: Track, rests_on: Reading, word: Word, mark: str, mono_us: int) -> str:
    lost = word in ("unknown", "stale")
    parts = (
        "no fresh reading" if word == "stale" else "",
        rests_on.text,
        f"was {track.level}" if lost and track.level != "pending" else "",
        "" if lost else mark,
        "" if lost else _recovery(track),
        rests_on.via,
        f"{_duration(_age_s(rests_on, mono_us))} old",
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


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"
