"""Events, items and readings as CSV (RFC 4180), for spreadsheets and data frames.

Texts are made harmless (`escaping.csv_text`); whole ones stand in the JSON of the column `body`, and in JSON lines.
"""

import csv
from collections.abc import Iterator

from warroom.core import events as ev
from warroom.core.checklist import Item
from warroom.core.definitions import Place
from warroom.core.events import Event, SamplesDigest
from warroom.core.store import Sample
from warroom.core.views import counted, utc
from warroom.report.escaping import csv_json, csv_text
from warroom.report.excerpt import Excerpt, Sink

Cell = str | int | float | None
Row = tuple[Cell, ...]

EVENTS = (
    "seq", "time", "t_s", "kind", "word", "actor", "subject", "title", "text", "body", "redacted_by", "id", "hash",
)  # fmt: skip
"""`t_s` is seconds since T-0, as in every table; `text` is what the timeline says, `body` is JSON."""

ITEMS = (
    "number", "id", "title", "phase", "section", "status", "by", "time", "t_s", "value", "text", "notes", "step",
    "step_s", "step_why", "seq", "hash",
)  # fmt: skip
"""`by` to `text`: what was last said of it, in the event `seq`. `notes`: how many. `step`: how its command ended."""

READINGS = (
    "id", "probe", "title", "time", "t_s", "value", "unit", "outcome", "word", "took_s", "text", "seq", "hash",
)  # fmt: skip
"""`unit` is empty where the probe measures something else by now; `word` is its verdict after it; `seq` is the event
whose digest vouches for it, empty for the newest.
"""

_SAYS = (
    ev.ItemDone, ev.ItemSkipped, ev.ItemNotApplicable, ev.ItemDeferred, ev.ItemFailed, ev.ItemBlocked, ev.ItemBegun,
    ev.ItemReopened, ev.ItemTakenBack,
)  # fmt: skip
"""The events that say how an item stands."""


def write_events(out: Sink, excerpt: Excerpt) -> int:
    """The number of rows, as for the other two."""
    return _write(out, EVENTS, (_event(excerpt, event) for event in excerpt.events()))


def write_items(out: Sink, excerpt: Excerpt) -> int:
    """An item is picked with the event that last said how it stands. What nobody spoke of has only its id."""
    places = excerpt.plan.places.values()
    return _write(out, ITEMS, (row for place in places for row in _item(excerpt, place)))


def write_readings(out: Sink, excerpt: Excerpt) -> int:
    vouchers = _Vouchers(excerpt.about("samples"))
    readings = excerpt.readings()
    return _write(out, READINGS, (_reading(excerpt, vouchers, number, sample) for number, sample in readings))


def _write(out: Sink, columns: Row, rows: Iterator[Row]) -> int:
    writer = csv.writer(out)
    writer.writerow(columns)
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007  # the number of the last is what is wanted
        writer.writerow(row)
    return count


def _event(excerpt: Excerpt, event: Event) -> Row:
    body = event.body
    return (
        event.seq,
        utc(event.at_us),
        _since_t0(excerpt, event.at_us),
        body.kind,
        csv_text(getattr(body, "to", body.word)),
        csv_text(event.actor),
        csv_text(body.subject),
        csv_text(excerpt.plan.title(body.subject)),
        csv_text(body.detail),
        csv_json(body.model_dump_json()),
        event.redacted_by,
        csv_text(event.id),
        event.hash,
    )


def _item(excerpt: Excerpt, place: Place) -> Iterator[Row]:
    said = _last_word(excerpt, place.item)
    if _is_picked(excerpt, place.item, said):
        now = excerpt.state.item(place.item.id)
        yield (
            csv_text(place.item.number),
            csv_text(place.item.id),
            csv_text(place.item.title),
            csv_text(place.phase.title),
            csv_text(place.section.title),
            now.status,
            csv_text(now.by),
            utc(said.at_us) if said else None,
            _since_t0(excerpt, said.at_us) if said else None,
            csv_text(now.value),
            csv_text(now.text),
            now.notes,
            now.step.phase if now.step else None,
            now.step.duration_s if now.step else None,
            csv_text(now.step.why) if now.step else None,
            said.seq if said else None,
            said.hash if said else None,
        )


def _last_word(excerpt: Excerpt, item: Item) -> Event | None:
    """The event that last said how an item stands, or None."""
    *_, last = None, *(event for event in excerpt.about(item.id) if isinstance(event.body, _SAYS))
    return last


def _is_picked(excerpt: Excerpt, item: Item, said: Event | None) -> bool:
    if said:
        return excerpt.picked.picks(said)
    by_item_only = excerpt.picked.model_copy(update={"items": ()}).picks_all
    return by_item_only and item.id in (excerpt.picked.items or (item.id,))


class _Vouchers:
    """Finds the digest that vouches for a reading. To be asked for rising numbers."""

    def __init__(self, events: Iterator[Event]) -> None:
        self._left = ((event, event.body) for event in events if isinstance(event.body, SamplesDigest))
        self._at = next(self._left, None)

    def of(self, number: int) -> Event | None:
        while self._at and self._at[1].last < number:
            self._at = next(self._left, None)
        return self._at[0] if self._at and self._at[1].first <= number else None


def _reading(excerpt: Excerpt, vouchers: _Vouchers, number: int, sample: Sample) -> Row:
    spec = excerpt.plan.probes_by_id.get(sample.probe)
    voucher = vouchers.of(number)
    return (
        number,
        csv_text(sample.probe),
        csv_text(spec.title) if spec else None,
        utc(sample.at_us),
        _since_t0(excerpt, sample.at_us),
        _value(sample),
        csv_text(spec.check[0].unit) if spec and _is_of_now(excerpt, sample) else None,
        sample.outcome,
        sample.word,
        sample.took_us / 1e6,
        csv_text(sample.text),
        voucher.seq if voucher else None,
        voucher.hash if voucher else None,
    )


def _is_of_now(excerpt: Excerpt, sample: Sample) -> bool:
    """Whether it is about what its probe measures now."""
    return bool(counted(excerpt.state, sample.probe, [sample]))


def _value(sample: Sample) -> Cell:
    """Numbers as they are, so that they can be reckoned with."""
    if isinstance(sample.value, bool):
        return str(sample.value).lower()
    return csv_text(sample.value) if isinstance(sample.value, str) else sample.value


def _since_t0(excerpt: Excerpt, at_us: int) -> float:
    return (at_us - excerpt.t0_us) / 1e6
