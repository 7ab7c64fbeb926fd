"""What a filter picks, that an export says so, and that no filter is passed over in silence."""

import json
from contextlib import closing
from typing import Any

import pytest

from cli_kit import Shell, json_lines
from export_kit import add, begin, definitions, export, exported_csv, read_csv, reading
from journal_kit import StillClock
from warroom.core import events as ev
from warroom.core.schedule import parse_moment
from warroom.journal.store import create_journal

T0_US = 1_772_395_200_000_000  # 2026-03-01T20:00:00Z
MINUTE_US = 60_000_000


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """Events 1 to 6, a minute apart from T-0 on, by ada and bob in turn."""
    home = tmp_path_factory.mktemp("filters")
    with closing(create_journal(home / "shop.journal", definitions(), StillClock(), "0.1.0")) as journal:
        begin(journal, "shop 4.2")
        add(journal, ev.ItemDone(item="backup"), actor="bob")
        add(journal, ev.Noted(text="hm", item="backup"))
        add(journal, ev.ItemSkipped(item="cash", reason="none"), actor="bob")
        add(journal, ev.ItemDone(item="payments"))
        add(journal, ev.Noted(text="well"), actor="bob")
        journal.record([reading(n * 60, n) for n in range(6)])
    return Shell(home, WARROOM_JOURNAL="shop.journal")


def picked(shell: Shell, *options: str) -> tuple[list[int], dict[str, Any]]:
    """The numbers of the events, and the last line."""
    *told, last = json_lines(export(shell, *options).out)
    return [event["seq"] for event in told], last


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ("--since T+00:02", [3, 4, 5, 6]),
        ("--until T+00:02", [1, 2]),
        ("--since 20:01 --until 20:03", [2, 3]),
        ("--since 2026-03-02T02:04:00+06:00", [5, 6]),
        ("--kind item_done", [2, 5]),
        ("--kind item_done --kind noted", [2, 3, 5, 6]),
        ("--operator bob", [2, 4, 6]),
        ("--operator bob --operator ada", [1, 2, 3, 4, 5, 6]),
        ("--item backup", [2, 3]),
        ("--item 2.1.1 --item cash", [4, 5]),
        ("--item backup --operator ada", [3]),
        ("--operator nobody", []),
    ],
)
def test_it_picks_the_same_for_lines_and_tables(shell: Shell, options: str, numbers: list[int]) -> None:
    assert picked(shell, *options.split())[0] == numbers
    rows = read_csv(exported_csv(shell, "events", *options.split()).out)
    assert [int(row["seq"]) for row in rows] == numbers
    text = export(shell, "--format", "markdown", *options.split()).out
    assert [int(line[2:].split("*")[0]) for line in text.splitlines() if line.startswith("**")] == numbers
    assert f": {len(numbers)} of 6 events\n" in text


def test_lines_say_what_was_picked_and_how_much_of_it(shell: Shell) -> None:
    whole = picked(shell)[1]
    assert list(whole) == ["checkpoint"]
    last = picked(
        shell, "--since", "20:01", "--until", "20:03", "--kind", "noted", "--operator", "ada", "--item", "1.1.1"
    )
    assert last[1] == whole | {
        "filter": {
            "since": "2026-03-01T20:01:00.000000Z",
            "until": "2026-03-01T20:03:00.000000Z",
            "kinds": ["noted"],
            "operators": ["ada"],
            "items": ["backup"],
        },
        "events": 1,
        "of": 6,
    }


def test_a_table_says_so_in_its_head_or_on_stderr(shell: Shell) -> None:
    ended = exported_csv(shell, "items", "--operator", "bo\x1b[31mb")
    assert ended.err.startswith("warroom: 0 items (operators bob) of a journal of 6 events, head ")
    exported_csv(shell, "readings", "--since", "20:02", "--head", "head.json")
    told = json.loads((shell.home / "head.json").read_text())
    assert told["filter"] == {"since": "2026-03-01T20:02:00.000000Z"}
    assert (told["readings"], told["of"]) == (4, 6)


def test_a_filtered_export_still_vouches_for_the_whole_journal(shell: Shell) -> None:
    shell.ok("export", "--item", "cash", "-o", "cash.jsonl")
    shell.ok("export", "--format", "markdown", "--item", "cash", "-o", "cash.md")
    for name in ("cash.jsonl", "cash.md"):
        assert "up to event 6" in shell.ok("verify", "--checkpoint", name)


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ("--item cash --item read-the-log", ["cash", "read-the-log"]),
        ("--operator bob", ["backup", "cash"]),
        ("--since 20:04", ["payments"]),
        ("--kind item_done", ["backup", "payments"]),
    ],
)
def test_items_are_picked_with_what_was_last_said_of_them(shell: Shell, options: str, ids: list[str]) -> None:
    rows = read_csv(exported_csv(shell, "items", *options.split()).out)
    assert [row["id"] for row in rows] == ids


def test_readings_are_picked_by_time(shell: Shell) -> None:
    rows = read_csv(exported_csv(shell, "readings", "--since", "20:02", "--until", "20:04").out)
    assert [row["value"] for row in rows] == ["2", "3"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--format checklist --since 20:00", "an export as checklist has no --since; it is always whole"),
        ("--format sqlite -o x --item cash", "an export as sqlite has no --item; it is always whole"),
        ("--format csv --table readings --kind noted", "has no --kind; it takes --since, --until"),
        ("--format jsonl --table items", '"--table" goes with "--format csv", not with jsonl'),
        ("--kind item_don", 'no events of the kind "item_don"; did you mean "item_done"?'),
        ("--item cas", 'the checklist has no item "cas"; did you mean "cash"?'),
        ("--since soon", '--since: "soon" is no time; write 2026-03-01T20:10:00Z, T+00:10'),
        ("--until 24:00", '--until: "24:00" is no time of a day'),
        ("--until 2026-03-01T20:00", "has no time zone"),
        ("--format sqlite", "a copy of the journal needs a file; name one with -o"),
        ("-o a --head ./a", "the export and its head need two files"),
    ],
)
def test_what_cannot_be_is_told_in_one_sentence(shell: Shell, options: str, said: str) -> None:
    assert said in shell.refused(2, "export", *options.split())
    assert {path.name for path in shell.home.iterdir()} & {"x", "a"} == set()


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("20:10", 10),
        ("00:00:30", -20 * 60 + 0.5),
        ("T+00:10", 10),
        ("T-00:10:30", -10.5),
        ("T+1d 00:10", 1450),
        ("T-2d00:00", -2880),
        ("T+90s", 1.5),
        ("T-1h 30m", -90),
        ("2026-03-01T20:00:00.500000Z", 0.5 / 60),
    ],
)
def test_times_around_t_0(text: str, minutes: float) -> None:
    assert parse_moment(text, T0_US) == T0_US + round(minutes * MINUTE_US)


@pytest.mark.parametrize("text", ["", "T", "T+", "T+x", "T+0:10", "20:60", "9:00", "২০:১০", "now", "T-999999d 00:00"])
def test_other_times_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r'^"'):
        parse_moment(text, T0_US)
