"""The views and the example queries that docs/journal.md publishes, on a copy, by Python's own SQLite without us."""

import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from journal_kit import StillClock, draft, new_journal, tamper
from warroom.core import events as ev
from warroom.core.outcome import Outcome
from warroom.journal.backup import backup
from warroom.room import Room

DOCS = Path(__file__).parents[1] / "docs" / "journal.md"
START_US = 1_750_000_000_000_000
MINUTE_US = 60_000_000
FAILED = Outcome(
    ended="failed", exit_status=1, duration_s=2.5, output="no", output_bytes=2, output_sha256="00", why="exit status 1"
)
SEEN = (ev.Seen(probe="errors", word="stale"), ev.Seen(probe="logins", word="ok"))
DUMP = ev.StepStarted(run="r", target="backup", attempt=1, title="Dump", argv=("d",), cwd="/", host="h", user="u")
STORY: tuple[tuple[int, str, ev.Body], ...] = (
    (0, "ada", ev.ReleaseStarted(release="shop 4.2", environment="production", t0_us=START_US, checklist="Shop")),
    (1, "ada", ev.ItemSkipped(item="backup", reason="the replica is fresh")),
    (2, "warroom", ev.VerdictChanged(probe="errors", to="ok", was="pending", value=0.2, unit="%", text="0.2 %")),
    (3, "bob", ev.ItemReopened(item="backup", reason="it is not")),
    (4, "bob", DUMP),
    (5, "bob", ev.StepFinished(run="r", target="backup", title="Dump", outcome=FAILED)),
    (6, "bob", ev.ItemDone(item="backup", note="from the KUMQUAT", value="41 GB", seen=SEEN)),
    (7, "warroom", ev.VerdictChanged(probe="errors", to="fail", was="ok", value=2.31, unit="%", text="2.31 % > 2 %")),
    (9, "warroom", ev.VerdictChanged(probe="errors", to="ok", was="fail", value=0.1, unit="%", text="0.1 %")),
    (10, "ada", ev.Noted(text="\0 odd 日本語 'text'")),
)  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with closing(new_journal(tmp_path / "journal")) as journal:
        drafts = [
            draft(f"d{n}", body, actor=actor).model_copy(update={"at_us": START_US + minute * MINUTE_US})
            for n, (minute, actor, body) in enumerate(STORY)
        ]
        journal.append(drafts, after=0)
        Room(journal, StillClock(), origin="test@host:1").redact(7, reason="a name", actor="bob")
    return tmp_path / "journal"


@pytest.fixture
def copy(path: Path, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    backup(path, tmp_path / "copy.journal")
    with closing(sqlite3.connect(f"file:{tmp_path / 'copy.journal'}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


def rows(copy: sqlite3.Connection, sql: str) -> list[dict[str, Any]]:
    return [dict(row) for row in copy.execute(sql)]


def test_the_timeline_has_every_event_with_its_title_and_words(copy: sqlite3.Connection) -> None:
    found = rows(copy, "SELECT seq, at, t_s, actor, kind, title, text, redacted FROM timeline")
    assert [row["seq"] for row in found] == list(range(1, 12))
    assert found[1] == {
        "seq": 2, "at": "2025-06-15T15:07:40.000000Z", "t_s": 60.0, "actor": "ada", "kind": "item_skipped",
        "title": "Back up the database", "text": "the replica is fresh", "redacted": 0,
    }  # fmt: skip
    assert [row["text"] for row in found][5:9] == ["exit status 1", "[redacted]", "2.31 % > 2 %", "0.1 %"]
    assert found[7]["title"] == "Error rate"
    assert [row["seq"] for row in found if row["redacted"]] == [7]


def test_items_are_as_they_were_last_said_to_be(copy: sqlite3.Connection) -> None:
    assert rows(copy, "SELECT number, id, title, phase, status, actor, text, seq FROM items") == [
        {
            "number": "1.1.1", "id": "backup", "title": "Back up the database", "phase": "Before", "status": "done",
            "actor": "bob", "text": "[redacted]", "seq": 7,
        }
    ]  # fmt: skip


def test_decisions_are_what_people_said(copy: sqlite3.Connection) -> None:
    found = rows(copy, "SELECT kind, actor, text, seen FROM decisions")
    assert [row["kind"] for row in found] == ["item_skipped", "item_reopened", "item_done", "redacted"]
    assert '"probe":"errors"' in found[2]["seen"]


def test_probe_transitions_say_how_long_each_lasted(copy: sqlite3.Connection) -> None:
    found = rows(copy, 'SELECT probe, was, "to", value, lasted_s FROM probe_transitions')
    assert [tuple(row.values()) for row in found] == [
        ("errors", "pending", "ok", 0.2, 300.0),
        ("errors", "ok", "fail", 2.31, 120.0),
        ("errors", "fail", "ok", 0.1, None),
    ]


@pytest.mark.parametrize("body", ["", "{", "null", "[]", "5", '{"t0_us": "x", "seen": 3}'])
def test_no_body_makes_a_view_fail(path: Path, tmp_path: Path, body: str) -> None:
    tamper(path, f"UPDATE events SET body = '{body}'", f"UPDATE definitions SET body = '{body}'")
    backup(path, tmp_path / "copy.journal")
    with closing(sqlite3.connect(tmp_path / "copy.journal")) as connection:
        for view in ("timeline", "items", "decisions", "probe_transitions"):
            connection.execute(f"SELECT * FROM {view}").fetchall()


def queries() -> list[str]:
    return re.findall(r"```sql\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)


def test_the_page_has_five_queries() -> None:
    assert len(queries()) == 5


@pytest.mark.parametrize("number", range(5))
def test_each_published_query_finds_something(copy: sqlite3.Connection, number: int) -> None:
    assert rows(copy, queries()[number])


@pytest.mark.real
def test_the_shell_runs_them_too(path: Path, tmp_path: Path) -> None:
    backup(path, tmp_path / "copy.journal")
    assert shutil.which("sqlite3")
    for sql in queries():
        done = subprocess.run(
            ["sqlite3", "-readonly", tmp_path / "copy.journal", sql], check=True, capture_output=True, text=True
        )
        assert done.stdout
        assert not done.stderr
