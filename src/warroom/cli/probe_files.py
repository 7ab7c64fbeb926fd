"""Where the probe files of a release are, so that a cockpit can take what changes in them.

The journal remembers it as a setting of the host on which the release was started, for a later cockpit there.
"""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from warroom.core.errors import BadInput

if TYPE_CHECKING:
    from warroom.core.definitions import Definitions
    from warroom.core.probe import ProbeSpec
    from warroom.journal.store import SqliteJournal


def remember(journal: "SqliteJournal", probes: Path | None) -> None:
    """Keeps for the next cockpit on this host which files the release was started with."""
    if probes is not None:
        journal.remember(_setting(), str(probes.absolute()))


def known(journal: Path, given: Path | None) -> Path | None:
    """The files that were given, else those that the journal remembers for this host, if they are still there.

    Raises `BadInput` when what was given is not there.
    """
    if given is not None:
        if not given.exists():
            raise BadInput(f"there is no {given}", "without --probes the release goes on with what its journal holds")
        return given
    remembered = _recalled(journal)
    if remembered is None or remembered.exists():
        return remembered
    click.echo(f"warroom: {remembered} is gone; the probes go on as the journal holds them", err=True)
    return None


def in_use(plan: "Definitions", probes: Path | None) -> "tuple[ProbeSpec, ...]":
    """All that a cockpit may come to measure: the probes in force, and those of files that have changed since."""
    from warroom.reloading import offered

    return (*plan.probes, *(offered(probes, plan) if probes else ()))


def _recalled(journal: Path) -> Path | None:
    from warroom.journal.store import open_journal

    with closing(open_journal(journal, read_only=True)) as stored:
        remembered = stored.recall(_setting())
    return Path(remembered) if remembered else None


def _setting() -> str:
    from warroom.identity import here

    return f"probe files on {here().host}"
