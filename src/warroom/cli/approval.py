"""Commands of probes run by themselves, so whoever starts them sees them first, and says yes once.

What was approved is kept for the user, not in the journal: one from elsewhere must not vouch for its own commands.
"""

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from warroom.core.errors import Refused, reason

if TYPE_CHECKING:
    from warroom.core.probe import ProbeSpec
    from warroom.probing.programs import Program


def announce(specs: "Iterable[ProbeSpec]") -> None:
    """Says on stderr which commands these probes run, and where."""
    from warroom.probing.programs import programs

    for program in programs(specs, Path.cwd()):
        click.echo(f"{program.probe} runs {program.shown} in {program.place}", err=True)


def approve(specs: "Iterable[ProbeSpec]", *, yes: bool = False) -> frozenset[str]:
    """Returns once the user has approved every command that these probes run from here, now or at another time.

    Asks at most once, and with `yes` not at all. Gives the digests of all that was ever approved. Raises `Refused`.
    """
    from warroom.probing.programs import programs

    store = _store()
    approved = _approved(store)
    wanted = {program.digest: program for program in programs(specs, Path.cwd())}
    new = [program for digest, program in wanted.items() if digest not in approved]
    if new:
        _show(new)
        if not yes:
            _ask()
        _keep(store, new)
    return frozenset(approved | wanted.keys())


def _show(new: "Sequence[Program]") -> None:
    from warroom.identity import here

    me = here()
    click.echo(f"As long as this cockpit drives, probes run these commands as {me.user}@{me.host}:", err=True)
    for program in new:
        click.echo(f"\n  {program.probe}, every {program.every_s:g} s, in {program.place}", err=True)
        click.echo(f"    {program.shown}", err=True)
    click.echo(err=True)


def _ask() -> None:
    if not sys.stdin.isatty():
        raise Refused("nobody can be asked whether these commands may run", "without a terminal give --yes")
    if not click.confirm("Run them? You are asked again only when one of them is new or has changed.", err=True):
        raise Refused("the commands were not approved, so nothing runs", '"warroom watch" looks on without running any')


def _store() -> Path | None:
    """The file of approved commands, where the XDG base directories want state; None for a user without a home."""
    state = Path(os.environ.get("XDG_STATE_HOME", ""))
    if not state.is_absolute():  # then the standard says to ignore it
        state = Path(os.path.expanduser("~"), ".local", "state")  # noqa: PTH111  # Path.home() raises without a home
    return state / "warroom" / "approved-commands" if state.is_absolute() else None


def _approved(store: Path | None) -> set[str]:
    """Digests. What cannot be read was not approved: it is asked again."""
    try:
        lines = store.read_text(encoding="utf-8", errors="replace").splitlines() if store else []
    except OSError:
        return set()
    return {line.partition(" ")[0] for line in lines}


def _keep(store: Path | None, new: "Iterable[Program]") -> None:
    """Appends a line for each: its digest, and for people where it runs and what."""
    if store is None:
        return
    lines = "".join(f"{program.digest} {program.place} {program.shown}\n" for program in new)
    try:
        store.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with store.open("a", encoding="utf-8") as file:
            file.write(lines)
    except OSError as error:
        click.echo(f"warroom: {store} cannot be written, so the next start asks again: {reason(error)}", err=True)
