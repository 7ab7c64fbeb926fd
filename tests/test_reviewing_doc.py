"""docs/reviewing.md and docs/exports.md: what they show works, and finds what happened."""

import re
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from cli_kit import Shell
from export_kit import add, begin, definitions, export, read_csv, reading
from journal_kit import StillClock
from warroom.cli.forms import FORMS
from warroom.core import events as ev
from warroom.journal.store import create_journal
from warroom.report import tables

DOCS = Path(__file__).parents[1] / "docs"
REVIEWING = (DOCS / "reviewing.md").read_text(encoding="utf-8")
EXPORTS = (DOCS / "exports.md").read_text(encoding="utf-8")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A release whose first bad reading came at T+00:01:10, and its rollback at T+00:03."""
    with closing(create_journal(tmp_path / "shop.journal", definitions(), StillClock(), "0.1.0")) as journal:
        begin(journal, "shop 4.2")
        add(journal, ev.ItemDone(item="backup"), ev.Noted(text="odd"))
        add(journal, ev.RollbackStarted(typed="shop 4.2", steps=1), actor="bob")
        readings = [reading(n * 10, n / 2) for n in range(12)]
        bad = [each.model_copy(update={"outcome": "fail", "word": "fail"}) for each in readings[7:]]
        journal.record([*readings[:7], *bad])
    return Shell(tmp_path, WARROOM_JOURNAL="shop.journal")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)\n```", REVIEWING, re.DOTALL)


def commands() -> list[str]:
    return re.findall(r"^    warroom (export .*?)(?: +#.*)?$", REVIEWING + EXPORTS, re.MULTILINE)


def test_every_export_that_is_shown_works(shell: Shell) -> None:
    assert len(commands()) == 7
    for command in commands():
        assert shell.run(*command.split()).status == 0, command


def test_the_figure_without_pandas(shell: Shell) -> None:
    for command in commands():
        export(shell, *command.split()[1:])
    _, plain = blocks("python")
    ended = subprocess.run(
        [sys.executable, "-I", "-c", plain], cwd=shell.home, capture_output=True, text=True, check=True
    )
    assert ended.stdout == "110.0\n"


def test_pandas_is_asked_for_columns_that_are_there(shell: Shell) -> None:
    code, _ = blocks("python")
    named = set(re.findall(r'"(\w+)"', code)) - {"fail", "count", "min", "max", "item_", "rollback_started"}
    assert {"kind", "actor", "t_s"} <= named <= {*tables.EVENTS, *tables.READINGS}
    assert read_csv(export(shell, "--format", "csv").out)[0].keys() == set(tables.EVENTS)


@pytest.mark.real
def test_the_sqlite3_shell_finds_it(shell: Shell) -> None:
    shell.ok("export", "--format", "sqlite", "-o", "review.journal")
    assert shutil.which("sqlite3")
    before, figure = blocks("sh")
    shown = shell.pipe(before).out
    assert "item_done" in shown
    assert "rollback_started" in shown
    assert shell.pipe(figure).out.splitlines()[0] == "110.0"


def test_every_form_table_and_column_is_told() -> None:
    for name in FORMS:
        for word in name.split():
            assert f"`{word}`" in EXPORTS or f"--format {word}" in EXPORTS
    for columns in (tables.EVENTS, tables.ITEMS, tables.READINGS):
        assert ", ".join(f"`{column}`" for column in columns) in EXPORTS
