"""Where a rollback's record is kept while the journal cannot be written: one whole file, and never a stranger's."""

import json
import os
import resource
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from journal_kit import draft
from warroom.core.errors import CannotWrite
from warroom.core.events import Draft
from warroom.core.redaction import Redactor
from warroom.journal.fallback import FallbackFile, FallbackFiles

NAME = "warroom-j1.fallback.jsonl"


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The file in each of its places, in the order in which they are tried. Only the first directory is there."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "home").mkdir()
    return [
        tmp_path / "home" / "journal.fallback.jsonl",
        tmp_path / "state" / "warroom" / NAME,
        tmp_path / "temporary" / NAME,
    ]


@pytest.fixture
def files(places: list[Path]) -> FallbackFiles:
    return FallbackFiles(FallbackFile(places[0], journal_id="j1", redactor=Redactor()))


def ids(file: Path) -> list[str]:
    return [json.loads(line)["id"] for line in file.read_text().splitlines()]


def block(file: Path) -> None:
    """Nothing can be written there, even by root."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.mkdir()


def drafts(names: str) -> list[Draft]:
    return [draft(name) for name in names]


def test_it_stands_beside_the_journal_where_that_can_be(files: FallbackFiles, places: list[Path]) -> None:
    assert files.keep(drafts("a")) == places[0]
    assert files.keep(drafts("abc")) == places[0]
    assert ids(places[0]) == ["a", "b", "c"]
    assert files.found() == (places[0],)
    files.remove(places[0])
    assert files.found() == ()
    files.keep(drafts("d"))
    assert ids(places[0]) == ["d"]


def test_when_one_place_fails_the_next_gets_the_whole_record(files: FallbackFiles, places: list[Path]) -> None:
    files.keep(drafts("ab"))
    places[0].unlink()
    block(places[0])
    block(places[1])
    assert files.keep(drafts("abc")) == places[2]
    assert ids(places[2]) == ["a", "b", "c"]
    assert files.found() == (places[2],)


def test_where_all_fail_it_says_so_and_tries_again(files: FallbackFiles, places: list[Path]) -> None:
    for place in places:
        block(place)
    assert files.keep(drafts("a")) is None
    places[1].rmdir()
    assert files.keep(drafts("ab")) == places[1]
    assert ids(places[1]) == ["a", "b"]


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Files of this process end there, by the kernel's hand."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_what_does_not_fit_leaves_no_half_line(places: list[Path]) -> None:
    file = FallbackFile(places[0], journal_id="j1", redactor=Redactor())
    file.append(drafts("a"))
    with room_for(places[0].stat().st_size + 20), pytest.raises(CannotWrite, match="no space left"):
        file.append(drafts("b"))
    assert ids(places[0]) == ["a"]


def test_a_link_that_somebody_laid_there_is_not_followed(files: FallbackFiles, places: list[Path]) -> None:
    places[2].parent.mkdir()
    places[2].symlink_to(places[2].with_name("elsewhere"))
    block(places[0])
    block(places[1])
    assert files.keep(drafts("a")) is None
    assert files.found() == ()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_somebody_else_is_neither_written_nor_taken_for_ours(
    files: FallbackFiles, places: list[Path]
) -> None:
    places[2].parent.mkdir()
    places[2].write_text("theirs\n")
    os.chown(places[2], 65534, 65534)
    block(places[0])
    block(places[1])
    assert files.keep(drafts("a")) is None
    assert files.found() == ()
    assert places[2].read_text() == "theirs\n"


def test_who_has_no_home_has_the_other_places(places: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    monkeypatch.setenv("HOME", "relative")
    block(places[0])
    files = FallbackFiles(FallbackFile(places[0], journal_id="j1", redactor=Redactor()))
    assert files.keep(drafts("a")) == places[2]
