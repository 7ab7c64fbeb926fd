"""Exports as CSV: complete, whatever reads them, and nothing that a spreadsheet or a terminal obeys."""

import json
import re
from contextlib import closing
from pathlib import Path

import pytest

from cli_kit import Shell, begun
from export_kit import (
    HOSTILE,
    ITEMS,
    LONG,
    add,
    begin,
    cells,
    definitions,
    events,
    exported_csv,
    hostile_shell,
    read_csv,
    reading,
)
from journal_kit import StillClock
from warroom.core import events as ev
from warroom.journal.store import create_journal, open_journal
from warroom.report.escaping import csv_text

TABLES = ("events", "items", "readings")
ALL_TABLES = pytest.mark.parametrize("table", TABLES)
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠\t\r]")
NUMBER = re.compile(r"-?\d+(\.\d+)?")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    return hostile_shell(tmp_path_factory.mktemp("hostile"))


@ALL_TABLES
def test_no_cell_begins_like_a_formula(hostile: Shell, table: str) -> None:
    found = list(cells(read_csv(exported_csv(hostile, table).out)))
    assert found
    assert [cell for cell in found if FORMULA.match(cell) and not NUMBER.fullmatch(cell)] == []


@ALL_TABLES
def test_not_even_where_a_semicolon_or_a_tab_ends_a_cell(hostile: Shell, table: str) -> None:
    text = exported_csv(hostile, table).out
    pieces = re.split(r'[;\t\r\n]|,(?=")', text)
    assert [piece for piece in pieces if FORMULA.match(piece.strip('"')) and not NUMBER.match(piece)] == []


@ALL_TABLES
def test_nothing_moves_a_cursor_or_turns_text_around(hostile: Shell, table: str) -> None:
    text = exported_csv(hostile, table).out
    odd = {char for char in text if not char.isprintable()} - {"\r", "\n", "\t", "\u200c", "\u200d"}
    assert odd == set()
    assert "\r" not in text.replace("\r\n", "")


def test_what_is_harmless_stays_as_it_is(hostile: Shell) -> None:
    rows = read_csv(exported_csv(hostile, "events").out)
    assert HOSTILE["joined"] in {row["text"] for row in rows}
    assert LONG in {row["text"].removeprefix("'") for row in rows}
    assert read_csv(exported_csv(hostile, "items").out)[0]["value"] == "-12.5"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("", ""),
        ("-12", "-12"),
        ("-1.5e-3", "-1.5e-3"),
        ("-", "'-"),
        ("-1+1", "'-1+1"),
        ("+1", "'+1"),
        ("=1", "'=1"),
        ("\t1", "'\t1"),
        ("\r1", "'\\u000d1"),
        ("\r\n1", "' ⏎ 1"),
        ("a\nb", "a ⏎ b"),
        ("a;b", "a;b"),
        ("a; =b", "a;' =b"),
        ("'=1", "'=1"),
    ],
)
def test_a_text_as_a_cell(text: str, cell: str) -> None:
    assert csv_text(text) == cell


def test_events_are_those_of_the_json_lines(hostile: Shell) -> None:
    rows = read_csv(exported_csv(hostile, "events").out)
    told = events(hostile)
    assert len(rows) == len(told)
    for row, event in zip(rows, told, strict=True):
        assert json.loads(row["body"]) == event["body"]
        for name in ("seq", "time", "kind", "hash"):
            assert row[name] == str(event[name])


def test_events_say_what_the_timeline_says(tmp_path: Path) -> None:
    shell = begun(tmp_path)
    shell.ok("tick", "backup", "--value", "41 GB", "--note", "from the replica")
    row = read_csv(exported_csv(shell, "events").out)[1]
    assert (row["word"], row["actor"], row["subject"]) == ("tick", "ops-1", "backup")
    assert (row["title"], row["text"]) == ("Back up the database", "41 GB, from the replica")


def test_a_redacted_event_names_the_one_that_says_why(tmp_path: Path) -> None:
    shell = begun(tmp_path)
    shell.ok("note", "the KUMQUAT")
    shell.ok("redact", "2", "--reason", "a name")
    rows = read_csv(exported_csv(shell, "events").out)
    assert (rows[1]["text"], rows[1]["redacted_by"]) == ("[redacted]", "3")


def test_items_stand_as_they_do_in_the_status(hostile: Shell) -> None:
    rows = read_csv(exported_csv(hostile, "items").out)
    status = hostile.json("status")
    assert [row["id"] for row in rows] == list(ITEMS)
    for row, item in zip(rows, status["items"], strict=True):
        assert row["number"] == item["number"]
        assert row["status"] == item["status"]
        assert row["time"] == (item["at"] or "")
    by_seq = {str(event["seq"]): event for event in events(hostile)}
    said = [row for row in rows if row["seq"]]
    assert {row["id"] for row in said} == {"backup", "cash", "read-the-log"}
    assert [(row["id"], row["hash"]) for row in said] == [
        (by_seq[row["seq"]]["subject"], by_seq[row["seq"]]["hash"]) for row in said
    ]


def test_readings_keep_their_values_and_name_what_vouches_for_them(tmp_path: Path) -> None:
    shell = hostile_shell(tmp_path)
    with closing(open_journal(tmp_path / "shop.journal")) as journal:
        (digest,) = journal.tend(0)
        before = read_csv(exported_csv(shell, "readings").out)
        add(journal, digest)
    rows = read_csv(exported_csv(shell, "readings").out)
    assert [row["value"] for row in rows][-4:] == ["-2.5", "3", "true", ""]
    assert [row["id"] for row in rows] == [str(n) for n in range(1, len(HOSTILE) + 5)]
    assert {row["seq"] for row in before} == {""}
    last = events(shell)[-1]
    assert {(row["seq"], row["hash"]) for row in rows} == {(str(last["seq"]), last["hash"])}


def test_each_reading_names_the_digest_that_holds_it(tmp_path: Path) -> None:
    with closing(create_journal(tmp_path / "shop.journal", definitions(), StillClock(), "0.1.0")) as journal:
        begin(journal, "shop 4.2")
        journal.record([reading(n, n) for n in range(6)])
        for first, last in ((1, 2), (4, 5)):
            add(journal, ev.SamplesDigest(first=first, last=last, count=2, sha256="0"))
    rows = read_csv(exported_csv(Shell(tmp_path), "readings").out)
    assert [row["seq"] for row in rows] == ["2", "2", "", "3", "3", ""]


@ALL_TABLES
def test_the_head_is_told_beside_a_table(hostile: Shell, table: str) -> None:
    head = events(hostile)[-1]["hash"]
    ended = exported_csv(hostile, table)
    assert ended.err.endswith(f", head {head}\n")
    assert len(ended.err.splitlines()) == 1
    quiet = exported_csv(hostile, table, "--head", "head.json")
    assert quiet.err == ""
    assert quiet.out == ended.out
    assert hostile.ok("verify", "--checkpoint", "head.json").startswith("intact")
    assert head in (hostile.home / "head.json").read_text()


def test_lines_end_as_the_standard_has_it_and_numbers_are_bare(tmp_path: Path) -> None:
    text = exported_csv(begun(tmp_path), "events").out
    assert text.count("\r\n") == 2
    assert re.search(r"\r\n1,[^,]*Z,-?\d+\.\d+,release_started,", text)
