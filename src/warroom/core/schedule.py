"""T-0: the planned moment that all times of a release are counted from."""

from datetime import UTC, datetime

from warroom.core.base import parse_duration

_YEAR_3000_US = 32_503_680_000_000_000


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
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f'"{text}" is no time; write now, +2h, -10m or 2026-03-01T20:00:00Z') from None
    if moment.tzinfo is None:
        raise ValueError(f'"{text}" has no time zone; add Z for UTC or an offset such as +06:00')
    return _within_reach((moment - datetime.fromtimestamp(0, UTC)).total_seconds() * 1e6, text)


def _within_reach(at_us: float, text: str) -> int:
    if not 0 <= at_us < _YEAR_3000_US:
        raise ValueError(f'"{text}" is out of reach; T-0 lies between 1970 and 3000')
    return round(at_us)
