"""Probes: what is measured, what one reading says, and what the last readings amount to. Pure: the time is an argument.

A source measures (`Measurement`), `assess` turns that into a `Reading`, `advance` folds readings into a `Track`, and
`judge` tells the `Verdict` as of now. Missing is never good and never bad.
"""

from decimal import Decimal
from math import isfinite
from typing import Literal

from pydantic import Field, JsonValue, field_validator, model_validator

from warroom.core.base import Frozen, Seconds
from warroom.core.rules import RuleText, Value, parse_rule

Pane = Literal["health", "error rate", "payment success", "queue depth"]
PANES: tuple[Pane, ...] = ("health", "error rate", "payment success", "queue depth")
Outcome = Literal["ok", "warn", "fail", "no_data", "error"]
Level = Literal["pending", "ok", "warn", "fail"]
Word = Literal["pending", "ok", "warn", "fail", "unknown", "stale"]

WINDOW = 5  # readings that count ...
HARD = 3  # ... and how many of them must be bad. 3 of 5 sees one bad backend of three far sooner than 3 in a row
GOOD_RUN = 2  # good readings in a row that end a warn or fail
TROUBLES = 2  # readings without data, or errors, in a row that make a probe unknown

_SEVERITY: dict[str, int] = {"ok": 0, "warn": 1, "fail": 2}


class Check(Frozen):
    """One value out of a measurement, with its limits."""

    get: str = "value"
    """Which value: `value`, `status`, `latency_ms`, `header:NAME`, `json:$.a.b`."""
    label: str = ""
    unit: str = ""
    scale: float = 1.0
    """The measured number is multiplied by this before it is compared and shown."""
    warn: RuleText | None = None
    fail: RuleText | None = None
    recover: RuleText | None = None
    """What a value must be to end a warn or fail; without it, not being warn or fail is enough."""
    min_volume: float | None = None
    """Below this volume of the measurement the value is no data."""

    @model_validator(mode="after")
    def _has_a_rule(self) -> "Check":
        if self.warn is None and self.fail is None:
            raise ValueError('a check needs a "warn" or a "fail" rule')
        return self


class ProbeSpec(Frozen):
    """One probe file. The id is the file's name."""

    id: str
    title: str
    every: Seconds
    deadline: Seconds
    """Total time for one measurement."""
    pane: Pane | None = None
    """One of the four big panes; others go to the list."""
    stale_after: Seconds | None = None
    on_trouble: Literal["fail", "unknown"] | None = None
    """What refused, timed out or unreadable means; by default the source's kind decides."""
    source: dict[str, JsonValue]
    """As written, secrets unresolved; `probing` builds the real source from it."""
    check: tuple[Check, ...] = Field(min_length=1)

    @field_validator("source")
    @classmethod
    def _names_its_kind(cls, value: dict[str, JsonValue]) -> dict[str, JsonValue]:
        if not isinstance(value.get("kind"), str):
            raise ValueError('a source needs a "kind", such as "http" or "promql"')
        return value

    @model_validator(mode="after")
    def _fits_its_interval(self) -> "ProbeSpec":
        if not 0 < self.deadline < self.every:
            raise ValueError('"deadline" must be above 0 and shorter than "every"')
        return self

    @property
    def kind(self) -> str:
        return str(self.source["kind"])

    @property
    def freshness(self) -> float:
        """Seconds after which the last reading is stale."""
        return self.stale_after if self.stale_after is not None else 2.5 * self.every + self.deadline


class Measurement(Frozen):
    """What a source found out. Values by the name a check gets them with; a missing one is no data."""

    values: dict[str, Value] = {}
    volume: float | None = None
    trouble: str = ""
    """Why nothing could be measured, in words; "" when something was."""
    blames: Literal["target", "messenger"] = "messenger"
    """Whether trouble says that the target is bad, or only that we could not ask."""
    via: str = ""
    """Where the values came from: a host or an instance."""


class Reading(Frozen):
    """One measurement, assessed."""

    probe: str
    at_us: int
    mono_us: int
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
    """The newest reading that had a value; its age is the age of the value shown."""


class Verdict(Frozen):
    """What a probe's recent readings amount to, as of a moment."""

    probe: str
    word: Word
    was: Level = "pending"
    """The last measured level, when the word is unknown or stale."""
    mark: str = ""
    """`2 of 5`: bad readings in the window, while there are any."""
    value: Value = None
    unit: str = ""
    age_s: float | None = None
    text: str = ""
    """Why, in one line: value, rule, readings counted, source."""


def assess(spec: ProbeSpec, found: Measurement, *, at_us: int, mono_us: int, took_us: int) -> Reading:
    """Compares a measurement with its probe's limits. Of several checks the worst decides, and the text says which."""

    def reading(outcome: Outcome, check: Check, value: Value, text: str, *, recovered: bool = True) -> Reading:
        return Reading(
            probe=spec.id, at_us=at_us, mono_us=mono_us, took_us=took_us, outcome=outcome, value=value,
            unit=check.unit, text=text, via=found.via, recovered=recovered,
        )  # fmt: skip

    first = spec.check[0]
    if found.trouble:
        bad = spec.on_trouble == "fail" if spec.on_trouble else found.blames == "target"
        return reading("fail" if bad else "error", first, None, found.trouble)
    results = [_apply(check, found) for check in spec.check]
    missing = next((text for outcome, _, text, _ in results if outcome == "no_data"), None)
    bad_ones = [result for result in results if result[0] in ("warn", "fail")]
    shown = results[0][1]
    if bad_ones:
        outcome, _, text, _ = max(bad_ones, key=lambda result: _SEVERITY[result[0]])
        return reading(outcome, first, shown, text, recovered=False)
    if missing is not None:
        return reading("no_data", first, None, missing)
    return reading("ok", first, shown, results[0][2], recovered=all(result[3] for result in results))


def _apply(check: Check, found: Measurement) -> tuple[Outcome, Value, str, bool]:
    """Outcome, scaled value, words, and whether the value counts for recovery."""
    value = _scaled(found.values.get(check.get), check.scale)
    label = check.label or ("" if check.get == "value" else check.get)
    if value is None:
        return "no_data", None, f"no data for {check.get}", False
    if check.min_volume is not None and (found.volume is None or found.volume < check.min_volume):
        seen = "unknown" if found.volume is None else f"{found.volume:g}"
        return "no_data", None, f"volume {seen} < {check.min_volume:g}", False
    for outcome, text in (("fail", check.fail), ("warn", check.warn)):
        if text is not None and parse_rule(text).holds(value):
            words = f"{label} {_with_unit(value, check.unit)} {_with_unit(text, check.unit)}".strip()
            return outcome, value, words, False  # type: ignore[return-value]  # the tuple above holds only outcomes
    recovered = check.recover is None or parse_rule(check.recover).holds(value)
    return "ok", value, f"{label} {_with_unit(value, check.unit)}".strip(), recovered


def _scaled(value: Value, scale: float) -> Value:
    """NaN and infinity are no data: they have been taken for good and for bad by every tool that compared them."""
    if isinstance(value, bool | str) or value is None:
        return value
    if not isfinite(value):
        return None
    return value if scale == 1.0 else float(Decimal(str(value)) * Decimal(str(scale)))


def _with_unit(value: Value, unit: str) -> str:
    return f"{show(value)} {unit}".strip()


def show(value: Value) -> str:
    """A value for people: at most four significant digits, whole numbers whole."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if float(value).is_integer() and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.4g}" if abs(value) >= 0.0001 else f"{value:.1e}"


def advance(track: Track, reading: Reading) -> Track:
    """The track after one more reading.

    Bad once is a mark; 3 of the last 5 make it hard. Two good readings in a row end it, and the old bad ones with it.
    Errors and no data neither count nor reset.
    """
    if reading.outcome in ("no_data", "error"):
        return track.model_copy(update={"troubles": track.troubles + 1, "last": reading})
    outcome: Level = reading.outcome  # type: ignore[assignment]  # the other two outcomes returned above
    window = (*track.window, outcome)[-WINDOW:]
    good_run = track.good_run + 1 if outcome == "ok" and reading.recovered else 0
    level = _level(track.level, window, good_run, outcome)
    eased = level != "pending" and track.level in ("warn", "fail") and _SEVERITY[level] < _SEVERITY[track.level]
    return Track(
        level=level,
        since_us=reading.at_us if level != track.level else track.since_us,
        window=() if eased else window,
        good_run=good_run,
        last=reading,
        last_value=reading,
    )


def _level(before: Level, window: tuple[Level, ...], good_run: int, outcome: Level) -> Level:
    if window.count("fail") >= HARD:
        return "ok" if good_run >= GOOD_RUN else "fail"
    if good_run >= GOOD_RUN or (before == "pending" and outcome == "ok"):
        return "ok"
    if len(window) - window.count("ok") >= HARD:
        return "fail" if before == "fail" and "fail" in window[-GOOD_RUN:] else "warn"
    return before


def judge(spec: ProbeSpec, track: Track, *, mono_us: int) -> Verdict:
    """What the track amounts to at the monotonic time `mono_us`. The one place where a reading grows stale."""
    last, valued = track.last, track.last_value
    if last is None:
        return Verdict(probe=spec.id, word="pending", text="no reading yet")
    age_s = max(0.0, (mono_us - last.mono_us) / 1e6)
    word: Word = track.level
    if age_s > spec.freshness:
        word = "stale"
    elif track.troubles >= TROUBLES:
        word = "unknown"
    bad = len(track.window) - track.window.count("ok")
    mark = f"{bad} of {WINDOW}" if bad else ""
    shown = valued or last
    value_age_s = max(0.0, (mono_us - shown.mono_us) / 1e6)
    text = ", ".join(part for part in (last.text, mark, last.via) if part)
    return Verdict(
        probe=spec.id,
        word=word,
        was=track.level,
        mark=mark,
        value=shown.value,
        unit=shown.unit,
        age_s=value_age_s,
        text=text,
    )
