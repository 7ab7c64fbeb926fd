"""Around the judging: values for people, specs that are refused, and the history for plots."""

import math
from typing import Any

import pytest
from pydantic import ValidationError

from probe_kit import STATUS, probe
from warroom.core.probe import Check, ProbeSpec, show
from warroom.core.rules import Value
from warroom.core.series import Series


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"), (True, "true"), (200, "200"), (200.0, "200"), (2.314159, "2.314"), (0.0214, "0.0214"),
        (12345.6, "12346"), (0.00001234, "1.2e-05"), (1e20, "1e+20"), (-0.5, "-0.5"), ("green", "green"),
    ],
)  # fmt: skip
def test_values_are_shown_short(value: Value, text: str) -> None:
    assert show(value) == text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"deadline": "10s"}, "shorter than"),
        ({"deadline": "0s"}, "above 0"),
        ({"every": math.inf}, "shorter than"),
        ({"stale_after": "1s"}, "longer than"),
        ({"source": {"url": "x"}}, "kind"),
        ({"check": []}, "at least 1"),
        ({"titel": "x"}, "Extra inputs"),
        ({"canary": True}, "must ask a host"),
    ],
)
def test_specs_that_cannot_work_are_refused(fields: dict[str, Any], words: str) -> None:
    good = probe({"kind": "http"}, STATUS).model_dump()
    with pytest.raises(ValidationError, match=words):
        ProbeSpec.model_validate(good | fields)


def test_a_check_with_a_scale_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValidationError, match="finite"):
        Check(fail="> 1", scale=math.inf)


def test_a_series_keeps_its_newest_points() -> None:
    series = Series(limit=3)
    for index, value in enumerate([1, "text", None, True, 2.5]):
        series.add(index, value, "ok" if value else "no_data")
    assert len(series) == 3
    assert series.tail(10) == [(2, None, "no_data"), (3, 1.0, "ok"), (4, 2.5, "ok")]
    assert series.tail(1) == [(4, 2.5, "ok")]
    assert series.tail(0) == []
