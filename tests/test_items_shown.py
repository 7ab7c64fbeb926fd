"""What is sensed and shown of items: what their probes propose, who is missing, which ticks were rapid."""

from functools import partial

import pytest
from pydantic import ValidationError

from release_kit import Story, reopen
from release_kit import tick as bare_tick
from warroom.core import decisions
from warroom.core import events as ev
from warroom.core.bindings import Bindings, Command, Expect, ItemBinding
from warroom.core.decisions import Wish
from warroom.core.item_views import facts, proposed, sensed
from warroom.core.probe import Verdict, Word
from warroom.core.rapid import RAPID_US, rapid_events, rapid_items
from warroom.core.rules import Value
from warroom.core.tree import standing, tree

PERCENT = Expect(rule=">= 98.5", unit="%")
COUNTED = Expect(rule=">= 98.5", unit="%", n=30)
REASON = "the bank says so"


def story(**items: ItemBinding) -> Story:
    it = Story()
    bindings = Bindings(item=items, rollback=it.plan.bindings.rollback)
    it.plan = it.plan.model_copy(update={"bindings": bindings})
    return it


def tick(value: str = "", *, n: int | None = None, accept: str = "", by: str = "ada", item: str = "backup") -> Wish:
    return partial(decisions.tick, item=item, note="", value=value, seen=(), n=n, accept=accept, by=by)


def health(word: Word = "ok", value: Value = 99.1, *, unit: str = "%", flapping: bool = False) -> Verdict:
    return Verdict(probe="health", word=word, value=value, unit=unit, age_s=4, flapping=flapping, text="as it is")


def done(it: Story) -> ev.ItemDone:
    body = it.events[-1].body
    assert isinstance(body, ev.ItemDone)
    return body


# --- what a probe says


def auto(**more: object) -> Story:
    return story(backup=ItemBinding.model_validate({"probe": "health", "auto": True, **more}))


def by_probe(verdict: Verdict) -> Wish:
    return partial(decisions.tick_by_probe, item="backup", verdict=verdict, seen=())


def test_a_probe_proposes_and_only_a_person_ticks() -> None:
    it = story(backup=ItemBinding(probe="health"))
    assert proposed(it.plan, it.state, [health()]) == {"backup"}
    assert it.refuses(by_probe(health())) == "it is for people to tick"
    it.does(bare_tick("backup"))
    assert proposed(it.plan, it.state, [health()]) == frozenset()


@pytest.mark.parametrize(
    "verdict",
    [health("warn"), health("fail"), health("unknown"), health("stale"), health("pending"), health(flapping=True),
     health().model_copy(update={"probe": "other"})],
    ids=str,
)  # fmt: skip
def test_only_a_probe_that_is_ok_and_can_be_believed_proposes(verdict: Verdict) -> None:
    it = auto()
    assert proposed(it.plan, it.state, [verdict]) == frozenset()
    assert it.refuses(by_probe(verdict)) == "its probe does not propose it"


def test_an_item_may_be_ticked_by_its_probe_with_a_mark_of_its_own() -> None:
    it = auto()
    it.does(by_probe(health()), "warroom")
    assert (done(it).sensed, done(it).note) == (True, "by its probe")
    assert standing(it.state.item("backup"), proposed=False) == "by probe"
    it.does(reopen("backup"))
    assert it.refuses(by_probe(health())) == "somebody has spoken of it", "what a person has opened stays open"
    it.does(bare_tick("backup"))
    assert standing(it.state.item("backup"), proposed=False) == "done"


@pytest.mark.parametrize(
    "said",
    [
        partial(decisions.begin, item="backup"),
        partial(decisions.fail, item="backup", reason="x", seen=()),
        partial(decisions.block, item="backup", reason="x"),
        partial(decisions.note, item="backup", text="wait for the second dump"),
    ],
)
def test_once_somebody_has_spoken_of_it_the_probe_ticks_nothing(said: Wish) -> None:
    it = auto()
    it.does(said)
    assert it.refuses(by_probe(health())) == "somebody has spoken of it"


def test_a_phase_whose_turn_has_not_come_is_not_proposed() -> None:
    it = story(card=ItemBinding(probe="health", auto=True))
    assert proposed(it.plan, it.state, [health()]) == frozenset()
    it.does(bare_tick("backup"))
    assert proposed(it.plan, it.state, [health()]) == {"card"}


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"probe": ""}, '"auto" belongs to "probe"'),
        ({"expect": PERCENT}, '"auto" is not for an item with "expect"'),
        ({"people": 2}, '"auto" is not for an item with "people"'),
        ({"point_of_no_return": True}, '"auto" is not for an item with "point_of_no_return"'),
        ({"step": Command(argv=("true",))}, '"auto" is not for an item with "step"'),
    ],
)
def test_a_probe_ticks_nothing_that_wants_a_person(more: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        auto(**more)


@pytest.mark.parametrize(
    ("value", "unit", "figure"),
    [(99.1, "%", "99.1"), (98.46, "%", "98.46"), (0.1 + 0.2, "", "0.3"), (6, "%", "6"), (99.0, "", "99"),
     ("good", "%", None), (True, "%", None), (None, "%", None), (99.1, "ms", None)],
)  # fmt: skip
def test_the_figure_of_a_fresh_probe_is_offered_whole(value: Value, unit: str, figure: str | None) -> None:
    it = story(backup=ItemBinding(probe="health", expect=PERCENT))
    offered = sensed(it.plan, "backup", health(value=value, unit=unit))
    assert (offered.figure if offered else None) == figure
    assert sensed(it.plan, "backup", health("stale", value)) is None
    assert sensed(it.plan, "backup", None) is None
    assert sensed(it.plan, "card", health()) is None, "it asks for none"


@pytest.mark.parametrize("said", [reopen("backup"), partial(decisions.fail, item="backup", reason="x", seen=())])
def test_what_is_not_true_now_is_forgotten_with_the_tick(said: Wish) -> None:
    it = story(backup=ItemBinding(probe="health"))
    it.does(bare_tick("backup"))
    it.does(partial(decisions.stale, item="backup", probe="health", why="down"))
    assert it.state.item("backup").shown == "not true now"
    it.does(said)
    it.does(bare_tick("backup"))
    assert it.state.item("backup").shown == "done"


# --- how it is shown


def test_the_tree_shows_who_is_missing() -> None:
    it = story(backup=ItemBinding(people=2), deploy=ItemBinding(required=True), pay=ItemBinding(probe="health"))

    def marks() -> dict[str, str]:
        rows = tree(it.plan, it.state, frozenset({"before", "day"}), frozenset({"pay"}))
        return {row.id: f"{row.status} {row.mark}" for row in rows if row.kind == "item"}

    assert marks() == {"backup": "open 2p", "deploy": "open ", "pay": "sensed sensed", "card": "open ", "cash": "open "}
    it.does(tick())
    it.does(partial(decisions.skip, item="deploy", reason="x", by="ada"))
    it.does(partial(decisions.block, item="card", reason="x"))
    assert marks() | {"pay": ""} == {
        "backup": "open 1/2", "deploy": "open skip 1/2", "pay": "", "card": "blocked blocked", "cash": "open ",
    }  # fmt: skip


def test_the_facts_of_an_item_say_what_is_asked_and_by_whom_it_was_said() -> None:
    it = story(backup=ItemBinding(people=2, expect=COUNTED, before="day", probe="health"))

    def shown() -> dict[str, str]:
        return {fact.label: fact.text for fact in facts(it.plan, it.state, "backup")}

    assert shown() == {"people": "2p, two different operators", "asks": ">= 98.5 %, n >= 30", "before": "day"}
    it.does(tick("91", n=40, accept=REASON))
    assert shown()["signed"] == f"1 of 2 by ada 15:06: 91, n 40: ACCEPTED: {REASON}; another operator must confirm"
    it.does(tick(by="ben"), "ben")
    assert shown() == {"figure": "91, n 40", "but": f"accepted: {REASON}"}
    it.does(partial(decisions.stale, item="backup", probe="health", why="88 % < 90 %"))
    assert shown()["now"] == "was true at 15:06, not now: 88 % < 90 %"


def test_a_put_off_item_says_where_to_and_why() -> None:
    it = story()
    it.does(partial(decisions.defer, item="backup", phase="day", reason="disk is slow"))
    assert [tuple(fact[:2]) for fact in facts(it.plan, it.state, "backup")] == [("to", "day"), ("why", "disk is slow")]


# --- rapid ticks


def test_three_ticks_of_one_operator_within_ten_seconds_are_marked() -> None:
    it = story()
    for item, by in (("backup", "ada"), ("card", "ben"), ("cash", "ada")):
        it.does(bare_tick(item), by)
    assert rapid_items(it.state) == frozenset()
    it.does(bare_tick("pay"), "ada")
    assert rapid_items(it.state) == {"backup", "cash", "pay"}
    assert rapid_events(it.events) == {
        event.seq for event in it.events if event.body.subject in ("backup", "cash", "pay")
    }
    slow = [event.model_copy(update={"at_us": event.seq * RAPID_US}) for event in it.events]
    assert rapid_events(slow) == frozenset()


def test_what_a_probe_ticks_is_never_rapid() -> None:
    items = {name: ItemBinding(probe="health", auto=True) for name in ("backup", "card", "cash")}
    it = story(**items)
    for item in items:
        it.does(partial(decisions.tick_by_probe, item=item, verdict=health(), seen=()), "warroom")
    assert rapid_items(it.state) == rapid_events(it.events) == frozenset()
