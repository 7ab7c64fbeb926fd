"""Running an item's step from the shell."""

import sys
from functools import partial
from pathlib import Path
from shlex import join
from typing import TYPE_CHECKING

import click

from warroom.cli.options import journal_option, json_option, needed, operator_name, operator_option, reading
from warroom.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from warroom.core.bindings import Command
    from warroom.core.definitions import Definitions
    from warroom.core.release import Release
    from warroom.core.states import StepState
    from warroom.steps import OutputPart

FAILED = 1
"""Exit status when the step ran and did not succeed."""


@click.command()
@click.argument("item")
@click.option("--dry-run", is_flag=True, help="Show what would run, where and as whom; run nothing.")
@click.option("--yes", is_flag=True, help="Run it without asking.")
@click.option(
    "--confirm", "environment", metavar="ENV", help="The environment's name, for a step that changes production."
)
@journal_option
@operator_option
@json_option
def step(
    item: str,
    dry_run: bool,
    yes: bool,
    environment: str | None,
    journal: Path | None,
    operator: str | None,
    as_json: bool,
) -> int:
    """Run the step of ITEM, which no cockpit may drive meanwhile. Shows the command first, and asks.

    Its output goes to stdout; the journal keeps it with how it ended. Exit status 1: it ran and did not succeed.
    """
    from warroom.alone import follow_step, is_known, run_step
    from warroom.clock import SystemClock
    from warroom.identity import here

    actor, me = operator_name(operator), here()
    with reading(journal) as (_, room):
        plan, release = room.plan, room.release
        target = plan.resolve(item)
        command = plan.binding(target).step
        if command is None:
            raise BadInput(f'no step is bound to "{item}"', "the side file binds one with [item.ID.step]")
    goes_on = is_known(needed(journal), release.item(target).step)
    for line in _shown(command, plan, release, target, f"{me.user}@{me.host}", me.base / command.cwd, goes_on):
        click.echo(line, err=True)
    if dry_run:
        return 0
    if not goes_on:
        _confirm(command, release, yes, environment)
    run = follow_step if goes_on else partial(run_step, operator=actor)
    return _tell(run(needed(journal), SystemClock(), me, target, on_output=_json_silent(as_json)), as_json)


def _shown(
    command: "Command", plan: "Definitions", release: "Release", target: str, who: str, where: Path, goes_on: bool
) -> "Iterator[str]":
    """What runs, as people check it."""
    from warroom.core.views import environment_words, time_words

    yield f"$ {join(command.argv)}"
    yield f"runs as  {who} in {where}"
    yield f"gets     {environment_words(command)}"
    yield f"takes    {time_words(plan, target, command)}"
    before = release.item(target).step
    if goes_on and before:
        yield f"before   attempt {before.attempt} by {before.by} is running or has just ended: no other is started"
    elif before and before.phase in ("running", "interrupted"):
        yield f"before   attempt {before.attempt} by {before.by} was interrupted, outcome unknown: verify by hand first"
    elif before:
        yield f"before   attempt {before.attempt} by {before.by}: {before.phase}, {before.why}"
    if command.changes_production:
        yield f"CHANGES PRODUCTION: {release.environment}"


def _confirm(command: "Command", release: "Release", yes: bool, environment: str | None) -> None:
    """Raises `BadInput` where nobody can be asked, and `click.Abort` for a no."""
    asked = sys.stdin.isatty()
    if command.changes_production:
        if environment is None and not asked:
            raise BadInput("this step changes production", f"confirm it with --confirm {release.environment}")
        typed = (
            environment
            if environment is not None
            else click.prompt(f'type "{release.environment}" to run it', err=True)
        )
        if typed != release.environment:
            raise BadInput(f'"{typed}" is not the environment of this release', f"it is {release.environment}")
    elif not yes:
        if not asked:
            raise BadInput("nobody can be asked here", "run it with --yes, or look at it with --dry-run")
        click.confirm("run it?", abort=True, err=True)


def _json_silent(as_json: bool) -> "Callable[[OutputPart], None]":
    def show(part: "OutputPart") -> None:
        if part.lines and not as_json:
            click.echo("\n".join(part.lines))

    return show


def _tell(ended: "StepState", as_json: bool) -> int:
    from warroom.cli.output import echo_json
    from warroom.core.views import span

    if as_json:
        echo_json(ended.model_dump(mode="json"))
    else:
        click.echo(f"{ended.phase}: {ended.why}, {span(ended.duration_s)}", err=True)
    return 0 if ended.phase == "done" else FAILED
