"""One reading of each probe, for people and for programs."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from warroom.core import views
from warroom.core.plain import one_line
from warroom.core.probe import Outcome, ProbeSpec, Reading, show

_WORDS: dict[Outcome, str] = {"ok": "ok", "warn": "warn", "fail": "fail", "no_data": "no data", "error": "error"}
_WIDEST = 24  # characters of a value


def check_document(readings: Iterable[tuple[ProbeSpec, Reading]]) -> list[dict[str, object]]:
    """Each probe with its reading, in their order."""
    return [
        {
            "id": spec.id,
            "title": spec.title,
            "kind": spec.kind,
            "outcome": reading.outcome,
            "value": reading.value,
            "unit": reading.unit,
            "text": reading.text,
            "via": reading.via,
            "time": views.utc(reading.at_us),
            "took_ms": round(reading.took_us / 1000, 3),
        }
        for spec, reading in readings
    ]


def check_lines(readings: Sequence[tuple[ProbeSpec, Reading]]) -> Iterator[str]:
    """A table without a head: outcome, probe, value, time taken, why and by whom."""
    rows = [(_WORDS[reading.outcome], spec.id, _value(reading), _took(reading)) for spec, reading in readings]
    outcome, probe, value, took = (max(map(len, column)) for column in zip(*rows, strict=True))
    for row, (_, reading) in zip(rows, readings, strict=True):
        why = ", ".join(one_line(part) for part in (reading.text, reading.via) if part)
        yield f"{row[0]:<{outcome}}  {row[1]:<{probe}}  {row[2]:<{value}}  {row[3]:>{took}}  {why}".rstrip()


def check_sum(readings: Iterable[tuple[ProbeSpec, Reading]]) -> str:
    """`4 probes: 2 ok, 1 fail, 1 no data`."""
    counts = Counter(reading.outcome for _, reading in readings)
    total = counts.total()
    parts = (f"{counts[outcome]} {word}" for outcome, word in _WORDS.items() if counts[outcome])
    return f"{total} {'probe' if total == 1 else 'probes'}: {', '.join(parts)}"


def _value(reading: Reading) -> str:
    return one_line(f"{show(reading.value)} {reading.unit}".strip(), _WIDEST)


def _took(reading: Reading) -> str:
    return f"{reading.took_us / 1000:.0f} ms"
