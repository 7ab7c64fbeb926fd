"""The shell from plan to status, by the real program: stdout is data, stderr is talk, exit statuses mean something."""

import re
import shutil
from pathlib import Path

import pytest

from cli_kit import CHECKLIST, Shell, begun, events, json_lines
from warroom.core.errors import Refused

PRODUCTION = Path(__file__).parents[1] / "checklists" / "production.md"


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return begun(tmp_path)


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
    assert shell.ok("start", "shop.md", "--release", "shop 4.2/a", "--env", "eu west", "--as", "ada") == (
        "shop-4.2-a-eu-west.journal\n"
    )
    shell.environ["WARROOM_JOURNAL"] = "shop-4.2-a-eu-west.journal"
    (started,) = events(shell)
    assert (started["kind"], started["actor"]) == ("release_started", "ada")
    assert (started["body"]["release"], started["body"]["environment"]) == ("shop 4.2/a", "eu west")


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
        "release", "environment", "rehearsal", "t0", "phase", "phases", "items", "probes", "decisions", "rollback",
        "end", "hold", "slip_s", "slips", "gates", "polls", "cockpits", "events", "head",
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
    assert json_lines(shell.ok("log", "--json")) == events(shell)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--nope",), "no such option '--nope'; see \"warroom --help\""),
        (("tick", "--note=", "x", "--valeu=1"), "no such option '--valeu'; did you mean '--value'?"),
        (("tick",), "missing argument 'ITEM'; see \"warroom tick --help\""),
        (("skip", "card"), "missing option '--reason'; see \"warroom skip --help\""),
        (("nonsense",), "no such command 'nonsense'"),
        (("export", "--format", "xml"), "'xml' is not one of 'jsonl', "),
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
