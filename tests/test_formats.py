"""Journals of every released format open, verify and fold for ever; and a new format is reached by numbered steps."""

import json
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import get_args

import pytest
from sqlite_utils import Database

from journal_kit import append_all, child, ended, finished_journal
from warroom.core import events as ev
from warroom.core.errors import CannotWrite
from warroom.journal import migrations, schema, sqlite
from warroom.journal.checkpoint import checkpoint_text
from warroom.journal.store import open_journal
from warroom.journal.verify import verify
from warroom.report.jsonl import event_line

JOURNALS = Path(__file__).with_name("journals")
RELEASED = sorted(path.stem for path in JOURNALS.glob("format-*.journal"))

sys.path.insert(0, str(JOURNALS))
from reference import STORY, status  # noqa: E402  # beside the journals that it makes


@pytest.fixture(params=RELEASED)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def path(name: str, tmp_path: Path) -> Path:
    """A copy: opening a journal may upgrade it."""
    return Path(shutil.copy(JOURNALS / f"{name}.journal", tmp_path / "old.journal"))


def test_every_format_up_to_this_one_is_here() -> None:
    assert [f"format-{number}" for number in range(1, schema.FORMAT + 1)] == RELEASED


def test_the_newest_has_every_kind_of_event() -> None:
    told = {type(body) for body in STORY} | {ev.SamplesDigest, ev.SnapshotKept, ev.Redacted}
    assert told == set(get_args(ev.AnyBody))


@pytest.mark.parametrize("read_only", [True, False])
def test_it_says_what_it_said(path: Path, name: str, read_only: bool) -> None:
    """When this fails because the fold has changed on purpose: raise `FOLD`, and give the new meaning a new event."""
    with closing(open_journal(path, read_only=read_only)) as journal:
        assert_says(status(journal), json.loads((JOURNALS / f"{name}.json").read_text(encoding="utf-8")))
        events = [json.loads(event_line(event)) for event in journal.read()]
        checkpoint = checkpoint_text(journal)
    *expected, last = map(json.loads, (JOURNALS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines())
    assert_says(events, expected)
    assert checkpoint == last["checkpoint"]


def assert_says(now: object, then: object) -> None:
    """What is said now is what was said then; it may say more, in fields that came later."""
    if isinstance(then, dict):
        assert isinstance(now, dict)
        for key, value in then.items():
            assert_says(now[key], value)
    elif isinstance(then, list):
        assert isinstance(now, list)
        assert len(now) == len(then)
        for one, other in zip(now, then, strict=True):
            assert_says(one, other)
    else:
        assert now == then


def test_it_verifies_and_goes_on(path: Path, name: str) -> None:
    last = (JOURNALS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()[-1]
    checkpoint = json.loads(last)["checkpoint"]
    assert verify(path).answer == "intact"
    assert verify(path, checkpoint).answer == "intact"
    with closing(open_journal(path)) as journal:
        append_all(journal, ["later"])
    assert verify(path, checkpoint).answer == "intact"


@pytest.fixture
def format_2(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A made-up step, as the next release may bring one."""
    before = list(migrations.migrations._migrations)

    @migrations.migrations(name="0002_made_up")
    def _made_up(db: Database) -> None:
        db.table("meta").count  # noqa: B018  # it sees what the steps before have made
        db.execute("CREATE TABLE tags (seq INTEGER PRIMARY KEY, tag TEXT NOT NULL) STRICT")
        db.execute("INSERT INTO tags SELECT seq, kind FROM events")

    monkeypatch.setattr(schema, "FORMAT", schema.FORMAT + 1)
    yield
    migrations.migrations._migrations[:] = before


def tags(path: Path) -> int:
    with closing(sqlite.connect(path, mode="ro")) as connection:
        return int(connection.execute("SELECT count(*) FROM tags").fetchone()[0])


@pytest.mark.usefixtures("format_2")
def test_an_older_journal_is_upgraded_after_a_copy(path: Path) -> None:
    before = verify(path)
    with closing(open_journal(path)) as journal:
        append_all(journal, ["later"])
    copy = path.with_name(f"old.before-{schema.FORMAT}.journal")
    assert tags(path) == before.events
    assert verify(path).events == before.events + 1
    assert verify(copy) == before
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (schema.FORMAT - 1,)
    open_journal(path).close()
    assert sorted(file.name for file in path.parent.glob("*.journal")) == [copy.name, path.name]


@pytest.mark.usefixtures("format_2")
def test_reading_an_older_journal_leaves_its_file_as_it_is(path: Path) -> None:
    content = path.read_bytes()
    with closing(open_journal(path, read_only=True)) as journal:
        assert journal.head().seq == len(list(journal.read()))
        assert journal._file.rows("SELECT count(*) FROM tags") == [(journal.head().seq,)]
        with pytest.raises(CannotWrite):
            append_all(journal, ["a"])
    assert path.read_bytes() == content
    assert [file.name for file in path.parent.glob("*.journal")] == [path.name]


@pytest.mark.usefixtures("format_2")
def test_an_upgrade_that_fails_changes_nothing(path: Path) -> None:
    @migrations.migrations(name="0003_impossible")
    def _impossible(db: Database) -> None:
        db.execute("INSERT INTO tags VALUES (1, 'twice')")

    before = verify(path)
    for _ in range(2):
        with pytest.raises(sqlite.Error, match="UNIQUE"):
            open_journal(path)
    assert verify(path) == before
    with closing(sqlite.connect(path, mode="ro")) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (schema.FORMAT - 1,)
    copies = {file.name for file in path.parent.glob("old.before-*")}
    assert copies == {f"old.before-{schema.FORMAT}.journal", f"old.before-{schema.FORMAT}-1.journal"}


@pytest.mark.usefixtures("format_2")
def test_without_room_for_the_copy_nothing_is_upgraded(path: Path) -> None:
    path.with_name(f".old.before-{schema.FORMAT}.journal.part").mkdir()
    with pytest.raises(CannotWrite, match="cannot be written: is a directory"):
        open_journal(path)
    assert verify(path).answer == "intact"
    with closing(sqlite.connect(path, mode="ro")) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (schema.FORMAT - 1,)


def test_an_older_program_refuses_a_newer_journal(tmp_path: Path, format_2: None) -> None:
    finished_journal(tmp_path / "new.journal", 1)
    assert "written by a newer warroom" in ended(child("open", tmp_path / "new.journal"))
