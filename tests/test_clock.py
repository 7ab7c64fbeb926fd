"""The T-clock and what hangs on it: due times, slips, and how a gate stands while the clock does."""

from functools import partial

import pytest

from release_kit import Story
from release_kit import plan as small_plan
from warroom.core import decisions, trigger_decisions, views
from warroom.core.bindings import Bindings, Gate, ItemBinding
from warroom.core.checklist import Checklist
from warroom.core.decisions import Wish
from warroom.core.due import Due, end_us, item_due, phase_due, t0_us
from warroom.core.events import ClockHeld, DecisionTaken, Vote
from warroom.core.gates import gate, nearest_gate, standing
from warroom.core.probe import Verdict
from warroom.core.release import Release
from warroom.report.timeline import timeline_line

MINUTE = 60_000_000
T0 = 1_750_000_000_000_000


def story(*, roles: tuple[str, ...] = (), probes: tuple[str, ...] = ()) -> Story:
    """`before` an hour before T-0 with the required `backup`; `day` at T-0, behind a gate."""
    it = Story()
    checklist = small_plan().checklist
    before, day = checklist.phases
    timed = (
        before.model_copy(update={"kind": "timed", "offset_s": -3600}),
        day.model_copy(update={"kind": "timed", "offset_s": 0}),
    )
    bindings = it.plan.bindings.model_copy(
        update={"item": {"backup": ItemBinding(required=True)}, "gate": {"day": Gate(roles=roles, probes=probes)}}
    )
    changed = {"checklist": Checklist(title=checklist.title, phases=timed), "bindings": bindings}
    it.plan = it.plan.model_copy(update=changed)
    it.state = it.state.model_copy(update={"t0_us": T0 + 60 * MINUTE})
    return it


def tick(item: str) -> Wish:
    return partial(decisions.tick, item=item, note="", value="", seen=(), by="ada")


def hold(it: Story, reason: str = "waiting for the bank") -> int:
    """Gives the moment."""
    return it.does(partial(decisions.hold_clock, reason=reason)).at_us


def resume(it: Story, now_us: int) -> None:
    it.does(partial(decisions.resume_clock, now_us=now_us))


def test_a_phase_and_its_items_are_due_at_their_offset_from_t0() -> None:
    it = story()
    before, day = it.plan.checklist.phases
    due = phase_due(it.state, before, T0 + 12 * MINUTE)
    assert due == Due(T0, 12 * 60)
    assert phase_due(it.state, day, T0 + 12 * MINUTE) == Due(T0 + 60 * MINUTE, 0)
    assert item_due(it.plan, it.state, "backup", T0 + 12 * MINUTE) == due
    assert end_us(it.plan, it.state, T0) == T0 + 60 * MINUTE


def test_what_is_closed_is_not_late_and_what_is_put_off_is_due_later() -> None:
    it = story()
    it.does(partial(decisions.defer, item="backup", phase="day", reason="the disk is slow"))
    assert item_due(it.plan, it.state, "backup", T0 + 62 * MINUTE) == Due(T0 + 60 * MINUTE, 120)
    it.does(partial(decisions.reopen, item="backup", reason=""))
    it.does(tick("backup"))
    assert item_due(it.plan, it.state, "backup", T0 + 62 * MINUTE) == Due(T0, 0)


def test_a_phase_without_a_time_is_never_late() -> None:
    it = Story()
    (before, _) = it.plan.checklist.phases
    assert phase_due(it.state, before, T0) is None
    assert item_due(it.plan, it.state, "backup", T0) is None
    assert end_us(it.plan, it.state, T0) is None


def test_a_hold_moves_what_is_due_while_it_lasts_and_for_good() -> None:
    it = story()
    before, _ = it.plan.checklist.phases
    held_us = hold(it)
    late_s = (held_us - T0) / 1e6
    assert phase_due(it.state, before, held_us + 5 * MINUTE) == Due(T0 + 5 * MINUTE, late_s)
    assert t0_us(it.state, held_us + 5 * MINUTE) == T0 + 65 * MINUTE
    assert end_us(it.plan, it.state, held_us + 5 * MINUTE) == T0 + 65 * MINUTE
    resume(it, held_us + 5 * MINUTE)
    assert phase_due(it.state, before, held_us + 5 * MINUTE) == Due(T0 + 5 * MINUTE, late_s)
    assert phase_due(it.state, before, held_us + 6 * MINUTE) == Due(T0 + 5 * MINUTE, late_s + 60)


def test_each_slip_is_attributed_to_its_hold() -> None:
    it = story()
    for minutes, reason in ((5, "waiting for the bank"), (2, "the disk is full")):
        resume(it, hold(it, reason) + minutes * MINUTE)
    assert [(slip.by, slip.reason, slip.seconds) for slip in it.state.slips] == [
        ("ada", "waiting for the bank", 300),
        ("ada", "the disk is full", 120),
    ]
    assert it.state.t0_us == T0 + 67 * MINUTE


def test_every_line_counts_from_the_t0_that_holds_now() -> None:
    """One axis: two lines are as far apart as they were, and what comes next is right."""
    it = story()
    held_us = hold(it)
    assert views.release_clock(it.state, held_us - 1_000_000) == views.t_clock(held_us - 1_000_000, T0 + 60 * MINUTE)
    assert views.release_clock(it.state, held_us + 5 * MINUTE) == views.release_clock(it.state, held_us)
    resume(it, held_us + 5 * MINUTE)
    assert views.release_clock(it.state, held_us + 5 * MINUTE) == views.t_clock(held_us, T0 + 60 * MINUTE)
    begun, *_ = it.events
    assert "T-01:05:00" in timeline_line(it.plan, it.state, begun)


@pytest.mark.parametrize("held", [False, True])
def test_waiting_on_a_trigger_holds_the_clock_unless_it_is_held(held: bool) -> None:
    it = story()
    it.does(partial(trigger_decisions.arm, name="sick"))
    it.does(partial(trigger_decisions.ask, name="sick", broke=("Health: fail",), seen=()))
    if held:
        hold(it)
    bodies = trigger_decisions.hold(it.plan, it.state, "sick", minutes=5, seen=())
    assert isinstance(bodies, tuple)
    taken, *more = bodies
    assert isinstance(taken, DecisionTaken)
    assert more == ([] if held else [ClockHeld(reason="sick: wait and see for 5 min")])
    it.does(partial(trigger_decisions.hold, name="sick", minutes=5, seen=()))
    assert it.state.hold
    assert it.state.hold.reason == ("waiting for the bank" if held else "sick: wait and see for 5 min")


def stands(it: Story, *verdicts: Verdict) -> str:
    return standing(it.state, "day", gate(it.plan, it.state, verdicts, "day"))


def test_a_gate_stands_at_go_hold_no_go_or_unknown() -> None:
    it = story(roles=("sre",), probes=("health",))
    blind, well = Verdict(probe="health", word="unknown"), Verdict(probe="health", word="ok")
    assert stands(it, blind) == "hold", "what is open is known, whatever cannot be measured"
    it.does(tick("backup"))
    assert stands(it, well) == "hold", "nobody was polled"
    poll = partial(decisions.poll, phase="day", seen=())
    it.does(partial(poll, votes=(Vote(role="sre", say="no-go", by="sre", reason="no"),)))
    assert stands(it, well) == "no-go"
    it.does(partial(poll, votes=(Vote(role="sre", say="go", by="sre"),)))
    assert stands(it, well) == "hold", "the no-go still holds the clock"
    resume(it, T0)
    assert stands(it, blind) == "unknown"
    assert stands(it, well) == "go"


def test_a_phase_that_was_opened_has_begun_but_a_hold_is_a_hold() -> None:
    it = story()
    risk = "the dump of 20:00 will do"
    it.does(partial(decisions.open_gate, phase="day", verdicts=(), risk=risk))
    assert stands(it) == "go"
    hold(it)
    assert stands(it) == "hold"


def test_the_gate_that_matters_is_the_own_one_the_next_one_or_any() -> None:
    it = story()
    before, day = it.plan.checklist.phases
    assert nearest_gate(it.plan, it.state, before) == "day"
    assert nearest_gate(it.plan, it.state, day) == "day"
    late = it.plan.model_copy(update={"bindings": Bindings(gate={"before": Gate()})})
    assert nearest_gate(late, it.state, day) == "before", "no later one: any"
    assert nearest_gate(it.plan.model_copy(update={"bindings": Bindings()}), Release(), day) == ""
