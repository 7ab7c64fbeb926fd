"""Decisions and the fold: what is accepted, what is refused and why, and what the events make of the state."""

import pytest

from release_kit import (
    NAME,
    Story,
    changed,
    end_rollback,
    fail,
    finish,
    next_step,
    note,
    reopen,
    restored,
    retry_step,
    skip,
    skip_step,
    start_rollback,
    start_step,
    stop_rollback,
    tick,
    verdict,
)
from warroom.core import decisions
from warroom.core import events as ev
from warroom.core.probe import Word


@pytest.fixture
def story() -> Story:
    return Story()


def test_the_first_event_says_what_is_released(story: Story) -> None:
    assert (story.state.name, story.state.environment, story.state.seq) == (NAME, "production", 1)
    again = story.refuses(lambda p, s: decisions.start(p, s, release="x", environment="y", t0_us=1))
    assert again == f'the journal holds the release "{NAME}" already'


def test_a_tick_keeps_who_what_and_the_figure(story: Story) -> None:
    story.does(tick("backup", " 41 GB ", " 41 "), actor="ben")
    item = story.state.item("backup")
    assert (item.status, item.by, item.text, item.value) == ("done", "ben", "41 GB", "41")


def test_an_item_is_done_once(story: Story) -> None:
    story.does(tick("backup"), actor="ben")
    assert story.refuses(tick("backup")) == "already done by ben; reopen it first"
    assert story.refuses(skip("backup")) == "already done by ben; reopen it first"


def test_an_item_waits_for_those_under_it(story: Story) -> None:
    assert story.refuses(tick("pay")) == "2 of the items under it are open"
    story.does(tick("card"))
    story.does(fail("cash"))
    assert story.refuses(tick("pay")) == "1 of the items under it is open"
    story.does(skip("cash"))
    story.does(tick("pay"))


@pytest.mark.parametrize("nothing", ["", " \n\t"])
def test_what_needs_a_reason_is_refused_without_one(story: Story, nothing: str) -> None:
    assert story.refuses(skip("backup", nothing)) == "a skip needs a reason"
    assert story.refuses(fail("backup", nothing)) == "a failure needs a reason"
    assert story.refuses(note(nothing)) == "a note needs a text"


def test_a_skipped_item_can_still_be_done_and_a_done_one_turn_out_bad(story: Story) -> None:
    story.does(skip("backup"))
    story.does(tick("backup"))
    story.does(fail("backup", "the dump is empty"))
    assert (story.state.item("backup").status, story.state.item("backup").text) == ("failed", "the dump is empty")


def test_reopening_takes_back_the_state_and_keeps_the_history(story: Story) -> None:
    story.does(tick("backup", value="41"))
    story.does(reopen("backup", "wrong database"))
    assert (story.state.item("backup").status, story.state.item("backup").value) == ("open", "")
    assert [event.body.kind for event in story.events] == ["release_started", "item_done", "item_reopened"]
    assert story.refuses(reopen("backup")) == "it is open already"


def test_notes_change_nothing_but_their_count(story: Story) -> None:
    story.does(note("looks good", "backup"))
    story.does(note("begun"))
    assert story.state.item("backup").notes == 1
    assert story.state.item("backup").status == "open"


def test_the_phase_at_work_is_the_first_with_an_open_item(story: Story) -> None:
    assert story.state.phase_id(story.plan) == "before"
    story.does(tick("backup"))
    assert story.state.phase_id(story.plan) == "day"
    for name in ("deploy", "card", "cash", "pay"):
        story.does(skip(name))
    assert story.state.phase_id(story.plan) == "day"


def test_a_step_is_journaled_with_all_that_will_run(story: Story) -> None:
    started = story.does(start_step("deploy")).body
    assert isinstance(started, ev.StepStarted)
    assert (started.argv, started.cwd, started.host, started.user, started.attempt) == (
        ("switch", "green"), "/srv/shop", "tower", "ada", 1,
    )  # fmt: skip
    assert story.state.item("deploy").shown == "running"


def test_while_a_step_runs_nothing_else_is_said_or_run(story: Story) -> None:
    story.does(start_step("deploy"))
    for wish in (tick("deploy"), skip("deploy"), fail("deploy")):
        assert story.refuses(wish) == "its step is still running"
    for wish in (start_step("deploy"), start_rollback()):
        assert story.refuses(wish) == '"Deploy" is still running'


def test_a_step_can_run_again_until_its_item_is_done(story: Story) -> None:
    story.runs(start_step("deploy"), "failed")
    started = story.does(start_step("deploy", "run-2")).body
    assert isinstance(started, ev.StepStarted)
    assert started.attempt == 2
    story.does(finish(started))
    story.does(tick("deploy"))
    assert story.refuses(start_step("deploy")) == "the item is done; reopen it first"


@pytest.mark.parametrize("target", ["backup", "rollback:1", "rollback:9", "rollback:", "nothing"])
def test_only_an_item_with_a_step_can_run(story: Story, target: str) -> None:
    assert story.refuses(start_step(target)) == "no step is bound to it"


def test_the_end_of_an_older_run_does_not_end_the_newer_one(story: Story) -> None:
    older = story.does(start_step("deploy")).body
    story.does(decisions.interrupted)
    story.does(start_step("deploy", "run-2"))
    assert isinstance(older, ev.StepStarted)
    story.does(finish(older))
    assert story.state.item("deploy").shown == "running"


def test_the_late_end_of_an_interrupted_step_leaves_it_to_be_verified_by_hand(story: Story) -> None:
    """The process that ran it was only thought to be dead."""
    story.rolls_back()
    story.runs(next_step())
    late = story.does(next_step()).body
    story.does(decisions.interrupted)
    assert isinstance(late, ev.StepStarted)
    story.does(finish(late))
    assert story.state.rollback.status == "asking"
    story.runs(retry_step())
    story.does(end_rollback(story.mono_us))


def test_a_step_whose_process_died_is_interrupted_never_done(story: Story) -> None:
    story.does(start_step("deploy"))
    story.does(decisions.interrupted)
    assert story.state.item("deploy").shown == "interrupted"
    assert story.state.running() == {}
    assert decisions.interrupted(story.plan, story.state) == ()


@pytest.mark.parametrize("typed", ["", "shop", "Shop 4.2", "shop 4.2 ", " shop 4.2", "shop 4.2\n", "shop 4.20"])
def test_a_rollback_starts_only_by_the_release_name_to_the_letter(story: Story, typed: str) -> None:
    assert story.refuses(start_rollback(typed)) == 'type the name of the release, "shop 4.2", to start'


def test_without_a_plan_there_is_no_rollback(story: Story) -> None:
    bindings = story.plan.bindings.model_copy(update={"rollback": None})
    story.plan = story.plan.model_copy(update={"bindings": bindings})
    assert story.refuses(start_rollback()) == "the side file has no rollback plan"


def test_a_rollback_runs_its_steps_in_order_to_the_end(story: Story) -> None:
    story.rolls_back()
    assert story.refuses(start_rollback()) == "a rollback is under way"
    assert story.refuses(end_rollback(story.mono_us)) == "the rollback has steps left"
    for target in ("rollback:1", "rollback:2"):
        story.runs(next_step())
        assert story.events[-1].body.subject == target
    assert story.refuses(next_step()) == "the rollback has no step left"
    story.does(end_rollback(story.mono_us))
    assert (story.state.rollback.status, story.state.rollback.took_s) == ("recovering", 5.0)


def test_a_failed_rollback_step_stops_and_asks(story: Story) -> None:
    story.rolls_back()
    story.runs(next_step(), "failed")
    assert story.state.rollback.status == "asking"
    assert story.refuses(next_step()) == "the rollback is not ready for its next step"
    assert story.refuses(skip_step(" ")) == "a skipped step needs a reason"
    story.runs(retry_step(), "timeout")
    story.does(skip_step("done by hand"))
    first, _ = story.state.rollback.steps
    assert first
    assert (first.phase, first.attempt, first.why) == ("skipped", 2, "done by hand")
    story.runs(next_step())


def test_a_stopped_rollback_can_go_on(story: Story) -> None:
    story.rolls_back()
    story.runs(next_step(), "failed")
    story.does(stop_rollback())
    assert story.state.rollback.status == "stopped"
    assert story.refuses(stop_rollback()) == "no step waits for an answer"
    story.runs(retry_step())
    story.runs(next_step())
    story.does(end_rollback(story.mono_us))


def test_while_a_step_of_an_item_runs_a_stopped_rollback_does_not_go_on(story: Story) -> None:
    story.rolls_back()
    story.runs(next_step(), "failed")
    story.does(stop_rollback())
    story.does(start_step("deploy"))
    for wish in (retry_step(), skip_step(), start_rollback()):
        assert story.refuses(wish) == '"Deploy" is still running'


def test_a_rollback_that_died_between_two_steps_asks_how_to_go_on(story: Story) -> None:
    story.rolls_back()
    story.runs(next_step())
    stopped = story.does(decisions.interrupted)
    assert stopped.body.detail == "stopped at step 2: the process that ran it ended before this step"
    story.runs(retry_step())
    story.does(end_rollback(story.mono_us))


def test_a_rollback_that_died_after_its_last_step_is_rolled_back(story: Story) -> None:
    story.rolls_back()
    story.runs(next_step())
    story.runs(next_step())
    story.does(decisions.interrupted)
    assert (story.state.rollback.status, story.state.rollback.took_s) == ("recovering", 4.5)


def recovering(story: Story) -> int:
    """Rolls back; gives the moment of its end."""
    story.rolls_back()
    story.runs(next_step())
    story.runs(next_step())
    ended = story.does(end_rollback(story.mono_us))
    return ended.mono_us


@pytest.mark.parametrize(
    ("word", "age_s", "well"),
    [("ok", 9.0, True), ("ok", 10.0, False), ("ok", None, False), ("stale", 9.0, False), ("unknown", 9.0, False),
     ("warn", 1.0, False), ("fail", 1.0, False), ("pending", None, False)],
)  # fmt: skip
def test_restored_means_ok_by_a_reading_since_the_last_step(
    story: Story, word: Word, age_s: float | None, *, well: bool
) -> None:
    later = recovering(story) + 10_000_000
    wish = restored(verdict(word, age_s), mono_us=later)
    if well:
        story.does(wish)
        assert (story.state.rollback.status, story.state.rollback.restored_s) == ("restored", 10.0)
    else:
        assert story.refuses(wish) == "not ok yet: health"


def test_a_probe_that_says_nothing_does_not_restore(story: Story) -> None:
    assert story.refuses(restored(mono_us=recovering(story) + 1)) == "not ok yet: health"


def test_nothing_is_restored_that_was_not_rolled_back(story: Story) -> None:
    assert story.refuses(restored(verdict("ok"), mono_us=0)) == "nothing is recovering"


def test_a_reboot_in_between_neither_hinders_nor_makes_times_negative(story: Story) -> None:
    """A monotonic clock begins at 0 with the host."""
    story.does(note("a long wait"))
    story.rolls_back()
    story.runs(next_step())
    story.runs(next_step())
    story.does(end_rollback(mono_us=1))
    assert story.state.rollback.took_s == 4.5
    story.does(restored(verdict("ok", 2.0), mono_us=3_000_000))
    assert story.state.rollback.restored_s == 3.0


def test_a_verdict_is_an_event_only_when_its_word_changes(story: Story) -> None:
    assert story.refuses(changed(verdict("pending"))) == "no change"
    story.does(changed(verdict("ok")))
    assert story.refuses(changed(verdict("ok"))) == "no change"
    story.does(changed(verdict("stale")))
    assert (story.state.probes["health"].word, story.state.probes["health"].was) == ("stale", "ok")
