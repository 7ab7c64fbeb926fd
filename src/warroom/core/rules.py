"""The closed rule language of probes: one operator and one literal, such as `> 0.05` or `== "ok"`. No eval.

Numbers compare as decimals of what was written and measured, so a score of 0.90 is not > 0.9 through rounding.
"""

import operator
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from math import isfinite
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator

Value = float | int | str | bool | None
"""One measured value; None is "no data"."""

_FORM = re.compile(r"\s*(<=|>=|==|!=|<|>)\s*(\S.*?)\s*", re.DOTALL)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


class Rule(NamedTuple):
    """A parsed rule."""

    op: str
    literal: Decimal | str | bool

    def holds(self, value: Value | Decimal) -> bool:
        """Whether `value op literal`. A value of another type is only ever `!=` to the literal; no data is nothing."""
        measured = _comparable(value)
        if type(measured) is not type(self.literal):
            return self.op == "!=" and measured is not None
        return bool(_COMPARE[self.op](measured, self.literal))

    def fits(self, value: Value) -> bool:
        """Whether the rule can say anything about this value: a text is neither above nor below 5."""
        measured = _comparable(value)
        return measured is not None and (self.op == "!=" or type(measured) is type(self.literal))

    def number(self) -> float | None:
        """The limit for a plot, when the literal is a number."""
        return float(self.literal) if isinstance(self.literal, Decimal) else None


@lru_cache(maxsize=1024)
def parse_rule(text: str) -> Rule:
    """The rule in `text`. Raises `ValueError` with a sentence that shows the right form."""
    form = _FORM.fullmatch(text)
    if form is None:
        raise ValueError(f"{text!r} is no rule; write an operator and a value, like '> 0.05' or '== \"ok\"'")
    op, literal = form.group(1), _literal(form.group(2))
    if op not in ("==", "!=") and not isinstance(literal, Decimal):
        raise ValueError(f"{text!r} compares the order of something that is no number; only == and != fit it")
    return Rule(op, literal)


def _literal(text: str) -> Decimal | str | bool:
    if text in ("true", "false"):
        return text == "true"
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f'{text!r} is neither a number, true, false nor a "quoted text"') from None
    if not (number.is_finite() and isfinite(float(number))):
        raise ValueError(f"{text!r} is not a finite number")
    return number


def _comparable(value: Value | Decimal) -> Decimal | str | bool | None:
    """NaN and infinity are no data: every tool that compared them took them for good or for bad."""
    if isinstance(value, bool | str) or value is None:
        return value
    number = Decimal(str(value))
    return number if number.is_finite() else None


def _checked(text: str) -> str:
    parse_rule(text)
    return text


RuleText = Annotated[str, AfterValidator(_checked)]
"""A rule as people wrote it; it is kept in that form and parsed where it is used."""
