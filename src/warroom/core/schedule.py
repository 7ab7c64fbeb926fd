"""T-0: the planned moment that all times of a release are counted from. And times as people write them around it."""

import re
from datetime import UTC, datetime

from warroom.core.base import parse_duration

_YEAR_3000_US = 32_503_680_000_000_000
_DAY_US = 86_400_000_000
_CLOCK = r"(?P<hours>\d\d):(?P<minutes>[0-5]\d)(?::(?P<seconds>[0-5]\d))?"
_OF_THE_DAY = re.compile(_CLOCK, re.ASCII)
_FROM_T0 = re.compile(rf"T(?P<sign>[+-])(?:(?P<days>\d{{1,6}})d ?)?{_CLOCK}", re.ASCII)
_HINT = "write 2026-03-01T20:10:00Z, T+00:10 for ten minutes after T-0, or 20:10 for that time (UTC) on T-0's day"


def parse_t0(text: str, now_us: int) -> int:
    """Microseconds UTC of `now`, `+2h`, `-10m` (from now), or of an RFC 3339 time such as `2026-03-01T20:00:00Z`.

    Raises `ValueError` with a sentence that shows the right form.
    """
    if text == "now":
        return now_us
    if text[:1] in ("+", "-"):
        seconds = parse_duration(text[1:])
        assert isinstance(seconds, float)
        return _within_reach(now_us + (seconds if text[0] == "+" else -seconds) * 1e6, text)
    return _rfc3339(text, "write now, +2h, -10m or 2026-03-01T20:00:00Z")


def parse_moment(text: str, t0_us: int) -> int:
    """Microseconds UTC of `20:10` or `20:10:30` (UTC, on the day of T-0), of `T+00:10`, `T-1d 02:00:00` or `T+90s` (as
    timelines show them, or a duration from T-0), or of an RFC 3339 time.

    Raises `ValueError` with a sentence that shows the right forms.
    """
    if clock := _OF_THE_DAY.fullmatch(text):
        if int(clock["hours"]) > 23:
            raise ValueError(f'"{text}" is no time of a day; {_HINT}')
        return _within_reach(t0_us // _DAY_US * _DAY_US + _clock_us(clock), text, "a time")
    if clock := _FROM_T0.fullmatch(text):
        away_us = int(clock["days"] or 0) * _DAY_US + _clock_us(clock)
        return _within_reach(t0_us + (away_us if clock["sign"] == "+" else -away_us), text, "a time")
    if text[:2] in ("T+", "T-"):
        try:
            return parse_t0(text[1:], t0_us)
        except ValueError:
            raise ValueError(f'"{text}" is no time; {_HINT}') from None
    return _rfc3339(text, _HINT)


def _clock_us(clock: re.Match[str]) -> int:
    seconds = int(clock["hours"]) * 3600 + int(clock["minutes"]) * 60 + int(clock["seconds"] or 0)
    return seconds * 1_000_000


def _rfc3339(text: str, hint: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f'"{text}" is no time; {hint}') from None
    if moment.tzinfo is None:
        raise ValueError(f'"{text}" has no time zone; add Z for UTC or an offset such as +06:00')
    return _within_reach((moment - datetime.fromtimestamp(0, UTC)).total_seconds() * 1e6, text)


def _within_reach(at_us: float, text: str, what: str = "T-0") -> int:
    if not 0 <= at_us < _YEAR_3000_US:
        raise ValueError(f'"{text}" is out of reach; {what} lies between 1970 and 3000')
    return round(at_us)
