"""What can be read of a journal from the shell: status, log, export."""

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal

import click

from warroom.cli.options import PATH, journal_option, json_option, reading, reading_journal, room_of
from warroom.core.errors import BadInput, CannotWrite, reason

if TYPE_CHECKING:
    from collections.abc import Iterator


@click.command()
@journal_option
@json_option
def status(journal: Path | None, as_json: bool) -> None:
    """Where the release stands: phase, items, probes, rollback."""
    from warroom.cli.output import echo_json, stored_verdicts
    from warroom.report.status import status_document, status_lines

    with reading(journal) as (_, room):
        document = status_document(room.plan, room.release, stored_verdicts(room))
    if as_json:
        echo_json(document)
    else:
        click.echo("\n".join(status_lines(document)))


@click.command()
@click.option("-n", "count", type=click.IntRange(min=1), help="Only the last N events.")
@journal_option
@json_option
def log(count: int | None, journal: Path | None, as_json: bool) -> None:
    """The timeline: number, UTC, T-clock, who, what."""
    from warroom.report.jsonl import event_line
    from warroom.report.timeline import timeline_line

    with reading(journal) as (stored, room):
        events = stored.recent(count) if count else (event for event in stored.read() if not event.body.quiet)
        for event in events:
            line = event_line(event) if as_json else timeline_line(room.plan, room.release.t0_us, event)
            click.echo(line)


@click.command()
@click.option("--format", "form", type=click.Choice(["jsonl", "markdown"]), default="jsonl", show_default=True)
@click.option("-o", "--output", type=PATH, help="The file to write; stdout without it.")
@journal_option
def export(form: Literal["jsonl", "markdown"], output: Path | None, journal: Path | None) -> None:
    """The whole journal, complete and in order, with a checkpoint that "verify --checkpoint" takes."""
    from warroom.journal.checkpoint import checkpoint_text, parse_checkpoint
    from warroom.journal.export import event_lines
    from warroom.report.jsonl import event_line, write_jsonl
    from warroom.report.markdown import write_markdown

    if output and journal and output.resolve() == journal.resolve():
        raise BadInput(f"{output} is the journal itself", "name another file for the export")
    with reading_journal(journal) as stored, _target(output) as out:
        checkpoint = parse_checkpoint(checkpoint_text(stored))
        if form == "jsonl":  # which needs no state, so it folds nothing
            write_jsonl(out, event_lines(stored, checkpoint.size, event_line), checkpoint.text)
        else:
            room = room_of(stored)
            events = (event for event in stored.read() if event.seq <= checkpoint.size)
            write_markdown(out, room.plan, room.release, events, checkpoint.text)


@contextmanager
def _target(output: Path | None) -> "Iterator[IO[str]]":
    """Where an export goes. A file appears under its name only once it is whole."""
    if output is None:
        if sys.stdout is None:
            raise CannotWrite("stdout is closed", "name a file with -o")
        yield sys.stdout
        return
    try:
        with _whole_or_not_at_all(output) as path, path.open("w", encoding="utf-8", newline="\n") as out:
            yield out
    except OSError as error:
        raise CannotWrite(f"{output} cannot be written: {reason(error)}") from None


@contextmanager
def _whole_or_not_at_all(output: Path) -> "Iterator[Path]":
    """Where to write what is to become `output`. A pipe or a device is written as it is, never replaced by a file."""
    if output.exists() and not output.is_file():
        yield output
        return
    target = output.resolve()  # a link stays one
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        yield part
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
