"""The demo: a simulated production, a release half-way through its checklist, and the cockpit over both."""

import sys
import tempfile
from collections.abc import Collection
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from warroom.cli.options import PATH, operator_name, operator_option

if TYPE_CHECKING:
    from warroom.demo.kit import Kit

RELEASE = "shop 4.2.0"


@click.command()
@click.option("--auto", is_flag=True, help="Play the whole story without hands.")
@click.option(
    "--fault", type=click.Choice(["payments", "errors", "slow", "none"]), default="payments", show_default=True,
    help="What is wrong with the new release.",
)  # fmt: skip
@click.option("--dir", "directory", type=PATH, help="Where its files go. [default: a new one]")
@click.option("--rehearse", is_flag=True, help="Play it as a rehearsal, with its banner.")
@operator_option
def demo(auto: bool, fault: str, directory: Path | None, rehearse: bool, operator: str | None) -> None:
    """See production go bad, take it back, and read in the journal what happened.

    Two releases of a small shop run on loopback: blue (4.1.7, live, good) and green (4.2.0, with a fault). Deploy green
    with x on "Deploy to production", watch the panes, press R to roll back.
    """
    from warroom.cli.approval import approve
    from warroom.cli.cockpit import look_into, need_terminal, open_cockpit, start_release
    from warroom.cli.probe_files import in_use
    from warroom.demo.assets import production_checklist
    from warroom.demo.kit import write_kit
    from warroom.demo.production import Production

    actor = operator_name(operator)
    if not auto:
        need_terminal()
    home = Path(tempfile.mkdtemp(prefix="warroom-demo-")) if directory is None else directory
    with Production.start(fault) as production:
        kit = write_kit(home, production.router_url, production_checklist())
        if not kit.journal.exists():
            environment = "staging" if rehearse else "production"
            start_release(
                kit.checklist, kit.probes, RELEASE, environment, "now", kit.journal, "demo", rehearsal=rehearse
            )
            _tick_earlier_phases(kit)
        # the demo's own run no commands; who knows what a --dir held
        approved = approve(in_use(look_into(kit.journal), kit.probes))
        if auto:
            _play(kit, actor, approved)
        else:
            open_cockpit(kit.journal, actor, kit.probes, approved)
    click.echo(f"The journal of this demo: {kit.journal}")
    click.echo(f"Read it with: warroom log -j {kit.journal}", err=True)


def _tick_earlier_phases(kit: "Kit") -> None:
    """The days before T-0 are over: their items were done, and the rollback armed, by operators called `demo`."""
    from warroom.cli.options import writing
    from warroom.core import decisions

    with writing(kit.journal) as room:
        earlier = [phase for phase in room.plan.checklist.phases if phase.offset_s is not None and phase.offset_s < 0]
        for operator in ("demo", "demo-2"):
            room.act(partial(decisions.arm_rollback, by=operator), actor=operator)
        for item in (item for phase in earlier for item in phase.walk()):
            room.act(partial(decisions.tick, item=item.id, note="", value="", seen=()), actor="demo")


def _play(kit: "Kit", actor: str, approved: Collection[str]) -> None:
    """The story by itself; without a terminal it is played unseen."""
    from warroom.clock import SystemClock
    from warroom.identity import here
    from warroom.opening import drive
    from warroom.probing.sampling import Sampler
    from warroom.tui.app import WarroomApp
    from warroom.tui.story import play

    seen = sys.stdin.isatty() and sys.stderr.isatty()
    sampler = Sampler(SystemClock(), approved=approved)
    with drive(kit.journal, sampler, here(), operator=actor, probe_files=kit.probes) as live:
        WarroomApp(live).run(headless=not seen, size=None if seen else (120, 40), auto_pilot=partial(play, live))
