"""Lighthouse's JSON report. Scores are the 0 to 100 that it shows to people; a page that did not load has none."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from pydantic import BaseModel

from warroom.core.rules import Value
from warroom.probing.json_values import FORMS, json_values, parse_json
from warroom.probing.reports.reader import Reader, model_of
from warroom.probing.source import Trouble

_CATEGORIES = ("performance", "accessibility", "best-practices", "seo")


class _Scored(BaseModel):
    score: float | None = None


class _RuntimeError(BaseModel):
    code: str = "NO_ERROR"
    message: str = ""


class _Report(BaseModel):
    lighthouseVersion: str  # noqa: N815  # Lighthouse's name
    runtimeError: _RuntimeError = _RuntimeError()  # noqa: N815  # Lighthouse's name
    categories: dict[str, _Scored]
    audits: dict[str, _Scored]


def _lighthouse(content: bytes, gets: frozenset[str]) -> dict[str, Value]:
    report = model_of(_Report, content, "report of Lighthouse")
    if report.runtimeError.code != "NO_ERROR":
        raise Trouble(f"Lighthouse could not load the page: {report.runtimeError.code} {report.runtimeError.message}")
    audits = {f"audit:{name}": scored for name, scored in report.audits.items()}
    return {**dict(_scores(report.categories | audits, gets)), **json_values(gets, parse_json(content))}


def _scores(scored: Mapping[str, _Scored], gets: frozenset[str]) -> Iterator[tuple[str, Value]]:
    """Those that are wanted. As decimals, because 0.57 times 100 is not 57 in floats."""
    for name in gets & scored.keys():
        score = scored[name].score
        if score is None and name in _CATEGORIES:
            raise Trouble(f"Lighthouse gives no score for {name}: the page did not load, or was not audited")
        yield name, None if score is None else float(Decimal(str(score)) * 100)


LIGHTHOUSE = Reader(_lighthouse, (*_CATEGORIES, "audit:ID", *FORMS), any_exit=False)
