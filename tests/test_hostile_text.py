"""Text from outside stays data: it cannot crash the cockpit, steer a terminal or shift a column, and is kept whole."""

import json
import sys
import unicodedata
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.events import Paste

from cockpit_kit import NARROW, WIDE, Cockpit, cockpit
from cockpit_releases import begin, events, shop
from warroom.cli.main import cli
from warroom.core import decisions
from warroom.core.events import ItemSkipped, Noted, StepFinished
from warroom.tui.driver import steady

HOSTILE = {
    "closing markup": "[/b] [/payments] [/]",
    "markup link": "[link=https://example.org]pay here[/link] [@click=app.quit]q[/]",
    "open bracket": "[bold red on blink",
    "escaped bracket": "\\[b] \\",
    "content variables": "$fail $primary {x} %s ${HOME}",
    "clear screen": "before\x1b[2J\x1b[Hafter",
    "hyperlink": "\x1b]8;;https://example.org\x07link\x1b]8;;\x1b\\",
    "clipboard": "\x1b]52;c;c3RvbGVu\x07 and \x1b]52;c;?\x1b\\",
    "title": "\x1b]0;owned\x07 \x9d2;owned\x9c",
    "device control": "\x1bP+q544e\x1b\\ \x90$q\x22p\x9c",
    "private and application": "\x1b_G a=T\x1b\\ \x1b^pm\x1b\\ \x1bXsos\x1b\\",
    "mouse and alternate screen": "\x1b[?1000h\x1b[?1049l\x1b[?2004l\x1bc",
    "unfinished": "\x1b[",
    "unfinished string": "\x1b]0;for ever",
    "C1": "\x9b2J \x84 \x85 \x8d \x9e x",
    "controls": "bell\x07 back\x08\x08 feed\x0c up\x0b del\x7f shift\x0e\x0f sub\x1a",
    "carriage return": "good\rbad\r\nworse",
    "newlines": "one\ntwo\n\n\nthree\u2028four\u2029five",
    "tabs": "a\tb\t\tc",
    "right to left": "\u202egnp.exe \u2067isolated\u2069 \u200fمرحبا شالום",
    "wide": "支付成功 결제 ふりがな ｆｕｌｌ",
    "bengali": "পেমেন্ট যাচাই র‍্যাব ক্ষ্ম",
    "combining": "Z\u0335\u0321\u0348\u0353\u033d" * 20,
    "zero width": "pay\u200bment\u2060s\ufeff \u00ad\U000e0041",
    "emoji": "👩‍👩‍👧‍👦 🏴‍☠️ 🇧🇩 ☎️ ⌚ ❤️",
    "noncharacters": "\ufffe \uffff \U0010ffff \ue000",
    "html and formula": "<script>alert(1)</script> =cmd|'/c calc'!A1",
    "long line": "x" * 100_000,
    "long wide line": "汉" * 50_000,
}  # fmt: skip

both_sizes = pytest.mark.parametrize("size", [WIDE, NARROW], ids=str)

_STEERS = {"Cc", "Cs", "Zl", "Zp"}
_REORDERS = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def assert_harmless(it: Cockpit) -> None:
    """Nothing in the frame steers a terminal, and every row is exactly as wide as the screen."""
    width, height = it.app.size
    assert len(it.lines) == height
    for line in it.lines:
        assert not [char for char in line if unicodedata.category(char) in _STEERS or char in _REORDERS], repr(line)
        assert cell_len(line) == width, repr(line)


async def look_everywhere(it: Cockpit) -> None:
    """At each item, at an opened one, at the journal, and with a box over it all."""
    for _ in it.live.plan.places:
        await it.press("full_stop")
        assert_harmless(it)
    for key in ("enter", "l", "question_mark"):
        await it.press(key)
        assert_harmless(it)
        await it.press("escape")


def exported(journal: Path) -> list[dict[str, object]]:
    """The lines of the export but the checkpoint, as a machine reads them."""
    out = journal.with_suffix(".jsonl")
    cli.main(["export", "-j", str(journal), "-o", str(out)], standalone_mode=False)
    return [json.loads(line) for line in out.read_text(encoding="utf-8").split("\n")[:-2]]


def texts(journal: Path, kind: str, field: str) -> list[object]:
    """One field of all exported events of a kind."""
    found = [line["body"] for line in exported(journal) if line["kind"] == kind]
    return [body[field] for body in found if isinstance(body, dict)]


@both_sizes
async def test_in_a_checklist(tmp_path: Path, size: tuple[int, int]) -> None:
    def box(text: str) -> str:
        return "- [ ] " + " ".join(text.splitlines()) + "\n"

    whole = "".join(f"## {' '.join(text.splitlines())}\n{box(text)}\n{text}\n\n" for text in HOSTILE.values())
    async with cockpit(begin(tmp_path, f"# {HOSTILE['clear screen']}\n\n{whole}"), size) as it:
        await look_everywhere(it)


@both_sizes
async def test_in_notes_reasons_and_figures(tmp_path: Path, size: tuple[int, int]) -> None:
    journal = begin(tmp_path)
    async with cockpit(journal, size) as it:
        for text in HOSTILE.values():
            wishes = (
                partial(decisions.note, item="backup", text=text),
                partial(decisions.note, item="", text=text),
                partial(decisions.fail, item="backup", reason=text, seen=()),
                partial(decisions.skip, item="backup", reason=text),
                partial(decisions.reopen, item="backup", reason=text),
                partial(decisions.tick, item="backup", note=text, value=text, seen=()),
                partial(decisions.reopen, item="backup", reason=text),
            )
            last = [it.live.act(wish) for wish in wishes][-1]
            await it.until(last.done)
            await it.pilot.pause(0)
            assert_harmless(it)
        await look_everywhere(it)
    said = [text.strip() for text in HOSTILE.values()]
    assert texts(journal, "noted", "text") == [text for text in said for _ in range(2)]
    for kind, field in (("item_failed", "reason"), ("item_skipped", "reason"), ("item_done", "value")):
        assert texts(journal, kind, field) == said
    assert texts(journal, "item_reopened", "reason") == [text for text in said for _ in range(2)]


async def test_in_a_note_from_the_shell(tmp_path: Path) -> None:
    journal = begin(tmp_path)
    short = [text for text in HOSTILE.values() if len(text) < 50_000]
    async with cockpit(journal, NARROW) as it:
        for text in short:
            cli.main(["note", "backup", text, "-j", str(journal), "--as", "ci"], standalone_mode=False)
        await it.stored("noted", len(short))
        await look_everywhere(it)
    assert texts(journal, "noted", "text") == [text.strip() for text in short]


@both_sizes
async def test_in_answers_of_what_is_probed(tmp_path: Path, size: tuple[int, int]) -> None:
    def spec(title: str, pane: str = "") -> str:
        return (
            f'title = {json.dumps(title)}\n{pane}every = "40ms"\ndeadline = "39ms"\n[source]\nkind = "http"\n'
            f'url = "{production.url}"\n[[check]]\nget = "json:$.state"\nunit = "[/b]"\nfail = \'!= "ok"\'\n'
        )

    with shop() as production:
        probes = {"big": spec("[/b] \x1b[2J", 'pane = "health"\n'), "other": spec("\u202e支付[red]")}
        side_file = '[item.backup]\nprobe = "big"\n'
        async with cockpit(begin(tmp_path, side_file=side_file, probes=probes), size, source=None) as it:

            def heard(text: str) -> bool:
                """Bodies of more than 64 KiB are not read to their end."""
                verdict = it.live.verdicts()[0]
                return verdict.value == text[:1000] or (len(text) > 10_000 and "larger than 64" in verdict.text)

            for text in HOSTILE.values():
                production.numbers["state"] = text
                await it.until(partial(heard, text), "the answer")
                await it.pilot.pause(0)
                assert_harmless(it)


@both_sizes
async def test_in_what_a_command_prints(tmp_path: Path, size: tuple[int, int]) -> None:
    printed = "\n".join(HOSTILE.values())
    (tmp_path / "printed").write_text(printed, encoding="utf-8", newline="")
    code = "import sys, pathlib; sys.stdout.buffer.write(pathlib.Path('printed').read_bytes()); sys.exit(3)"
    argv = json.dumps([sys.executable, "-c", code, "\x1b[2J[/b]", "\u202etxt"])
    title = json.dumps("[/b] \x1b[2J " + HOSTILE["wide"])
    plan = f'verify = ["health"]\nto = {title}\ndoes_not_undo = [{title}]\n[[rollback.step]]\ntitle = {title}\n'
    side_file = f"[item.deploy.step]\nargv = {argv}\n[rollback]\n{plan}where = {title}\nargv = {argv}\n"
    journal = begin(tmp_path, side_file=side_file)
    async with cockpit(journal, size) as it:
        await it.press("slash", *"deploy", "enter", "x")
        assert_harmless(it)
        await it.press("y")
        await it.shows("exit status 3")
        assert_harmless(it)
        await it.press("escape", "R")
        await it.listens()
        assert_harmless(it)
        await it.write("shop 4.2.0")
        await it.press("enter")
        await it.shows("waits for your answer")
        assert_harmless(it)
        await it.press("escape")
        assert_harmless(it)
    kept = [event.body.outcome for event in events(journal) if isinstance(event.body, StepFinished)]
    assert {outcome.output_bytes for outcome in kept} == {len(printed.encode())}
    assert {outcome.output_sha256 for outcome in kept} == {sha256(printed.encode()).hexdigest()}
    for name in ("closing markup", "wide", "bengali", "content variables"):
        assert HOSTILE[name] in kept[0].output


async def test_in_names(tmp_path: Path) -> None:
    """Names of releases and operators must be printable; that still leaves much to misread."""
    name, environment = "[/b] 支付[red]$fail", "\x1b[2Jprod[/]"
    async with cockpit(begin(tmp_path, release=name, environment=environment), operator="[/b]支付[red]") as it:
        await it.press("n")
        await it.write("x")
        await it.press("enter")
        await it.stored("noted")
        await look_everywhere(it)


async def test_in_what_is_typed_pasted_and_looked_for(tmp_path: Path) -> None:
    async with cockpit(begin(tmp_path), NARROW) as it:
        await it.press("n")
        for text in HOSTILE.values():
            it.app.post_message(Paste(text))
            await it.pilot.pause(0)
            assert_harmless(it)
            await it.press("ctrl+u")
        await it.press("escape")
        await it.press("s")
        it.app.post_message(Paste("first line\nsecond line"))
        await it.press("enter")
        [skipped] = await it.stored("item_skipped")
        for _ in range(2):
            await it.press("slash", *"[/b]$x", "enter")
            await it.shows("no such item")
            await it.press("slash")
            assert_harmless(it)
            await it.press("escape")
    assert isinstance(skipped.body, ItemSkipped)
    assert skipped.body.reason == "first line ⏎ second line", "nothing of it is lost unseen"


async def test_a_lone_surrogate_is_refused_or_kept_but_never_breaks_the_journal(tmp_path: Path) -> None:
    journal = begin(tmp_path)
    async with cockpit(journal) as it:
        asked = it.live.act(partial(decisions.note, item="backup", text="half \ud83d a pair"))
        await it.until(asked.done)
        assert_harmless(it)
        await it.until(it.live.act(partial(decisions.note, item="backup", text="after it")).done)
        assert_harmless(it)
    kept = [event.body.text for event in events(journal) if isinstance(event.body, Noted)]
    assert kept[-1] == "after it"
    assert exported(journal)


def test_text_of_doubtful_width_is_drawn_over_blanks_and_the_cursor_put_where_it_belongs() -> None:
    ours = "\x1b[1m▌ ○ ● ⠉⠒ ╌ │ Größe …\x1b[0m\x1b[3;4H"
    assert steady(ours) == ours
    drawn = steady("\x1b[1m○ পেমেন্ট\x1b[0m\x1b[2m  \x1b[0m│")
    assert drawn == "\x1b[1m○\x1b7     \x1b[0m\x1b[2m  \x1b8 পেমেন্ট\x1b8\x1b[7C\x1b[0m\x1b[2m\x1b[0m│"
