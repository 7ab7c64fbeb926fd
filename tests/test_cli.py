"""The shell from plan to export, by the real program: stdout is data, stderr is talk, exit statuses mean something."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from cli_kit import Shell
from warroom.core.errors import CannotWrite, Refused

PRODUCTION = Path(__file__).parents[1] / "checklists" / "production.md"
CHECKLIST = """\
# Shop release

## Before (T-1 day)
- [ ] Back up the database <!-- wr: backup -->

## Deployment Day
- [ ] Verify payments <!-- wr: payments -->
  - [ ] by card <!-- wr: card -->
- [ ] Read the log <!-- wr: log -->
"""
HOSTILE = "[/b] [link=x] \x1b[31m\x1b]0;owned\x07 \u202e বাং 日本\nsecond line `code` <script>"


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A release has been started in it."""
    (tmp_path / "shop.md").write_text(CHECKLIST, encoding="utf-8")
    shell = Shell(tmp_path, WARROOM_JOURNAL="shop.journal", WARROOM_OPERATOR="ops-1")
    assert shell.ok("start", "shop.md", "--release", "shop 4.2", "--at", "2026-03-01T20:00:00Z") == "shop.journal\n"
    return shell


def lines(export: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in export.splitlines()]


def events(shell: Shell) -> list[dict[str, Any]]:
    return lines(shell.ok("export"))[:-1]


def test_plan_shows_all_of_the_shipped_checklist(tmp_path: Path) -> None:
    plan = Shell(tmp_path).json("plan", PRODUCTION)
    sections = [section for phase in plan["phases"] for section in phase["sections"]]
    tops = [item for section in sections for item in section["items"]]
    nested = [child for item in tops for child in item["children"]]
    assert (len(plan["phases"]), len(sections), len(tops), len(nested)) == (6, 14, 84, 3)
    assert {"id", "text", "line", "children"} <= tops[0].keys()
    assert [(phase["kind"], phase["offset_s"]) for phase in plan["phases"]] == [
        ("timed", -7 * 86_400), ("timed", -86_400), ("timed", 0), ("timed", 86_400),
        ("recurring", None), ("emergency", None),
    ]  # fmt: skip
    written = PRODUCTION.read_text(encoding="utf-8").splitlines()
    assert all(item["text"] in written[item["line"] - 1] for item in tops + nested)


def test_plan_for_people_shows_ids_and_numbers(shell: Shell) -> None:
    assert "      2.1.1.1  by card  [card]" in shell.ok("plan", "shop.md").splitlines()


def test_a_start_without_a_journal_name_makes_one_from_release_and_environment(tmp_path: Path) -> None:
    (tmp_path / "shop.md").write_text(CHECKLIST, encoding="utf-8")
    shell = Shell(tmp_path)
    assert shell.ok("start", "shop.md", "--release", "shop 4.2/a", "--env", "eu west") == "shop-4.2-a-eu-west.journal\n"
    assert shell.json("status", "-j", "shop-4.2-a-eu-west.journal")["environment"] == "eu west"


def test_a_start_never_touches_a_journal_that_exists(shell: Shell) -> None:
    before = shell.ok("export")
    assert "exists already" in shell.refused(2, "start", "shop.md")
    assert shell.ok("export") == before


def test_each_act_prints_its_sequence_number_and_nothing_else(shell: Shell) -> None:
    acts = (
        ("tick", "backup", "--note", "ok", "--value", "41 GB"),
        ("skip", "log", "--reason", "not today"),
        ("fail", "card", "--reason", "declined"),
        ("reopen", "card", "--reason", "another card"),
        ("note", "card", "trying again"),
        ("note", "on the release"),
    )
    assert [shell.ok(*act) for act in acts] == [f"{seq}\n" for seq in range(2, 8)]
    assert [(event["kind"], event["subject"]) for event in events(shell)[1:]] == [
        ("item_done", "backup"), ("item_skipped", "log"), ("item_failed", "card"), ("item_reopened", "card"),
        ("noted", "card"), ("noted", ""),
    ]  # fmt: skip
    done = events(shell)[1]["body"]
    assert (done["note"], done["value"]) == ("ok", "41 GB")


def test_an_act_with_json_tells_what_was_stored(shell: Shell) -> None:
    told = shell.json("tick", "1.1.1")
    stored = events(shell)[-1]
    assert told == {key: stored[key] for key in ("seq", "id", "kind", "hash")}


def test_an_item_goes_by_id_or_number(shell: Shell) -> None:
    shell.ok("tick", "2.1.1.1")
    assert events(shell)[-1]["subject"] == "card"
    assert 'no item "crad"; did you mean "card"?' in shell.refused(2, "tick", "crad")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("tick", "payments"), "1 of the items under it is open"),
        (("skip", "card", "--reason", "  "), "a skip needs a reason"),
        (("reopen", "card"), "it is open already"),
        (("note", " "), "a note needs a text"),
    ],
)
def test_a_refusal_says_why_on_stderr_and_changes_nothing(
    shell: Shell, arguments: tuple[str, ...], reason: str
) -> None:
    before = shell.ok("export")
    assert shell.refused(Refused.exit_status, *arguments) == reason
    assert shell.ok("export") == before


def test_the_operator_is_named_by_option_then_environment_then_login(shell: Shell) -> None:
    shell.ok("note", "a", "--as", "qa-1")
    shell.ok("note", "b")
    shell.environ |= {"WARROOM_OPERATOR": "", "LOGNAME": "otto"}
    shell.ok("note", "c")
    assert [event["actor"] for event in events(shell)[1:]] == ["qa-1", "ops-1", "otto"]


@pytest.mark.parametrize("name", ["", "  ", "x" * 65, "a\nb", "a\x1b[31m"])
def test_an_operator_has_a_name_that_can_be_read(shell: Shell, name: str) -> None:
    assert "at most 64 printable characters" in shell.refused(2, "note", "hi", "--as", name)


def test_the_journal_is_named_by_option_or_environment(shell: Shell) -> None:
    shutil.copy(shell.home / "shop.journal", shell.home / "other.journal")
    shell.ok("note", "only there", "-j", "other.journal")
    assert len(events(shell)) == 1
    del shell.environ["WARROOM_JOURNAL"]
    assert shell.refused(2, "status") == "no journal was named; give it with -j FILE or in WARROOM_JOURNAL"


def test_status_tells_where_the_release_stands(shell: Shell) -> None:
    shell.ok("tick", "backup", "--value", "41 GB")
    status = shell.json("status")
    assert status.keys() == {
        "release", "environment", "t0", "phase", "phases", "items", "probes", "rollback", "events", "head",
    }  # fmt: skip
    assert (status["release"], status["environment"]) == ("shop 4.2", "production")
    assert (status["t0"], status["phase"]) == ("2026-03-01T20:00:00.000000Z", "deployment-day")
    assert [phase["counts"] for phase in status["phases"]] == [{"done": 1}, {"open": 3}]
    assert {item["id"]: item["status"] for item in status["items"]} == {
        "backup": "done", "payments": "open", "card": "open", "log": "open",
    }  # fmt: skip
    assert (status["events"], status["head"]) == (2, events(shell)[-1]["hash"])
    assert status["rollback"]["status"] == "ready"
    text = shell.ok("status")
    assert "shop 4.2 to production, T-0 2026-03-01T20:00:00.000000Z" in text
    assert re.search(r"1\.1\.1 +done +Back up the database +\[backup\] +ops-1", text)


def test_the_log_has_a_line_for_each_event(shell: Shell) -> None:
    shell.ok("tick", "backup", "--note", "fine")
    text = shell.ok("log").splitlines()
    assert re.search(r"^ +2 +\d\d:\d\d:\d\d +T[+-].* ops-1 +tick +Back up the database.*fine", text[1])
    assert shell.ok("log", "-n", "1").splitlines() == text[1:]
    assert lines(shell.ok("log", "--json")) == events(shell)


def test_an_export_is_complete_in_order_and_the_same_each_time(shell: Shell) -> None:
    for number in range(3):
        shell.ok("note", f"n{number}")
    first = shell.ok("export")
    assert shell.ok("export") == first
    shell.ok("export", "-o", "out.jsonl")
    assert (shell.home / "out.jsonl").read_text(encoding="utf-8") == first
    *told, checkpoint = lines(first)
    assert [list(event) for event in told] == [["seq", "id", "time", "kind", "actor", "subject", "body", "hash"]] * 4
    assert [event["seq"] for event in told] == [1, 2, 3, 4]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", event["time"]) for event in told)
    assert checkpoint["checkpoint"].splitlines()[1:] == ["4", told[-1]["hash"]]


def test_text_from_outside_is_exported_whole_and_shown_harmless(shell: Shell) -> None:
    shell.ok("note", "card", HOSTILE)
    assert events(shell)[-1]["body"]["text"] == HOSTILE
    for shown in (shell.ok("log"), shell.ok("export", "--format", "markdown")):
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        assert "বাং 日本" in shown
    assert len(shell.ok("log").splitlines()) == 2


def test_a_markdown_export_tells_the_whole_story(shell: Shell) -> None:
    shell.ok("tick", "backup", "--value", "41 GB")
    shell.ok("note", "card", HOSTILE)
    text = shell.ok("export", "--format", "markdown")
    assert re.search(r"^- \[x\] Back up the database — done by ops-1, .*: 41 GB$", text, re.MULTILINE)
    assert "  - [ ] by card\n" in text
    assert re.findall(r"^\*\*(\d+)\*\* ", text, re.MULTILINE) == ["1", "2", "3"]
    assert r"\[/b\]" in text
    assert r"\<script\>" in text
    assert text.endswith(f"3\n{events(shell)[-1]['hash']}\n```\n")


@pytest.mark.parametrize("form", ["jsonl", "markdown"])
def test_an_export_vouches_for_what_was_there(shell: Shell, form: str) -> None:
    shell.ok("export", "--format", form, "-o", "earlier")
    shell.ok("note", "later")
    assert shell.ok("verify", "--checkpoint", "earlier").startswith("intact: ")
    assert shell.json("verify", "--checkpoint", "earlier")["answer"] == "intact"


def test_an_export_replaces_neither_a_pipe_nor_a_link(shell: Shell) -> None:
    assert shell.pipe("warroom export -o /dev/stdout | tail -1 | cut -c -14").out.startswith('{"checkpoint":')
    assert shell.pipe("mkfifo fifo; cat fifo >got & warroom export -o fifo; wait").err == ""
    assert (shell.home / "fifo").is_fifo()
    assert (shell.home / "got").read_text(encoding="utf-8") == shell.ok("export")
    (shell.home / "link").symlink_to("target")
    shell.ok("export", "-o", "link")
    assert (shell.home / "link").is_symlink()
    assert (shell.home / "target").read_text(encoding="utf-8") == shell.ok("export")


def test_an_export_never_writes_over_its_journal(shell: Shell) -> None:
    (shell.home / "link").symlink_to("shop.journal")
    for name in ("shop.journal", "link", "./shop.journal"):
        assert "is the journal itself" in shell.refused(2, "export", "-o", name)
    assert len(events(shell)) == 1


def test_a_reader_that_leaves_early_is_no_fault(shell: Shell) -> None:
    shell.ok("note", "x" * 100_000)
    for command in ("export", "log --json", "status", "plan shop.md"):
        ended = shell.pipe(f"warroom {command} | head -c 1 >/dev/null")
        assert ended.err == ""
        assert ended.out.split()[0] in ("0", "141")
    assert shell.pipe("warroom export | head -c 1 >/dev/null").out.split() == ["141", "0"]


@pytest.mark.parametrize("command", ["export", "status", "log", "--help", "tick --help", "note hi"])
def test_a_full_disk_behind_stdout_is_told(shell: Shell, command: str) -> None:
    ended = shell.pipe(f"warroom {command} >/dev/full")
    assert ended.out.split() == [str(CannotWrite.exit_status)]
    assert ended.err == "warroom: the output cannot be written: no space left on device\n"


def test_data_is_utf8_in_every_locale(shell: Shell) -> None:
    shell.ok("note", "বাং 日本")
    expected = (shell.ok("export"), shell.ok("log"))
    shell.environ |= {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONIOENCODING": "latin-1"}
    assert (shell.ok("export"), shell.ok("log")) == expected


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--nope",), "no such option '--nope'; see \"warroom --help\""),
        (("tick", "--note=", "x", "--valeu=1"), "no such option '--valeu'; did you mean '--value'?"),
        (("tick",), "missing argument 'ITEM'; see \"warroom tick --help\""),
        (("skip", "card"), "missing option '--reason'; see \"warroom skip --help\""),
        (("nonsense",), "no such command 'nonsense'"),
        (("export", "--format", "xml"), "'xml' is not one of 'jsonl', 'markdown'"),
        (("log", "-n", "0"), "0 is not in the range x>=1"),
        (("note", "a", "b", "c"), "a note is one text; put it in quotes"),
        (("start", "shop.md", "--at", "tomorrow"), '"tomorrow" is no time; write now, +2h, -10m or'),
        (("start", "shop.md", "--at", "+99999999999d"), "is out of reach; T-0 lies between 1970 and 3000"),
        (("start", "shop.md", "--release", "a\nb"), "cannot be a release's name; use at most 64 printable characters"),
        (("start",), "name the checklist to start with"),
    ],
)
def test_nonsense_is_told_in_one_sentence(shell: Shell, arguments: tuple[str, ...], sentence: str) -> None:
    shell.environ["WARROOM_JOURNAL"] = str(shell.home / ("new.journal" if arguments[0] == "start" else "shop.journal"))
    assert sentence in shell.refused(2, *arguments)
    assert not (shell.home / "new.journal").exists()


def test_without_arguments_it_says_what_there_is_and_that_it_did_nothing(shell: Shell) -> None:
    ended = shell.run()
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith("Usage: warroom ")


def test_the_cockpit_needs_a_terminal(shell: Shell) -> None:
    assert "the cockpit needs a terminal" in shell.refused(2, "run", "-j", "shop.journal")
