"""Several reports, of which the median counts: which files those are, and that none of them is left out."""

import json
import os
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from probe_kit import probe, read
from warroom.core.probe import Reading
from warroom.probing.sources.table import check_spec

LIGHTHOUSE = Path(__file__).parent / "reports" / "lighthouse_bad_13.json"

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a JSON report; each one is a second newer than the one before, and the last is written now."""
    names: list[Path] = []

    def written(document: Any, name: str = "") -> Path:
        path = tmp_path / (name or f"run-{len(names) + 1}.json")
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        names.append(path)
        now = time.time()
        for age_s, each in enumerate(reversed(names)):
            os.utime(each, (now - age_s, now - age_s))
        return path

    return written


async def median(room: Path, get: str, rule: str = "== -1", **source: Any) -> Reading:
    written = {"kind": "report", "path": f"{room}/run-*.json", "format": "json", "max_age": "1h", "median_of": 3}
    return await read(probe(written | source, {"get": get, "fail": rule}))


async def test_the_median_of_the_newest_files_is_judged(write: Write, tmp_path: Path) -> None:
    """The order of names is not that of times."""
    for number, score in ((9, 1), (8, 2), (3, 60), (2, 95), (1, 80)):
        write({"score": score}, f"run-{number}.json")
    (tmp_path / "run-0.json").mkdir()
    reading = await median(tmp_path, "json:$.score", "< 90")
    assert (reading.outcome, reading.value) == ("fail", 80)
    assert (await median(tmp_path, "json:$.score", median_of=5)).value == 60


async def test_scores_of_lighthouse_scatter(write: Write, tmp_path: Path) -> None:
    for score in (0.57, 0.91, 0.90):
        document = json.loads(LIGHTHOUSE.read_text())
        document["categories"]["performance"]["score"] = score
        write(document)
    reading = await median(tmp_path, "performance", "<= 90", format="lighthouse")
    assert (reading.outcome, reading.value, reading.text) == ("fail", 90, "performance 90 <= 90")


async def test_a_run_that_went_wrong_is_not_left_out(write: Write, tmp_path: Path) -> None:
    """Two good runs and one of a page that did not load are no median of three."""
    document = json.loads(LIGHTHOUSE.read_text())
    write(document | {"fetchTime": "1"})
    write(document | {"runtimeError": {"code": "NO_FCP", "message": "The page did not paint any content."}})
    write(document | {"fetchTime": "3"})
    reading = await median(tmp_path, "performance", "< 1", format="lighthouse")
    assert (reading.outcome, reading.text.partition(" The")[0]) == (
        "error",
        "run-2.json: Lighthouse could not load the page: NO_FCP",
    )


async def test_fewer_reports_are_no_median(write: Write, tmp_path: Path) -> None:
    write({"a": 1})
    write({"a": 2})
    reading = await median(tmp_path, "json:$.a")
    assert (reading.outcome, reading.text) == ("error", "only 2 of 3 reports are there: run-*.json")


async def test_the_oldest_of_them_must_be_fresh(write: Write, tmp_path: Path) -> None:
    old, *_ = [write({"a": number}) for number in range(3)]
    os.utime(old, (time.time() - 3500,) * 2)
    assert (await median(tmp_path, "age_s", "< 3400")).value == pytest.approx(3500, abs=60)
    os.utime(old, (time.time() - 7200,) * 2)
    reading = await median(tmp_path, "json:$.a")
    assert (reading.outcome, reading.text.partition(" is ")[0]) == ("error", "run-1.json")


async def test_a_report_does_not_count_twice(write: Write, tmp_path: Path) -> None:
    for number in (1, 2, 2):
        write({"a": number})
    reading = await median(tmp_path, "json:$.a")
    assert (reading.outcome, reading.text) == ("error", "run-2.json and run-3.json are the same report")


async def test_the_hash_is_that_of_the_list_of_hashes(write: Write, tmp_path: Path) -> None:
    """As `sha256sum FILES | cut -c1-64 | sha256sum` makes it."""
    hashes = [sha256(write({"a": number}).read_bytes()).hexdigest() for number in range(3)]
    digest = sha256("".join(f"{each}\n" for each in hashes).encode()).hexdigest()
    reading = await median(tmp_path, "sha256", '== ""')
    assert (reading.value, reading.via) == (digest, f"run-3.json and 2 before it, {digest[:12]}")


@pytest.mark.parametrize(
    ("values", "outcome", "text"),
    [
        ((3, None, 1), "no_data", "no data: json:$.a is missing in 1 of 3 reports"),
        ((None, None, None), "no_data", "no data: json:$.a is missing in 3 of 3 reports"),
        ((1, float("nan"), 2), "no_data", "no data: json:$.a is missing in 1 of 3 reports"),
        ((10**400, 1, 2.5), "ok", "json:$.a 2.5"),
        ((float("inf"), 1, 2.5), "ok", "json:$.a 2.5"),
        (("x", "x", "y"), "no_data", "no data: json:$.a is not the same in all reports"),
        ((1, 2, "3"), "no_data", "no data: json:$.a is not the same in all reports"),
    ],
)
async def test_what_has_no_median_is_no_data(
    values: tuple[Any, ...], outcome: str, text: str, write: Write, tmp_path: Path
) -> None:
    for run, value in enumerate(values):
        write({"a": value, "run": run})
    reading = await median(tmp_path, "json:$.a")
    assert (reading.outcome, reading.text) == (outcome, text)


@pytest.mark.parametrize(("value", "rule"), [("/shop", '!= "/shop"'), (True, "== false")])
async def test_what_all_reports_say_is_a_value(value: object, rule: str, write: Write, tmp_path: Path) -> None:
    for run in range(3):
        write({"a": value, "run": run})
    reading = await median(tmp_path, "json:$.a", rule)
    assert (reading.outcome, reading.value) == ("ok", value)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({"path": "run-*.json"}, r'"path" with \* needs "median_of"'),
        ({"median_of": 4}, '"median_of" must be odd'),
        ({"median_of": 1}, "greater than or equal to 3"),
        ({"median_of": 99}, "less than or equal to 25"),
    ],
)
def test_a_file_that_cannot_work_is_refused(source: dict[str, Any], words: str) -> None:
    written = {"kind": "report", "path": "r", "format": "json", "max_age": "1h"}
    with pytest.raises(ValueError, match=words):
        check_spec(probe(written | source, {"get": "age_s", "fail": "> 1"}))
