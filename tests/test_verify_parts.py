"""A long chain is checked in parts by several processes, and that gives what one walk along it gives."""

import sys
from contextlib import closing
from pathlib import Path

import pytest

from journal_kit import StillClock, finished_journal, tamper
from test_tamper import EDITS
from warroom.journal import parts
from warroom.journal.parts import follow_in_parts
from warroom.journal.schema import connect_to_journal
from warroom.journal.store import open_journal
from warroom.journal.verify import verify
from warroom.journal.walk import ALL, SELECT, Walk, follow
from warroom.room import Room


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return finished_journal(tmp_path / "journal", 6)


@pytest.fixture(autouse=True)
def two_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "WORTH", 3)
    monkeypatch.setattr(parts, "_cores", lambda: 2)


def walks(path: Path) -> tuple[Walk | None, Walk]:
    """In parts, and as a whole."""
    with closing(open_journal(path)) as journal:
        first = journal._ledger.first
    with closing(connect_to_journal(path, read_only=True)) as connection:
        connection.text_factory = bytes
        return follow_in_parts(connection, path, first), follow(connection.execute(SELECT, ALL), first)


def redact(path: Path, seq: int) -> None:
    with closing(open_journal(path)) as journal:
        Room(journal, StillClock(), origin="test@host:1").redact(seq, reason="a token", actor="bob")


def test_a_chain_that_holds_is_followed_to_its_end(path: Path) -> None:
    in_parts, whole = walks(path)
    assert in_parts == whole
    assert whole.seq == 6


def test_more_parts_than_two(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "WORTH", 1)
    monkeypatch.setattr(parts, "_cores", lambda: 4)
    in_parts, whole = walks(path)
    assert in_parts == whole


def test_redactions_within_a_part_are_counted(path: Path) -> None:
    redact(path, 6)
    redact(path, 5)
    in_parts, whole = walks(path)
    assert in_parts == whole
    assert whole.redacted == 2


@pytest.mark.parametrize("name", EDITS)
def test_what_does_not_hold_is_told_by_a_walk_along_the_whole(path: Path, name: str) -> None:
    sql, broken_at = EDITS[name]
    tamper(path, *sql.split(";"))
    in_parts, whole = walks(path)
    assert in_parts is None
    assert whole.at == broken_at
    assert verify(path).broken_at == broken_at


def test_a_redaction_that_another_part_tells_of_is_left_to_the_whole_walk(path: Path) -> None:
    redact(path, 1)
    in_parts, whole = walks(path)
    assert (in_parts, whole.fault, whole.redacted) == (None, "", 1)
    assert verify(path).answer == "intact"


@pytest.mark.parametrize("python", ["/nowhere/python", "/bin/false"])
def test_without_other_processes_one_walk_does(path: Path, monkeypatch: pytest.MonkeyPatch, python: str) -> None:
    monkeypatch.setattr(sys, "executable", python)
    in_parts, whole = walks(path)
    assert (in_parts, whole.seq) == (None, 6)
    assert verify(path).answer == "intact"


def test_nothing_is_imported_from_where_somebody_stands(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "warroom.py").write_text("raise SystemExit('not ours')\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    in_parts, whole = walks(path)
    assert in_parts == whole
