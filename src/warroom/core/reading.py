"""What is measured, and what one measurement says against a probe's limits. Pure: the time is an argument.

A source measures (`Measurement`), `assess` turns that into a `Reading`. Missing is never good and never bad.
"""

from decimal import Decimal
from math import isfinite
from typing import Literal, NamedTuple

from warroom.core.base import Frozen
from warroom.core.probespec import Check, ProbeSpec
from warroom.core.rules import Rule, Value, parse_rule

Outcome = Literal["ok", "warn", "fail", "no_data", "error"]
Blames = Literal["target", "messenger"]

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
    answered: bool = True
    """False when nothing came back at all: such silence may be the fault of our own network."""
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
    answered: bool = True
    """False when nothing came back at all."""
    late_us: int = 0
    """How long after its slot it began."""


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
        answered=found.answered,
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
