"""Where exports go: whole or not at all, the same bytes each time, and with a bar only where somebody looks."""

import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from cli_kit import PROGRAM, Shell, begun
from export_kit import events, export, hostile_shell
from journal_kit import finished_journal, tamper
from pty_kit import session
from warroom.cli.forms import FORMS
from warroom.core.errors import BadInput

FORMS_AND_TABLES = pytest.mark.parametrize("name", FORMS)
LONG = 21_000
"""Events of a journal that is long enough for a bar."""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    return hostile_shell(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    home = tmp_path_factory.mktemp("long")
    finished_journal(home / "shop.journal", LONG)
    return Shell(home, WARROOM_JOURNAL="shop.journal")


def options(name: str) -> list[str]:
    form, _, table = name.partition(" ")
    return ["--format", form, *(["--table", table] if table else [])]


@FORMS_AND_TABLES
def test_the_same_journal_gives_the_same_bytes(hostile: Shell, tmp_path: Path, name: str) -> None:
    places = {"UTC0": "C", "XYZ+11:30": "tr_TR.ISO-8859-9"}
    found = []
    for at, (zone, language) in enumerate(places.items()):
        home = tmp_path / str(at)
        home.mkdir()
        shell = Shell(home, TZ=zone, LANG=language, LC_ALL=language, PYTHONHASHSEED=str(at))
        assert shell.run("export", "-j", hostile.home / "shop.journal", *options(name), "-o", "out").status == 0
        found.append((home / "out").read_bytes())
    assert found[0]
    assert found[0] == found[1]


@FORMS_AND_TABLES
def test_stdout_gets_the_same_as_a_file(hostile: Shell, name: str) -> None:
    if name != "sqlite":
        assert export(hostile, *options(name), "-o", "same").out == ""
        assert export(hostile, *options(name)).out.encode() == (hostile.home / "same").read_bytes()


@FORMS_AND_TABLES
def test_an_export_that_fails_leaves_what_was_there(tmp_path: Path, name: str) -> None:
    shell = begun(tmp_path)
    (tmp_path / "out").write_text("as it was")
    if name == "sqlite":
        assert "exists already" in shell.refused(2, "export", *options(name), "-o", "out")
    else:
        tamper(
            tmp_path / "shop.journal",
            "UPDATE events SET body = '{'",
            "UPDATE definitions SET body = '{' WHERE role = 'parsed'",
            "INSERT INTO samples VALUES (1, 'health', 0, 0, 0, 'ok', '{', '', 'ok', 0)",
        )
        shell.refused(2, "export", *options(name), "-o", "out")
    assert (tmp_path / "out").read_text() == "as it was"
    assert not list(tmp_path.glob(".out*"))


def test_an_export_replaces_an_older_one(tmp_path: Path) -> None:
    shell = begun(tmp_path)
    (tmp_path / "out").write_text("older")
    shell.ok("export", "-o", "out")
    assert (tmp_path / "out").read_text() == shell.ok("export")


def test_what_a_killed_export_left_is_no_obstacle(tmp_path: Path) -> None:
    shell = begun(tmp_path)
    left = 'ln -s elsewhere ".out.$$.part"; exec "$0" -m warroom export -o out'
    subprocess.run(["bash", "-c", left, PROGRAM[0]], cwd=tmp_path, env=shell.environ, check=True, timeout=60)
    assert (tmp_path / "out").read_text() == shell.ok("export")
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    "end", ["", "-wal", "-shm", ".lock", ".driver", ".bell", ".reserve", ".fallback.jsonl", ".runs", ".runs/x/y"]
)
def test_no_export_goes_over_a_file_of_the_journal(hostile: Shell, end: str) -> None:
    for option in ("-o", "--head"):
        with pytest.raises(BadInput, match=r"is (the journal itself|a file of the journal); name"):
            export(hostile, option, f"../{hostile.home.name}/shop.journal{end}")
    assert len(events(hostile)) > 100


def test_a_place_that_takes_no_file_is_told(tmp_path: Path) -> None:
    shell = begun(tmp_path)
    said = shell.refused(73, "export", "-o", "no/such/place")
    assert said == "no/such/place cannot be written: no such file or directory"


def test_a_copy_is_a_journal(tmp_path: Path) -> None:
    shell = begun(tmp_path)
    shell.ok("export", "--format", "sqlite", "-o", "copy.journal")
    assert shell.ok("export", "-j", "copy.journal") == shell.ok("export")
    with closing(sqlite3.connect(tmp_path / "copy.journal")) as copy:
        assert copy.execute("SELECT count(*) FROM timeline").fetchone() == (1,)


@pytest.mark.parametrize("form", ["jsonl", "csv", "markdown"])
def test_a_long_export_to_a_file_shows_how_far_it_is(long: Shell, form: str) -> None:
    argv = (*PROGRAM, "export", "--format", form, "-o", f"out.{form}")
    with session(*argv, cwd=long.home, environ=long.environ) as it:
        assert it.ends() == 0
        assert "100%" in it.text
    assert (long.home / f"out.{form}").stat().st_size > LONG * 50


def test_a_short_export_shows_no_bar(tmp_path: Path) -> None:
    shell = begun(tmp_path)
    with session(*PROGRAM, "export", "-o", "out", cwd=shell.home, environ=shell.environ) as it:
        assert it.ends() == 0
        assert it.text == ""


def test_no_bar_stands_between_the_lines_of_an_export(long: Shell) -> None:
    with session(*PROGRAM, "export", cwd=long.home, environ=long.environ) as it:
        assert it.ends() == 0
        assert "%" not in it.text


def test_nobody_is_shown_a_bar_in_a_log(long: Shell) -> None:
    assert long.ok("export", "-o", "quiet") == ""
