"""The lines that SQLite makes of stored events are, byte for byte, those that the events themselves give."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from journal_contract import BODIES, ODD_TEXT
from journal_kit import append_all, draft, new_journal, tamper
from warroom.clock import SystemClock
from warroom.core import events as ev
from warroom.core.errors import BadInput
from warroom.journal.export import event_lines
from warroom.journal.store import SqliteJournal
from warroom.report.jsonl import event_line
from warroom.room import Room


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    with closing(new_journal(tmp_path / "journal")) as opened:
        yield opened


def lines(journal: SqliteJournal) -> list[str]:
    return list(event_lines(journal, journal.head().seq, event_line))


def test_every_kind_of_event_gives_its_own_line(journal: SqliteJournal) -> None:
    journal.append([draft(f"{ODD_TEXT}{n}", body, actor=ODD_TEXT) for n, body in enumerate(BODIES)], after=0)
    assert lines(journal) == [event_line(event) for event in journal.read()]


@pytest.mark.parametrize("value", [1e-7, 1e16, 0.1 + 0.2, 1.0, 1, -(2**63), True, "1", None])
def test_numbers_are_spelled_as_they_are_stored(journal: SqliteJournal, value: float | str | None) -> None:
    journal.append([draft("a", ev.VerdictChanged(probe="errors", to="ok", was="ok", value=value))], after=0)
    assert lines(journal) == [event_line(event) for event in journal.read()]


@pytest.mark.parametrize("at_us", [0, 999_999, 1_750_000_000_000_000, 253_402_300_799_999_999])
def test_times_are_to_the_microsecond(journal: SqliteJournal, at_us: int) -> None:
    journal.append([draft("a").model_copy(update={"at_us": at_us})], after=0)
    assert lines(journal) == [event_line(event) for event in journal.read()]


def test_an_event_that_lost_its_body_is_told_by_its_stand_in(journal: SqliteJournal) -> None:
    append_all(journal, ["a", "b", "c"])
    Room(journal, SystemClock(), origin="test@host:1").redact(2, reason="a token", actor="ada")
    assert lines(journal) == [event_line(event) for event in journal.read()]
    assert '"text":"[redacted]"' in lines(journal)[1]


def test_more_events_than_are_read_at_once_come_in_order(journal: SqliteJournal) -> None:
    append_all(journal, [f"note-{n}" for n in range(4100)])
    assert lines(journal) == [event_line(event) for event in journal.read()]


def test_what_is_appended_later_is_left_out(journal: SqliteJournal) -> None:
    append_all(journal, ["a", "b"])
    told = event_lines(journal, 2, event_line)
    first = next(told)
    append_all(journal, ["c"])
    assert [first, *told] == lines(journal)[:2]


def test_a_body_that_is_no_json_is_refused(journal: SqliteJournal) -> None:
    append_all(journal, ["a"])
    tamper(journal.path, "UPDATE events SET body = '{'")
    with pytest.raises(BadInput, match="is damaged: malformed JSON"):
        lines(journal)
