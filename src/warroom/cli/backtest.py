"""How often a trigger would have asked for a decision on an old journal."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from warroom.cli.options import PATH, journal_option, json_option, reading
from warroom.core.errors import BadInput, nearest

if TYPE_CHECKING:
    from warroom.core.backtest import Firing
    from warroom.core.bindings import Bindings
    from warroom.core.definitions import Definitions
    from warroom.core.trigger import TriggerSpec
    from warroom.room import Room


@click.command()
@click.argument("trigger")
@click.option(
    "--side", type=PATH, help="Take the trigger from this side file, not from the journal: to try a new rule."
)
@journal_option
@json_option
def backtest(trigger: str, side: Path | None, journal: Path | None, as_json: bool) -> None:
    """How often TRIGGER would have fired on the journal of an old release, when, and for how long.

    It goes by the verdict changes of the journal, as if each time somebody had answered by going on.
    """
    from warroom.cli.output import echo_json
    from warroom.core.backtest import backtest as fires
    from warroom.files.bindings_toml import load_bindings

    with reading(journal) as (stored, room):
        spec = _trigger(load_bindings(side) if side else room.plan.bindings, trigger)
        _must_be_measured(spec, room.plan)
        firings = fires(spec, _changes(room), _end_us(room))
        asked = sum(1 for event in stored.about(f"trigger:{trigger}") if event.body.kind == "decision_asked")
    if as_json:
        echo_json(_document(trigger, spec, firings, asked))
    else:
        click.echo("\n".join(_lines(trigger, spec, room, firings, asked)))


def _trigger(bindings: "Bindings", name: str) -> "TriggerSpec":
    if name in bindings.trigger:
        return bindings.trigger[name]
    hint = nearest(name, bindings.trigger) or f"its triggers: {', '.join(bindings.trigger) or 'none'}"
    raise BadInput(f'there is no trigger "{name}"', hint)


def _must_be_measured(spec: "TriggerSpec", plan: "Definitions") -> None:
    for probe in spec.watched:
        if probe not in plan.probes_by_id:
            raise BadInput(
                f'the release had no probe "{probe}"',
                nearest(probe, plan.probes_by_id) or f"its probes: {', '.join(plan.probes_by_id)}",
            )


def _changes(room: "Room") -> "Iterable[Any]":
    from warroom.core.backtest import Change
    from warroom.core.events import VerdictChanged

    for event in room.journal.read():
        if isinstance(event.body, VerdictChanged):
            yield Change(event.at_us, event.body.probe, event.body.to)


def _end_us(room: "Room") -> int:
    return max((event.at_us for event in room.journal.recent(1)), default=0)


def _document(name: str, spec: "TriggerSpec", firings: "tuple[Firing, ...]", asked: int) -> dict[str, object]:
    from warroom.core import views

    return {
        "trigger": name,
        "rule": spec.rule,
        "fires": [
            {
                "at": views.utc(firing.at_us),
                "bad_since": views.utc(firing.bad_since_us),
                "failing": list(firing.failing),
                "ok_again": views.utc(firing.well_us) if firing.well_us else None,
            }
            for firing in firings
        ],
        "asked_then": asked,
    }


def _lines(name: str, spec: "TriggerSpec", room: "Room", firings: "tuple[Firing, ...]", asked: int) -> "Iterable[str]":
    from warroom.core import views
    from warroom.core.plain import one_line

    yield f"{one_line(name)}: {one_line(spec.rule)}"
    times = f"{len(firings)} time{'' if len(firings) == 1 else 's'}"
    yield f"would have fired {times}; during the release it asked {asked}"
    for firing in firings:
        clock = views.t_clock(firing.at_us, room.release.t0_us)
        well = f"ok again {views.t_clock(firing.well_us, room.release.t0_us)}" if firing.well_us else "never ok again"
        bad = views.span((firing.at_us - firing.bad_since_us) / 1e6)
        yield f"  {views.utc(firing.at_us)}  {clock}  {', '.join(firing.failing)} failing for {bad}, {well}"
