"""The published vectors, and the stand-alone verifier, which gives the answers of `warroom verify` without it."""

import ast
import json
import shutil
import subprocess
import sys
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from journal_kit import StillClock, append_all, finished_journal, new_journal, tamper, without_anchors
from test_tamper import COUNT, EDITS, rechain
from warroom.core.errors import BadInput
from warroom.journal import chain, sqlite
from warroom.journal.checkpoint import checkpoint_text
from warroom.journal.store import open_journal
from warroom.journal.verify import verify
from warroom.room import Room

DOCS = Path(__file__).parents[1] / "docs"
VERIFIER = DOCS / "verify_journal.py"
VECTORS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("vectors").joinpath("chain.json").read_text())
STATUS = {"intact": 0, "broken": 65, "truncated": 66, "unanchored": 67}


def field(written: str | int) -> bytes | int:
    if isinstance(written, int):
        return written
    form, _, value = written.partition(":")
    return bytes.fromhex(value) if form == "hex" else value.encode()


def computed(tag: str, *values: Any) -> bytes:
    """What this program computes."""
    if tag == "definition":
        return chain.definition_hash(*values)
    if tag == "journal":
        return chain.genesis(values[0], values[1:])
    if tag == "body":
        return chain.body_hash(*values)
    if tag == "samples":
        return chain.samples_hash((values[at : at + 4], values[at + 4 : at + 9]) for at in range(0, len(values), 9))
    if tag == "snapshot":
        return chain.snapshot_hash(*values)
    return chain.event_hash(values[0], chain.Entry(*values[1:]))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["tag"])
def test_vectors(vector: dict[str, Any]) -> None:
    """These bytes are published: a change here makes every journal unreadable."""
    values = [field(written) for written in vector["fields"]]
    data = [value if isinstance(value, bytes) else value.to_bytes(8, "big", signed=True) for value in values]
    framed = b"".join(len(part).to_bytes(4, "big") + part for part in data)
    assert sha256(f"warroom/{vector['tag']}/1\n".encode() + framed).hexdigest() == vector["is"]
    assert computed(vector["tag"], *values).hex() == vector["is"]
    assert vector["is"] in (DOCS / "journal.md").read_text()


def alone(path: Path, checkpoint: Path | None = None) -> int:
    """The exit status of the stand-alone verifier, in an interpreter that finds nothing but the standard library."""
    arguments = [str(path), *([str(checkpoint)] if checkpoint else [])]
    done = subprocess.run(
        [sys.executable, "-I", "-S", VERIFIER, *arguments], check=False, capture_output=True, text=True
    )
    assert not done.stderr
    return done.returncode


def test_it_imports_the_standard_library_only() -> None:
    modules = {
        name.partition(".")[0]
        for node in ast.walk(ast.parse(VERIFIER.read_text()))
        for name in (
            [alias.name for alias in node.names] if isinstance(node, ast.Import)
            else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        )
    }  # fmt: skip
    assert modules <= sys.stdlib_module_names


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return finished_journal(tmp_path / "journal", COUNT)


@pytest.fixture
def checkpoint(path: Path, tmp_path: Path) -> Path:
    with closing(open_journal(path)) as journal:
        (tmp_path / "checkpoint").write_text(checkpoint_text(journal))
    return tmp_path / "checkpoint"


MATRIX = {
    **{name: sql.split(";") for name, (sql, _) in EDITS.items()},
    "nothing": [],
    "cut": ["DELETE FROM events WHERE seq > 4"],
    "wipe": ["DELETE FROM events"],
    "wipe with its anchors": ["DELETE FROM events", "DELETE FROM anchors"],
    "no anchors": ["DELETE FROM anchors"],
    "a changed anchor": ["UPDATE anchors SET text = replace(text, 'warroom/0', 'warroom/1')"],
    "no anchor at all": ["UPDATE anchors SET text = 'x'"],
    "a changed definition": ["UPDATE definitions SET body = 'x' WHERE name = 'checklist.md'"],
    "another id": ["UPDATE meta SET value = 'other' WHERE key = 'journal_id'"],
    "no id": ["DELETE FROM meta"],
    "no table": ["DROP TABLE definitions"],
}


@pytest.mark.parametrize("name", MATRIX)
def test_it_agrees_about_what_was_tampered_with(path: Path, checkpoint: Path, name: str) -> None:
    if name == "no table":
        without_definitions(path)
    else:
        tamper(path, *MATRIX[name])
    assert alone(path) == STATUS[verify(path).answer]
    assert alone(path, checkpoint) == STATUS[verify(path, checkpoint.read_text()).answer]


def without_definitions(path: Path) -> None:
    with closing(sqlite.connect(path, mode="rw")) as connection:
        connection.execute("DROP TABLE definitions")


def test_it_agrees_about_a_chain_computed_anew(path: Path, checkpoint: Path) -> None:
    tamper(path, "UPDATE events SET actor = 'eve' WHERE seq = 3")
    rechain(path)
    assert alone(path) == STATUS[verify(path).answer] == 65
    without_anchors(path)
    assert alone(path) == STATUS[verify(path).answer] == 67
    assert alone(path, checkpoint) == STATUS[verify(path, checkpoint.read_text()).answer] == 65


def test_it_agrees_about_redaction(tmp_path: Path) -> None:
    with closing(new_journal(tmp_path / "journal")) as journal:
        append_all(journal, ["a", "b", "c"])
        Room(journal, StillClock(), origin="test@host:1").redact(2, reason="a name", actor="bob")
    assert alone(tmp_path / "journal") == STATUS[verify(tmp_path / "journal").answer] == 0
    tamper(tmp_path / "journal", "UPDATE events SET body = NULL, salt = NULL WHERE seq = 3")
    assert alone(tmp_path / "journal") == STATUS[verify(tmp_path / "journal").answer] == 65


def test_it_agrees_about_flipped_bits(path: Path, tmp_path: Path) -> None:
    original = path.read_bytes()
    for bit in range(0, 8 * len(original), 30_011):
        flipped = bytearray(original)
        flipped[bit // 8] ^= 1 << bit % 8
        copy = tmp_path / "flipped"
        copy.write_bytes(flipped)
        try:
            answer = verify(copy).answer
        except BadInput:
            continue  # a header that is gone gets no answer from us
        assert alone(copy) == STATUS[answer], bit


def test_something_that_is_no_journal_is_broken(tmp_path: Path) -> None:
    shutil.copy(VERIFIER, tmp_path / "text")
    assert alone(tmp_path / "text") == 65
    assert alone(tmp_path / "missing") == 65
