"""The command line: which command lives where, and how every error leaves. Commands import what they need when called."""

import importlib
import sys

import click

from warroom import __version__
from warroom.core.errors import WarroomError

_COMMANDS = {
    "demo": ("warroom.cli.demo", "A simulated production on loopback to try everything on."),
    "run": ("warroom.cli.cockpit", "Open the cockpit on a release; start the release if need be."),
    "start": ("warroom.cli.cockpit", "Start a release without the cockpit."),
    "plan": ("warroom.cli.files", "Print what was read from a checklist."),
    "lint": ("warroom.cli.files", "Name every fault in a checklist, its side file and its probes."),
    "check": ("warroom.cli.probes", "Run every probe once."),
    "status": ("warroom.cli.reading", "Where the release stands."),
    "log": ("warroom.cli.reading", "The timeline of the release."),
    "tick": ("warroom.cli.acting", "Tick an item off."),
    "skip": ("warroom.cli.acting", "Skip an item, with the reason."),
    "fail": ("warroom.cli.acting", "Say that an item failed, with the reason."),
    "reopen": ("warroom.cli.acting", "Open an item again."),
    "note": ("warroom.cli.acting", "Write down a note, on an item or on the release."),
    "export": ("warroom.cli.reading", "Write the whole journal as JSON lines or Markdown."),
    "verify": ("warroom.cli.reading", "Check that nothing in the journal was changed."),
}


class _LazyGroup(click.Group):
    """Knows its commands by name and imports only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, _ = _COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="warroom")
def cli() -> None:
    """The release-day cockpit: checklist, live probes, rollback and an append-only journal.

    New here? "warroom demo" shows it all on a simulated production.
    """


def main() -> None:
    """The console script. Whatever goes wrong ends as one sentence on stderr and a documented exit status."""
    sys.exit(_run())


def _run() -> int:
    try:
        result = cli.main(standalone_mode=False)
    except WarroomError as error:
        click.echo(f"warroom: {error}", err=True)
        return error.exit_status
    except click.ClickException as error:
        click.echo(f"warroom: {error.format_message()}", err=True)
        return 2
    except click.Abort:
        return 130
    except BrokenPipeError:  # the reader of our stdout has left, as `head` does
        sys.stderr.close()
        return 0
    return result if isinstance(result, int) else 0
