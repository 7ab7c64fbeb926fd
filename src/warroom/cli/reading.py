"""What can be read of a journal from the shell: status, log, export, verify."""

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal

import click

from warroom.cli.options import journal_option, json_option, needed, reading
from warroom.core.errors import BadInput, CannotWrite

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
        events = stored.recent(count) if count else stored.read()
        for event in events:
            line = event_line(event) if as_json else timeline_line(room.plan, room.release.t0_us, event)
            click.echo(line)


@click.command()
@click.option("--format", "form", type=click.Choice(["jsonl", "markdown"]), default="jsonl", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The file to write; stdout without it.")
@journal_option
def export(form: Literal["jsonl", "markdown"], output: Path | None, journal: Path | None) -> None:
    """The whole journal, complete and in order, with a checkpoint that "verify --checkpoint" takes."""
    from warroom.journal.checkpoint import checkpoint_text, parse_checkpoint
    from warroom.report.jsonl import write_jsonl
    from warroom.report.markdown import write_markdown

    with reading(journal) as (stored, room), _target(output) as out:
        checkpoint = parse_checkpoint(checkpoint_text(stored))
        events = (event for event in stored.read() if event.seq <= checkpoint.size)
        if form == "jsonl":
            write_jsonl(out, events, checkpoint.text)
        else:
            write_markdown(out, room.plan, room.release, events, checkpoint.text)


@click.command()
@click.option("--checkpoint", type=click.Path(path_type=Path), help="A checkpoint, or an export that ends with one.")
@journal_option
@json_option
def verify(checkpoint: Path | None, journal: Path | None, as_json: bool) -> int:
    """Check every event and the definitions against the chain of hashes.

    Exits 0 when the chain holds, 65 when something was changed or, by the checkpoint, cut off.
    """
    from warroom.cli.output import echo_json
    from warroom.journal.verify import verify as verify_journal
    from warroom.report.jsonl import checkpoint_in

    vouched = checkpoint_in(_read(checkpoint)) if checkpoint else None
    report = verify_journal(needed(journal), vouched)
    if as_json:
        echo_json(report.model_dump(mode="json"))
    else:
        good = report.answer in ("intact", "unanchored")
        click.echo(f"{'intact' if good else report.answer}: {report.why}")
        for remark in report.notes:
            click.echo(f"note: {remark}")
    return 0 if report.answer in ("intact", "unanchored") else 65


@contextmanager
def _target(output: Path | None) -> "Iterator[IO[str]]":
    """Where an export goes. A file appears under its name only once it is whole."""
    if output is None:
        yield sys.stdout
        return
    part = output.with_name(f".{output.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as out:
            yield out
        part.replace(output)
    except OSError as error:
        raise CannotWrite(f"{output} cannot be written: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadInput(f"{path} is not UTF-8 text", "give a checkpoint or a JSONL export") from None
