"""docs/commands.md knows every command, every option and every exit status."""

import re
from pathlib import Path

import click
import pytest

from warroom.cli import gates, main
from warroom.core.errors import WarroomError

DOC = (Path(__file__).parents[1] / "docs" / "commands.md").read_text(encoding="utf-8")
COMMANDS = list(main.cli.list_commands(click.Context(main.cli)))
EVERYWHERE = {"--journal", "-j", "--as", "--json", "--help", "-h"}


def usages() -> dict[str, str]:
    """The usage line of each command, by its name."""
    return {usage.split()[0]: usage for usage in re.findall(r"^(?:### |\| )`warroom ([^`]+)`", DOC, re.MULTILINE)}


def options_in(usage: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", usage))


def statuses() -> list[int]:
    """The first column of the table of exit statuses."""
    _, _, table = DOC.partition("## Exit statuses")
    return [int(status) for status in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)]


def family(kind: type[WarroomError] = WarroomError) -> set[type[WarroomError]]:
    return {kind}.union(*(family(sub) for sub in kind.__subclasses__()))


def test_every_command_has_its_place() -> None:
    assert sorted(usages()) == sorted(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_usage_names_every_option_and_argument(name: str) -> None:
    command = main.cli.get_command(click.Context(main.cli), name)
    assert command is not None
    usage = usages()[name]
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            words = parameter.make_metavar(click.Context(command)).strip("[].")
            assert all(word in usage for word in re.findall("[A-Z]+", words))
        else:
            assert set(parameter.opts) & (EVERYWHERE | options_in(usage))


def test_the_usage_names_no_option_that_is_not_there() -> None:
    for name, usage in usages().items():
        command = main.cli.get_command(click.Context(main.cli), name)
        assert command is not None
        known = {option for parameter in command.params for option in parameter.opts}
        assert options_in(usage) <= known, name


def test_every_exit_status_stands_in_one_table_once() -> None:
    own = {0, 1, 2, 3, gates.HOLD, gates.NO_GO, gates.UNKNOWN, main.INTERRUPTED, main.READER_LEFT}
    known = {kind.exit_status for kind in family()} | own
    assert statuses() == sorted(known)
