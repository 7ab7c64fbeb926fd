"""Two operators arm the rollback, one pulls it. Items for two people, points of no return, and what is taken back."""

from functools import partial

import pytest

from release_kit import LAUNCH, NAME, Story, outcome
from warroom.core import decisions
from warroom.core import events as ev
from warroom.core.bindings import Bindings, ItemBinding
from warroom.core.decisions import Wish
from warroom.core.outcome import Outcome


def arm(by: str) -> Wish:
    return partial(decisions.arm_rollback, by=by)


def pull(by: str = "ada", reason: str = "") -> Wish:
    return partial(decisions.start_rollback, typed=NAME, reason=reason, seen=(), by=by)


def tick(item: str, by: str) -> Wish:
    return partial(decisions.tick, item=item, note="", value="", seen=(), by=by)


def finish(it: Story, target: str, how: Outcome) -> None:
    """The command that was started last ends."""
    started = it.events[-1].body
    assert isinstance(started, ev.StepStarted)
    assert started.target == target
    it.does(partial(decisions.finish_step, started=started, outcome=how))


def story(*armed: str, **bindings: object) -> Story:
    """A release of which these operators have armed the rollback."""
    it = Story()
    it.plan = it.plan.model_copy(update={"bindings": it.plan.bindings.model_copy(update=bindings)})
    for by in armed:
        it.does(arm(by), by)
    return it


def test_two_different_operators_arm_it_and_then_one_pulls_it() -> None:
    it = story()
    it.does(arm("ada"), "ada")
    assert it.refuses(arm("ada")) == "ada has signed already; another operator must sign as well"
    assert it.state.rollback.is_armed is False
    it.does(arm("ben"), "ben")
    assert len(it.state.rollback.armed) == 2
    assert it.refuses(arm("cleo")) == "it is armed already, by ada and ben"
    it.does(pull())
    assert not it.state.rollback.emergency


@pytest.mark.parametrize("armed", [(), ("ada",)])
def test_what_is_not_armed_is_an_emergency_and_needs_a_reason(armed: tuple[str, ...]) -> None:
    it = story(*armed)
    assert (
        it.refuses(pull()) == f"it is not armed ({len(armed)} of 2 have signed): an emergency rollback needs a reason"
    )
    it.does(pull(reason="payments are lost"))
    started = it.events[-1].body
    assert isinstance(started, ev.RollbackStarted)
    assert (started.emergency, it.state.rollback.emergency) == (True, True)
    assert "EMERGENCY" in started.detail


def test_who_may_not_pull_it_needs_a_reason() -> None:
    plan = story().plan.bindings.rollback
    assert plan
    it = story("ada", "ben", rollback=plan.model_copy(update={"pulled_by": ("ada", "cleo")}))
    assert "ben is not among those who pull it (ada, cleo)" in it.refuses(pull("ben"))
    it.does(pull("cleo"))
    assert not it.state.rollback.emergency


def test_a_rollback_uses_its_arming_up() -> None:
    it = story("ada", "ben")
    it.does(pull())
    assert not it.state.rollback.is_armed


def test_a_step_done_by_hand_lets_the_plan_go_on() -> None:
    it = story("ada", "ben")
    it.does(pull())
    it.does(partial(decisions.next_rollback_step, launch=LAUNCH))
    finish(it, "rollback:1", outcome("failed"))
    assert it.refuses(partial(decisions.rollback_step_by_hand, reason=" ")) == "say what was done by hand"
    it.does(partial(decisions.rollback_step_by_hand, reason="switched on the load balancer's page"))
    first = it.state.rollback.steps[0]
    assert first
    assert (first.phase, first.why) == ("done", "by hand: switched on the load balancer's page")
    assert (it.state.rollback.status, it.state.rollback.current) == ("running", 1)


@pytest.mark.parametrize("how", ["command", "by hand"])
def test_a_rollback_step_opens_the_items_again_that_it_undoes(how: str) -> None:
    plan = story().plan.bindings.rollback
    assert plan
    steps = (plan.step[0].model_copy(update={"undoes": ("backup", "card")}), plan.step[1])
    it = story("ada", "ben", rollback=plan.model_copy(update={"step": steps}))
    it.does(tick("backup", "ada"))
    it.does(pull())
    it.does(partial(decisions.next_rollback_step, launch=LAUNCH))
    if how == "command":
        finish(it, "rollback:1", outcome("done"))
    else:
        finish(it, "rollback:1", outcome("failed"))
        assert it.state.item("backup").status == "done", "a step that failed has undone nothing"
        it.does(partial(decisions.rollback_step_by_hand, reason="by hand"))
    assert (it.state.item("backup").status, it.state.item("backup").shown) == ("open", "taken back")
    assert it.state.item("card").shown == "open", "what was never done is not taken back"
    it.does(tick("backup", "ada"))
    assert it.state.item("backup").shown == "done"


def test_an_item_for_two_people_is_done_by_two() -> None:
    it = story(item={"backup": ItemBinding(people=2)})
    it.does(tick("backup", "ada"), "ada")
    assert it.state.item("backup").status == "open"
    assert it.refuses(tick("backup", "ada")) == "ada has signed already; another operator must confirm"
    it.does(tick("backup", "ben"), "ben")
    assert (it.state.item("backup").status, it.state.item("backup").by) == ("done", "ben")


def test_a_signature_is_gone_when_the_item_is_opened_or_failed() -> None:
    it = story(item={"backup": ItemBinding(people=2)})
    it.does(tick("backup", "ada"), "ada")
    it.does(partial(decisions.fail, item="backup", reason="the dump is short", seen=()))
    it.does(partial(decisions.reopen, item="backup", reason=""))
    it.does(tick("backup", "ben"), "ben")
    assert it.state.item("backup").status == "open"


def test_a_point_of_no_return_takes_two_and_is_crossed_by_the_tick() -> None:
    it = story("ada", "ben", item={"backup": ItemBinding(point_of_no_return=True)})
    it.does(tick("backup", "ada"), "ada")
    assert not it.state.crossed
    it.does(tick("backup", "ben"), "ben")
    assert [event.body.kind for event in it.events[-2:]] == ["point_crossed", "item_done"]
    assert list(it.state.crossed) == ["backup"]


def test_a_step_that_crosses_it_needs_the_other_operator_first() -> None:
    deploy = Story().plan.bindings.item["deploy"].model_copy(update={"point_of_no_return": True})
    it = story(item={"deploy": deploy})

    def run(by: str) -> Wish:
        return partial(decisions.start_step, target="deploy", launch=LAUNCH, by=by)

    assert "another operator must sign it first" in it.refuses(run("ada"))
    it.does(tick("deploy", "ada"), "ada")
    assert "another operator must cross it" in it.refuses(run("ada"))
    it.does(run("ben"), "ben")
    assert [event.body.kind for event in it.events[-2:]] == ["point_crossed", "step_started"]
    finish(it, "deploy", outcome("done"))
    it.does(tick("deploy", "ben"), "ben")
    assert it.state.item("deploy").status == "done"


def test_bindings_know_how_many_sign() -> None:
    assert Bindings(item={"a": ItemBinding(point_of_no_return=True)}).of("a").signers == 2
