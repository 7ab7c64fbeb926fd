"""Commands of probes are shown, and approved once, before the first of them runs."""

import json
import sys
from contextlib import AbstractContextManager
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from cli_kit import PROGRAM, Shell
from probe_kit import probe
from pty_kit import Session, session
from warroom.cli.approval import approve
from warroom.core.errors import Refused
from warroom.core.probe import ProbeSpec

FULL_SCREEN = "\x1b[?1049h"
QUIT = "\x11"  # ctrl+q
QUESTION = "Run them?"
STDOUT = {"get": "stdout", "fail": '== "x"'}


# --- what is asked again


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory, with an empty state beside it, and nobody at a terminal."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(sys, "stdin", StringIO())
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path


def command(*argv: str, **fields: Any) -> ProbeSpec:
    return probe({"kind": "command", "argv": list(argv) or ["./lag", "--ms"], **fields}, STDOUT)


def asked(spec: ProbeSpec) -> bool:
    try:
        approve([spec])
    except Refused:
        return True
    return False


def test_what_was_approved_is_not_asked_again(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(command())
    approve([command()], yes=True)
    capsys.readouterr()
    assert not asked(command())
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    "changed",
    [
        command("./lag", "--ms", "-v"),
        command("./lag --ms"),
        command(cwd="elsewhere"),
        command(env={"LD_PRELOAD": "./x.so"}),
    ],
)
def test_what_has_changed_is_asked_again(home: Path, changed: ProbeSpec) -> None:
    approve([command()], yes=True)
    assert asked(changed)
    approve([changed], yes=True)
    assert not asked(command())


def test_the_same_words_in_another_directory_are_another_command(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    approve([command()], yes=True)
    (home / "other").mkdir()
    monkeypatch.chdir(home / "other")
    assert asked(command())


def test_limits_and_other_kinds_are_no_commands(home: Path) -> None:
    approve([command()], yes=True)
    assert not asked(command().model_copy(update={"title": "Other", "every": 30.0}))
    assert not asked(probe({"kind": "tcp", "host": "x", "port": 1}, {"get": "banner", "fail": '== "x"'}))


def test_only_what_is_new_is_shown_whole_and_unambiguous(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    approve([command()], yes=True)
    capsys.readouterr()
    long = "x" * 5000
    approve([command(), command("echo", "a b", "$HOME", "\u202etxt.\x1b[8m", "li\u200bne", long)], yes=True)
    shown = capsys.readouterr().err
    assert "./lag" not in shown
    assert f"""echo 'a b' '$HOME' "\\u202etxt.\\u001b[8m" "li\\u200bne" {long}\n""" in shown
    assert f"in {home}/work\n" in shown


def test_a_state_that_cannot_be_kept_is_told_and_asked_again(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "state").write_text("a file, not a directory")
    approve([command()], yes=True)
    assert "so the next start asks again" in capsys.readouterr().err
    assert asked(command())


# --- at a terminal


class Place:
    """A checklist and a probe whose command leaves a file behind."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.shell = Shell(home, XDG_STATE_HOME=str(home / "state"))
        (home / "shop.md").write_text("# Shop\n- [ ] Deploy\n")
        self.write_probe("ran")

    def write_probe(self, leaves: str) -> None:
        (self.home / "probes").mkdir(exist_ok=True)
        (self.home / "probes" / "mark.toml").write_text(
            'title = "Mark"\nevery = "10s"\ndeadline = "9s"\n[[check]]\nget = "exit_status"\nfail = "!= 0"\n[source]\n'
            f'kind = "command"\nargv = ["touch", {json.dumps(leaves)}]\n'
        )

    def run(self, *arguments: str, state: str = "state") -> AbstractContextManager[Session]:
        environ = self.shell.environ | {"XDG_STATE_HOME": str(self.home / state)}
        return session(*PROGRAM, "run", *arguments, cwd=self.home, environ=environ)

    def start(self, journal: str) -> tuple[str, ...]:
        return ("shop.md", "--probes", "probes", "-j", journal)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def leave(cockpit: Session) -> None:
    cockpit.shows(FULL_SCREEN, "Deploy")
    cockpit.write(QUIT)
    assert cockpit.ends() == 0


@pytest.mark.parametrize("answer", ["n\n", "\n"])
def test_a_no_runs_nothing_and_leaves_no_journal(place: Place, answer: str) -> None:
    with place.run(*place.start("a.journal")) as cockpit:
        cockpit.shows("mark, every 10 s, in " + str(place.home), "touch ran", QUESTION)
        cockpit.write(answer)
        assert cockpit.ends() == Refused.exit_status
        assert "warroom: the commands were not approved, so nothing runs; " in cockpit.text
        assert FULL_SCREEN not in cockpit.text
    assert sorted(path.name for path in place.home.iterdir()) == ["probes", "shop.md"]


def test_a_yes_runs_them_and_is_remembered_until_they_change(place: Place) -> None:
    with place.run(*place.start("a.journal")) as cockpit:
        cockpit.shows(QUESTION)
        assert not (place.home / "ran").exists()
        cockpit.write("y\n")
        cockpit.until((place.home / "ran").exists, "the first reading")
        leave(cockpit)
    with place.run("-j", "a.journal") as cockpit:
        leave(cockpit)
        assert QUESTION not in cockpit.text
    place.write_probe("another")
    with place.run(*place.start("b.journal")) as cockpit:
        cockpit.shows("touch another", QUESTION)


@pytest.mark.slow
def test_a_command_that_changes_is_asked_for_at_the_next_start_and_runs_then(place: Place) -> None:
    with place.run(*place.start("a.journal"), "--yes") as cockpit:
        cockpit.until((place.home / "ran").exists, "the first reading")
        place.write_probe("another")
        cockpit.shows("bad config")
        leave(cockpit)
    assert not (place.home / "another").exists()
    with place.run("-j", "a.journal") as cockpit:
        cockpit.shows("touch another", QUESTION)
        cockpit.write("y\n")
        cockpit.until((place.home / "another").exists, "the new command")
        leave(cockpit)


def test_a_journal_does_not_vouch_for_its_own_commands(place: Place) -> None:
    """Another user may have approved them, or somebody who means no good."""
    with place.run(*place.start("a.journal"), "--yes") as cockpit:
        cockpit.shows("touch ran")
        leave(cockpit)
        assert QUESTION not in cockpit.text
    (place.home / "ran").unlink(missing_ok=True)
    with place.run("-j", "a.journal", state="other") as cockpit:
        cockpit.shows("touch ran", QUESTION)
        cockpit.write("n\n")
        assert cockpit.ends() == Refused.exit_status
    assert not (place.home / "ran").exists()


def test_a_start_tells_what_will_run_and_runs_nothing(place: Place) -> None:
    ended = place.shell.run("start", *place.start("a.journal"))
    assert (ended.status, ended.out) == (0, "a.journal\n")
    assert ended.err == f"mark runs touch ran in {place.home}\n"
    assert not (place.home / "ran").exists()
