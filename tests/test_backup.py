"""Copies of a journal, and the file that takes its events while it cannot be written."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from journal_contract import BODIES, sample
from journal_kit import append_all, child, draft, ended, finished_journal, new_journal
from warroom.core import events as ev
from warroom.core.errors import BadInput, CannotWrite
from warroom.core.redaction import Redactor
from warroom.journal.backup import backup
from warroom.journal.checkpoint import checkpoint_text
from warroom.journal.fallback import FallbackFile, fallback_path, import_fallback
from warroom.journal.store import SqliteJournal, open_journal
from warroom.journal.verify import verify


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def journal(path: Path) -> Iterator[SqliteJournal]:
    with closing(new_journal(path)) as journal:
        yield journal


def test_a_backup_is_whole_while_others_write(journal: SqliteJournal, tmp_path: Path) -> None:
    append_all(journal, ["a", "b"])
    journal.record([sample(1)])
    backup(journal.path, tmp_path / "copy")
    checkpoint = checkpoint_text(journal)
    append_all(journal, ["later"])
    assert verify(tmp_path / "copy", checkpoint).answer == "intact"
    with closing(open_journal(tmp_path / "copy")) as copy:
        assert (copy.id, copy.head().seq) == (journal.id, 2)
        assert copy.definitions() == journal.definitions()
        assert len(copy.samples("errors", 5)) == 1
        append_all(copy, ["goes on"])  # a backup can take the journal's place
    assert verify(tmp_path / "copy", checkpoint).events == 3


def test_a_backup_is_one_file_that_opens_on_a_read_only_medium(path: Path, tmp_path: Path) -> None:
    finished_journal(path, 3)
    disk = tmp_path / "disk"
    disk.mkdir()
    backup(path, disk / "copy")
    assert list(disk.iterdir()) == [disk / "copy"]
    mount = f'mount --bind -o ro "{disk}" "{disk}" && exec "$@"'
    wrapper = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh"]
    if subprocess.run([*wrapper, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount")
    assert ended(child("read", disk / "copy", wrapper=wrapper)) == "note-1 note-2 note-3\nintact\n"


def test_a_backup_overwrites_nothing(path: Path, tmp_path: Path) -> None:
    finished_journal(path, 1)
    (tmp_path / "copy").write_text("my notes")
    with pytest.raises(BadInput, match="copy exists already"):
        backup(path, tmp_path / "copy")
    assert (tmp_path / "copy").read_text() == "my notes"
    with pytest.raises(BadInput, match="exists already"):
        backup(path, path)


def test_a_backup_that_cannot_be_written_leaves_nothing(path: Path, tmp_path: Path) -> None:
    finished_journal(path, 1)
    with pytest.raises(CannotWrite, match="no such file or directory"):
        backup(path, tmp_path / "missing" / "copy")
    with pytest.raises(BadInput, match="there is no journal"):
        backup(tmp_path / "other", tmp_path / "copy")
    assert {file.name for file in tmp_path.iterdir()} <= {"journal", "journal-shm", "journal-wal", "journal.lock"}


def test_what_went_to_the_fallback_file_is_imported_as_it_happened(journal: SqliteJournal) -> None:
    append_all(journal, ["before"])
    for n, body in enumerate(BODIES):
        journal.fallback.append([draft(f"f{n}", body, actor="bob").model_copy(update={"at_us": n})])
    append_all(journal, ["meanwhile"])
    done = import_fallback(fallback_path(journal.path), journal)
    assert done == (len(BODIES), 0, ())
    stored = list(journal.read(since=2))
    assert [event.body for event in stored] == list(BODIES)
    assert [(event.id, event.at_us, event.actor) for event in stored] == [
        (f"f{n}", n, "bob") for n in range(len(BODIES))
    ]
    assert import_fallback(fallback_path(journal.path), journal) == (0, len(BODIES), ())
    assert journal.head().seq == len(BODIES) + 2


def test_an_event_that_was_stored_after_all_is_not_there_twice(journal: SqliteJournal) -> None:
    journal.fallback.append([draft("a"), draft("b")])
    append_all(journal, ["a"])
    assert import_fallback(fallback_path(journal.path), journal) == (1, 1, ())
    assert [event.id for event in journal.read()] == ["a", "b"]


def test_a_line_that_was_cut_is_named_and_the_others_are_imported(journal: SqliteJournal) -> None:
    journal.fallback.append([draft("a"), draft("b")])
    path = fallback_path(journal.path)
    path.write_bytes(path.read_bytes()[:-20])
    journal.fallback.append([draft("c")])
    done = import_fallback(path, journal)
    assert (done.new, [damage.line for damage in done.damaged]) == (2, [2])
    assert [event.id for event in journal.read()] == ["a", "c"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"kind": "item_blessed"}, "it is of a kind that this warroom does not know"),
        ({"journal": "another"}, "it belongs to the journal another"),
        ({"body": {"text": 1}}, "Input should be a valid string"),
        ({"at_us": "soon"}, "Input should be a valid integer"),
        ({"extra": 1}, "Extra inputs are not permitted"),
    ],
)
def test_a_line_that_is_no_event_of_this_journal_is_named(
    journal: SqliteJournal, change: dict[str, object], why: str
) -> None:
    journal.fallback.append([draft("a")])
    path = fallback_path(journal.path)
    line = json.loads(path.read_text())
    path.write_text(json.dumps({**line, **change}) + "\n")
    ((number, said),) = import_fallback(path, journal).damaged
    assert number == 1
    assert said.startswith(why)
    assert journal.head().seq == 0


def test_a_secret_goes_into_no_fallback_file_either(tmp_path: Path) -> None:
    file = FallbackFile(tmp_path / "f", journal_id="j", redactor=Redactor(["hunter22"]))
    file.append([draft("a", ev.Noted(text="it is hunter22"))])
    assert "hunter22" not in (tmp_path / "f").read_text()


def test_a_fallback_file_that_cannot_be_written_or_read_is_told(journal: SqliteJournal, tmp_path: Path) -> None:
    file = FallbackFile(tmp_path / "missing" / "f", journal_id="j", redactor=Redactor())
    with pytest.raises(CannotWrite, match="no such file or directory"):
        file.append([draft("a")])
    with pytest.raises(BadInput, match="cannot be read: no such file"):
        import_fallback(tmp_path / "missing", journal)
