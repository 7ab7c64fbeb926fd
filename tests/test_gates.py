"""Gates, polls and the T-clock: when a phase may begin, who said so, and what time it is then."""

from functools import partial

import pytest

from release_kit import Story
from release_kit import plan as small_plan
from warroom.core import decisions
from warroom.core import events as ev
from warroom.core.bindings import Bindings, Gate, ItemBinding
from warroom.core.checklist import Checklist
from warroom.core.decisions import Refusal, Wish
from warroom.core.events import Vote
from warroom.core.gates import gate, holds
from warroom.core.probe import Verdict, Word

MINUTE = 60_000_000


def says(word: Word = "ok", *, flapping: bool = False) -> Verdict:
    return Verdict(probe="health", word=word, text="as it is", flapping=flapping)


def story(*, roles: tuple[str, ...] = (), probes: tuple[str, ...] = (), **items: ItemBinding) -> Story:
    """Two timed phases; `day` has a gate. `backup`, in the first, is required unless `items` says otherwise."""
    it = Story()
    checklist = small_plan().checklist
    before, day = checklist.phases
    timed = (
        before.model_copy(update={"kind": "timed", "offset_s": -3600}),
        day.model_copy(update={"kind": "timed", "offset_s": 0}),
    )
    bindings = Bindings(
        item={"backup": ItemBinding(required=True), **items},
        gate={"day": Gate(roles=roles, probes=probes)},
        rollback=it.plan.bindings.rollback,
    )
    it.plan = it.plan.model_copy(
        update={"checklist": Checklist(title=checklist.title, phases=timed), "bindings": bindings}
    )
    return it


def tick(item: str, by: str = "ada") -> Wish:
    return partial(decisions.tick, item=item, note="", value="", seen=(), by=by)


def go_on(*verdicts: Verdict, risk: str = "") -> Wish:
    return partial(decisions.open_gate, phase="day", verdicts=verdicts, risk=risk)


def vote(role: str, say: str = "go", reason: str = "") -> Vote:
    return Vote(role=role, say="go" if say == "go" else "no-go", by=f"{role}-1", reason=reason)


def poll(*votes: Vote) -> Wish:
    return partial(decisions.poll, phase="day", votes=votes, seen=())


def test_nothing_is_done_behind_a_closed_gate() -> None:
    it = story()
    assert it.refuses(tick("card")) == 'the gate of "day" is closed; g shows what it waits for'
    it.does(tick("backup"))
    assert "is closed" in it.refuses(tick("card"))
    it.does(go_on())
    it.does(tick("card"))


def test_a_required_item_that_is_open_keeps_it_closed() -> None:
    it = story()
    (open_item,) = gate(it.plan, it.state, (), "day")
    assert (open_item.kind, open_item.subject, open_item.stops) == ("open", "backup", True)
    assert it.refuses(go_on()).startswith(
        "Backup: open; to go on all the same, accept the risk in 10 characters or more"
    )


TWO_SKIP = [partial(decisions.skip, item="backup", reason="no time", by=by) for by in ("ada", "ben")]


@pytest.mark.parametrize(
    ("wishes", "kind", "stops"),
    [
        ([partial(decisions.fail, item="backup", reason="short", seen=())], "open", True),
        ([partial(decisions.block, item="backup", reason="no disk")], "open", True),
        ([partial(decisions.begin, item="backup")], "open", True),
        ([partial(decisions.not_applicable, item="backup", reason="no data")], "closed before", False),
        (TWO_SKIP, "closed before", False),
    ],
)
def test_what_was_said_of_it_is_what_the_gate_shows(wishes: list[Wish], kind: str, stops: bool) -> None:
    it = story()
    for wish in wishes:
        it.does(wish)
    (finding,) = gate(it.plan, it.state, (), "day")
    assert (finding.kind, finding.stops) == (kind, stops)
    assert "ada" in finding.text, "who"


@pytest.mark.parametrize(
    ("verdict", "kind"),
    [
        (says("warn"), "failing"),
        (says("fail"), "failing"),
        (says("unknown"), "blind"),
        (says("stale"), "blind"),
        (says("pending"), "blind"),
        (says("ok", flapping=True), "blind"),
        (None, "blind"),
    ],
)
def test_a_critical_probe_must_be_ok_and_fresh(verdict: Verdict | None, kind: str) -> None:
    it = story(probes=("health",))
    it.does(tick("backup"))
    verdicts = (verdict,) if verdict else ()
    (finding,) = gate(it.plan, it.state, verdicts, "day")
    assert (finding.kind, finding.stops) == (kind, True)
    assert "Health" in it.refuses(go_on(*verdicts))
    it.does(go_on(says("ok")))


def test_passing_anyway_names_the_risk_and_what_was_open() -> None:
    it = story()
    assert "accept the risk" in it.refuses(go_on(risk="because"))
    passed = it.does(go_on(risk="the dump of 20:00 will do"), "cleo").body
    assert isinstance(passed, ev.GatePassed)
    assert (passed.risk, passed.open) == ("the dump of 20:00 will do", ("Backup: open",))
    assert it.state.opened["day"].by == "cleo"


def test_a_gate_that_holds_records_no_risk() -> None:
    it = story()
    it.does(tick("backup"))
    passed = it.does(go_on(risk="just in case of cases")).body
    assert isinstance(passed, ev.GatePassed)
    assert passed.risk == ""


def test_an_item_may_be_wanted_by_another_gate() -> None:
    it = story(backup=ItemBinding(), cash=ItemBinding(before="day"))
    assert [finding.subject for finding in gate(it.plan, it.state, (), "day")] == ["cash"]


def test_an_item_that_is_put_off_is_wanted_where_it_was_put() -> None:
    it = story()
    it.does(partial(decisions.defer, item="backup", phase="day", reason="disk is slow"))
    (finding,) = gate(it.plan, it.state, (), "day")
    assert (finding.kind, finding.stops) == ("open", True)
    assert it.refuses(partial(decisions.defer, item="card", phase="before", reason="x")) == (
        "an item is put off to a later phase"
    )


def test_every_role_is_polled_and_any_no_go_holds_the_clock() -> None:
    it = story(roles=("lead", "sre"))
    it.does(tick("backup"))
    assert "lead: not polled" in it.refuses(go_on())
    assert it.refuses(poll(vote("lead"))) == "not polled: sre"
    assert it.refuses(poll(vote("lead"), vote("sre", "no-go"))) == "a no-go needs a reason: sre"
    it.does(poll(vote("lead"), vote("sre", "no-go", "disk is full")))
    assert it.state.hold
    assert it.state.hold.reason == "NO-GO by sre: disk is full"
    assert "sre: NO-GO by sre-1, disk is full" in it.refuses(go_on())
    it.does(poll(vote("lead"), vote("sre")))
    it.does(go_on())


def test_a_poll_is_one_event_with_every_vote() -> None:
    it = story(roles=("lead", "sre"))
    absent = Vote(role="sre", say="go", by="ben", delegate=True)
    polled = it.does(poll(vote("lead"), absent)).body
    assert isinstance(polled, ev.Polled)
    assert (polled.go, polled.detail) == (True, "day: GO (lead lead-1 GO, ben for sre GO)")


def test_a_hold_moves_t0_by_its_length_and_says_why() -> None:
    it = story()
    t0_us = it.state.t0_us
    it.does(partial(decisions.hold_clock, reason="waiting for the bank"))
    held_us = it.events[-1].at_us
    assert it.state.clock_us(held_us + 5 * MINUTE) == held_us, "the T-clock stands still"
    assert "held by ada: waiting for the bank" in it.refuses(partial(decisions.hold_clock, reason="again"))
    it.does(partial(decisions.resume_clock, now_us=held_us + 5 * MINUTE))
    assert it.state.t0_us == t0_us + 5 * MINUTE
    (slip,) = it.state.slips
    assert (slip.by, slip.reason, slip.seconds) == ("ada", "waiting for the bank", 300)
    assert it.refuses(partial(decisions.resume_clock, now_us=0)) == "the clock is not held"


def test_going_back_opens_what_was_done_and_closes_the_gates() -> None:
    it = story()
    for wish in (tick("backup"), go_on(), tick("card")):
        it.does(wish)
    now_us = it.events[-1].at_us + 10 * MINUTE
    recycled = it.does(partial(decisions.recycle, phase="before", reason="wrong build", now_us=now_us)).body
    assert isinstance(recycled, ev.Recycled)
    assert recycled.items == ("backup", "card")
    assert (it.state.item("backup").status, it.state.item("card").status, it.state.opened) == ("open", "open", {})
    assert it.state.t0_us == now_us + 3600 * 1_000_000, "the phase is due now"
    assert len([event for event in it.events if event.body.kind == "item_done"]) == 2, "the history stays"


def test_what_is_no_longer_true_closes_the_gate_that_relied_on_it() -> None:
    it = story()
    for wish in (tick("backup"), go_on()):
        it.does(wish)
    it.does(partial(decisions.stale, item="backup", probe="health", why="25 h > 24 h"))
    assert it.state.item("backup").shown == "not true now"
    reopened = it.does(partial(decisions.reopen_gate, phase="day", why="Backup: 25 h > 24 h")).body
    assert isinstance(reopened, ev.GateReopened)
    assert reopened.relied == "ada"
    (finding,) = gate(it.plan, it.state, (), "day")
    assert (finding.kind, finding.stops) == ("not true now", True)
    it.does(partial(decisions.true_again, item="backup"))
    assert holds(gate(it.plan, it.state, (), "day"))


def test_a_required_item_is_skipped_by_two_people() -> None:
    it = story()
    it.does(partial(decisions.skip, item="backup", reason="no time", by="ada"))
    assert it.state.item("backup").status == "open"
    assert "another operator must confirm" in it.refuses(partial(decisions.skip, item="backup", reason="x", by="ada"))
    it.does(partial(decisions.skip, item="backup", reason="no time", by="ben"), "ben")
    assert (it.state.item("backup").status, it.state.item("backup").by) == ("skipped", "ben")


def test_a_phase_without_a_gate_is_open() -> None:
    it = Story()
    it.does(tick("card"))
    decision = decisions.open_gate(it.plan, it.state, "day", verdicts=())
    assert isinstance(decision, Refusal)
    assert decision.reason == "it has no gate; it is open"
