"""What all models of the core share: frozen values that refuse unknown fields."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, WithJsonSchema

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


class Frozen(BaseModel):
    """A value. Two with equal fields are equal, and none ever changes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def parse_duration(text: object) -> object:
    """Seconds of `"500ms"`, `"5s"`, `"2m"`, `"1h"`, `"7d"` or `"1h 30m"`. Numbers are seconds already (stored models).

    Raises `ValueError` with a sentence that shows the right form.
    """
    if not isinstance(text, str):
        return text
    parts = _DURATION.findall(text)
    if not parts or _DURATION.sub("", text).strip():
        raise ValueError(f'"{text}" is no duration; write it like "500ms", "5s", "2m" or "1h 30m"')
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)


def _above_zero(seconds: float) -> float:
    if seconds <= 0:
        raise ValueError("a duration must be above 0")
    return seconds


_SCHEMA = {"type": "string", "pattern": f"^\\s*({_DURATION.pattern}\\s*)+$", "examples": ["5s", "1h 30m"]}
"""For editors: in files a duration is a text."""

Seconds = Annotated[float, BeforeValidator(parse_duration), AfterValidator(_above_zero), WithJsonSchema(_SCHEMA)]
"""A duration in seconds, written in files as `"5s"`."""
