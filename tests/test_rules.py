"""The rule language: what it accepts, how it compares, and what it refuses to compare."""

import math
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from warroom.core.probe import Check
from warroom.core.rules import parse_rule

patient = settings(deadline=None)  # a busy machine is no failure


@pytest.mark.parametrize(
    ("rule", "value", "holds"),
    [
        ("> 0.9", 0.90, False),
        (">= 0.9", 0.90, True),
        ("> 0.3", 0.1 + 0.2, True),  # the float is what was measured: 0.30000000000000004
        ("<= 5", 5, True),
        ("< 0", -1, True),
        ("== 200", 200, True),
        ("!= 200", 503, True),
        ('== "ok"', "ok", True),
        ("!= 'ok'", "down", True),
        ("== true", True, True),
        ("!= true", False, True),
    ],
)
def test_compares_what_was_written_with_what_was_measured(rule: str, value: float | str | bool, holds: bool) -> None:
    assert parse_rule(rule).holds(value) is holds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5",
        "=> 5",
        "> ",
        "> five",
        "> nan",
        "> inf",
        "> 1e999",
        '> "a"',
        "< true",
        "== ok",
        "is 5",
        "> 5; import os",
    ],
)
def test_refuses_anything_else_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"no rule|neither a number|not a finite|no number"):
        parse_rule(text)


@pytest.mark.parametrize("value", [None, math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("op", ["<", "<=", ">", ">=", "==", "!="])
def test_no_data_satisfies_no_rule(op: str, value: float | None) -> None:
    rule = parse_rule(f"{op} 5")
    assert not rule.holds(value)
    assert not rule.fits(value)


@pytest.mark.parametrize("value", ["5", True, False])
def test_a_number_is_not_a_text_nor_a_truth(value: str | bool) -> None:
    assert not parse_rule("== 5").fits(value)
    assert not parse_rule("> 0").holds(value)
    assert parse_rule("!= 5").holds(value)


@patient
@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
def test_orders_numbers_as_their_digits_do(value: float, limit: float) -> None:
    above, below, equal = (parse_rule(f"{op} {limit!r}").holds(value) for op in (">", "<", "=="))
    assert (above, below, equal) == (value > limit, value < limit, value == limit)
    assert above + below + equal == 1


@patient
@given(st.text())
def test_never_fails_in_another_way_than_it_says(text: str) -> None:
    try:
        literal = parse_rule(text).literal
    except ValueError:
        return
    assert isinstance(literal, Decimal | str | bool)


def test_a_check_without_a_limit_is_refused() -> None:
    with pytest.raises(ValidationError, match='needs a "warn" or a "fail" rule'):
        Check(recover="> 5")


def test_a_check_whose_rules_compare_different_things_is_refused() -> None:
    with pytest.raises(ValidationError, match="must all compare numbers"):
        Check(warn="> 5", fail='== "down"')
