"""The journal as a file: verify, anchor, redact, backup, import."""

from pathlib import Path

import click

from warroom.cli.options import (
    PATH,
    journal_option,
    json_option,
    needed,
    operator_name,
    operator_option,
    text_of,
    writing,
)
from warroom.core.errors import BadInput, CannotWrite, NotIntact, Truncated, Unanchored, WarroomError, reason
from warroom.core.plain import one_line


@click.command()
@click.option("--checkpoint", type=PATH, help="A checkpoint, or an export that ends with one.")
@click.option("--allowed-signers", type=PATH, help="Whose signatures count; see ssh-keygen(1).")
@journal_option
@json_option
def verify(checkpoint: Path | None, allowed_signers: Path | None, journal: Path | None, as_json: bool) -> None:
    """Check every event and the definitions against the chain of hashes, and the chain against what vouches for it.

    Exits 0 when it is intact, 65 when something was changed, 66 when its end was cut off, and 67 when the chain holds
    but nothing vouches for it.
    """
    from warroom.cli.output import echo_json
    from warroom.journal.verify import verify as verify_journal
    from warroom.report.jsonl import checkpoint_in

    told = checkpoint_in(text_of(checkpoint)) if checkpoint else None
    signature = checkpoint.with_name(f"{checkpoint.name}.sig") if checkpoint else None
    signed = text_of(signature) if signature and allowed_signers and signature.exists() else ""
    report = verify_journal(needed(journal), told, signature=signed, allowed_signers=allowed_signers)
    if as_json:
        echo_json(report.model_dump(mode="json"))
    else:
        click.echo(f"{report.answer}: {one_line(report.why)}")
        for remark in report.notes:
            click.echo(f"note: {one_line(remark)}")
    if report.answer in _BAD:
        kind, hint = _BAD[report.answer]
        raise kind(f"{journal} is {report.answer}", hint)


_BAD: dict[str, tuple[type[WarroomError], str]] = {
    "broken": (NotIntact, "keep it, and compare it with its exports and copies"),
    "truncated": (Truncated, "keep it, and compare it with its exports and copies"),
    "unanchored": (Unanchored, "warroom anchor makes it so that a later change shows"),
}


@click.command()
@click.option("-o", "--output", type=PATH, help="Keep the checkpoint in this file as well, where others cannot write.")
@click.option("--sign", "key", type=PATH, help="Sign it with this SSH key; with -o the signature goes to FILE.sig.")
@journal_option
def anchor(output: Path | None, key: Path | None, journal: Path | None) -> None:
    """Keep a checkpoint of the journal as it is now, in it and elsewhere, and print it.

    Whatever was appended until now cannot be changed or cut off unseen by whoever can show the checkpoint.
    """
    from warroom.journal.checkpoint import checkpoint_text
    from warroom.journal.signing import sign
    from warroom.journal.store import open_journal

    stored = open_journal(needed(journal))
    try:
        text = checkpoint_text(stored)
        signature = sign(text, key) if key else ""
        if output:
            _write(output, text)
            if signature:
                _write(output.with_name(f"{output.name}.sig"), signature)
        stored.anchors.keep(text, "by hand", signature=signature, sink=str(output or ""))
    finally:
        stored.close()
    click.echo(text, nl=False)


@click.command()
@click.argument("number", type=click.IntRange(min=1), metavar="SEQ")
@click.option("--reason", required=True, help="Why; kept in the journal for good, so without what is to go.")
@journal_option
@operator_option
@json_option
def redact(number: int, reason: str, journal: Path | None, operator: str | None, as_json: bool) -> None:
    """Erase the texts of event SEQ from the journal, for good. Who did so and why is kept, and the chain still holds.

    Exports, copies and backups that were made before still have them.
    """
    from warroom.cli.output import echo_json

    with writing(journal) as room:
        event = room.redact(number, reason=reason, actor=operator_name(operator))
    if as_json:
        echo_json({"seq": event.seq, "id": event.id, "kind": event.body.kind, "hash": event.hash})
    else:
        click.echo(str(event.seq))


@click.command()
@click.argument("out", type=PATH)
@journal_option
def backup(out: Path, journal: Path | None) -> None:
    """Copy the journal, whole and at one moment, to OUT, while others use it. The copy opens on read-only media too."""
    from warroom.journal.backup import backup as copy

    copy(needed(journal), out)
    click.echo(str(out))


@click.command("import")
@click.argument("file", type=PATH)
@journal_option
@json_option
def import_(file: Path, journal: Path | None, as_json: bool) -> None:
    """Append what a cockpit wrote to FILE while the journal could not be written, with the original times.

    A note says that it came late. Importing it again adds nothing. A line that cannot be read is named on stderr, the
    others are imported, and the exit status is 65.
    """
    from warroom.cli.output import echo_json
    from warroom.unsaved import import_late

    with writing(journal) as room:
        done = import_late(room, file)
    if as_json:
        echo_json({"new": done.new, "known": done.known, "damaged": [line._asdict() for line in done.damaged]})
    else:
        click.echo(f"{done.new} new, {done.known} known already")
    for damage in done.damaged:
        click.echo(f"warroom: {file}:{damage.line}: {one_line(damage.why)}", err=True)
    if done.damaged:
        raise NotIntact(f"{len(done.damaged)} lines of {file} could not be imported", "the others were")


def _write(path: Path, text: str) -> None:
    if path.exists():
        raise BadInput(f"{path} exists already", "name a new file for the checkpoint")
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise CannotWrite(f"{path} cannot be written: {reason(error)}") from None
