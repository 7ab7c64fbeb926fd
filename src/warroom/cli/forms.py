"""The forms that an export can have: one row each. Imported by `export` when it is called."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from warroom.cli.excerpts import JournalExcerpt
from warroom.cli.review import write_html
from warroom.cli.targets import target
from warroom.core.errors import BadInput
from warroom.core.filters import ALL
from warroom.journal.backup import backup
from warroom.report import jsonl, markdown, tables, ticked
from warroom.report.excerpt import Excerpt, Sink

Send = Callable[[JournalExcerpt, Path | None], int]


@dataclass(frozen=True)
class Form:
    """What is written, and what may be picked of it."""

    send: Send
    """Writes an excerpt to a file, or to stdout without one; gives how many there are of what it holds."""
    holds: str
    filters: tuple[str, ...]
    """Options that pick what it holds."""
    tells_head: bool = True
    """Whether it says itself what `head_document` says."""


def _text(write: Callable[[Sink, Excerpt], int]) -> Send:
    def send(excerpt: JournalExcerpt, output: Path | None) -> int:
        with target(output) as out:
            return write(out, excerpt)

    return send


def _page(excerpt: JournalExcerpt, output: Path | None) -> int:
    """The review is of the whole journal; a filter picks what its timeline shows."""
    whole = JournalExcerpt(excerpt.journal, ALL, to_file=output is not None)
    with target(output) as out:
        write_html(out, whole, excerpt.picked)
    return excerpt.count


def _copy(excerpt: JournalExcerpt, output: Path | None) -> int:
    if output is None:
        raise BadInput("a copy of the journal needs a file", "name one with -o")
    backup(excerpt.journal.path, output)
    return excerpt.size


_ALL = ("since", "until", "kind", "operator", "item")

FORMS = {
    "jsonl": Form(_text(jsonl.write_excerpt), "events", _ALL),
    "csv events": Form(_text(tables.write_events), "events", _ALL, tells_head=False),
    "csv items": Form(_text(tables.write_items), "items", _ALL, tells_head=False),
    "csv readings": Form(_text(tables.write_readings), "readings", ("since", "until"), tells_head=False),
    "markdown": Form(_text(markdown.write_excerpt), "events", _ALL),
    "html": Form(_page, "events", _ALL),
    "checklist": Form(_text(ticked.write_checklist), "items", ()),
    "sqlite": Form(_copy, "events", ()),
}
"""By format, and for CSV by table as well."""
