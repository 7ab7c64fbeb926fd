"""What a query gave, and the one value that a check gets out of it."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite, nan
from typing import Any, NamedTuple

from warroom.core.rules import Value
from warroom.probing.source import Trouble

LIMIT = 1000
OFFERS = ("value", "rows", "column:NAME", "max:NAME", "min:NAME", "sum:NAME")

_OVER_ROWS: dict[str, Callable[[list[float]], float]] = {"max": max, "min": min, "sum": sum}


class Rows(NamedTuple):
    """A table."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[Any]]


def value_of(table: Rows, get: str) -> Value:
    """The value for a check. Raises `Trouble` when the table has none that is meant."""
    if len(table.rows) > LIMIT:
        raise Trouble(f"the query gives more than {LIMIT} rows; count or filter them")
    if get == "rows":
        return len(table.rows)
    if not table.rows:
        return None
    if get == "value":
        if len(table.columns) != 1:
            raise Trouble(f"the query gives {len(table.columns)} columns; name one with column:NAME")
        return _only(table, 0)
    form, _, name = get.partition(":")
    if name not in table.columns:
        raise Trouble(f'the query gives no column "{name}", only {", ".join(table.columns) or "none at all"}')
    position = table.columns.index(name)
    return _only(table, position) if form == "column" else _over_rows(table, position, form)


def _only(table: Rows, position: int) -> Value:
    if len(table.rows) > 1:
        raise Trouble(f"the query gives {len(table.rows)} rows; write one that gives one")
    return plain_value(table.rows[0][position])


def _over_rows(table: Rows, position: int, form: str) -> Value:
    """A row without a figure makes it no data: the figure over the others would be part of the truth."""
    figures = [_figure(plain_value(row[position])) for row in table.rows]
    known = [figure for figure in figures if figure is not None]
    return _OVER_ROWS[form](known) if len(known) == len(figures) else None


def _figure(value: Value) -> float | None:
    try:
        figure = nan if value is None else float(value)
    except ValueError:
        return None
    return figure if isfinite(figure) else None  # whether NaN or a number is the greater depends on which comes first


def plain_value(cell: Any) -> Value:
    """A cell as checks compare it: intervals in seconds, moments as text."""
    if cell is None or isinstance(cell, bool | int | float | str):
        return cell
    if isinstance(cell, Decimal):
        return int(cell) if cell == cell.to_integral_value() else float(cell)
    if isinstance(cell, timedelta):
        return cell.total_seconds()
    return cell.isoformat() if isinstance(cell, datetime | date | time) else str(cell)
