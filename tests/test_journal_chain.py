"""The hash chain, against a second computation that follows the published text and shares no code with the first."""

from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from journal_kit import append_all, new_journal
from warroom.journal import chain, sqlite
from warroom.journal.checkpoint import checkpoint_text, parse_checkpoint

ENTRY = chain.Entry(
    1, 1_750_000_000_000_001, 5_000_001, 1, b"a", b"noted", b"ada", b"cli@host:1", b"", bytes(range(32))
)


def framed(*values: bytes | int) -> bytes:
    """Every value behind its length in 4 bytes; numbers as 8 bytes; all big-endian, numbers signed."""
    data = [value if isinstance(value, bytes) else value.to_bytes(8, "big", signed=True) for value in values]
    return b"".join(len(part).to_bytes(4, "big") + part for part in data)


def digest(tag: str, *values: bytes | int) -> bytes:
    return sha256(tag.encode() + b"\n" + framed(*values)).digest()


def stored(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite.connect(path, mode="ro")) as connection:
        connection.text_factory = bytes
        return connection.execute(sql).fetchall()


def test_the_published_construction_gives_the_stored_hashes(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with closing(new_journal(path)) as journal:
        first = journal.head().hash
        append_all(journal, ["a", "b", "c\N{SNOWMAN}"])
    parts = stored(path, "SELECT role, name, body, hash FROM definitions ORDER BY role, name")
    assert [name for _, name, *_ in parts] == [b"checklist.md", b"probes/errors.toml", b"definitions"]
    for *part, part_hash in parts:
        assert digest("warroom/definition/1", *part) == part_hash
    ((journal_id,),) = stored(path, "SELECT value FROM meta WHERE key = 'journal_id'")
    before = digest("warroom/journal/1", journal_id, *(part_hash for *_, part_hash in parts))
    assert before.hex() == first
    for *fields, body_hash, event_hash, salt, body in stored(path, "SELECT * FROM events ORDER BY seq"):
        assert digest("warroom/body/1", salt, body) == body_hash
        assert digest("warroom/event/1", before, *fields, body_hash) == event_hash
        before = event_hash


def test_vectors() -> None:
    """These bytes are published: a change here makes every journal unreadable."""
    assert chain.definition_hash(b"file", b"checklist.md", b"# Shop\n").hex() == (
        "e72484fff2583d8e1608828e0654df574de5ad127d41edac9ac6f0dec077ac6b"
    )
    assert chain.genesis(b"id", [bytes(32)]).hex() == "0c18a8dc6a79648d2e389b579e86a073478464e3437e9948597f1fcda2f7e8e0"
    assert (
        chain.body_hash(b"0123456789abcdef", b"{}").hex()
        == "af00cb8e84018f7acdbe2c8c546d0ec9adf4ebf9563fb1b877305931ffdbde64"
    )
    assert (
        chain.event_hash(bytes(32), ENTRY).hex() == "fa825be24feb594f2c5d248a0c884d31d40056a64850d5ce54bae36a2360d2f9"
    )


@pytest.mark.parametrize("field", chain.Entry._fields)
def test_every_field_counts(field: str) -> None:
    value = getattr(ENTRY, field)
    other: dict[str, Any] = {field: value + 1 if isinstance(value, int) else value + b"!"}
    assert chain.event_hash(bytes(32), ENTRY._replace(**other)) != chain.event_hash(bytes(32), ENTRY)


def test_no_byte_can_move_to_the_next_field() -> None:
    moved = ENTRY._replace(actor=b"ad", origin=b"acli@host:1")
    assert chain.event_hash(bytes(32), moved) != chain.event_hash(bytes(32), ENTRY)
    assert chain.body_hash(b"ab", b"c") != chain.body_hash(b"a", b"bc")


def test_two_journals_never_share_a_chain(tmp_path: Path) -> None:
    heads = []
    for name in ("one", "two"):
        with closing(new_journal(tmp_path / name)) as journal:
            heads.append(journal.head().hash)
    assert heads[0] != heads[1]


def test_equal_bodies_do_not_show_as_equal(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with closing(new_journal(path)) as journal:
        append_all(journal, ["a", "b"])
    rows = stored(path, "SELECT salt, body_hash FROM events")
    assert len(set(rows)) == 2
    assert all(len(salt) == 16 for salt, _ in rows)


def test_a_checkpoint_is_three_lines(tmp_path: Path) -> None:
    with closing(new_journal(tmp_path / "journal")) as journal:
        (event,) = append_all(journal, ["a"])
        text = checkpoint_text(journal)
        assert text == f"warroom/{journal.id}\n1\n{event.hash}\n"
        assert parse_checkpoint(f"\n{text}\n").text == text
        assert parse_checkpoint(text.replace("\n", "\r\n")).text == text
