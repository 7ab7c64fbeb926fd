"""What can be said of an item in the cockpit: figures, two people, dispositions, what probes propose, evidence."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from cockpit_kit import NARROW, Cockpit, assert_frame, cockpit, each_size
from cockpit_releases import HandClock, Shop, begin, events, half_way, shop, vitals
from warroom.core import decisions
from warroom.core.events import ItemDone, ItemSigned
from warroom.core.probe import Verdict
from warroom.journal.store import open_journal
from warroom.room import Room

FIGURE = """\
[item.backup]
expect = { rule = ">= 98.5", unit = "%", n = 30 }
"""
SENSED = """\
[item.backup]
probe = "payment-success"
expect = { rule = ">= 99" }
[item.restore]
probe = "health"
[item.deploy]
probe = "health"
[item.card]
probe = "health"
"""
WHY = "the bank says so"


@pytest.fixture
def production() -> Iterator[Shop]:
    with shop() as it:
        yield it


async def refused(it: Cockpit, *reason: str) -> None:
    await it.shows("refused", *reason)
    it.app.clear_notifications()


# --- a figure


@each_size
async def test_a_tick_asks_for_what_it_lacks(tmp_path: Path, size: tuple[int, int]) -> None:
    async with cockpit(begin(tmp_path, side_file=FIGURE), size, clock=HandClock()) as it:
        await it.press("space")
        await it.shows("TICK OFF enter ticks", "figure   >= 98.5 %", "n        >= 30", "asks    >= 98.5 %, n >= 30")
        await it.write("99.1")
        await it.press("enter")
        await it.write("200")
        await it.press("enter")
        await it.write("all banks")
        await it.press("enter")
        [event] = await it.stored("item_done")
        await it.shows("✓ Back up the database")
    assert isinstance(event.body, ItemDone)
    assert (event.body.value, event.body.n, event.body.note) == ("99.1", 200, "all banks")
    assert [seen.probe for seen in event.body.seen] == sorted(vitals())


async def test_a_figure_that_falls_short_is_accepted_only_with_a_reason(tmp_path: Path) -> None:
    async with cockpit(begin(tmp_path, side_file=FIGURE)) as it:
        await it.press("a")
        await refused(it, "there is no figure yet; v enters one")
        await it.press("v")
        await it.write("97.9")
        await it.press("enter")
        await it.write("40")
        await it.press("escape", "space")
        await refused(it, "97.9 is not >= 98.5 %; accept it with a reason")
        await it.shows("refused: 97.9 is not >= 98.5 %", "a accept", "figure   97.9")
        await it.press("a")
        await it.shows(
            "ACCEPT  the figure of Back up the database", "97.9, n 40  where >= 98.5 %, n >= 30 is asked for"
        )
        await it.write("so what")
        await it.press("enter")
        await it.shows("3 more characters")
        await it.press("escape")
        await it.hides("ACCEPT  ")
        assert it.of_kind("item_done") == []
        await it.press("a")
        await it.write(WHY)
        await it.press("enter")
        [event] = await it.stored("item_done")
        await it.shows("figure  97.9, n 40", f"but     accepted: {WHY}")
    assert isinstance(event.body, ItemDone)
    assert (event.body.value, event.body.n, event.body.accepted) == ("97.9", 40, WHY)


async def test_n_is_a_number_and_stays_with_the_draft_of_its_item(tmp_path: Path) -> None:
    async with cockpit(begin(tmp_path, side_file=FIGURE)) as it:
        await it.press("v")
        await it.write("99")
        await it.press("enter")
        await it.write("many")
        await it.press("escape", "space")
        await refused(it, "n is a whole number")
        await it.press("down")
        await it.hides("n        many")
        await it.press("up")
        await it.shows("figure   99", "n        many")
        assert it.of_kind("item_done") == []


async def test_the_probe_fills_the_figure_in_until_somebody_types(tmp_path: Path, production: Shop) -> None:
    journal = begin(tmp_path, side_file=SENSED, probes=vitals(production.url, deadline="80ms"))
    async with cockpit(journal, source=None) as it:
        await it.shows("figure   99.4", "◇ sensed 99.4, 0 s old")
        production.numbers["payment-success"] = 99.7
        await it.shows("figure   99.7", "◇ sensed 99.7")
        await it.press("down", "up")  # nobody has typed it, so it is no draft
        production.numbers["payment-success"] = 99.6
        await it.shows("figure   99.6", "◇ sensed 99.6")
        await it.press("v", "end", "backspace", "backspace")
        await it.write(".25")
        await it.hides("◇ sensed 9")
        production.numbers["payment-success"] = 98.0
        await it.shows("98           ", "figure   99.25")
        await it.press("escape", "space")
        [event] = await it.stored("item_done")
    assert isinstance(event.body, ItemDone)
    assert event.body.value == "99.25"


async def test_a_sensed_figure_is_ticked_as_it_stands_whole(tmp_path: Path, production: Shop) -> None:
    production.numbers["payment-success"] = 98.996
    journal = begin(tmp_path, side_file=SENSED, probes=vitals(production.url, deadline="80ms"))
    async with cockpit(journal, source=None) as it:
        await it.shows("figure   98.996", "◇ sensed 98.996")
        await it.press("space", "enter")
        await refused(it, "98.996 is not >= 99")  # and not 99, as it would be shown
        assert it.of_kind("item_done") == []


# --- two people


async def test_two_operators_sign_each_at_their_own_cockpit(tmp_path: Path) -> None:
    side = FIGURE.replace(", n = 30", "") + "people = 2\nrequired = true\n"
    journal = begin(tmp_path, side_file=side)
    async with cockpit(journal) as it:
        await it.shows("people  2p, two different", "TICK OFF ops-1, 1 of 2")
        assert it.lines[it.row("○ Back up the database")][:42].rstrip().endswith("2p")
        await it.press("v")
        await it.write("99.1")
        await it.press("escape", "space")
        await it.stored("item_signed")
        await it.shows("signed  1 of 2 by ops-1", "99.1; another", "TICK OFF ops-1, 2 of 2")
        assert it.lines[it.row("○ Back up the database")][:42].rstrip().endswith("1/2")
        await it.press("space")
        await refused(it, "ops-1 has signed already")
    async with cockpit(journal, operator="sre-1") as it:
        await it.press("space")
        [event] = await it.stored("item_done")
        await it.shows("✓ Back up the database", "figure  99.1")
    assert isinstance(event.body, ItemDone)
    assert (event.actor, event.body.value) == ("sre-1", "99.1")
    [signed] = [each.body for each in events(journal) if isinstance(each.body, ItemSigned)]
    assert signed.value == "99.1"


async def test_a_required_item_waits_for_the_second_who_wants_it_skipped(tmp_path: Path) -> None:
    async with cockpit(begin(tmp_path, side_file="[item.backup]\nrequired = true\n")) as it:
        await it.press("s")
        await it.write("no time")
        await it.press("enter")
        await it.stored("skip_signed")
        await it.shows("skip 1/2", "skip    1 of 2 by ops-1", "another operator")
        await it.press("u")
        await it.stored("item_reopened")
        await it.hides("skip 1/2")


# --- dispositions


@each_size
async def test_in_hand_says_since_when(tmp_path: Path, size: tuple[int, int]) -> None:
    clock = HandClock()
    async with cockpit(begin(tmp_path), size, clock=clock) as it:
        await it.press("d")
        await it.stored("item_begun")
        await it.shows("◐ Back up the database", "doing")
        clock.advance(240)
        await it.press("enter")
        await it.shows("state   ◐ doing  ops-1", "since   20:00, for 4m00s")
        await it.press("escape", "d")
        await refused(it, "it is doing already")


@each_size
async def test_the_menu_says_why_a_choice_is_not_possible(tmp_path: Path, size: tuple[int, int]) -> None:
    async with cockpit(begin(tmp_path), size) as it:
        await it.press("m")
        await it.shows("SAY OF Back up the database", "u  open again", "it is open already", "1  put off to T-0")
        await it.press("u")
        await it.shows("SAY OF")  # a choice that is not possible stays where it is
        await it.press("escape")
        await it.hides("SAY OF")
        await it.press("up", "up", "m")
        await refused(it, "select an item first")


@each_size
@pytest.mark.parametrize(
    ("key", "head", "kind", "row"),
    [
        ("n", "N/A enter records it", "item_not_applicable", "– Back up the database"),
        ("b", "BLOCKED enter records it", "item_blocked", "■ Back up the database"),
        ("2", "PUT OFF to T+1 day", "item_deferred", "– Back up the database"),
    ],
)
async def test_a_disposition_is_chosen_and_asks_for_its_reason(
    tmp_path: Path, size: tuple[int, int], key: str, head: str, kind: str, row: str
) -> None:
    async with cockpit(begin(tmp_path), size) as it:
        await it.press("m", key)
        await it.shows(head, "required")
        await it.press("enter")
        await refused(it, "say ")
        await it.write("because of it")
        await it.press("enter")
        [event] = await it.stored(kind)
        await it.shows(row)
        assert getattr(event.body, "reason") == "because of it"  # noqa: B009  # each of the three has one
        if kind == "item_deferred":
            assert event.body.detail.startswith("to after")
        await it.press("enter")
        await it.shows("because of it")


async def test_ticks_that_follow_each_other_fast_are_marked(tmp_path: Path) -> None:
    async with cockpit(begin(tmp_path), (200, 60), clock=HandClock()) as it:
        await it.press("space")
        await it.stored("item_done")
        await it.press("down", "space")
        await it.stored("item_done", 2)
        assert "rapid" not in it.text
        await it.press("full_stop", "space")
        await it.stored("item_done", 3)
        await it.until(lambda: it.text.count("✓ rapid tick") == 3, "three marked ticks")


# --- what probes say


async def test_a_probe_proposes_and_a_person_ticks(tmp_path: Path, production: Shop) -> None:
    journal = begin(tmp_path, side_file=SENSED, probes=vitals(production.url, deadline="80ms"))
    async with cockpit(journal, source=None) as it:
        await it.shows("◇ Back up the database", "◇ Restore the backup", "sensed", "state   ◇ sensed")
        assert it.of_kind("item_done") == []
        await it.press("down", "down", "enter")
        await it.shows("○ Deploy to production")  # its turn has not come
        production.numbers["health"] = 1.0
        await it.shows("○ Restore the backup")


async def test_an_item_may_be_ticked_by_its_probe(tmp_path: Path, production: Shop) -> None:
    side = '[item.backup]\nprobe = "health"\nauto = true\n'
    journal = begin(tmp_path, side_file=side, probes=vitals(production.url, deadline="80ms"))
    async with cockpit(journal, source=None) as it:
        [event] = await it.stored("item_done")
        await it.shows("● Back up the database", "state   ● by probe  warroom", "by its probe")
        await it.press("u")
        await it.stored("item_reopened")
        await it.shows("◇ Back up the database")
        await it.stored("verdict_changed", 4)
        assert len(it.of_kind("item_done")) == 1
    assert isinstance(event.body, ItemDone)
    assert (event.actor, event.body.sensed) == ("warroom", True)
    assert "health" in [seen.probe for seen in event.body.seen]


async def test_what_was_true_and_is_not_now(tmp_path: Path) -> None:
    journal = begin(tmp_path, side_file='[item.backup]\nprobe = "health"\n')
    clock = HandClock()
    stored = open_journal(journal)
    room = Room(stored, clock, origin="cli@prod-ops-1:1")
    room.act(partial(decisions.tick, item="backup", note="", value="", seen=()), actor="ops-1")
    failing = Verdict(probe="health", word="fail", text="2 up < 5")
    room.act(partial(decisions.verdict_changed, verdict=failing), actor="warroom")
    room.act(partial(decisions.stale, item="backup", probe="health", why="2 up < 5"), actor="warroom")
    stored.remember("cursor", "backup")
    stored.close()
    async with cockpit(journal, clock=clock) as it:
        await it.shows("≠ Back up the database", "not now", "state   ≠ not true now  ops-1")
        await it.shows("now     was true at 20:00, not", "now: 2 up < 5")


# --- frames


ITEM_SIDE = """\
[item.pay-e2e]
owner = "payments"
required = true
people = 2
probe = "payment-success"
guide = "Pay once by card and once by wallet, then compare with the pane."
expect = { rule = ">= 99.5", unit = "%", n = 200 }
[item.tag]
required = true
"""


@each_size
async def test_an_item_of_which_much_was_said(tmp_path: Path, size: tuple[int, int]) -> None:
    clock = HandClock()
    journal = half_way(tmp_path, clock, side_file=ITEM_SIDE)
    stored = open_journal(journal)
    room = Room(stored, clock, origin="cli@prod-ops-1:4711")
    room.act(partial(decisions.begin, item="pay-e2e"), actor="qa-1")
    clock.advance(30)
    sign = partial(decisions.tick, item="pay-e2e", note="", value="99.6", n=240, seen=(), by="qa-1")
    room.act(sign, actor="qa-1")
    stored.close()
    async with cockpit(journal, size, clock=clock) as it:
        await it.press("e")
        await it.write("https://ci.test/run/7")
        await it.press("enter", "enter")
        await it.stored("evidence_added")
        await it.press("enter")
        await assert_frame(it, "item")


@pytest.mark.parametrize("size", [NARROW], ids=str)
async def test_the_menu(tmp_path: Path, size: tuple[int, int]) -> None:
    clock = HandClock()
    async with cockpit(half_way(tmp_path, clock, side_file=ITEM_SIDE), size, clock=clock) as it:
        await it.press("m")
        await it.shows("SAY OF")
        await assert_frame(it, "more")
