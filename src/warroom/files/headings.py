"""When a phase happens, as its heading says it. Reads the words of one heading and nothing else."""

import re
from typing import NamedTuple

from warroom.core.checklist import PhaseKind

_SIGN = r"[-+−–—‐‑]|minus\b|plus\b"
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_UNIT = r"(?:s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?|h(?:(?:ou)?rs?)?|d(?:ays?)?|w(?:(?:ee)?ks?)?)(?![^\W\d_])"
_AMOUNT = rf"\d{{1,6}}(?:\.\d{{1,6}})?\s*{_UNIT}"

_T_OFFSET = re.compile(rf"(?<![\w-])T\s*(?P<sign>{_SIGN})\s*(?P<amount>{_AMOUNT}(?:\s*{_AMOUNT})*)", re.IGNORECASE)
_D_OFFSET = re.compile(rf"(?<![\w-])D\s*(?P<sign>{_SIGN})\s*(?P<amount>\d{{1,6}})(?!\w|[.:]\d)", re.IGNORECASE)
_ZERO = re.compile(rf"(?<![\w-])(?:T\s*(?:{_SIGN}|=)?\s*0+(?!\w|[.,:]\d)|D-Day\b)", re.IGNORECASE)
_ONE_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*(\w)")

_RELEASE_DAY = re.compile(
    r"(?<![\w-])(?:(?:deployment|deploy|release|launch)[ -]day|go[ -]?live|cut-?over)\b(?!\s*[-+−–]\s*\d)",
    re.IGNORECASE,
)
_BESIDE = re.compile(r"\b(?:pre|post|before|after|since|until)[\s-]*(?:the\s+)?$", re.IGNORECASE)

_LEAD = r"^[\W\d_]*(?:(?:phase|part|stage|step)\s*\d+[\W_]*)?"
_EMERGENCY = re.compile(rf"{_LEAD}(?:emergenc(?:y|ies)|incidents?|roll[ -]?backs?)\b", re.IGNORECASE)
_REPEATS = {
    **{word: word for word in ("hourly", "daily", "weekly", "fortnightly", "monthly", "quarterly", "yearly")},
    "annual": "yearly",
    "annually": "yearly",
}
_REPEATING = re.compile(rf"(?:{_LEAD}|[(\[]\s*)({'|'.join(_REPEATS)})\b", re.IGNORECASE)


class Timing(NamedTuple):
    """What the heading of a phase says."""

    kind: PhaseKind
    name: str
    """The heading without its time. Words such as `Weekly` or `Deployment Day` go only when they stand in brackets."""
    when: str = ""
    offset_s: int | None = None


def timing(title: str) -> Timing:
    """Kind, name, short time and offset in seconds of a phase called `title`.

    >>> timing("Pre-Deployment (T-7 days)")
    Timing(kind='timed', name='Pre-Deployment', when='T-7 days', offset_s=-604800)
    """
    if found := _T_OFFSET.search(title):
        return _offset(title, found, _seconds(found["amount"]), "T")
    if found := _D_OFFSET.search(title):
        return _offset(title, found, int(found["amount"]) * _SECONDS["d"], "D")
    if found := _ZERO.search(title):
        return Timing("timed", _without(title, found), "T-0", 0)
    if _EMERGENCY.match(title):
        return Timing("emergency", title, "ready")
    if repeated := repeats(title):
        return Timing("recurring", _without_brackets(title, "|".join(_REPEATS)), repeated)
    found = _RELEASE_DAY.search(title)
    if found and not _BESIDE.search(title[: found.start()]):
        return Timing("timed", _without_brackets(title, re.escape(found.group())), "T-0", 0)
    return Timing("plain", title)


def repeats(title: str) -> str:
    """`daily`, `weekly`, `monthly` ... when the heading begins with the word or has it in brackets, else ""."""
    found = _REPEATING.search(title)
    return _REPEATS[found[1].lower()] if found else ""


def _seconds(amount: str) -> int:
    return round(sum(float(number) * _SECONDS[unit.lower()] for number, unit in _ONE_AMOUNT.findall(amount)))


def _offset(title: str, found: re.Match[str], seconds: int, zero: str) -> Timing:
    name = _without(title, found)
    if seconds == 0:
        return Timing("timed", name, "T-0", 0)
    later = found["sign"].lower() in ("+", "plus")
    when = f"{zero}{'+' if later else '-'}{found['amount']}"
    return Timing("timed", name, when, seconds if later else -seconds)


def _without(title: str, found: re.Match[str]) -> str:
    """`title` without a time and what ties it to the rest: its own brackets, or the colon, comma or dash after it."""
    before, after = title[: found.start()].rstrip(), title[found.end() :].lstrip()
    if before.endswith(("(", "[")) and after.startswith((")", "]")):
        before, after = before[:-1], after[1:]
    elif before.endswith(("(", "[")):
        after = after.lstrip(" ,;:")
    glue = "" if before.endswith(("(", "[")) or after.startswith((")", "]", ",", ":", ";")) else " "
    return _trimmed(before + glue + after, title)


def _without_brackets(title: str, words: str) -> str:
    return _trimmed(re.sub(rf"\s*[(\[]\s*(?:{words})\s*[)\]]", "", title, flags=re.IGNORECASE), title)


def _trimmed(name: str, title: str) -> str:
    return " ".join(name.split()).strip(" ,;:|·–—-") or title
