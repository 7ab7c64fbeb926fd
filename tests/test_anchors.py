"""Anchors and signatures: what is kept when, and what each of them vouches for."""

import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from journal_kit import append_all, finished_journal, new_journal, tamper
from warroom.core.errors import BadInput
from warroom.journal import sqlite
from warroom.journal.checkpoint import checkpoint_text
from warroom.journal.signing import sign
from warroom.journal.store import SqliteJournal, open_journal
from warroom.journal.verify import verify


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def journal(path: Path) -> Iterator[SqliteJournal]:
    with closing(new_journal(path)) as journal:
        yield journal


def test_an_anchor_is_the_checkpoint_of_its_moment(journal: SqliteJournal) -> None:
    append_all(journal, ["a"])
    text = checkpoint_text(journal)
    journal.anchor("phase ended")
    append_all(journal, ["b"])
    (anchor,) = journal.anchors.all()
    assert anchor == (1, "phase ended", text, "", "")
    report = verify(journal.path)
    assert (report.answer, report.vouched_by, report.vouched, report.events) == ("intact", "anchors", 1, 2)


def test_an_anchor_that_says_nothing_new_is_not_kept(journal: SqliteJournal) -> None:
    append_all(journal, ["a"])
    for _ in range(3):
        journal.anchor("every five minutes")
    append_all(journal, ["b"])
    journal.anchor("every five minutes")
    assert [anchor.number for anchor in journal.anchors.all()] == [1, 2]


def test_who_appended_leaves_an_anchor_and_who_read_does_not(path: Path) -> None:
    finished_journal(path, 2)
    open_journal(path).close()
    with closing(open_journal(path, read_only=True)) as reader:
        assert [(anchor.reason, anchor.text) for anchor in reader.anchors.all()] == [
            ("closed", checkpoint_text(reader))
        ]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE anchors SET text = ''",
        "DELETE FROM anchors",
        "REPLACE INTO anchors VALUES (1, '', '', '', '')",
        "INSERT INTO anchors VALUES (7, '', '', '', '')",
        "INSERT INTO anchors VALUES (NULL, '', '', '', '')",
    ],
)
def test_anchors_are_append_only(path: Path, statement: str) -> None:
    finished_journal(path, 1)
    with (
        closing(sqlite.connect(path, mode="rw")) as connection,
        pytest.raises(sqlite.Error, match="anchors is append-only"),
    ):
        connection.execute(statement)


def key(directory: Path, name: str) -> Path:
    made = directory / name
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", made], check=True)
    return made


def allow(directory: Path, **keys: Path) -> Path:
    """A file of allowed signers: mail-like names and public keys."""
    lines = [f"{name}@shop.test {made.with_suffix('.pub').read_text()}" for name, made in keys.items()]
    allowed = directory / f"allowed-{'-'.join(keys)}"
    allowed.write_text("".join(lines))
    return allowed


@pytest.mark.real
def test_a_signed_anchor_vouches_more_than_one_without(journal: SqliteJournal, tmp_path: Path) -> None:
    ada = key(tmp_path, "ada")
    append_all(journal, ["a", "b"])
    text = checkpoint_text(journal)
    journal.anchors.keep(text, "by hand", signature=sign(text, ada))
    append_all(journal, ["c"])
    journal.anchor("phase ended")
    report = verify(journal.path, allowed_signers=allow(tmp_path, ada=ada))
    assert (report.answer, report.vouched_by, report.vouched, report.notes) == ("intact", "signature", 2, ())
    assert "anchor 1, signed by ada@shop.test, vouches" in report.why
    assert verify(journal.path).notes == ("the signature of anchor 1 was not checked: no allowed signers were named",)


@pytest.mark.real
def test_a_signature_by_somebody_else_or_of_something_else_counts_for_nothing(path: Path, tmp_path: Path) -> None:
    ada, eve = key(tmp_path, "ada"), key(tmp_path, "eve")
    with closing(new_journal(path)) as journal:
        append_all(journal, ["a"])
        first = checkpoint_text(journal)
        append_all(journal, ["b"])
        second = checkpoint_text(journal)
        journal.anchors.keep(first, "by hand", signature=sign(first, eve))
        journal.anchors.keep(second, "by hand", signature=sign(first, ada))
    report = verify(path, allowed_signers=allow(tmp_path, ada=ada))
    assert (report.answer, report.vouched_by) == ("intact", "anchors")
    assert report.notes == (
        "the signature of anchor 1 is not by an allowed signer",
        "the signature of anchor 2 is not by an allowed signer",
    )


@pytest.mark.real
def test_a_checkpoint_with_a_signature_is_that_of_an_allowed_signer_or_none(path: Path, tmp_path: Path) -> None:
    ada, eve = key(tmp_path, "ada"), key(tmp_path, "eve")
    with closing(open_journal(finished_journal(path, 3))) as journal:
        text = checkpoint_text(journal)
    allowed = allow(tmp_path, ada=ada)
    report = verify(path, text, signature=sign(text, ada), allowed_signers=allowed)
    assert (report.answer, report.vouched_by) == ("intact", "checkpoint")
    assert "signed by ada@shop.test" in report.why
    with pytest.raises(BadInput, match="not by an allowed signer"):
        verify(path, text, signature=sign(text, eve), allowed_signers=allowed)


@pytest.mark.real
def test_a_rewritten_file_with_fresh_anchors_shows_against_the_signature_kept_elsewhere(
    path: Path, tmp_path: Path
) -> None:
    ada = key(tmp_path, "ada")
    with closing(open_journal(finished_journal(path, 3))) as journal:
        text = checkpoint_text(journal)
    tamper(path, "DELETE FROM events WHERE seq = 3", "DELETE FROM anchors")
    with closing(open_journal(path)) as journal:
        append_all(journal, ["forged"])
    assert verify(path).answer == "intact"
    report = verify(path, text, signature=sign(text, ada), allowed_signers=allow(tmp_path, ada=ada))
    assert (report.answer, report.broken_at) == ("broken", 3)


@pytest.mark.real
def test_a_key_or_a_file_of_signers_that_is_none_is_told(path: Path, tmp_path: Path) -> None:
    finished_journal(path, 1)
    with pytest.raises(BadInput, match=r"missing cannot sign: .*No such file"):
        sign("text", tmp_path / "missing")
    with pytest.raises(BadInput, match="is no file of allowed signers"):
        verify(path, allowed_signers=tmp_path / "missing")
