"""Starting a release, with and without the cockpit."""

import os
import re
import sys
from collections.abc import Collection
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from warroom.cli.approval import announce, approve
from warroom.cli.options import (
    JOURNAL_HELP,
    PATH,
    journal_option,
    must_have_begun,
    needed,
    operator_name,
    operator_option,
    room_of,
)
from warroom.cli.probe_files import in_use, known, remember
from warroom.core.errors import BadInput

if TYPE_CHECKING:
    from warroom.core.definitions import Definitions
    from warroom.journal.store import SqliteJournal

_CHECKLIST = click.argument("checklist", type=PATH, required=False)
_PROBES = click.option("--probes", type=PATH, help="Directory of probe files.")
_RELEASE = click.option("--release", help="Name of the release. [default: checklist's name and the date]")
_ENVIRONMENT = click.option("--env", "environment", default="production", show_default=True, help="Where it goes.")
_REHEARSE = click.option(
    "--rehearse", is_flag=True, help="A rehearsal: a journal of its own, and a banner on every screen."
)
_AT = click.option("--at", "t0", default="now", show_default=True, help="T-0: now, +2h or 2026-03-01T20:00:00Z.")
_JOURNAL = click.option(
    "-j", "--journal", envvar="WARROOM_JOURNAL", type=PATH,
    help=f"{JOURNAL_HELP} [default: RELEASE-ENV.journal here]",
)  # fmt: skip


@click.command()
@_CHECKLIST
@_PROBES
@_RELEASE
@_ENVIRONMENT
@_AT
@_REHEARSE
@_JOURNAL
@operator_option
def start(
    checklist: Path | None,
    probes: Path | None,
    release: str | None,
    environment: str,
    t0: str,
    rehearse: bool,
    journal: Path | None,
    operator: str | None,
) -> None:
    """Start a release of CHECKLIST: make its journal. Prints the journal's path.

    Runs nothing; which commands its probes will run is told on stderr.
    """
    if checklist is None:
        raise click.UsageError("name the checklist to start with")
    path = _path(checklist, journal, release, environment, rehearse=rehearse)
    name = _name(checklist, release)
    actor = operator_name(operator)
    plan = start_release(checklist, probes, name, environment, t0, path, actor, rehearsal=rehearse)
    announce(plan.probes)
    click.echo(str(path))


@click.command()
@_CHECKLIST
@_PROBES
@_RELEASE
@_ENVIRONMENT
@_AT
@_REHEARSE
@_JOURNAL
@operator_option
@click.option("--yes", is_flag=True, help="Run the commands of its probes without asking first.")
def run(
    checklist: Path | None,
    probes: Path | None,
    release: str | None,
    environment: str,
    t0: str,
    rehearse: bool,
    journal: Path | None,
    operator: str | None,
    yes: bool,
) -> None:
    """Open the cockpit. A journal that exists is resumed as it was, with the definitions stored in it.

    Shows which commands its probes run, and asks once, before the first time.
    """
    need_terminal()
    actor = operator_name(operator)
    if checklist is None and journal is None:
        raise click.UsageError("name a checklist to start with, or with -j a journal to resume")
    path = journal if checklist is None or journal else _path(checklist, None, release, environment, rehearse=rehearse)
    assert path is not None
    if not path.exists():
        if checklist is None:
            raise BadInput(f"there is no journal {path}", "name a checklist to start a new release")
        plan = _definitions(checklist, probes)
        approved = approve(plan.probes, yes=yes)  # first, so that a no leaves no journal behind
        _make_journal(plan, _name(checklist, release), environment, t0, path, actor, probes, rehearsal=rehearse)
    else:
        plan, probes = look_into(path, checklist, rehearse=rehearse), known(path, probes)
        approved = approve(in_use(plan, probes), yes=yes)
    open_cockpit(path, actor, probes, approved)


@click.command()
@journal_option
def watch(journal: Path | None) -> None:
    """Look on: the cockpit of a release that others drive. It can never write, and is never in their way."""
    from warroom.clock import SystemClock
    from warroom.identity import here
    from warroom.opening import watch as look_on
    from warroom.probing.sampling import Sampler
    from warroom.tui.app import WarroomApp

    need_terminal()
    with look_on(needed(journal), Sampler(SystemClock()), here()) as live:
        WarroomApp(live).run()


def start_release(
    checklist: Path,
    probes: Path | None,
    name: str,
    environment: str,
    t0: str,
    journal: Path,
    operator: str,
    *,
    rehearsal: bool = False,
) -> "Definitions":
    """Makes the journal with everything that was agreed, which it returns, and its first event."""
    plan = _definitions(checklist, probes)
    _make_journal(plan, name, environment, t0, journal, operator, probes, rehearsal=rehearsal)
    return plan


def _definitions(checklist: Path, probes: Path | None) -> "Definitions":
    from warroom.files.load import load_definitions
    from warroom.probing.sources.table import check_source

    return load_definitions(checklist, probes, check_source)


def _make_journal(
    plan: "Definitions", name: str, environment: str, t0: str, journal: Path, operator: str, probes: Path | None, *,
    rehearsal: bool,
) -> None:  # fmt: skip
    from warroom import __version__
    from warroom.cli.journals import taught
    from warroom.clock import SystemClock
    from warroom.core import decisions
    from warroom.core.schedule import parse_t0
    from warroom.identity import here
    from warroom.journal.store import create_journal
    from warroom.room import Room

    clock = SystemClock()
    try:
        t0_us = parse_t0(t0, clock.utc_us())
    except ValueError as error:
        raise BadInput(str(error)) from None
    stored = create_journal(journal, taught(plan, journal.absolute().parent), clock, __version__)
    try:
        room = Room(stored, clock, origin=here().origin("cli"))
        begin = partial(decisions.start, release=name, environment=environment, t0_us=t0_us, rehearsal=rehearsal)
        room.act(begin, actor=operator)
        remember(stored, probes)
    except BaseException:
        stored.close()
        _remove(journal)
        raise
    stored.close()


def _remove(journal: Path) -> None:
    """Takes away what a failed start has made, so that the next one finds nothing in its way."""
    for end in ("", "-wal", "-shm"):
        journal.with_name(f"{journal.name}{end}").unlink(missing_ok=True)


def open_cockpit(journal: Path, operator: str, probes: Path | None, approved: Collection[str]) -> None:
    """Shows the cockpit until it is left. It takes what changes in `probes`, and runs only what was `approved`."""
    from warroom.clock import SystemClock
    from warroom.identity import here
    from warroom.journal.sqlite import VERSION, affected_by_wal_reset_bug
    from warroom.opening import drive
    from warroom.presence import tmux_around
    from warroom.probing.sampling import Sampler
    from warroom.tui.app import WarroomApp

    if affected_by_wal_reset_bug():
        click.echo(f"warroom: SQLite {VERSION} can lose commits of several writers; see docs/journal.md", err=True)
    sampler = Sampler(SystemClock(), approved=approved)
    clients = tmux_around(os.environ)
    with drive(journal, sampler, here(), operator=operator, probe_files=probes, clients=clients) as live:
        WarroomApp(live).run()
    if live.trouble:  # the screen that told it is gone
        click.echo(f"warroom: not saved: {live.trouble}", err=True)


def need_terminal() -> None:
    """Raises `BadInput` where no full-screen program can be shown."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()) or os.environ.get("TERM", "dumb") == "dumb":
        raise BadInput(
            "the cockpit needs a terminal", 'without one, use "warroom start", "warroom status" and "warroom tick"'
        )


def _name(checklist: Path, release: str | None) -> str:
    """The release's name. People must be able to type it."""
    from warroom.clock import SystemClock
    from warroom.core.views import utc

    name = f"{checklist.stem}-{utc(SystemClock().utc_us())[:10]}" if release is None else release
    if not name or name != name.strip() or not name.isprintable() or len(name) > 64:
        raise BadInput(f"{name!r} cannot be a release's name", "use at most 64 printable characters")
    return name


def _path(checklist: Path, journal: Path | None, release: str | None, environment: str, *, rehearse: bool) -> Path:
    if journal is not None:
        return journal
    said = f"{_name(checklist, release)}-{environment}{'-rehearsal' if rehearse else ''}"
    words = re.sub(r"[^\w.-]+", "-", said).strip("-")
    return Path(f"{words}.journal")


def look_into(journal: Path, checklist: Path | None = None, *, rehearse: bool = False) -> "Definitions":
    """Raises `BadInput` when a rehearsal is asked for and this is none.

    A release goes on with what is in force; a checklist that has changed since is told, not taken."""
    from warroom.files.text import read_text
    from warroom.journal.store import open_journal

    stored = open_journal(journal, read_only=True)
    try:
        must_have_begun(stored)
        plan = room_of(stored).plan
        if rehearse and not _is_rehearsal(stored):
            raise BadInput(f"{journal} is a release, no rehearsal", "name another journal, or leave --rehearse out")
    finally:
        stored.close()
    agreed = plan.texts.get(checklist.name) if checklist else None
    if checklist and agreed is not None and agreed != read_text(checklist):
        click.echo(f"warroom: {checklist} has changed; the release goes on with what its journal holds", err=True)
    return plan


def _is_rehearsal(journal: "SqliteJournal") -> bool:
    from warroom.core.events import ReleaseStarted

    first = next(journal.read())
    return isinstance(first.body, ReleaseStarted) and first.body.rehearsal
