"""Acts from the shell. Each returns once its event is durable, and prints the event's number."""

from functools import partial
from pathlib import Path

import click

from warroom.cli.options import journal_option, json_option, operator_name, operator_option, writing


@click.command()
@click.argument("item")
@click.option("--note", default="", help="A note that is kept with the tick.")
@click.option("--value", default="", help="The figure that proves it.")
@journal_option
@operator_option
@json_option
def tick(item: str, note: str, value: str, journal: Path | None, operator: str | None, as_json: bool) -> None:
    """Tick ITEM off. ITEM is an id or a number such as 3.1.8; "warroom status" shows both."""
    _act("tick", item, journal, operator, as_json, note=note, value=value)


@click.command()
@click.argument("item")
@click.option("--reason", required=True, help="Why it is not done.")
@journal_option
@operator_option
@json_option
def skip(item: str, reason: str, journal: Path | None, operator: str | None, as_json: bool) -> None:
    """Skip ITEM."""
    _act("skip", item, journal, operator, as_json, reason=reason)


@click.command()
@click.argument("item")
@click.option("--reason", required=True, help="What went wrong.")
@journal_option
@operator_option
@json_option
def fail(item: str, reason: str, journal: Path | None, operator: str | None, as_json: bool) -> None:
    """Say that ITEM was tried and did not work."""
    _act("fail", item, journal, operator, as_json, reason=reason)


@click.command()
@click.argument("item")
@click.option("--reason", default="", help="Why it is open again.")
@journal_option
@operator_option
@json_option
def reopen(item: str, reason: str, journal: Path | None, operator: str | None, as_json: bool) -> None:
    """Open ITEM again. What was said of it stays in the journal."""
    _act("reopen", item, journal, operator, as_json, reason=reason)


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="[ITEM] TEXT")
@journal_option
@operator_option
@json_option
def note(words: tuple[str, ...], journal: Path | None, operator: str | None, as_json: bool) -> None:
    """Write down TEXT, about ITEM when it is named, else about the release."""
    if len(words) > 2:
        raise click.UsageError("a note is one text; put it in quotes")
    _act("note", words[0] if len(words) == 2 else "", journal, operator, as_json, text=words[-1])


def _act(name: str, item: str, journal: Path | None, operator: str | None, as_json: bool, **arguments: object) -> None:
    """Has the decision `name` made for `item`, and prints what was stored."""
    from warroom.cli.output import echo_stored
    from warroom.core import decisions, views

    actor = operator_name(operator)
    with writing(journal) as room:
        item_id = room.plan.resolve(item) if item else ""
        if name in ("tick", "fail"):
            from warroom.cli.output import stored_verdicts

            arguments["seen"] = views.seen(stored_verdicts(room))
        if name == "tick":
            arguments["by"] = actor
        event = room.act(partial(getattr(decisions, name), item=item_id, **arguments), actor=actor)[0]
    echo_stored(event, as_json)
