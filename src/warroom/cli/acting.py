"""Acts from the shell. Each returns once its event is durable, and prints the event's number."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

from warroom.cli.options import (
    act_once,
    journal_option,
    json_option,
    key_option,
    operator_name,
    operator_option,
    writing,
)

if TYPE_CHECKING:
    from warroom.core.decisions import Decision


@click.command()
@click.argument("item")
@click.option("--note", default="", help="A note that is kept with the tick.")
@click.option("--value", default="", help="The figure that proves it.")
@click.option("-n", "--n", "n", type=click.IntRange(0, 2**63 - 1), help="How many cases the figure comes from.")
@click.option("--accept", default="", metavar="REASON", help="Why the figure counts although it falls short.")
@journal_option
@operator_option
@key_option
@json_option
def tick(
    item: str,
    note: str,
    value: str,
    n: int | None,
    accept: str,
    journal: Path | None,
    operator: str | None,
    key: str | None,
    as_json: bool,
) -> None:
    """Tick ITEM off. ITEM is an id or a number such as 3.1.8; "warroom status" shows both."""
    cases = {} if n is None else {"n": n}
    act_on_item("tick", item, journal, operator, key, as_json, {"accept": accept}, note=note, value=value, **cases)


@click.command()
@click.argument("item")
@click.option("--reason", required=True, help="Why it is not done.")
@journal_option
@operator_option
@key_option
@json_option
def skip(item: str, reason: str, journal: Path | None, operator: str | None, key: str | None, as_json: bool) -> None:
    """Skip ITEM."""
    act_on_item("skip", item, journal, operator, key, as_json, reason=reason)


@click.command()
@click.argument("item")
@click.option("--reason", required=True, help="What went wrong.")
@journal_option
@operator_option
@key_option
@json_option
def fail(item: str, reason: str, journal: Path | None, operator: str | None, key: str | None, as_json: bool) -> None:
    """Say that ITEM was tried and did not work."""
    act_on_item("fail", item, journal, operator, key, as_json, reason=reason)


@click.command()
@click.argument("item")
@click.option("--reason", default="", help="Why it is open again.")
@journal_option
@operator_option
@key_option
@json_option
def reopen(item: str, reason: str, journal: Path | None, operator: str | None, key: str | None, as_json: bool) -> None:
    """Open ITEM again. What was said of it stays in the journal."""
    act_on_item("reopen", item, journal, operator, key, as_json, reason=reason)


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="[ITEM] TEXT")
@journal_option
@operator_option
@key_option
@json_option
def note(words: tuple[str, ...], journal: Path | None, operator: str | None, key: str | None, as_json: bool) -> None:
    """Write down TEXT, about ITEM when it is named, else about the release."""
    if len(words) > 2:
        raise click.UsageError("a note is one text; put it in quotes")
    act_on_item("note", words[0] if len(words) == 2 else "", journal, operator, key, as_json, text=words[-1])


KINDS = {
    "tick": ("item_done", "item_signed"),
    "skip": ("item_skipped", "skip_signed"),
    "fail": ("item_failed",),
    "reopen": ("item_reopened",),
    "note": ("noted",),
    "begin": ("item_begun",),
    "block": ("item_blocked",),
    "defer": ("item_deferred",),
    "not_applicable": ("item_not_applicable",),
}
"""The events that each decision is known by."""

_SEES = ("tick", "skip", "fail", "defer", "not_applicable")


def act_on_item(
    name: str,
    item: str,
    journal: Path | None,
    operator: str | None,
    key: str | None,
    as_json: bool,
    how: Mapping[str, object] = MappingProxyType({}),
    **said: object,
) -> None:
    """Has the decision `name` made for `item`, and prints what was stored.

    `said` are fields of the event; under a key, others make another act of it. `how` goes to the decision alone.
    """
    from warroom.cli.output import echo_stored, stored_verdicts
    from warroom.core import decisions, views

    actor = operator_name(operator)
    with writing(journal) as room:
        item_id = room.plan.resolve(item) if item else ""
        wish: partial[Decision] = partial(getattr(decisions, name), item=item_id, **said, **how)
        if name in _SEES:
            wish = partial(wish, seen=views.seen(stored_verdicts(room)))
        if name in ("tick", "skip"):
            wish = partial(wish, by=actor)
        event = act_once(room, wish, actor, key, KINDS[name], {"item": item_id, **said})
    echo_stored(event, as_json)
