"""What can be said of an item from the shell: figures, two people, dispositions and evidence."""

import hashlib
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cli_kit import CHECKLIST, Shell, events
from warroom.cli.cockpit import start_release
from warroom.journal import evidence

SIDE_FILE = """\
[item.backup]
required = true
people = 2
before = "deployment-day"
expect = { rule = ">= 98.5", unit = "%", n = 30 }

[item.log]
required = true
step = { argv = ["echo", "read"] }

[gate.deployment-day]
"""
WHY = "the bank says so"


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    (tmp_path / "shop.md").write_text(CHECKLIST, encoding="utf-8")
    (tmp_path / "shop.toml").write_text(SIDE_FILE, encoding="utf-8")
    journal = tmp_path / "shop.journal"
    start_release(tmp_path / "shop.md", None, "shop 4.2", "production", "2026-03-01T20:00:00Z", journal, "ops-1")
    return Shell(tmp_path, WARROOM_JOURNAL="shop.journal", WARROOM_OPERATOR="ops-1")


def item(shell: Shell, name: str = "backup") -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in shell.json("status")["items"] if each["id"] == name)
    return found


def last(shell: Shell) -> dict[str, Any]:
    body: dict[str, Any] = events(shell)[-1]["body"]
    return body


def test_a_figure_is_held_against_what_is_asked_and_confirmed_by_another(shell: Shell) -> None:
    assert "it asks for a figure: >= 98.5 %, n >= 30" in shell.refused(64, "tick", "backup")
    assert "97.9 is not >= 98.5 %" in shell.refused(64, "tick", "backup", "--value", "97.9", "--n", "40")
    assert "at least 10 characters" in shell.refused(64, "tick", "backup", "--value", "97.9", "--accept", "ok")
    shell.ok("tick", "backup", "--value", "97.9", "--n", "40", "--accept", WHY)
    signed = item(shell)
    assert (signed["status"], signed["signed"]["by"], signed["signed"]["value"]) == ("open", "ops-1", "97.9")
    assert "another operator must confirm" in shell.refused(64, "tick", "backup")
    shell.ok("tick", "backup", "--as", "sre-1")
    done = item(shell)
    assert {name: done[name] for name in ("status", "by", "value", "n", "accepted", "signed")} == {
        "status": "done", "by": "sre-1", "value": "97.9", "n": 40, "accepted": WHY, "signed": None,
    }  # fmt: skip
    assert f"= 97.9, ACCEPTED: {WHY}" in shell.ok("status")


def test_every_disposition_with_its_reason(shell: Shell) -> None:
    shell.ok("begin", "backup")
    assert (item(shell)["status"], item(shell)["by"]) == ("doing", "ops-1")
    shell.ok("block", "backup", "--reason", "no disk")
    assert (item(shell)["status"], item(shell)["text"]) == ("blocked", "no disk")
    assert 'there is no phase "T-0"' in shell.refused(64, "defer", "backup", "--to", "T-0", "--reason", "x")
    shell.ok("defer", "backup", "--to", "deployment-day", "--reason", "slow")
    assert (item(shell)["status"], item(shell)["deferred_to"]) == ("deferred", "deployment-day")
    assert "to deployment-day" in shell.ok("status")
    assert "reopen it first" in shell.refused(64, "not-applicable", "backup", "--reason", "no data")
    shell.ok("reopen", "backup")
    shell.ok("not-applicable", "backup", "--reason", "no data")
    assert (item(shell)["status"], item(shell)["text"]) == ("n/a", "no data")


def test_a_required_item_is_skipped_by_two(shell: Shell) -> None:
    shell.ok("skip", "log", "--reason", "nothing was written")
    assert item(shell, "log")["skip_signed"]["text"] == "nothing was written"
    assert "skip signed 1 of 2 by ops-1" in shell.ok("status")
    shell.ok("skip", "log", "--reason", "nothing was written", "--as", "sre-1")
    assert (item(shell, "log")["status"], item(shell, "log")["skip_signed"]) == ("skipped", None)


def test_rapid_ticks_are_marked(shell: Shell) -> None:
    shell.ok("not-applicable", "backup", "--reason", "x")
    shell.ok("gate", "deployment-day", "--open", "--accept-risk", "the log is read later")
    for name in ("card", "payments", "log"):
        shell.ok("tick", name)
    assert [each["rapid"] for each in shell.json("status")["items"]] == [False, True, True, True]
    assert shell.ok("status").count("rapid tick") == 3


# --- evidence


def test_a_file_is_kept_by_its_hash_and_copied_on_request(shell: Shell) -> None:
    report = shell.home / "k6 report.json"
    report.write_bytes(b"{}\n" * 700_000)
    digest = hashlib.sha256(report.read_bytes()).hexdigest()
    shell.ok("evidence", "backup", "k6 report.json", "--note", "p95 412 ms")
    assert last(shell) == {
        "item": "backup", "form": "file", "ref": "k6 report.json", "sha256": digest, "size": 2_100_000, "copied_to": "",
        "note": "p95 412 ms",
    }  # fmt: skip
    assert not (shell.home / "shop.journal.evidence").exists()
    report.chmod(0o640)
    shell.ok("evidence", "backup", report, "--copy")
    shell.ok("evidence", "backup", report, "--copy")
    [kept] = (shell.home / "shop.journal.evidence").iterdir()
    assert last(shell)["copied_to"] == f"shop.journal.evidence/{digest}-k6 report.json"
    assert (kept.name, kept.read_bytes()) == (f"{digest}-k6 report.json", report.read_bytes())
    assert kept.stat().st_mode & 0o777 == 0o640
    assert item(shell)["evidence"] == 3
    assert "evidence 3" in shell.ok("status")


def test_links_figures_notes_and_output(shell: Shell) -> None:
    shell.ok("evidence", "log", "https://grafana.test/d/1?from=now-1h")
    assert (last(shell)["form"], last(shell)["ref"]) == ("link", "https://grafana.test/d/1?from=now-1h")
    shell.ok("evidence", "log", "--figure", "p95 412 ms")
    assert (last(shell)["form"], last(shell)["ref"]) == ("figure", "p95 412 ms")
    shell.ok("evidence", "log", "--note", "signed on paper")
    assert (last(shell)["form"], last(shell)["note"]) == ("note", "signed on paper")
    assert "no step of this item has ended" in shell.refused(2, "evidence", "log", "--output")
    shell.ok("not-applicable", "backup", "--reason", "x")
    shell.ok("gate", "deployment-day", "--open", "--accept-risk", "the log is read later")
    shell.run("step", "log", "--yes")
    shell.ok("evidence", "log", "--output")
    assert last(shell)["form"] == "output"
    assert last(shell)["size"] == len("read\n")


def test_what_is_no_evidence_is_refused_and_nothing_is_kept(shell: Shell) -> None:
    before = len(events(shell))
    os.mkfifo(shell.home / "pipe")
    assert "no such file" in shell.refused(2, "evidence", "backup", "k6.json")
    for name in ("pipe", ".", "/dev/null"):
        assert "no file but something else" in shell.refused(2, "evidence", "backup", name)
    assert "a link has nothing to copy" in shell.refused(2, "evidence", "backup", "https://x.test/", "--copy")
    assert "one piece" in shell.refused(2, "evidence", "backup", "shop.md", "--figure", "4")
    assert "evidence is a link" in shell.refused(64, "evidence", "backup")
    assert len(events(shell)) == before


def test_what_is_too_large_is_hashed_and_not_copied(shell: Shell) -> None:
    large = shell.home / "dump"
    with large.open("wb") as file:
        file.truncate(evidence.LARGEST_COPY + 1)
    assert "larger than 64 MiB" in shell.refused(2, "evidence", "backup", "dump", "--copy")
    assert list(shell.home.glob("shop.journal.evidence/*")) == []
    shell.ok("evidence", "backup", "dump")
    assert last(shell)["size"] == evidence.LARGEST_COPY + 1


def test_a_copy_that_cannot_be_kept_is_told_and_leaves_nothing(shell: Shell) -> None:
    (shell.home / "shop.journal.evidence").write_text("in the way", encoding="utf-8")
    assert "cannot take the copy" in shell.refused(73, "evidence", "backup", "shop.md", "--copy")
    assert item(shell)["evidence"] == 0


def test_a_secret_in_a_link_is_redacted(shell: Shell) -> None:
    shell.ok("evidence", "backup", "https://ci:hunter2hunter2@ci.test/run/7", "--note", "token=hunter2hunter2")
    assert "hunter2" not in shell.ok("export")
    assert b"hunter2" not in (shell.home / "shop.journal").read_bytes()


def test_a_name_of_any_kind_is_kept_short_and_printable(shell: Shell) -> None:
    odd = "প্রমাণ\n\x1b[31m" + "x" * 180 + ".json"
    (shell.home / odd).write_text("{}", encoding="utf-8")
    shell.ok("evidence", "backup", odd, "--copy")
    [kept] = (shell.home / "shop.journal.evidence").iterdir()
    assert len(kept.name.encode()) <= 65 + 120
    assert kept.name[65:].startswith("প্রমাণ__[31mxxx")


# --- what others see


def test_the_plan_shows_what_items_ask_for(shell: Shell) -> None:
    lines = shell.ok("plan", "shop.md").splitlines()
    assert any(
        line.endswith("[backup]  required, two people, figure >= 98.5 %, n >= 30, before deployment-day")
        for line in lines
    )
    assert any(line.endswith("[log]  required") for line in lines)
    [backup] = shell.json("plan", "shop.md")["phases"][0]["sections"][0]["items"]
    assert (backup["people"], backup["expect"]) == (2, {"rule": ">= 98.5", "unit": "%", "n": 30})


def test_exports_say_how_items_stand(shell: Shell) -> None:
    shell.ok("defer", "backup", "--to", "deployment-day", "--reason", "slow")
    shell.ok("block", "log", "--reason", "no disk")
    ticked = shell.ok("export", "--format", "checklist")
    assert "- [ ] <!-- deferred to deployment-day by ops-1, " in ticked
    assert ": no disk --> Read the log" in ticked
    document = shell.ok("export", "--format", "markdown")
    assert "- [>] Back up the database — deferred by ops-1" in document
    assert "- [!] Read the log — blocked by ops-1" in document
    rows = shell.run("export", "--format", "csv", "--table", "items").out.splitlines()
    [row] = [row for row in rows if ",log," in row]
    assert ",blocked,ops-1,20" in row, "with the moment of what was last said"


def test_an_act_with_a_key_happens_once(shell: Shell) -> None:
    first = shell.ok("block", "backup", "--reason", "no disk", "--key", "job-7")
    assert shell.ok("block", "backup", "--reason", "no disk", "--key", "job-7") == first
    second = shell.ok("evidence", "backup", "shop.md", "--key", "job-8")
    assert shell.ok("evidence", "backup", "shop.md", "--key", "job-8") == second
    third = shell.json("tick", "backup", "--value", "90", "--n", "30", "--accept", WHY, "--key", "job-9")
    assert shell.json("tick", "backup", "--value", "90", "--n", "30", "--accept", WHY, "--key", "job-9") == third
    assert item(shell)["evidence"] == 1


def test_the_copy_is_named_by_what_sha256sum_prints(shell: Shell) -> None:
    shell.ok("evidence", "backup", "shop.md", "--copy")
    [kept] = (shell.home / "shop.journal.evidence").iterdir()
    printed = subprocess.run(["sha256sum", kept], capture_output=True, text=True, check=True).stdout
    assert printed.startswith(kept.name[:64])
    assert json.loads(shell.ok("log", "-n", "1", "--json"))["body"]["sha256"] == kept.name[:64]
