"""Export and verify by the real program, and what becomes of output that nobody takes."""

import re
from pathlib import Path

import pytest

from cli_kit import Shell, begun, events, json_lines
from journal_kit import tamper
from warroom.core.errors import CannotWrite, NotIntact, Truncated

HOSTILE = "[/b] [link=x] \x1b[31m\x1b]0;owned\x07 \u202e বাং 日本\nsecond line `code` <script>"


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return begun(tmp_path)


def test_an_export_is_complete_in_order_and_the_same_each_time(shell: Shell) -> None:
    for number in range(3):
        shell.ok("note", f"n{number}")
    first = shell.ok("export")
    assert shell.ok("export") == first
    shell.ok("export", "-o", "out.jsonl")
    assert (shell.home / "out.jsonl").read_text(encoding="utf-8") == first
    *told, checkpoint = json_lines(first)
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


def test_a_journal_that_was_cut_off_behind_an_export_is_told(shell: Shell) -> None:
    for text in "abc":
        shell.ok("note", text)
    shell.ok("export", "-o", "earlier.jsonl")
    tamper(shell.home / "shop.journal", "DELETE FROM events WHERE seq > 2")
    ended = shell.run("verify", "--checkpoint", "earlier.jsonl")
    assert ended.status == Truncated.exit_status
    assert "truncated: " in ended.out
    assert len(ended.err.splitlines()) == 1


def test_a_journal_that_was_changed_is_told(shell: Shell) -> None:
    shell.ok("note", "as it was")
    shell.ok("export", "-o", "earlier.jsonl")
    tamper(shell.home / "shop.journal", "UPDATE events SET body = replace(body, 'was', 'is') WHERE seq = 2")
    ended = shell.run("verify", "--checkpoint", "earlier.jsonl", "--json")
    assert ended.status == NotIntact.exit_status
    assert '"answer": "broken"' in ended.out
    assert len(ended.err.splitlines()) == 1


@pytest.mark.parametrize("text", ["", "# notes\n", '{"seq":1}\n', "warroom/x\n1\n"])
def test_what_is_no_checkpoint_is_told(shell: Shell, text: str) -> None:
    (shell.home / "checkpoint").write_text(text, encoding="utf-8")
    assert "checkpoint" in shell.refused(2, "verify", "--checkpoint", "checkpoint")
