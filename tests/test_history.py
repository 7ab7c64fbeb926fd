"""What earlier releases took: each figure by hand, and the command over a directory of all sorts of files."""

import shutil
import statistics
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cli_kit import Shell
from export_kit import HOSTILE, T0_US, add, begin, definitions
from journal_kit import StillClock, draft, finished_journal, tamper
from release_kit import Story, finish, next_step, reopen, skip, start_rollback, start_step, tick
from warroom.core import events as ev
from warroom.core.history import Past, Run, expected, quantile, spread, spread_of_items, tell
from warroom.core.outcome import Outcome
from warroom.core.spread import Spread
from warroom.journal.store import create_journal

DAY_US = 86_400_000_000


def past(*runs: tuple[str, str, float]) -> Past:
    return Past(runs=tuple(Run(target=target, title=title, took_s=took_s) for target, title, took_s in runs))


@pytest.mark.parametrize("numbers", [[1, 2], [1, 2, 3, 4], [0.5, 2, 2, 9, 100, 101]])
def test_quantiles_are_those_of_the_standard_library(numbers: list[float]) -> None:
    tenths = statistics.quantiles(numbers, n=10, method="inclusive")
    assert [quantile(numbers, n / 10) for n in range(1, 10)] == pytest.approx(tenths)


def test_the_spread_of_few_and_of_none() -> None:
    assert spread([30, 10, 20]) == Spread(n=3, p50_s=20, p90_s=28)
    assert spread([7.5]) == Spread(n=1, p50_s=7.5, p90_s=7.5)
    assert spread([]) is None


def test_what_a_step_may_be_expected_to_take() -> None:
    pasts = [past(("deploy", "Deploy", 10), ("rollback:1", "Switch", 2)), past(("deploy", "Deploy", 20)), past()]
    assert expected(pasts) == {
        "deploy": Spread(n=2, p50_s=15, p90_s=19),
        "rollback:1": Spread(n=1, p50_s=2, p90_s=2),
    }


def test_a_step_with_another_title_is_another_step() -> None:
    pasts = [past(("rollback:1", "Drain", 500)), past(("rollback:1", "Switch", 20)), past(("rollback:1", "Switch", 40))]
    assert expected(pasts) == {"rollback:1": Spread(n=2, p50_s=30, p90_s=38)}


def told(story: Story) -> Past:
    return tell(story.plan, story.events)


def test_only_commands_that_ended_well_count() -> None:
    story = Story()
    story.runs(start_step("deploy", "r1"), "failed")
    story.runs(start_step("deploy", "r2"), "done")
    assert told(story).runs == (Run(target="deploy", title="Deploy", took_s=1.5),)


def test_an_item_takes_from_its_first_start_or_the_item_before_it_until_it_is_done() -> None:
    story = Story()  # each event a second after the one before
    story.does(tick("backup"))  # the first of its phase, without a command: nobody knows
    story.runs(start_step("deploy", "r1"), "failed")
    story.runs(start_step("deploy", "r2"), "done")
    story.does(tick("deploy"))
    story.does(skip("card"))
    story.does(tick("cash"))
    assert told(story).items == {"deploy": 4, "cash": 1}


def test_what_was_opened_again_counts_when_it_is_done_for_good() -> None:
    story = Story()
    story.runs(start_step("deploy"))
    story.does(tick("deploy"))
    story.does(reopen("deploy"))
    assert told(story).items == {}
    story.does(tick("deploy"))
    assert told(story).items == {"deploy": 4}


def test_a_phase_takes_from_its_first_act_to_its_last_and_only_when_it_is_closed() -> None:
    story = Story()
    story.runs(start_step("deploy"))
    story.does(tick("deploy"))
    story.does(tick("cash"))
    story.does(skip("card"))
    assert told(story).phases == {}
    story.does(tick("pay"))
    assert told(story).phases == {"day": 5}
    story.does(reopen("cash"))
    assert told(story).phases == {}


def test_rollbacks_as_far_as_they_came() -> None:
    story = Story()
    story.does(start_rollback())
    story.does(next_step())
    assert [each.took_s for each in told(story).rollbacks] == [None]
    started = story.events[-1].body
    assert isinstance(started, ev.StepStarted)
    story.does(finish(started))
    assert told(story).runs == (Run(target="rollback:1", title="Switch back", took_s=1.5),)


def event(seq: int, body: ev.Body) -> ev.Event:
    return ev.Event(
        seq=seq, id=str(seq), at_us=T0_US + seq * 1_000_000, mono_us=0, actor="a", origin="o", body=body, hash="00"
    )


def test_a_decision_takes_from_the_question_to_the_answer() -> None:
    asked = ev.DecisionAsked(trigger="errors", rule="r", broke=("b",), role="lead", within_s=60)
    escalated = ev.DecisionEscalated(trigger="errors", role="owner", within_s=60)
    hold = ev.DecisionTaken(trigger="errors", answer="hold", hold_s=300)
    stray = ev.DecisionTaken(trigger="other", answer="override")
    story = [event(n, body) for n, body in enumerate([asked, escalated, hold, stray], 1)]
    assert [(each.trigger, each.answer, each.took_s) for each in tell(definitions(), story).answers] == [
        ("errors", "hold", 2)
    ]


def test_a_clock_that_was_put_back_gives_no_time_below_0() -> None:
    story = Story()
    story.does(tick("deploy"))
    story.does(tick("cash"))
    back = story.events[-1].model_copy(update={"at_us": 0})
    assert tell(story.plan, [*story.events[:-1], back]).items == {"cash": 0}


def test_items_are_gathered_over_releases() -> None:
    pasts = [Past(items={"a": 1.0, "b": 5.0}), Past(items={"a": 3.0})]
    assert spread_of_items(pasts) == {"a": Spread(n=2, p50_s=2, p90_s=2.8), "b": Spread(n=1, p50_s=5, p90_s=5)}


def release(path: Path, name: str, days: int, seconds: float) -> Path:
    """A closed journal of a release `days` after the first, whose step took so many seconds."""
    outcome = Outcome(
        ended="done",
        exit_status=0,
        duration_s=seconds,
        output="",
        output_bytes=0,
        output_sha256="",
        why="exit status 0",
    )
    started = ev.StepStarted(
        run="r", target="payments", attempt=1, title="Pay", argv=("p",), cwd="/", host="h", user="u"
    )
    said = (
        started,
        ev.StepFinished(run="r", target="payments", title="Pay", outcome=outcome),
        ev.ItemDone(item="backup"),
        ev.ItemDone(item="cmd-pipe"),
    )
    t0_us = T0_US + days * DAY_US
    with closing(create_journal(path, definitions(), StillClock(), "0.1.0")) as journal:
        begun = ev.ReleaseStarted(release=name, environment="prod", t0_us=t0_us, checklist="Shop")
        drafts = [
            draft(f"e{n}", body).model_copy(update={"at_us": t0_us + n * round(seconds * 1e6)})
            for n, body in enumerate((begun, *said))
        ]
        journal.append(drafts, after=0)
    return path


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A directory with two releases, and what else lies about."""
    home = tmp_path / "old"
    home.mkdir()
    release(home / "b.journal", "shop 4.1", 0, 10)
    release(home / "a.journal", "shop 4.2", 7, 20)
    return Shell(tmp_path)


def test_releases_stand_side_by_side_in_the_order_of_their_t_0(shell: Shell) -> None:
    out = shell.ok("history", "old")
    assert [line.split()[:4] for line in out.splitlines()[:2]] == [
        ["#1", "shop", "4.1", "to"],
        ["#2", "shop", "4.2", "to"],
    ]
    table = {line[:34].strip(): line[34:].split() for line in out.splitlines()}
    assert table["step"] == ["n", "P50", "P90", "#1", "#2"]
    assert table["Verify payments"] == ["2", "15", "s", "19", "s", "10", "s", "20", "s"]
    assert table["=cmd() | pipe"] == ["2", "15", "s", "19", "s", "10", "s", "20", "s"]
    assert table["Before"] == ["2", "15", "s", "19", "s", "10", "s", "20", "s"]


def test_programs_get_all_of_it(shell: Shell) -> None:
    told: dict[str, Any] = shell.json("history", "old")
    assert [(each["file"], each["release"]) for each in told["releases"]] == [
        ("b.journal", "shop 4.1"),
        ("a.journal", "shop 4.2"),
    ]
    assert told["releases"][0]["t0"] == "2026-03-01T20:00:00.000000Z"
    assert told["steps"] == [{"id": "payments", "title": "Verify payments", "n": 2, "p50_s": 15, "p90_s": 19}]
    assert told["items"] == [{"id": "cmd-pipe", "title": "=cmd() | pipe", "n": 2, "p50_s": 15, "p90_s": 19}]
    assert [(each["id"], each["n"]) for each in told["phases"]] == [("before-t-1-day", 2)]
    assert (told["rollbacks"], told["restored"], told["decisions"], told["left_out"]) == (None, None, None, [])


def test_what_is_no_journal_is_named_and_left_out(shell: Shell) -> None:
    home = shell.home / "old"
    (home / "notes.txt").write_text("# notes, long enough for a header " * 10)
    (home / ".hidden").write_text("x")
    (home / "a.journal.fallback.jsonl").write_text("{}\n")
    (home / "sub").mkdir()
    finished_journal(home / "broken.journal", 3)
    tamper(home / "broken.journal", "UPDATE events SET body = '{' WHERE seq = 2")
    with closing(create_journal(home / "empty.journal", definitions(), StillClock(), "0.1.0")):
        pass
    ended = shell.run("history", "old")
    assert ended.status == 0
    left = dict(line.removeprefix("warroom: left out ").split(": ", 1) for line in ended.err.splitlines())
    assert set(left) == {"notes.txt", "broken.journal", "empty.journal"}
    assert left["notes.txt"] == "it is no SQLite file, so it is no journal"
    assert "cannot be read" in left["broken.journal"]
    assert "#3" not in ended.out


@pytest.mark.parametrize("name", ["0.journal", "copy.journal"])
def test_of_copies_the_longest_counts(shell: Shell, name: str) -> None:
    shell.ok("backup", f"old/{name}", "-j", "old/a.journal")
    shell.ok("note", "later", "-j", f"old/{name}", "--as", "ada")
    ended = shell.run("history", "old")
    assert ended.err == f"warroom: left out a.journal: it is a copy of {name}\n"
    assert "#3" not in ended.out


def test_nothing_is_changed(shell: Shell) -> None:
    before = shell.ok("export", "-j", "old/a.journal")
    shell.ok("history", "old")
    assert shell.ok("export", "-j", "old/a.journal") == before
    shutil.rmtree(shell.home / "old")
    assert "old cannot be read: no such file or directory" in shell.refused(2, "history", "old")


def test_a_directory_without_journals_is_told(shell: Shell) -> None:
    (shell.home / "none").mkdir()
    assert shell.refused(2, "history", "none") == "there is no journal in none; warroom start makes them; see -j"


def test_names_from_outside_are_shown_harmless(shell: Shell) -> None:
    path = shell.home / "old" / "c\x1b[2J.journal"
    with closing(create_journal(path, definitions(), StillClock(), "0.1.0")) as journal:
        begin(journal, HOSTILE["escape"])
        add(journal, ev.Noted(text="x"))
    (shell.home / "old" / "d\u202e.txt").write_text("x" * 200)
    ended = shell.run("history", "old")
    assert not {"\x1b", "\u202e", "\x07"} & set(ended.out + ended.err)
