"""Exports as Markdown and as the ticked checklist: hostile text stays text, and a checklist stays itself."""

import io
import re
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from cli_kit import PROGRAM, Shell, begun
from export_kit import CHECKLIST, HOSTILE, ITEMS, LONG, add, begin, definitions, events, export, hostile_shell
from journal_kit import StillClock, tamper
from pty_kit import session
from warroom.cli.excerpts import JournalExcerpt
from warroom.core import events as ev
from warroom.core.checklist import Checklist
from warroom.core.filters import ALL
from warroom.files.checklist_md import parse_checklist
from warroom.journal.store import create_journal, open_journal
from warroom.report.ticked import write_checklist


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    return hostile_shell(tmp_path_factory.mktemp("hostile"))


def tokens(text: str) -> list[Token]:
    """As a viewer that knows GitHub's tables, strikethrough and bare addresses reads it; inline ones in their place."""
    found = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text)
    return [each for token in found for each in (token, *(token.children or ()))]


def test_markdown_holds_no_markup_but_its_own(hostile: Shell) -> None:
    found = tokens(export(hostile, "--format", "markdown").out)
    kinds = {token.type for token in found}
    assert not kinds & {"html_block", "html_inline", "link_open", "image", "table_open", "s_open", "em_open", "hr"}
    bold = [b.content for a, b in pairwise(found) if a.type == "strong_open"]
    assert bold == [str(n) for n in range(1, len(events(hostile)) + 1)]
    headings = [b.content for a, b in pairwise(found) if a.type == "heading_open"]
    assert headings[1:] == ["Shop release", "Before (T-1 day)", "Deployment Day", "Timeline", "Checkpoint"]


def test_markdown_has_every_output_in_a_fence_of_its_own(hostile: Shell) -> None:
    fences = [token.content for token in tokens(export(hostile, "--format", "markdown").out) if token.type == "fence"]
    assert len(fences) == len(HOSTILE) + 2  # the long one, and the checkpoint
    assert HOSTILE["fence"] + "\n" in fences
    assert HOSTILE["script"] + "\n" in fences


def test_markdown_shows_what_a_terminal_would_obey(hostile: Shell) -> None:
    text = export(hostile, "--format", "markdown").out
    assert {char for char in text if not char.isprintable()} == {"\n", "\t", "\u200c", "\u200d"}
    assert HOSTILE["joined"] in text
    assert r"\u001b" in text


def ticked(shell: Shell) -> str:
    """The ticked checklist, without what is appended to it."""
    assert export(shell, "--format", "checklist", "-o", "ticked.md") == (0, "", "")
    text = (shell.home / "ticked.md").read_bytes().decode()
    body, mark, _ = text.rpartition("\n\n<!-- warroom checkpoint\n")
    assert mark
    return body


def shape(checklist: Checklist) -> list[tuple[str, str, str]]:
    return [(item.id, item.number, item.title) for item in checklist.walk()]


def test_a_ticked_checklist_differs_in_boxes_and_remarks_only(hostile: Shell) -> None:
    body = ticked(hostile)
    bare = re.sub(r"(?<=\]) <!-- (skipped|failed) by [^\r\n]*? -->", "", body)
    assert re.sub(r"\[[ xX]\]", "[ ]", bare) == re.sub(r"\[[ xX]\]", "[ ]", CHECKLIST)
    boxes = dict(zip(ITEMS, re.findall(r"(?m)^ *(?:[-*]|\d+[.)])\s\[(.)\](?! no item)", bare), strict=True))
    assert boxes == dict.fromkeys(ITEMS, " ") | {"backup": "x"}
    assert "`- [ ] box`" in bare


def test_a_ticked_checklist_reads_as_the_same_checklist(hostile: Shell) -> None:
    assert shape(parse_checklist(ticked(hostile), "x")) == shape(parse_checklist(CHECKLIST, "x"))


@pytest.mark.parametrize("text", [*HOSTILE.values(), LONG], ids=[*HOSTILE, "long"])
def test_no_reason_ends_its_comment(tmp_path: Path, text: str) -> None:
    with closing(create_journal(tmp_path / "journal", definitions(), StillClock(), "0.1.0")) as journal:
        begin(journal, "shop 4.2")
        add(journal, ev.ItemFailed(item="cash", reason=text), actor=text[:1000])
        out = io.StringIO()
        write_checklist(out, JournalExcerpt(journal, ALL, to_file=True))
    body = out.getvalue()
    assert shape(parse_checklist(body, "x")) == shape(parse_checklist(CHECKLIST, "x"))
    comments = [token.content for token in tokens(body) if token.type == "html_inline"]
    assert sum(comment.startswith("<!-- failed by ") for comment in comments) == 1
    assert len(body.splitlines()) == len(CHECKLIST.splitlines()) + 6
    assert len(body) < len(CHECKLIST) + 500


def test_what_was_skipped_says_who_when_and_why_behind_its_open_box(tmp_path: Path) -> None:
    shell = begun(tmp_path)
    shell.ok("skip", "card", "--reason", "no card at hand")
    remark = r"  - \[ \] <!-- skipped by ops-1, 20\d\d-[^ ]*Z: no card at hand --> by card <!-- wr: card -->\n"
    assert re.search(remark, ticked(shell))


def test_a_ticked_checklist_vouches_for_the_journal(tmp_path: Path) -> None:
    shell = begun(tmp_path)
    ticked(shell)
    shell.ok("note", "later")
    assert shell.ok("verify", "--checkpoint", "ticked.md").startswith("intact: ")


def test_a_journal_without_its_checklist_text_is_told(tmp_path: Path) -> None:
    shell = begun(tmp_path)
    tamper(tmp_path / "shop.journal", "DELETE FROM definitions WHERE role = 'file'")
    assert "does not hold its checklist" in shell.refused(2, "export", "--format", "checklist", "-o", "x")
    assert not (tmp_path / "x").exists()


def test_a_checklist_text_that_does_not_fit_is_told(tmp_path: Path) -> None:
    shell = begun(tmp_path)
    tamper(tmp_path / "shop.journal", "UPDATE definitions SET body = 'short' WHERE role = 'file'")
    assert "line 4 of the stored checklist has no box" in shell.refused(2, "export", "--format", "checklist")


@pytest.mark.parametrize("form", ["jsonl", "csv", "markdown", "checklist"])
def test_a_terminal_stays_as_it_was(hostile: Shell, form: str) -> None:
    with session(*PROGRAM, "export", "--format", form, cwd=hostile.home, environ=hostile.environ) as it:
        assert it.ends() == 0
        shown = it.text
    assert {char for char in shown if not char.isprintable()} <= {"\n", "\u200c", "\u200d"}
    assert len(shown) > len(LONG) or form == "checklist"


def test_checklist_lines_end_as_they_were_written(hostile: Shell) -> None:
    assert ticked(hostile).count("\r\n") == CHECKLIST.count("\r\n")


def test_the_journal_is_as_it_was(hostile: Shell) -> None:
    with closing(open_journal(hostile.home / "shop.journal", read_only=True)) as journal:
        assert journal.definitions().texts["shop.md"] == CHECKLIST
