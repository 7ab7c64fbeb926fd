"""What else can be said of an item from the shell: in hand, blocked, put off, not applicable, and what proves it."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from warroom.cli.acting import act_on_item
from warroom.cli.options import (
    act_once,
    journal_option,
    json_option,
    key_option,
    needed,
    operator_name,
    operator_option,
    writing,
)
from warroom.core.errors import BadInput

if TYPE_CHECKING:
    from warroom.core.evidence import Evidence
    from warroom.room import Room


@click.command()
@click.argument("item")
@journal_option
@operator_option
@key_option
@json_option
def begin(item: str, journal: Path | None, operator: str | None, key: str | None, as_json: bool) -> None:
    """Say that you have ITEM in hand."""
    act_on_item("begin", item, journal, operator, key, as_json)


@click.command()
@click.argument("item")
@click.option("--reason", required=True, help="By what.")
@journal_option
@operator_option
@key_option
@json_option
def block(item: str, reason: str, journal: Path | None, operator: str | None, key: str | None, as_json: bool) -> None:
    """Say what keeps ITEM from being done."""
    act_on_item("block", item, journal, operator, key, as_json, reason=reason)


@click.command()
@click.argument("item")
@click.option("--to", "phase", required=True, metavar="PHASE", help="The later phase; its gate then wants it closed.")
@click.option("--reason", required=True, help="Why it is put off.")
@journal_option
@operator_option
@key_option
@json_option
def defer(
    item: str, phase: str, reason: str, journal: Path | None, operator: str | None, key: str | None, as_json: bool
) -> None:
    """Put ITEM off to a later phase. "warroom status --json" has the ids of phases."""
    act_on_item("defer", item, journal, operator, key, as_json, phase=phase, reason=reason)


@click.command()
@click.argument("item")
@click.option("--reason", required=True, help="Why it does not apply.")
@journal_option
@operator_option
@key_option
@json_option
def not_applicable(
    item: str, reason: str, journal: Path | None, operator: str | None, key: str | None, as_json: bool
) -> None:
    """Say that ITEM has nothing to do with this release."""
    act_on_item("not_applicable", item, journal, operator, key, as_json, reason=reason)


@click.command()
@click.argument("item")
@click.argument("ref", required=False)
@click.option("--copy", is_flag=True, help="Keep a copy of the file beside the journal.")
@click.option("--note", default="", help="What it shows; alone, it is the evidence.")
@click.option("--figure", default="", metavar="VALUE", help="A figure instead of REF.")
@click.option("--output", is_flag=True, help="The output of the item's last step instead of REF.")
@journal_option
@operator_option
@key_option
@json_option
def evidence(
    item: str,
    ref: str | None,
    copy: bool,
    note: str,
    figure: str,
    output: bool,
    journal: Path | None,
    operator: str | None,
    key: str | None,
    as_json: bool,
) -> None:
    """Bring forward what proves ITEM: REF is a link, or the path of a file, whose hash and size are kept."""
    from warroom.cli.output import echo_stored
    from warroom.core import decisions

    if bool(ref) + bool(figure) + output > 1:
        raise click.UsageError("give one piece of evidence: REF, --figure or --output")
    if copy and not ref:
        raise click.UsageError("--copy goes with a file")
    actor = operator_name(operator)
    with writing(journal) as room:
        item_id = room.plan.resolve(item)
        found = _found(room, item_id, needed(journal), ref=ref, copy=copy, note=note, figure=figure, output=output)
        wish = partial(decisions.attach, item=item_id, evidence=found)
        said = {"item": item_id, **found.model_dump(exclude={"size"})}
        echo_stored(act_once(room, wish, actor, key, ("evidence_added",), said), as_json)


def _found(
    room: "Room", item: str, journal: Path, *, ref: str | None, copy: bool, note: str, figure: str, output: bool
) -> "Evidence":
    from warroom.core.evidence import Evidence
    from warroom.journal.evidence import find_evidence

    note = note.strip()
    if output:
        return _output(room, item, note)
    if figure:
        return Evidence(form="figure", ref=figure.strip(), note=note)
    if ref is None:
        return Evidence(form="note", note=note)
    return find_evidence(ref, Path.cwd(), journal, note=note, copy=copy)


def _output(room: "Room", item: str, note: str) -> "Evidence":
    """The output of the last step that has ended."""
    from warroom.core.events import StepFinished
    from warroom.core.evidence import Evidence

    ended = [event.body for event in room.journal.about(item) if isinstance(event.body, StepFinished)]
    if not ended:
        raise BadInput("no step of this item has ended", 'run it with "warroom step", or x in the cockpit')
    last, outcome = ended[-1], ended[-1].outcome
    return Evidence(form="output", ref=last.run, sha256=outcome.output_sha256, size=outcome.output_bytes, note=note)
