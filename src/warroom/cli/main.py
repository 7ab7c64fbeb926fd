"""The command line: which command lives where, and how errors leave. Commands import what they need when called."""

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from keyword import iskeyword

import click

from warroom import __version__
from warroom.core.errors import BadInput, CannotWrite, WarroomError, reason
from warroom.core.plain import one_line

READER_LEFT = 141  # 128 + SIGPIPE, as a shell reports it of other programs
INTERRUPTED = 130  # 128 + SIGINT

_COMMANDS = {
    "demo": ("warroom.cli.demo", "A simulated production on loopback to try everything on."),
    "run": ("warroom.cli.cockpit", "Open the cockpit on a release; start the release if need be."),
    "watch": ("warroom.cli.cockpit", "Look on: a cockpit that can never write."),
    "start": ("warroom.cli.cockpit", "Start a release without the cockpit."),
    "plan": ("warroom.cli.files", "Print what was read from a checklist."),
    "lint": ("warroom.cli.files", "Name every fault in a checklist, its side file and its probes."),
    "schema": ("warroom.cli.files", "Print the JSON Schema of probe or side files."),
    "check": ("warroom.cli.probes", "Run every probe once."),
    "status": ("warroom.cli.reading", "Where the release stands."),
    "log": ("warroom.cli.reading", "The timeline of the release."),
    "tick": ("warroom.cli.acting", "Tick an item off."),
    "skip": ("warroom.cli.acting", "Skip an item, with the reason."),
    "fail": ("warroom.cli.acting", "Say that an item failed, with the reason."),
    "reopen": ("warroom.cli.acting", "Open an item again."),
    "begin": ("warroom.cli.saying", "Say that you have an item in hand."),
    "block": ("warroom.cli.saying", "Say what blocks an item."),
    "defer": ("warroom.cli.saying", "Put an item off to a later phase, with the reason."),
    "not-applicable": ("warroom.cli.saying", "Say that an item does not apply, with the reason."),
    "evidence": ("warroom.cli.saying", "Bring forward what proves an item: a link, a file, a figure, a note."),
    "note": ("warroom.cli.acting", "Write down a note, on an item or on the release."),
    "decide": ("warroom.cli.deciding", "Answer what a trigger asks: hold or override."),
    "step": ("warroom.cli.step", "Run the command of an item."),
    "gate": ("warroom.cli.gates", "Say whether a phase may begin; wait for it; open it."),
    "poll": ("warroom.cli.gates", "Go or no-go: keep what every role says."),
    "hold": ("warroom.cli.gates", "Hold the T-clock, with the reason."),
    "resume": ("warroom.cli.gates", "Let the T-clock go on."),
    "recycle": ("warroom.cli.gates", "Go back to an earlier phase."),
    "arm": ("warroom.cli.deciding", "Sign that the rollback may be pulled; two operators do."),
    "backtest": ("warroom.cli.backtest", "How often a trigger would have fired on an old journal."),
    "export": ("warroom.cli.export", "Write the journal, or part of it, as JSON lines, CSV, Markdown or SQLite."),
    "review": ("warroom.cli.review", "Write the review of a release, for people: incidents, times, decisions, charts."),
    "history": ("warroom.cli.history", "Earlier releases side by side: durations, rollbacks, decisions."),
    "verify": ("warroom.cli.journal", "Check that nothing in the journal was changed."),
    "anchor": ("warroom.cli.journal", "Keep a checkpoint that shows later changes of the journal."),
    "redact": ("warroom.cli.journal", "Erase the texts of an event from the journal."),
    "backup": ("warroom.cli.journal", "Copy the journal while it is in use."),
    "import": ("warroom.cli.journal", "Append what was written elsewhere while the journal could not be."),
}


class _LazyGroup(click.Group):
    """Knows its commands by name and imports only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, _ = _COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), _called(cmd_name))
        return command

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: object
    ) -> click.Context:
        with _whole_output():  # of --help
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> object:
        with _whole_output():
            return super().invoke(ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


def _called(command: str) -> str:
    """What the function of a command is called."""
    return command.replace("-", "_") + "_" * iskeyword(command)


@click.group(
    cls=_LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="warroom")
@click.pass_context
def cli(context: click.Context) -> None:
    """The release-day cockpit: checklist, live probes, rollback and an append-only journal.

    New here? "warroom demo" shows it all on a simulated production.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help(), err=True)
        context.exit(BadInput.exit_status)


def main() -> None:
    """The console script. Whatever goes wrong ends as one sentence on stderr and a documented exit status."""
    if isinstance(sys.stdout, TextIOWrapper):
        # Data is UTF-8 in every locale, and names of files that are none come out as they are.
        sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")
    sys.exit(_run())


def _run() -> int:
    try:
        result = cli.main(prog_name="warroom", standalone_mode=False)
    except WarroomError as error:
        return _tell(str(error), error.exit_status)
    except click.UsageError as error:
        return _tell(_usage_error(error), BadInput.exit_status)
    except click.ClickException as error:
        return _tell(_clauses(error.format_message()), BadInput.exit_status)
    except click.Abort:
        return INTERRUPTED
    return result if isinstance(result, int) else 0


def _tell(sentence: str, exit_status: int) -> int:
    """What was typed or stands in a file may be in it, so it is made harmless and kept on one line."""
    click.echo(f"warroom: {one_line(sentence)}", err=True)
    return exit_status


def _usage_error(error: click.UsageError) -> str:
    said = _clauses(error.format_message())
    command = error.ctx.command_path if error.ctx else "warroom"
    return said if said.endswith("?") else f'{said}; see "{command} --help"'


def _clauses(sentences: str) -> str:
    """Click's `No such option. Did you mean another?` in the form of our own errors."""
    parts = (part.strip("()") for part in sentences.removesuffix(".").split(". "))
    return "; ".join(part[:1].lower() + part[1:] for part in parts)


@contextmanager
def _whole_output() -> Iterator[None]:
    """A result that nobody got is no result, so what was printed is flushed while that can still be told."""
    try:
        yield
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:  # the reader of our stdout has left, as `head` does
        _give_up_stdout()
        raise click.exceptions.Exit(READER_LEFT) from None
    except OSError as error:  # commands say themselves what is wrong with the files that they use
        _give_up_stdout()
        raise CannotWrite(f"the output cannot be written: {reason(error)}") from None


def _give_up_stdout() -> None:
    """Lets Python's last flush succeed, or it would complain at exit of what we have dealt with."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
