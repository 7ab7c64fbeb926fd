"""`warroom review`: the document that is written after a release."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from warroom.cli.options import PATH, journal_option, needed, reading_journal
from warroom.cli.targets import keep_off, target

if TYPE_CHECKING:
    from warroom.cli.excerpts import JournalExcerpt
    from warroom.core.filters import Filter
    from warroom.core.review_values import Proof
    from warroom.report.excerpt import Sink


@click.command()
@click.option("--format", "form", type=click.Choice(["markdown", "html"]), default="markdown", show_default=True)
@click.option("-o", "--output", type=PATH, help="The file to write; stdout without it.")
@journal_option
def review(form: str, output: Path | None, journal: Path | None) -> None:
    """Write the review of a release: planned and actual, incidents with their times, decisions with what was known,
    departures from the plan, what was not known, and what does not fit together.

    It calls itself a draft until later notes explain all of that. HTML is one file for a browser or a printer, with
    charts; it needs neither network nor script. The same journal gives the same bytes.
    """
    from warroom.cli.excerpts import JournalExcerpt
    from warroom.core.filters import ALL

    if output:
        keep_off(needed(journal), output)
    with reading_journal(journal) as stored, target(output) as out:
        excerpt = JournalExcerpt(stored, ALL, to_file=output is not None)
        if form == "html":
            write_html(out, excerpt)
        else:
            write_markdown(out, excerpt)


def write_markdown(out: "Sink", whole: "JournalExcerpt") -> None:
    """The review without charts and timeline."""
    from warroom.core.review import review as review_of
    from warroom.report.review_markdown import write_markdown

    write_markdown(out, whole.plan, review_of(whole.plan, whole.events(), whole.readings, _proof(whole)))


def write_html(out: "Sink", whole: "JournalExcerpt", picked: "Filter | None" = None) -> None:
    """The review as a page. A filter picks what its timeline shows."""
    from warroom.core.review import review as review_of
    from warroom.core.review_selection import Selection, cited, fetched
    from warroom.report.review_html import Shown, write_html

    selection = Selection(picked or whole.picked)
    reviewed = review_of(whole.plan, whole.events(), whole.readings, _proof(whole), [selection])
    seqs, more = selection.chosen(cited(reviewed))
    shown = Shown(seqs, fetched(whole.journal.read, seqs), more, str(picked or ""))
    write_html(out, whole.plan, reviewed, whole.readings, shown)


def _proof(excerpt: "JournalExcerpt") -> "Proof":
    from warroom.core.review_values import Proof
    from warroom.journal.verify import verify

    found = verify(excerpt.journal.path)
    return Proof(answer=found.answer, why=found.why, checkpoint=excerpt.checkpoint, notes=found.notes)
