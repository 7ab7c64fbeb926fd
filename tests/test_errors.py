"""What goes wrong is told in one sentence with file and line, ends with its exit status, and leaves nothing behind."""

import resource
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from cli_kit import PROGRAM, Shell, begun, events, mere_mortal
from files_kit import CHECKLIST, PROBE, SIDE, write
from journal_kit import new_journal
from warroom.cli.cockpit import start_release
from warroom.core import decisions
from warroom.core.decisions import Refusal
from warroom.core.errors import BadInput, CannotWrite, Refused
from warroom.journal import sqlite
from warroom.journal.lock import FileLock, beside


class Bad(NamedTuple):
    """A file that differs from a good one, and what is said of it."""

    name: str
    old: str
    new: str | bytes
    said: str


HEALTH = "probes/health.toml"
FILES = {
    "not UTF-8 checklist": Bad("shop.md", "Deploy ", b"D\xe9ploy ", "shop.md:5: not UTF-8: byte "),
    "not UTF-8 side file": Bad("shop.toml", "qa", b"\xff", "shop.toml:2: not UTF-8: byte "),
    "not UTF-8 probe": Bad(HEALTH, "Payments", b"\xff", f"{HEALTH}:1: not UTF-8: byte "),
    "no items": Bad("shop.md", "- [ ]", "-", "shop.md has no checklist items; an item is a line such as "),
    "duplicate id": Bad(
        "shop.md", "smoke -->", "deploy -->", 'shop.md:6: the id "deploy" is used twice (also at line 5)'
    ),
    "no TOML": Bad(HEALTH, '"Payments"', "Payments", f"{HEALTH}:1: "),
    "unknown key in a probe": Bad(HEALTH, "every", "evry", f'{HEALTH}:2: unknown key "evry"; did you mean "every"?'),
    "wrong type in a probe": Bad(HEALTH, '"5s"', "true", f"{HEALTH}:2: every: "),
    "unreadable rule": Bad(HEALTH, '"< 95"', '"95 %"', f"{HEALTH}:12: [[check]]"),
    "unknown key in a source": Bad(
        HEALTH,
        "[source]",
        '[source]\nmetod = "GET"',
        f'{HEALTH}:7: [source]: unknown key "metod"; did you mean "method"?',
    ),
    "unknown key in a side file": Bad(
        "shop.toml", "owner", "ownr", 'shop.toml:2: [item.smoke]: unknown key "ownr"; did you mean "owner"?'
    ),
    "wrong type in a side file": Bad("shop.toml", "true", '"yes"', "shop.toml:3: [item.smoke]: required: "),
    "command for a shell": Bad(
        "shop.toml", '["switch", "--to", "green"]', '"switch --to green"', "shop.toml:7: [item.deploy.step]: argv: "
    ),
    "binding to an unknown item": Bad(
        "shop.toml", "item.smoke", "item.smoek", 'the checklist has no such item; did you mean "smoke"?'
    ),
    "binding to an unknown probe": Bad(
        "shop.toml", 'probe = "health"', 'probe = "heatlh"', 'there is no probe "heatlh"; did you mean "health"?'
    ),
    "rollback with an unknown probe": Bad(
        "shop.toml", 'verify = ["health"]', 'verify = ["nothing"]', 'there is no probe "nothing"; the probes are health'
    ),
}


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """In it lies a release on disk that could be started."""
    write(tmp_path / "shop.md", CHECKLIST)
    write(tmp_path / "shop.toml", SIDE)
    write(tmp_path / HEALTH, PROBE)
    return Shell(tmp_path)


def content(directory: Path) -> set[str]:
    return {str(path.relative_to(directory)) for path in directory.rglob("*")}


START = ("start", "shop.md", "--probes", "probes", "-j", "shop.journal")


@pytest.mark.parametrize("bad", FILES.values(), ids=FILES)
def test_a_bad_file_is_named_with_its_line_and_no_journal_is_begun(shell: Shell, bad: Bad) -> None:
    path = shell.home / bad.name
    good = path.read_bytes()
    assert bad.old.encode() in good
    path.write_bytes(good.replace(bad.old.encode(), bad.new if isinstance(bad.new, bytes) else bad.new.encode()))
    before = content(shell.home)
    said = shell.refused(BadInput.exit_status, *START)
    assert bad.said in said
    assert said.startswith(bad.name)
    assert content(shell.home) == before


@pytest.mark.parametrize("name", ["shop.md", "shop.toml", HEALTH])
def test_a_file_that_may_not_be_read_is_told(shell: Shell, name: str) -> None:
    (shell.home / name).chmod(0)
    said = shell.refused(BadInput.exit_status, *START, preexec_fn=mere_mortal)
    assert said == f"{name} cannot be read: permission denied"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("plan", "gone.md"), "gone.md cannot be read: no such file or directory"),
        (("plan", "probes"), "probes cannot be read: is a directory"),
        (("check", "gone"), "gone cannot be read: no such file or directory"),
        (("status", "-j", "gone.journal"), "there is no journal gone.journal; "),
        (("verify", "-j", "gone.journal"), "there is no journal gone.journal; "),
        (("status", "-j", "probes"), "probes is no file, so it is no journal"),
    ],
)
def test_what_is_not_there_is_told(shell: Shell, arguments: tuple[str, ...], said: str) -> None:
    before = content(shell.home)
    assert shell.refused(BadInput.exit_status, *arguments).startswith(said)
    assert content(shell.home) == before


def text_file(path: Path) -> None:
    path.write_text("Dear diary,\n" * 100, encoding="utf-8")


def empty_file(path: Path) -> None:
    path.touch()


def other_database(path: Path) -> None:
    _sql(path, "CREATE TABLE notes (text)")


def newer_journal(path: Path) -> None:
    begun(path.parent)
    _sql(path, "PRAGMA user_version = 99")


def startless_journal(path: Path) -> None:
    """What a kill between a journal and its first event leaves."""
    new_journal(path).close()


def _sql(path: Path, statement: str) -> None:
    connection = sqlite.connect(path, mode="rwc")
    connection.execute(statement)
    connection.close()


@pytest.mark.parametrize(
    ("make", "command", "said"),
    [
        (text_file, "status", "shop.journal is no SQLite file, so it is no journal"),
        (text_file, "tick 1.1.1", "shop.journal is no SQLite file, so it is no journal"),
        (empty_file, "log", "shop.journal is a SQLite file, but no warroom journal"),
        (other_database, "export -o out", "shop.journal is a SQLite file, but no warroom journal"),
        (newer_journal, "status", "shop.journal was written by a newer warroom (format 99; this one reads up to "),
        (newer_journal, "tick 1.1.1", "shop.journal was written by a newer warroom (format 99; this one reads up to "),
        (startless_journal, "export -o out", "shop.journal holds no release; remove it and start again"),
        (startless_journal, "tick 1.1.1", "shop.journal holds no release; remove it and start again"),
    ],
)
def test_what_is_no_journal_of_ours_is_told_and_left_alone(
    tmp_path: Path, make: Callable[[Path], None], command: str, said: str
) -> None:
    journal = tmp_path / "shop.journal"
    make(journal)
    before = journal.read_bytes()
    assert Shell(tmp_path).refused(BadInput.exit_status, *command.split(), "-j", journal.name).startswith(said)
    assert journal.read_bytes() == before
    assert not (tmp_path / "out").exists()


@pytest.fixture
def read_only(shell: Shell) -> Iterator[Path]:
    """A directory in which a journal lies and nothing can be made."""
    directory = shell.home / "kept"
    directory.mkdir()
    shell.ok(*START[:-1], "kept/shop.journal")
    (directory / "shop.journal.lock").unlink()
    directory.chmod(0o555)
    yield directory
    directory.chmod(0o755)


@pytest.mark.parametrize(
    "command", [("start", "shop.md", "-j", "kept/new.journal"), ("note", "hi", "-j", "kept/shop.journal"),
                ("export", "-j", "kept/shop.journal", "-o", "kept/out")],
    ids=["start", "note", "export"],
)  # fmt: skip
def test_a_directory_that_cannot_be_written_is_told(shell: Shell, read_only: Path, command: tuple[str, ...]) -> None:
    before = content(shell.home)
    said = shell.refused(CannotWrite.exit_status, *command, preexec_fn=mere_mortal)
    assert "kept/" in said
    assert "cannot be" in said
    assert content(shell.home) == before


def test_a_start_on_a_full_disk_leaves_nothing(shell: Shell) -> None:
    """But the lock file, which two could hold if it were removed."""
    before = content(shell.home)
    shell.refused(CannotWrite.exit_status, *START, preexec_fn=_small_disk)
    assert content(shell.home) - before <= {"shop.journal.lock"}
    assert shell.ok(*START) == "shop.journal\n"


def _small_disk() -> None:
    """No file may grow to what a journal's tables need."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))


def test_a_start_whose_first_event_is_refused_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checklist = write(tmp_path / "shop.md", CHECKLIST)
    monkeypatch.setattr(decisions, "start", lambda *_plan_and_state, **_facts: Refusal("not now"))
    with pytest.raises(Refused, match="not now"):
        start_release(checklist, None, "shop 4.2", "production", "now", tmp_path / "shop.journal", "ada")
    assert content(tmp_path) == {"shop.md", "shop.journal.lock"}


def test_an_interrupted_act_has_not_happened(tmp_path: Path) -> None:
    shell = begun(tmp_path)
    lock = FileLock(beside(tmp_path / "shop.journal", "lock"))
    assert lock.try_acquire()
    process = subprocess.Popen(
        [*PROGRAM, "note", "hi"], cwd=tmp_path, env=shell.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    deadline = time.monotonic() + 30
    while f" {process.pid} " not in "".join(line for line in _locks() if "->" in line):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    lock.close()
    assert (process.returncode, out, err) == (
        130,
        b"",
        b"\n",
    )  # click goes on to a new line, after the ^C that a terminal shows
    assert len(events(shell)) == 1


def _locks() -> list[str]:
    return Path("/proc/locks").read_text(encoding="ascii").splitlines()


def test_text_from_outside_in_an_error_is_harmless_and_stays_on_one_line(shell: Shell) -> None:
    said = shell.refused(BadInput.exit_status, "plan", "a\x1b[31m\nb.md")
    assert said == "a ⏎ b.md cannot be read: no such file or directory"
