"""The timeline as plain lines for a terminal."""

from warroom.core.definitions import Definitions
from warroom.core.events import Event
from warroom.core.plain import one_line
from warroom.core.views import clock_time, feed_line, t_clock


def timeline_line(plan: Definitions, t0_us: int, event: Event) -> str:
    """Number, UTC, T-clock, who, what. Outside text comes last and is made harmless."""
    shown = feed_line(plan, event)
    when = f"{clock_time(event.at_us)}  {t_clock(event.at_us, t0_us):<13}"
    return f"{event.seq:>6}  {when} {one_line(shown.who):<12} {shown.word:<12} {one_line(shown.text)}".rstrip()
