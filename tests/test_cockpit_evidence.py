"""Evidence of an item in the cockpit: links, and files that are found, hashed and copied."""

import hashlib
from pathlib import Path

from cockpit_kit import cockpit, each_size
from cockpit_releases import begin
from warroom.core.events import EvidenceAdded


@each_size
async def test_a_file_is_found_by_its_beginning_and_copied(tmp_path: Path, size: tuple[int, int]) -> None:
    report = tmp_path / "k6-report.json"
    report.write_text("{}", encoding="utf-8")
    async with cockpit(begin(tmp_path), size) as it:
        await it.press("e")
        await it.shows("EVIDENCE  for Back up the database", "hash and size are kept, and no copy")
        await it.write("k6")
        await it.shows("k6-report.json")
        await it.press("right", "ctrl+t")
        await it.shows("a copy of the file is kept")
        await it.press("enter")
        await it.write("p95 412 ms")
        await it.press("enter")
        [event] = await it.stored("evidence_added")
        await it.hides("EVIDENCE  for")
        await it.press("enter")
        await it.shows("EVIDENCE   ", "file: k6-report.json")
    digest = hashlib.sha256(b"{}").hexdigest()
    copied = f"shop.journal.evidence/{digest}-k6-report.json"
    assert event.body == EvidenceAdded(
        item="backup", form="file", ref="k6-report.json", sha256=digest, size=2, copied_to=copied, note="p95 412 ms"
    )
    assert (tmp_path / copied).read_text(encoding="utf-8") == "{}"


async def test_a_mistyped_path_can_be_put_right(tmp_path: Path) -> None:
    async with cockpit(begin(tmp_path)) as it:
        await it.press("e")
        await it.write("shop.mdd")
        await it.press("enter", "enter")
        await it.shows("cannot be read, no such file or directory: shop.mdd", "link     shop.mdd")
        await it.press("end", "backspace", "enter", "enter")
        await it.stored("evidence_added")
        await it.hides("EVIDENCE  for")


async def test_a_link_needs_no_file(tmp_path: Path) -> None:
    journal = begin(tmp_path)
    async with cockpit(journal) as it:
        await it.press("e")
        await it.write("https://ci.test/run/7")
        await it.press("enter", "enter")
        [event] = await it.stored("evidence_added")
    assert isinstance(event.body, EvidenceAdded)
    assert (event.body.form, event.body.ref) == ("link", "https://ci.test/run/7")
