"""What can be read of a journal from the shell at once: status, log."""

from pathlib import Path

import click

from warroom.cli.options import journal_option, json_option, reading


@click.command()
@journal_option
@json_option
def status(journal: Path | None, as_json: bool) -> None:
    """Where the release stands: phase, items, probes, rollback."""
    from warroom.cli.output import echo_json, stored_verdicts
    from warroom.clock import SystemClock
    from warroom.report.status import status_document, status_lines

    with reading(journal) as (_, room):
        document = status_document(room.plan, room.release, stored_verdicts(room), SystemClock().utc_us())
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
            line = event_line(event) if as_json else timeline_line(room.plan, room.release, event)
            click.echo(line)
