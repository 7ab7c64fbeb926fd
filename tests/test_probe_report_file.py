"""The file of a report: its age, its hash, and what is none. What stands in it is not the matter here."""

import os
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from probe_kit import probe, read
from warroom.core.probe import Reading
from warroom.probing.sources.table import check_spec


async def value_of(path: Path, get: str, rule: str = "== -1") -> Reading:
    source = {"kind": "report", "path": str(path), "format": "json", "max_age": "9000d"}
    return await read(probe(source, {"get": get, "fail": rule}))


async def test_an_old_report_is_no_evidence(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text('{"a": 1}')
    now = time.time()
    source = {"kind": "report", "path": str(path), "format": "json", "max_age": "1h"}
    for written_s, outcome, text in (
        (now - 3500, "ok", "json:$.a 1"),
        (now - 3700, "error", "r.json is 3700 s old, older than 3600 s"),
        (now + 30, "ok", "json:$.a 1"),
        (now + 7200, "error", "r.json was written in the future; its age is not known"),
    ):
        os.utime(path, (written_s, written_s))
        reading = await read(probe(source, {"get": "json:$.a", "fail": "> 1"}))
        assert (reading.outcome, reading.text.replace("3701", "3700")) == (outcome, text)


async def test_a_reading_names_the_file_by_its_hash(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text('{"a": 1}')
    digest = sha256(path.read_bytes()).hexdigest()
    reading = await value_of(path, "sha256", f'!= "{digest}"')
    assert (reading.outcome, reading.value, reading.via) == ("ok", digest, f"r.json {digest[:12]}")
    path.write_text('{"a": 2}')
    assert (await value_of(path, "sha256", f'!= "{digest}"')).outcome == "fail"


async def test_a_file_that_is_not_there_or_no_file_is_unknown(tmp_path: Path) -> None:
    missing = await value_of(tmp_path / "r.json", "json:$.a")
    assert (missing.outcome, missing.text) == ("error", "r.json cannot be read: no such file or directory")
    os.mkfifo(tmp_path / "pipe")
    pipe = await value_of(tmp_path / "pipe", "json:$.a")  # nobody writes into it, so to open it could wait for ever
    directory = await value_of(tmp_path, "json:$.a")
    assert (pipe.outcome, pipe.text) == ("error", "pipe is no file")
    assert directory.outcome == "error"


async def test_a_file_of_any_size_is_not_swallowed(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    with path.open("wb") as file:
        file.truncate(40 * 1024 * 1024)
    reading = await value_of(path, "json:$.a")
    assert (reading.outcome, reading.text) == ("error", "r.json is larger than 32 MiB")


@pytest.mark.parametrize(
    ("source", "get", "words"),
    [
        ({}, "age_s", "max_age"),
        ({"max_age": "soon"}, "age_s", "no duration"),
        ({"max_age": "1h", "format": "junit"}, "json:$.a", 'has no "json:'),
        ({"max_age": "1h", "format": "junit"}, "failure", 'did you mean "failures"'),
    ],
)
def test_a_file_that_cannot_work_is_refused(source: dict[str, Any], get: str, words: str) -> None:
    spec = probe({"kind": "report", "path": "r", "format": "json"} | source, {"get": get, "fail": "> 1"})
    with pytest.raises(ValueError, match=words):
        check_spec(spec)
