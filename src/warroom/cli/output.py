"""What several commands print."""

import json
from typing import TYPE_CHECKING

import click

from warroom.core import views
from warroom.core.probe import Verdict

if TYPE_CHECKING:
    from warroom.core.events import Event
    from warroom.room import Room


def echo_json(value: object) -> None:
    """Pretty on a terminal and in a file alike, so that a diff of two is readable."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def echo_stored(event: "Event", as_json: bool) -> None:
    """What became of an act: the number of its event, or with JSON what programs need to find it."""
    if as_json:
        echo_json({"seq": event.seq, "id": event.id, "kind": event.body.kind, "hash": event.hash})
    else:
        click.echo(str(event.seq))


def stored_verdicts(room: "Room") -> tuple[Verdict, ...]:
    """All probes by their last reading in the journal. A process without probes of its own cannot know better."""
    from warroom.clock import SystemClock

    now_us, state, journal = SystemClock().utc_us(), room.release, room.journal
    return tuple(
        views.stored_verdict(spec, views.counted(state, spec.id, journal.samples(spec.id, views.ENOUGH)), now_us)
        for spec in room.plan.probes
    )
