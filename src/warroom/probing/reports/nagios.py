"""Nagios plugins: words, and after a `|` figures such as `time=0.2s;1;2;0`. The verdict is the exit status."""

import re

from warroom.core.rules import Value
from warroom.probing.source import Trouble

OFFERS = ("nagios.status", "nagios.text", "perf:LABEL")

_STATUSES = {0: "OK", 1: "WARNING", 2: "CRITICAL"}
_FIGURE = re.compile(r"(?:'((?:[^'=]|'')+)'|([^\s'=]+))=(-?[0-9.,]+)([a-zA-Z%]*)[^\s]*")
_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6}
_BYTES = {"B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12}


def read_plugin(exit_status: int, stdout: str) -> dict[str, Value]:
    """Values of a run. Raises `Trouble` for UNKNOWN and all else that is no verdict of the plugin.

    Figures in ms and us become seconds, those in KB, MB, GB and TB bytes.
    """
    first, *rest = stdout.strip().splitlines() or [""]
    words, _, figures = first.partition("|")
    if exit_status not in _STATUSES:
        raise Trouble(f"the plugin knows no status (exit status {exit_status}): {words.strip() or 'no output'}")
    if not words.strip():
        raise Trouble("the plugin printed nothing")
    _, _, more = "\n".join(rest).partition("|")
    return {
        "nagios.status": _STATUSES[exit_status],
        "nagios.text": words.strip(),
        **{f"perf:{label}": value for label, value in _figures(f"{figures}\n{more}")},
    }


def _figures(text: str) -> list[tuple[str, float | None]]:
    found: list[tuple[str, float | None]] = []
    for quoted, bare, number, unit in _FIGURE.findall(text):
        factor = _SECONDS.get(unit) or _BYTES.get(unit) or 1
        try:
            value = float(number.replace(",", ".")) * factor
        except ValueError:
            value = None
        found.append((quoted.replace("''", "'") or bare, value))
    return found
