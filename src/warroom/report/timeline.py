"""The timeline as plain lines for a terminal."""

from warroom.core.definitions import Definitions
from warroom.core.events import Event
from warroom.core.plain import one_line
from warroom.core.release import Release
from warroom.core.views import clock_time, feed_line, release_clock


def timeline_line(plan: Definitions, state: Release, event: Event) -> str:
    """Number, UTC, T-clock by the T-0 of `state`, who, what. Outside text comes last and is made harmless."""
    shown = feed_line(plan, event)
    when = f"{clock_time(event.at_us)}  {release_clock(state, event.at_us):<13}"
    return f"{event.seq:>6}  {when} {one_line(shown.who):<12} {shown.word:<12} {one_line(shown.text)}".rstrip()
