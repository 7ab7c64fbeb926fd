"""`warroom export`: a journal, or part of it, in a form for others."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from warroom.cli.options import PATH, journal_option, needed, reading_journal
from warroom.cli.targets import keep_off, target
from warroom.core.errors import BadInput, nearest
from warroom.core.plain import one_line

if TYPE_CHECKING:
    from warroom.cli.forms import Form
    from warroom.core.filters import Filter
    from warroom.journal.store import SqliteJournal
    from warroom.report.excerpt import Excerpt

_FORMATS = ("jsonl", "csv", "markdown", "html", "checklist", "sqlite")
_TABLES = ("events", "items", "readings")


@click.command()
@click.option("--format", "form", type=click.Choice(_FORMATS), default="jsonl", show_default=True)
@click.option("--table", type=click.Choice(_TABLES), help="What a CSV holds. [default: events]")
@click.option("--since", help="From this time on: 2026-03-01T20:10:00Z, T+00:10, or 20:10 (UTC, on T-0's day).")
@click.option("--until", help="Before this time; the same forms.")
@click.option("--kind", multiple=True, help="Only this kind of event, such as item_done; may be given again.")
@click.option("--operator", multiple=True, help="Only what this operator did; may be given again.")
@click.option("--item", multiple=True, help="Only what is about this item; may be given again.")
@click.option("-o", "--output", type=PATH, help="The file to write; stdout without it.")
@click.option("--head", type=PATH, help='Write checkpoint and filter to this file too, for "verify --checkpoint".')
@journal_option
def export(
    form: str,
    table: str | None,
    since: str | None,
    until: str | None,
    kind: tuple[str, ...],
    operator: tuple[str, ...],
    item: tuple[str, ...],
    output: Path | None,
    head: Path | None,
    journal: Path | None,
) -> None:
    """The journal, whole or what the filters pick, with a checkpoint that "verify --checkpoint" takes.

    The same journal gives the same bytes. A file appears under its name only once it is whole.
    """
    from warroom.cli.excerpts import JournalExcerpt

    chosen = _form(form, table)
    given = {"since": since, "until": until, "kind": kind, "operator": operator, "item": item}
    _refuse_others([name for name, value in given.items() if value], chosen, " ".join(filter(None, (form, table))))
    _keep_apart(needed(journal), output, head)
    with reading_journal(journal) as stored:
        picked = _filter(stored, since, until, kind, operator, item)
        excerpt = JournalExcerpt(stored, picked, to_file=output is not None)
        count = chosen.send(excerpt, output)
        _tell_head(excerpt, chosen, count, head)


def _form(form: str, table: str | None) -> "Form":
    from warroom.cli.forms import FORMS

    if form == "csv":
        return FORMS[f"csv {table or 'events'}"]
    if table:
        raise BadInput(f'"--table" goes with "--format csv", not with {form}')
    return FORMS[form]


def _refuse_others(given: Sequence[str], form: "Form", name: str) -> None:
    """No filter is ever passed over in silence."""
    for option in given:
        if option not in form.filters:
            hint = (
                f"it takes {', '.join(f'--{each}' for each in form.filters)}" if form.filters else "it is always whole"
            )
            raise BadInput(f"an export as {name} has no --{option}", hint)


def _keep_apart(journal: Path, output: Path | None, head: Path | None) -> None:
    for path in filter(None, (output, head)):
        keep_off(journal, path)
    if output and head and output.resolve() == head.resolve():
        raise BadInput("the export and its head need two files")


def _filter(
    stored: "SqliteJournal",
    since: str | None,
    until: str | None,
    kinds: Sequence[str],
    operators: Sequence[str],
    items: Sequence[str],
) -> "Filter":
    """Raises `BadInput` for a time, a kind or an item that there is not."""
    from warroom.core.filters import Filter

    plan = stored.definitions() if items else None
    return Filter(
        since_us=_moment(stored, "--since", since),
        until_us=_moment(stored, "--until", until),
        kinds=tuple(map(_known_kind, kinds)),
        operators=tuple(operators),
        items=tuple(plan.resolve(name) for name in items) if plan else (),
    )


def _moment(stored: "SqliteJournal", option: str, text: str | None) -> int | None:
    from warroom.cli.excerpts import t0_of
    from warroom.core.schedule import parse_moment

    if text is None:
        return None
    try:
        return parse_moment(text, t0_of(stored))
    except ValueError as error:
        raise BadInput(f"{option}: {error}") from None


def _known_kind(name: str) -> str:
    from warroom.core.events import KINDS

    if name not in KINDS:
        raise BadInput(f'there are no events of the kind "{name}"', nearest(name, KINDS) or ", ".join(KINDS))
    return name


def _tell_head(excerpt: "Excerpt", form: "Form", count: int, head: Path | None) -> None:
    """Into the file for it, else, when the export could not say it itself, on stderr."""
    from warroom.report.excerpt import head_document
    from warroom.report.jsonl import head_line

    if head:
        with target(head) as out:
            out.write(head_line(head_document(excerpt, **{form.holds: count})))
    elif not form.tells_head:
        _, _, digest = excerpt.checkpoint.strip().split("\n")
        only = "" if excerpt.picked.picks_all else f" ({excerpt.picked})"
        said = f"{count} {form.holds}{only} of a journal of {excerpt.size} events, head {digest}"
        click.echo(f"warroom: {one_line(said)}", err=True)
