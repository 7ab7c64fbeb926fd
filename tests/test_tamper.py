"""What `verify` sees: every edit of a journal, a cut end when there is a checkpoint, and honesty about the rest."""

import struct
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from journal_kit import append_all, finished_journal, new_journal, tamper, without_anchors
from warroom.core.errors import BadInput
from warroom.journal import chain, sqlite
from warroom.journal.checkpoint import checkpoint_text
from warroom.journal.schema import TRIGGERS
from warroom.journal.store import open_journal
from warroom.journal.verify import verify
from warroom.journal.walk import follow

COUNT = 6
COLUMNS = "seq, at_us, mono_us, v, id, kind, actor, origin, subject, body_hash, salt, body, hash"
COPY = "at_us, mono_us, v, id || 'x', kind, actor, origin, subject, body_hash, hash, salt, body"
SWAP = """
    UPDATE events SET ({0}) = (SELECT {0} FROM events AS other WHERE other.seq = 7 - events.seq) WHERE seq IN (3, 4)
""".format("at_us, mono_us, kind, actor, origin, subject, body_hash, hash, salt, body")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return finished_journal(tmp_path / "journal", COUNT)


@pytest.fixture
def checkpoint(path: Path) -> str:
    """Taken now; two more events follow it."""
    with closing(open_journal(path)) as journal:
        text = checkpoint_text(journal)
        append_all(journal, ["later-1", "later-2"])
    return text


def rechain(path: Path) -> None:
    """What a thorough forger does: every hash is computed anew."""
    with closing(sqlite.connect(path, mode="rw")) as connection:
        connection.text_factory = bytes
        ((journal_id,),) = connection.execute("SELECT value FROM meta WHERE key = 'journal_id'").fetchall()
        parts = connection.execute("SELECT role, name, body FROM definitions ORDER BY role, name").fetchall()
        hashes = [chain.definition_hash(*part) for part in parts]
        rows = connection.execute(f"SELECT {COLUMNS} FROM events ORDER BY seq").fetchall()
        for name in TRIGGERS:
            connection.execute(f"DROP TRIGGER {name}")
        for (role, name, _), digest in zip(parts, hashes, strict=True):
            sql = "UPDATE definitions SET hash = ? WHERE role = CAST(? AS TEXT) AND name = CAST(? AS TEXT)"
            connection.execute(sql, (digest, role, name))
        before = chain.genesis(journal_id, hashes)
        for *fields, salt, body, _ in rows:
            entry = chain.Entry(*fields)._replace(body_hash=chain.body_hash(salt, body))
            before = chain.event_hash(before, entry)
            connection.execute(
                "UPDATE events SET body_hash = ?, hash = ? WHERE seq = ?", (entry.body_hash, before, entry.seq)
            )
        for sql in TRIGGERS.values():
            connection.execute(sql)


def test_an_untouched_journal_is_intact_and_says_what_vouches_for_it(path: Path, checkpoint: str) -> None:
    report = verify(path)
    assert (report.answer, report.events, report.broken_at, report.notes) == ("intact", 8, None, ())
    assert (report.vouched_by, report.vouched) == ("anchors", 8)
    assert report.why.startswith("as anchor 2 vouches, up to event 8, and 0 events since are chained to it; it stands")
    report = verify(path, checkpoint)
    assert (report.answer, report.events, report.notes) == ("intact", 8, ())
    assert (report.vouched_by, report.vouched) == ("checkpoint", 6)
    assert report.why == "as the checkpoint vouches, up to event 6, and 2 events since are chained to it"
    with closing(open_journal(path)) as journal:
        assert report.head == journal.head()
        assert verify(path, checkpoint_text(journal)).answer == "intact"


def test_without_its_anchors_a_journal_is_unanchored(path: Path, checkpoint: str) -> None:
    without_anchors(path)
    report = verify(path)
    assert (report.answer, report.events, report.vouched_by) == ("unanchored", 8, "nothing")
    assert "nothing vouches for it" in report.why
    assert verify(path, checkpoint).answer == "intact"


def test_a_journal_without_events_verifies(tmp_path: Path) -> None:
    with closing(new_journal(tmp_path / "journal")) as journal:
        assert verify(journal.path).answer == "unanchored"
        assert verify(journal.path, checkpoint_text(journal)).answer == "intact"


EDITS = {
    "edit the body": ("UPDATE events SET body = replace(body, '3', '4') WHERE seq = 3", 3),
    "edit the actor": ("UPDATE events SET actor = 'eve' WHERE seq = 3", 3),
    "edit the time": ("UPDATE events SET at_us = at_us - 1 WHERE seq = 6", 6),
    "edit the hash": ("UPDATE events SET hash = zeroblob(32) WHERE seq = 2", 2),
    "remove the body": ("UPDATE events SET body = NULL, salt = NULL WHERE seq = 3", 3),
    "move a byte into the salt": (
        "UPDATE events SET salt = CAST(salt || x'7b' AS BLOB), body = substr(body, 2) WHERE seq = 3",
        3,
    ),
    "swap": (SWAP, 3),
    "insert": (f"INSERT INTO events SELECT 7, {COPY} FROM events WHERE seq = 6", 7),
    "insert before the first": (f"INSERT INTO events SELECT 0, {COPY} FROM events WHERE seq = 6", 1),
    "insert far away": (f"INSERT INTO events SELECT 9, {COPY} FROM events WHERE seq = 6", 7),
    "delete the first": ("DELETE FROM events WHERE seq = 1", 1),
    "delete one": ("DELETE FROM events WHERE seq = 4", 4),
    "renumber": ("UPDATE events SET seq = seq + 10", 1),
    "renumber the last": ("UPDATE events SET seq = 70 WHERE seq = 6", 6),
    "delete and close the gap": ("DELETE FROM events WHERE seq = 4; UPDATE events SET seq = seq - 1 WHERE seq > 4", 4),
}


@pytest.mark.parametrize("name", EDITS)
def test_every_edit_is_found_where_it_was_made(path: Path, name: str) -> None:
    sql, broken_at = EDITS[name]
    tamper(path, *sql.split(";"))
    report = verify(path)
    assert (report.answer, report.broken_at, report.events) == ("broken", broken_at, broken_at - 1)
    assert f"event {broken_at}" in report.why
    assert report.head.seq == broken_at - 1


def test_a_gap_is_told_as_what_is_missing(path: Path) -> None:
    tamper(path, "DELETE FROM events WHERE seq IN (3, 4)")
    assert verify(path).why == "event 3 is missing; event 5 stands in its place"


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("UPDATE definitions SET body = '{}' WHERE name = 'checklist.md'", 'the definition "checklist.md" was changed'),
        (
            "UPDATE definitions SET hash = zeroblob(32) WHERE role = 'parsed'",
            'the definition "definitions" was changed',
        ),
        ("DELETE FROM definitions WHERE name = 'checklist.md'", "event 1 was changed, or is not the one that followed"),
        ("UPDATE meta SET value = 'other' WHERE key = 'journal_id'", "event 1 was changed, or is not the one"),
        ("DELETE FROM meta", "the journal's id was removed"),
        ("DROP TABLE definitions", "cannot be read to its end"),
    ],
)
def test_the_definitions_and_the_id_are_part_of_the_chain(path: Path, sql: str, why: str) -> None:
    with closing(sqlite.connect(path, mode="rw")) as connection:
        for name in TRIGGERS:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(sql)
    report = verify(path)
    assert report.answer == "broken"
    assert why in report.why


def test_a_journal_cannot_be_spliced_with_another(path: Path, tmp_path: Path) -> None:
    other = finished_journal(tmp_path / "other", COUNT)
    tamper(path, f"ATTACH '{other}' AS other", "DELETE FROM events", "INSERT INTO events SELECT * FROM other.events")
    assert (verify(path).answer, verify(path).broken_at) == ("broken", 1)


@pytest.mark.parametrize("sql", ["DELETE FROM events WHERE seq > 5", "DELETE FROM events"], ids=["cut", "wipe"])
def test_a_cut_end_shows_against_an_anchor_or_a_checkpoint_only(path: Path, checkpoint: str, sql: str) -> None:
    tamper(path, sql)
    report = verify(path)
    assert report.answer == "truncated"
    assert report.why == f"anchor 1 vouches for 6 events, but the journal ends after {report.events}"
    without_anchors(path)
    assert verify(path).answer == "unanchored"
    report = verify(path, checkpoint)
    assert report.answer == "truncated"
    assert f"vouches for 6 events, but the journal ends after {report.events}" in report.why


def test_events_cut_after_the_checkpoint_are_not_its_business(path: Path, checkpoint: str) -> None:
    tamper(path, "DELETE FROM events WHERE seq > 6", "DELETE FROM anchors WHERE number = 2")
    assert verify(path, checkpoint).answer == "intact"


@pytest.mark.parametrize(
    "sql",
    ["UPDATE events SET actor = 'eve' WHERE seq = 3", "UPDATE definitions SET body = 'x' WHERE name = 'checklist.md'"],
)
def test_a_chain_computed_anew_shows_against_an_anchor_or_a_checkpoint(path: Path, checkpoint: str, sql: str) -> None:
    tamper(path, sql)
    rechain(path)
    assert (verify(path).answer, verify(path).broken_at) == ("broken", 6)
    without_anchors(path)
    assert verify(path).answer == "unanchored"
    report = verify(path, checkpoint)
    assert (report.answer, report.broken_at) == ("broken", 6)
    assert "the chain was computed anew" in report.why


def test_a_checkpoint_of_another_journal_does_not_fit(path: Path, tmp_path: Path) -> None:
    with closing(open_journal(finished_journal(tmp_path / "other", COUNT))) as other:
        report = verify(path, checkpoint_text(other))
    assert report.answer == "broken"
    assert "the checkpoint is of journal" in report.why


@pytest.mark.parametrize(
    "text", ["", "warroom/x\n1\n", "warroom/x\n-1\n" + "a" * 64, "warroom/x\n1\n" + "a" * 63, "other/x\n1\n" + "a" * 64]
)
def test_what_is_no_checkpoint_is_refused_in_a_sentence(path: Path, text: str) -> None:
    with pytest.raises(BadInput, match=r"no checkpoint .* three lines"):
        verify(path, text)


def test_a_file_that_is_no_journal_has_no_answer(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no journal"):
        verify(tmp_path / "journal")


@pytest.mark.parametrize("text", ["", "warroom/x", "intact"])
def test_an_anchor_that_was_changed_is_found(path: Path, text: str) -> None:
    tamper(path, f"UPDATE anchors SET text = '{text}'")
    report = verify(path)
    assert report.answer == "broken"
    assert "anchor 1 was changed" in report.why


def test_an_anchor_of_another_journal_does_not_fit(path: Path, tmp_path: Path) -> None:
    other = finished_journal(tmp_path / "other", COUNT)
    tamper(path, f"ATTACH '{other}' AS other", "DELETE FROM anchors", "INSERT INTO anchors SELECT * FROM other.anchors")
    assert "anchor 1 is of journal" in verify(path).why


def test_triggers_that_were_touched_are_noted(path: Path) -> None:
    with closing(sqlite.connect(path, mode="rw")) as connection:
        connection.execute("DROP TRIGGER events_no_delete")
        connection.execute("DROP TRIGGER events_no_update")
        connection.execute("CREATE TRIGGER events_no_update AFTER UPDATE ON events BEGIN SELECT 1; END")
        connection.execute("CREATE TRIGGER hidden AFTER INSERT ON events BEGIN DELETE FROM samples; END")
        connection.execute("DROP VIEW decisions")
    report = verify(path)
    assert report.answer == "intact"
    assert report.notes == (
        "the trigger events_no_delete is missing",
        "the trigger events_no_update was changed",
        "the trigger hidden is not part of the format",
        "the view decisions is missing",
    )


def test_an_index_that_hides_events_is_found(path: Path) -> None:
    with closing(sqlite.connect(path, mode="rw")) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_schema SET sql = sql || ' WHERE seq <> 3' WHERE name = 'events_by_subject'")
        connection.execute("PRAGMA writable_schema = RESET")
        connection.execute("REINDEX events_by_subject")
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_schema SET sql = replace(sql, ' WHERE seq <> 3', '') WHERE name LIKE 'events_by_s%'"
        )
    report = verify(path)
    assert (report.answer, report.events) == ("broken", COUNT)
    assert "SQLite finds damage" in report.why


def flips(value: Any) -> Iterator[Any]:
    """The value with each single bit of it flipped in turn."""
    data = struct.pack(">q", value) if isinstance(value, int) else value
    for bit in range(8 * len(data)):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        yield struct.unpack(">q", flipped)[0] if isinstance(value, int) else bytes(flipped)


def test_every_single_bit_of_every_event_counts(path: Path) -> None:
    with closing(sqlite.connect(path, mode="ro")) as connection:
        connection.text_factory = bytes
        rows = connection.execute(f"SELECT {COLUMNS} FROM events ORDER BY seq").fetchall()
    with closing(open_journal(path)) as journal:
        first = journal._ledger.first
    assert follow(rows, first).fault == ""
    count = 0
    for index, row in enumerate(rows):
        for column, value in enumerate(row):
            for flipped in flips(value):
                harmed = [*rows[:index], (*row[:column], flipped, *row[column + 1 :]), *rows[index + 1 :]]
                assert follow(harmed, first).at in (index + 1, index + 2), (row, column, flipped)
                count += 1
    assert count > 8_000


@pytest.mark.slow
def test_flipped_bits_of_the_file_are_found_or_change_nothing(path: Path) -> None:
    """The step is prime, so that every bit of a byte and every place in a page has its turn."""
    original = path.read_bytes()
    content = contents(path)
    found = 0
    for bit in range(0, 8 * len(original), 499):
        flipped = bytearray(original)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        if seen(lambda: verify(path).answer == "broken"):
            found += 1
        else:
            assert contents(path) == content, bit
    assert found > 50


def seen(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except BadInput:
        return True


def contents(path: Path) -> list[Any]:
    with closing(sqlite.connect(path, mode="ro")) as connection:
        connection.text_factory = bytes
        tables = ("events", "definitions")
        return [connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in tables]
