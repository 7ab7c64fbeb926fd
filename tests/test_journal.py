"""The journal in SQLite: the contract of all journals, what it refuses, and what it says when it cannot."""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from journal_contract import JournalContract, sample
from journal_kit import append_all, child, definitions, draft, ended, finished_journal, new_journal, tamper
from warroom.core.errors import BadInput, Busy, CannotWrite
from warroom.core.store import Journal
from warroom.journal import sqlite
from warroom.journal.schema import TRIGGERS
from warroom.journal.store import SqliteJournal, open_journal
from warroom.journal.verify import verify


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shop 4.2%?#.journal"


@pytest.fixture
def journal(path: Path) -> Iterator[SqliteJournal]:
    with closing(new_journal(path)) as journal:
        yield journal


class TestSqliteJournal(JournalContract):
    @pytest.fixture
    def another(self, path: Path) -> Iterator[Callable[[], Journal]]:
        new_journal(path).close()
        opened: list[SqliteJournal] = []

        def open_again() -> Journal:
            opened.append(open_journal(path))
            return opened[-1]

        yield open_again
        for journal in opened:
            journal.close()


def test_a_new_journal_says_whose_it_is(journal: SqliteJournal, path: Path) -> None:
    with closing(sqlite.connect(path, mode="ro")) as connection:
        meta = dict(connection.execute("SELECT key, value FROM meta"))
    assert meta == {"journal_id": journal.id, "created_us": "1750000000000000", "app_version": "0.1.0"}


def test_acknowledged_means_synced(journal: SqliteJournal) -> None:
    journal.record([sample(1)])
    assert journal._file.connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert journal._file.connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert journal._file.relaxed.execute("PRAGMA synchronous").fetchone() == (1,)


def test_nothing_is_ever_created_over_a_file(path: Path) -> None:
    path.write_text("my notes")
    with pytest.raises(BadInput, match="exists already"):
        new_journal(path)
    assert path.read_text() == "my notes"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("size", ["20k", "40k"])
def test_a_journal_that_could_not_be_made_whole_is_not_there_at_all(tmp_path: Path, size: str) -> None:
    process = child("create", tmp_path / "disk" / "journal", wrapper=on_disk_of(size, tmp_path / "disk"))
    refusal, left = ended(process).splitlines()
    assert refusal.partition(": ")[0] in ("DiskFull", "IoFailed")
    assert left == "journal.lock"


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda path: None, "there is no journal .*. warroom start makes one"),
        (lambda path: path.mkdir(), "is no file"),
        (lambda path: path.write_text("# Shop\n" * 200), "is no SQLite file"),
        (lambda path: path.touch(), "is a SQLite file, but no warroom journal"),
        (lambda path: foreign_database(path), "is a SQLite file, but no warroom journal"),
        (lambda path: newer_journal(path), r"written by a newer warroom \(format 7; this one reads up to 1\)"),
    ],
)
def test_what_is_no_journal_is_refused_in_a_sentence(
    path: Path, read_only: bool, make: Callable[[Path], object], sentence: str
) -> None:
    make(path)
    with pytest.raises(BadInput, match=sentence):
        open_journal(path, read_only=read_only)
    assert not path.with_name(f"{path.name}.lock").exists() or sentence.startswith("written")


def foreign_database(path: Path) -> None:
    with closing(sqlite.connect(path, mode="rwc")) as connection:
        connection.execute("CREATE TABLE events (seq INTEGER PRIMARY KEY)")


def newer_journal(path: Path) -> None:
    tamper(finished_journal(path, 1), "PRAGMA user_version = 7")


def test_a_path_below_a_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes").touch()
    with pytest.raises(BadInput, match="cannot be reached: not a directory"):
        open_journal(tmp_path / "notes" / "journal")


def test_a_directory_that_is_missing_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="no such file or directory"):
        new_journal(tmp_path / "missing" / "journal")


def test_a_kind_that_is_unknown_is_named_with_its_event(path: Path) -> None:
    tamper(finished_journal(path, 3), "UPDATE events SET kind = 'item_blessed' WHERE seq = 2")
    with closing(open_journal(path)) as journal, pytest.raises(BadInput, match=r'event 2 .* "item_blessed", version 1'):
        list(journal.read())


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("v = 2", "event 2 is of a kind that this warroom does not know"),
        ("body = NULL", "the body of event 2 was removed"),
        ("body = '{\"text\": 1}'", "event 2 cannot be read as noted"),
        ("body = 'no JSON'", "event 2 cannot be read as noted"),
    ],
)
def test_an_event_that_cannot_be_read_is_named(path: Path, change: str, sentence: str) -> None:
    tamper(finished_journal(path, 3), f"UPDATE events SET {change} WHERE seq = 2")
    with closing(open_journal(path)) as journal, pytest.raises(BadInput, match=sentence):
        list(journal.read())


TIMES = "at_us, mono_us, v"
REST = "kind, actor, origin, subject, body_hash, hash, salt"
APPEND_ONLY = [
    "UPDATE events SET actor = 'eve'",
    "UPDATE events SET body = NULL, salt = NULL",
    "UPDATE OR REPLACE events SET seq = 1 WHERE seq = 2",
    "DELETE FROM events WHERE seq = 3",
    f"INSERT INTO events SELECT 5, {TIMES}, 'new', {REST}, body FROM events WHERE seq = 3",
    f"INSERT INTO events SELECT NULL, {TIMES}, 'new', {REST}, body FROM events WHERE seq = 3",
    f"INSERT INTO events SELECT 4, {TIMES}, 'new', {REST}, NULL FROM events WHERE seq = 3",
    f"REPLACE INTO events SELECT 3, {TIMES}, 'new', {REST}, body FROM events WHERE seq = 3",
    f"REPLACE INTO events SELECT 4, {TIMES}, id, {REST}, body FROM events WHERE seq = 3",
    "UPDATE definitions SET body = ''",
    "DELETE FROM definitions",
    "REPLACE INTO definitions SELECT role, name, '', hash FROM definitions",
    "INSERT INTO definitions VALUES ('file', 'new', '', x'')",
    "UPDATE meta SET value = ''",
    "DELETE FROM meta",
    "REPLACE INTO meta VALUES ('journal_id', 'other')",
]


@pytest.mark.parametrize("statement", APPEND_ONLY)
def test_the_file_itself_refuses_to_change_what_is_written(path: Path, statement: str) -> None:
    before = verify(finished_journal(path, 3))
    with (
        closing(sqlite.connect(path, mode="rw")) as connection,
        pytest.raises(sqlite.Error, match="append-only"),
    ):
        connection.execute(statement)
    assert verify(path) == before


def test_a_reader_cannot_write(path: Path) -> None:
    finished_journal(path, 1)
    with closing(open_journal(path, read_only=True)) as journal:
        for write in (
            lambda: append_all(journal, ["a"]),
            lambda: journal.record([sample(1)]),
            lambda: journal.remember("cursor", "x"),
        ):
            with pytest.raises(CannotWrite, match="opened for reading only"):
                write()
        assert [event.id for event in journal.read()] == ["note-1"]
        with pytest.raises(sqlite.Error, match="readonly"):
            journal._file.connection.execute("INSERT INTO settings VALUES ('a', 'b')")


def test_a_reader_notices_the_commits_of_others(path: Path, journal: SqliteJournal) -> None:
    with closing(open_journal(path, read_only=True)) as reader:
        before = reader.data_version()
        assert reader.data_version() == before
        append_all(journal, ["a"])
        assert reader.data_version() != before


def test_a_writer_that_does_not_let_go_makes_others_busy(path: Path) -> None:
    finished_journal(path, 1)
    holder = child("hold", path)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(Busy, match=r"has been writing .* for 0\.05 s"):
        open_journal(path, patience_s=0.05)
    with closing(open_journal(path, read_only=True)) as reader:
        assert reader.head().seq == 1
    ended(holder)
    open_journal(path).close()


def test_a_foreign_transaction_makes_it_busy(path: Path) -> None:
    finished_journal(path, 1)
    with closing(open_journal(path, patience_s=0.05)) as journal, closing(sqlite.connect(path, mode="rw")) as foreign:
        with sqlite.write_transaction(foreign), pytest.raises(Busy, match="locked by another process"):
            append_all(journal, ["a"])
        append_all(journal, ["a"])


def test_a_full_disk_is_told_and_loses_nothing_acknowledged(tmp_path: Path) -> None:
    process = child("fill", tmp_path / "disk" / "journal", wrapper=on_disk_of("2m", tmp_path / "disk"))
    created, *acknowledged, refusal, kept = ended(process).splitlines()
    assert created == "created"
    assert refusal.startswith("DiskFull: the disk is full: ")
    assert len(acknowledged) > 100
    assert kept.split() == acknowledged


def test_a_read_only_medium_is_told(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    finished_journal(disk / "journal", 1)
    for work, name in (("create", "other"), ("open", "journal")):
        process = child(work, disk / name, wrapper=in_namespace(f'mount --bind -o ro "{disk}" "{disk}"'))
        out = ended(process)
        assert out.startswith("CannotWrite: ")
        assert "Read-only file system" in out or "cannot be" in out


def on_disk_of(size: str, directory: Path) -> list[str]:
    directory.mkdir()
    return in_namespace(f'mount -t tmpfs -o size={size} none "{directory}"')


def in_namespace(mount: str) -> list[str]:
    """A command prefix under which only the new process sees a mount."""
    wrapper = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", f'{mount} && exec "$@"', "sh"]
    if subprocess.run([*wrapper, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount")
    return wrapper


def test_a_directory_that_may_not_be_written_is_told() -> None:
    with tempfile.TemporaryDirectory() as directory:
        finished_journal(Path(directory, "journal"), 1)
        Path(directory).chmod(0o555)
        for work, name in (("create", "other"), ("open", "journal")):
            assert ended(child(work, Path(directory, name), "nobody")).startswith("CannotWrite: ")
        Path(directory).chmod(0o755)


@pytest.mark.parametrize(
    ("sql", "read", "sentence"),
    [
        ("UPDATE events SET actor = CAST(x'ff' AS TEXT)", lambda it: list(it.read()), "is damaged: Could not decode"),
        ("DROP TABLE events", lambda it: it.head(), "is damaged: no such table"),
        ("DELETE FROM definitions", lambda it: it.definitions(), "definitions in this journal cannot"),
        ("UPDATE definitions SET body = '{}'", lambda it: it.definitions(), "definitions in this journal cannot"),
        ("UPDATE samples SET value = '{'", lambda it: it.samples("errors", 5), 'sample of the probe "errors" cannot'),
        ("UPDATE samples SET word = 'well'", lambda it: it.samples("errors", 5), 'sample of the probe "errors" cannot'),
    ],
)
def test_what_was_changed_beyond_reading_is_told(
    path: Path, sql: str, read: Callable[[SqliteJournal], object], sentence: str
) -> None:
    finished_journal(path, 1)
    with closing(open_journal(path)) as journal:
        journal.record([sample(1)])
        without_triggers(path, sql)
        with pytest.raises(BadInput, match=sentence):
            read(journal)


def without_triggers(path: Path, sql: str) -> None:
    with closing(sqlite.connect(path, mode="rw")) as connection:
        for name in TRIGGERS:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(sql)


def test_damaged_pages_are_told(path: Path) -> None:
    finished_journal(path, 200)
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(BadInput, match="is damaged"):
        open_journal(path)


def test_a_link_to_a_journal_waits_in_the_same_queue(path: Path, tmp_path: Path) -> None:
    finished_journal(path, 1)
    (tmp_path / "link").symlink_to(path)
    holder = child("hold", path)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(Busy):
        open_journal(tmp_path / "link", patience_s=0.05)
    ended(holder)


WATCHED = """
import sys
opened, names = [], {str(sys.argv[1]) + end for end in ("", "-wal", "-shm")}
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event in ("open", "shutil.copyfile") else None)
from pathlib import Path
from journal_contract import sample
from journal_kit import append_all, new_journal
from warroom.journal.checkpoint import checkpoint_text
from warroom.journal.schema import TRIGGERS
from warroom.journal.store import open_journal
from warroom.journal.verify import verify
path = Path(sys.argv[1])
journal = new_journal(path)
append_all(journal, ["a", "b"])
journal.record([sample(1)])
reader = open_journal(path, read_only=True)
assert len(list(reader.read())) == 2
assert verify(path, checkpoint_text(journal)).answer == "intact"
journal.close()
reader.close()
assert any(name.endswith(".lock") for name in opened)
assert not names & set(opened), names & set(opened)
"""


def test_python_never_opens_the_file_that_sqlite_has_locked(path: Path) -> None:
    subprocess.run([sys.executable, "-c", WATCHED, path], check=True, cwd=Path(__file__).parent)


def test_a_journal_is_used_without_slow_imports(path: Path) -> None:
    finished_journal(path, 1)
    code = (
        "import sys; from pathlib import Path; import warroom.journal.verify\n"
        "from warroom.journal.store import open_journal\n"
        "journal = open_journal(Path(sys.argv[1])); journal.append([], after=1); list(journal.read())\n"
        "warroom.journal.verify.verify(journal.path)\n"
        "print(*sorted(sys.modules.keys() & {'sqlite_utils', 'textual', 'httpx', 'click'}))"
    )
    process = subprocess.run([sys.executable, "-c", code, path], check=True, capture_output=True, text=True)
    assert process.stdout == "\n"


def test_only_one_module_of_the_journal_imports_sqlite() -> None:
    source = Path(sqlite.__file__).parent
    found = [file.name for file in source.rglob("*.py") if "import sqlite3" in file.read_text()]
    assert found == ["sqlite.py"]


@pytest.mark.parametrize(
    ("version", "affected"),
    [
        ("3.6.23", False),
        ("3.7.0", True),
        ("3.40.1", True),
        ("3.44.5", True),
        ("3.44.6", False),
        ("3.50.6", True),
        ("3.50.7", False),
        ("3.51.2", True),
        ("3.51.3", False),
        ("3.53.4", False),
        ("4.0.0", False),
    ],
)
def test_which_sqlite_can_lose_commits(version: str, affected: bool) -> None:
    assert sqlite.affected_by_wal_reset_bug(version) is affected


def test_drafts_are_not_changed_by_being_stored(journal: SqliteJournal) -> None:
    wish = draft("a")
    journal.append([wish], after=0)
    assert wish == draft("a")
    assert journal.definitions() == definitions()
