"""The real program in a real terminal, by keys alone: a whole release, and what is left of it when it ends."""

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit_releases import begin, events, vitals
from running_kit import is_alive, wait_until
from test_hostile_text import HOSTILE
from tmux_kit import WARROOM, Terminal, shell, terminal
from warroom.cli.main import cli
from warroom.core.events import CockpitClosed, CockpitOpened

pytestmark = pytest.mark.real

each_size = pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=["120x40", "80x24"])
RELEASE = "shop 4.2.0"
SLOW_S = 90.0  # what production takes to go bad or well


# --- a whole release


@each_size
def test_a_release_by_keys_alone(tmp_path: Path, size: tuple[int, int]) -> None:
    run = (*WARROOM, "demo", "--dir", str(tmp_path), "--as", "ops-1")
    with terminal(*run, size=size, cwd=tmp_path) as it:
        it.until(lambda: it.text.count("● OK") == 4, "four panes that are ok", SLOW_S)
        _tick_with_a_note(it)
        _skip_with_a_reason(it)
        _deploy(it)
        it.until(lambda: "✗ FAIL" in it.text or "▲ WARN" in it.text, "a pane that leaves ok", SLOW_S)
        _roll_back(it)
        it.keys("q")
        it.shows("ended with 0", "The journal of this demo")
        assert it.modes == "0 0 1"
    journal = str(tmp_path / "demo.journal")
    assert _course(shell("export", "-j", journal)) == [
        ("item_done", "ops-1", "pay-e2e", "paid 20 BDT by card and by wallet"),
        ("item_skipped", "ops-1", "auth", "covered by the smoke tests"),
        ("step_started", "ops-1", "deploy", ""),
        ("step_finished", "ops-1", "deploy", "done"),
        ("item_done", "ops-1", "deploy", ""),
        ("rollback_started", "ops-1", "rollback", RELEASE),
        *(
            (kind, "ops-1", f"rollback:{number}", words)
            for number in (1, 2, 3)
            for kind, words in (("step_started", ""), ("step_finished", "done"))
        ),
        ("rolled_back", "ops-1", "rollback", ""),
        ("restored", "warroom", "rollback", ""),
        ("cockpit_closed", "ops-1", "", ""),
    ]
    assert shell("verify", "-j", journal).startswith("intact")


def _find(it: Terminal, words: str, title: str) -> None:
    it.keys("/")
    it.shows("│  find")
    it.write(words)
    it.shows(f"find     {words}")
    it.keys("Enter")
    it.until(lambda: any("▌" in line and title in line for line in it.text.split("\n")), f"{title}, selected")


def _tick_with_a_note(it: Terminal) -> None:
    _find(it, "payment processing", "Verify payment proc")
    it.keys("n")
    it.shows("NOTE enter saves")
    it.write("paid 20 BDT by card and by wallet")
    it.shows("by wallet")
    it.keys("Escape")
    it.until(lambda: "NOTE enter saves" not in it.text, "the field left")
    it.keys("Space")
    it.shows("✓ Verify payment proc")


def _skip_with_a_reason(it: Terminal) -> None:
    _find(it, "user authentication", "Test user auth")
    it.keys("s")
    it.shows("SKIP enter skips")
    it.write("covered by the smoke tests")
    it.keys("Enter")
    it.shows("– Test user auth")


def _deploy(it: Terminal) -> None:
    _find(it, "Deploy to production", "Deploy to prod")
    it.keys("x")
    it.shows("RUN STEP", "nothing has run yet")
    it.keys("y")
    it.shows("✓ done", "verify   5 of 5 new requests answered by green")
    it.keys("Escape")
    it.until(lambda: "RUN STEP" not in it.text, "the cockpit")
    it.keys("Space")
    it.shows("✓ Deploy to prod")


def _roll_back(it: Terminal) -> None:
    it.keys("R")
    it.shows("Type the name of the release to start")

    def hears() -> bool:
        it.write(RELEASE[0])
        return "10 more characters" not in it.text

    it.until(hears, "a field that listens")
    it.keys(*["BSpace"] * 20)
    it.shows("10 more characters")
    it.write(RELEASE)
    it.shows("Enter starts the rollback")
    it.keys("Enter")
    it.shows("ROLLING BACK")
    it.shows("● restored", within_s=SLOW_S)
    it.keys("Escape")
    it.shows("ROLLBACK restored")


_ASIDE = ("step_output", "item_stale", "item_true_again")  # how many there are, and when, differs from run to run
_TOLD = ("item_", "step_", "roll", "restored", "cockpit_closed")  # the rest is bookkeeping


def _course(export: str) -> list[tuple[str, str, str, str]]:
    """What people and commands did, in order: kind, actor, subject, and the words that matter."""
    told = []
    for line in map(json.loads, export.splitlines()[:-1]):
        body = line["body"]
        if line["actor"].startswith("demo") or line["kind"] in _ASIDE or not line["kind"].startswith(_TOLD):
            continue
        words = body.get("note") or body.get("reason") or body.get("typed") or body.get("outcome", {}).get("ended", "")
        told.append((line["kind"], line["actor"], line["subject"], words))
    return told


# --- how it ends


def _cockpit(tmp_path: Path) -> tuple[Path, tuple[str, ...]]:
    journal = begin(tmp_path, probes=vitals(every="60s", deadline="59s"))
    return journal, (*WARROOM, "run", "-j", str(journal), "--as", "ops-1")


def _pid(journal: Path) -> int:
    [opened] = [event.body for event in events(journal) if isinstance(event.body, CockpitOpened)]
    return opened.pid


def _by_key(it: Terminal, _journal: Path) -> None:
    it.keys("q")


def _by_signal(number: signal.Signals) -> Callable[[Terminal, Path], None]:
    return lambda _it, journal: os.kill(_pid(journal), number)


@pytest.mark.parametrize(
    "leave",
    [_by_key, _by_signal(signal.SIGTERM), _by_signal(signal.SIGHUP)],
    ids=["q", "SIGTERM", "SIGHUP"],
)
def test_the_terminal_is_left_as_it_was(tmp_path: Path, leave: Callable[[Terminal, Path], None]) -> None:
    journal, run = _cockpit(tmp_path)
    with terminal(*run, size=(80, 24), cwd=tmp_path) as it:
        it.shows("? help")
        it.until(lambda: it.modes == "1 1 0", "a full screen with a mouse")
        leave(it, journal)
        it.shows("ended with 0")
        assert it.modes == "0 0 1"
        it.write("typed text is shown")
        it.shows("typed text is shown")
    assert isinstance(events(journal)[-1].body, CockpitClosed)
    assert shell("verify", "-j", str(journal)).startswith("intact")


@pytest.mark.parametrize("attempt", range(4))  # without its guard every second one stayed behind
def test_a_terminal_that_goes_away_leaves_a_whole_journal_and_no_process(tmp_path: Path, attempt: int) -> None:
    journal, run = _cockpit(tmp_path)
    with terminal(*run, size=(120, 40), cwd=tmp_path) as it:
        it.shows("? help")
        it.keys("Space")
        it.shows("✓ Back up the database")
    wait_until(lambda: not is_alive(_pid(journal)))
    assert isinstance(events(journal)[-1].body, CockpitClosed)
    assert shell("verify", "-j", str(journal)).startswith("intact")


# --- what a terminal must bear


SCRIPTS = (
    "plain text",
    "পেমেন্ট যাচাই করুন", "ক্ষ্ম র‍্যাব স্ট্রি", "支付成功 결제 ふり", "👩‍👩‍👧‍👦 🏴‍☠️ family", "🇧🇩 ☎️ ❤️ ⌚ 1️⃣", "👍🏽 thumb",
    "मानक हिन्दी", "مرحبا שלום \u202egnp", "ภาษาไทย กำ", "Z\u0335\u0321\u0348 zalgo", "soft\u00adhyphen \ue000\ufffe",
)  # fmt: skip


@each_size
def test_every_script_leaves_the_columns_where_they_are(tmp_path: Path, size: tuple[int, int]) -> None:
    boxes = "".join(f"- [ ] {text}\n" for text in SCRIPTS)
    journal = begin(tmp_path, f"# Release\n\n## Scripts\n{boxes}", probes=vitals(every="60s", deadline="59s"))
    with terminal(*WARROOM, "run", "-j", str(journal), size=size, cwd=tmp_path) as it:
        it.shows("plain text")
        for _ in SCRIPTS[1:]:
            it.keys("Down")
        it.shows(f"▌  ○ {SCRIPTS[-1][:4]}")
        first = next(row for row, line in enumerate(it.text.split("\n")) if "○ plain text" in line)
        plain, *others = [it.column("│", row) for row in range(first, first + len(SCRIPTS))]
        assert others == [plain] * len(others)


@each_size
def test_hostile_text_does_not_steer_the_terminal(tmp_path: Path, size: tuple[int, int]) -> None:
    journal, run = _cockpit(tmp_path)
    for text in HOSTILE.values():
        if len(text) < 10_000:
            cli.main(["note", "backup", "-j", str(journal), "--as", "ci", "--", text], standalone_mode=False)
    with terminal(*run, size=size, cwd=tmp_path) as it:
        it.shows("? help", "Back up the database")
        before = it.value("#{pane_title}"), it.modes
        it.keys("l")
        it.shows("JOURNAL")
        it.keys("Escape")
        it.shows("▌  ○ Back up the database")
        assert (it.value("#{pane_title}"), it.modes) == before
        assert it.clipboard == ""


def test_mouse_bytes_of_an_old_encoding_do_not_end_it(tmp_path: Path) -> None:
    _, run = _cockpit(tmp_path)
    with terminal(*run, size=(120, 40), cwd=tmp_path) as it:
        it.shows("▌  ○ Back up the database")
        it.raw(b"\x1b[M\x20\xff\xfe")
        it.keys("Down")
        it.shows("▌  ○ Restore the backup")
