"""The rollback meter: how far production can be taken back, and for how long still."""

from functools import partial

import pytest

from release_kit import LAUNCH, Story, outcome, tick
from warroom.core import decisions, views
from warroom.core import events as ev
from warroom.core.bindings import Command, ItemBinding, Need
from warroom.core.meter import meter, warnings
from warroom.core.probe import Verdict, Word
from warroom.core.rollback_facts import rollback_facts
from warroom.core.spread import Spread

H = 3_600_000_000
KEPT = Need(title="blue is kept", after="deploy", lasts=4 * 3600)
BACKUP = Need(title="backup is fresh", probe="backup-age", at_most=24 * 3600, without="partly")
STANDBY = Need(title="standby follows", probe="standby", without="partly")


def story(*needs: Need, **bindings: object) -> Story:
    it = Story()
    plan = it.plan.bindings.rollback
    assert plan
    changed = it.plan.bindings.model_copy(update={"rollback": plan.model_copy(update={"needs": needs}), **bindings})
    it.plan = it.plan.model_copy(update={"bindings": changed})
    return it


def deployed_us(it: Story) -> int:
    """Ticks the deployment, and tells when that was."""
    it.does(tick("deploy"))
    return it.events[-1].at_us


def says(
    word: Word, value: float | None = None, *, unit: str = "h", age_s: float = 0, probe: str = "backup-age"
) -> Verdict:
    return Verdict(probe=probe, word=word, value=value, unit=unit, age_s=age_s)


def test_without_needs_it_is_possible() -> None:
    it = story()
    assert meter(it.plan, it.state, (), 0).reach == "possible"


def test_a_window_opens_with_the_deployment_and_closes() -> None:
    it = story(KEPT)
    assert meter(it.plan, it.state, (), 0).window is None, "nothing is about to go before the deployment"
    since_us = deployed_us(it)
    window = meter(it.plan, it.state, (), since_us + H).window
    assert window
    assert (window.title, window.left_s) == ("blue is kept", 3 * 3600)
    assert meter(it.plan, it.state, (), since_us + 4 * H).reach == "forward only"


def test_the_window_counts_from_the_end_of_the_step() -> None:
    it = story(KEPT)
    started = it.does(partial(decisions.start_step, target="deploy", launch=LAUNCH))
    assert isinstance(started.body, ev.StepStarted)
    it.does(partial(decisions.finish_step, started=started.body, outcome=outcome()))
    window = meter(it.plan, it.state, (), started.at_us).window
    assert window
    assert window.left_s == 4 * 3600 + outcome().duration_s


@pytest.mark.parametrize(
    ("verdict", "reach", "left_s"),
    [
        (says("ok", 20), "possible", 4 * 3600),
        (says("ok", 20, age_s=600), "possible", 4 * 3600 - 600),
        (says("warn", 1200, unit="min"), "possible", 4 * 3600),
        (says("fail", 25), "partly", -3600),
        (says("unknown", 20), "not known", None),
        (says("stale", 20), "not known", None),
        (says("ok", 20, unit="parsecs"), "not known", None),
    ],
)
def test_a_backup_grows_old(verdict: Verdict, reach: str, left_s: float | None) -> None:
    it = story(BACKUP)
    now = meter(it.plan, it.state, (verdict,), 0)
    assert (now.reach, now.needs[0].left_s) == (reach, left_s)


@pytest.mark.parametrize(
    ("word", "reach"), [("ok", "possible"), ("warn", "possible"), ("fail", "partly"), ("stale", "not known")]
)
def test_a_probe_says_whether_it_is_there(word: Word, reach: str) -> None:
    it = story(STANDBY)
    assert meter(it.plan, it.state, (says(word, probe="standby"),), 0).reach == reach
    assert meter(it.plan, it.state, (), 0).reach == "not known", "a probe that nobody asks proves nothing"


def test_the_worst_need_decides() -> None:
    it = story(KEPT, STANDBY)
    since_us = deployed_us(it)
    assert meter(it.plan, it.state, (says("fail", probe="standby"),), since_us + 5 * H).reach == "forward only"


def test_crossing_a_point_of_no_return_shows_at_once() -> None:
    it = story(item={"backup": ItemBinding(point_of_no_return=True)})
    assert ("point of no return not crossed", "no return ahead") in rollback_facts(it.plan, it.state, (), 0).facts
    for by in ("ada", "ben"):
        it.does(partial(decisions.tick, item="backup", note="", value="", seen=(), by=by), by)
    facts = rollback_facts(it.plan, it.state, (), 0)
    assert (facts.word, facts.facts[0]) == ("forward only", "point of no return crossed: Backup")


def test_it_warns_once_at_fifteen_five_and_one_minutes() -> None:
    it = story(KEPT)
    since_us = deployed_us(it)
    told = []
    for second in range(4 * 3600):
        for need in warnings(it.state, meter(it.plan, it.state, (), since_us + second * 1_000_000)):
            assert need.left_s is not None
            told.append(need.left_s)
            it.does(partial(decisions.warn_of_window, need=need.title, left_s=need.left_s))
    assert told == [900, 300, 60]


def test_the_bar_names_what_closes_first_and_is_urgent_near_the_end() -> None:
    it = story(KEPT)
    since_us = deployed_us(it)
    calm = rollback_facts(it.plan, it.state, (), since_us + H)
    assert ("3 h left: blue is kept", "3 h blue is kept") in calm.facts
    assert not calm.urgent
    late = rollback_facts(it.plan, it.state, (), since_us + 4 * H - 600_000_000)
    assert (late.facts[0][0], late.urgent) == ("10 m left: blue is kept", True)
    gone = rollback_facts(it.plan, it.state, (), since_us + 5 * H)
    assert (gone.word, gone.facts[0]) == ("forward only", "blue is kept: gone")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, 'either "probe" or "after"'),
        ({"probe": "a", "after": "b", "lasts": 1}, 'either "probe" or "after"'),
        ({"after": "b"}, "belong together"),
        ({"after": "b", "lasts": 1, "at_most": 1}, '"at_most" belongs to "probe"'),
    ],
)
def test_a_need_that_says_nothing_is_refused(fields: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Need.model_validate({"title": "x", **fields})


def test_how_long_a_command_takes_is_learned_from_several_runs() -> None:
    command, plan = Command(argv=("true",), expected=10, timeout=60), Story().plan
    once = plan.model_copy(update={"learned": {"deploy": Spread(n=1, p50_s=8, p90_s=8)}})
    often = plan.model_copy(update={"learned": {"deploy": Spread(n=5, p50_s=8, p90_s=12)}})
    assert views.time_words(plan, "deploy", command) == "about 10 s, stopped after 1m00s"
    assert views.time_words(once, "deploy", command) == "about 8 s, stopped after 1m00s"
    assert views.time_words(often, "deploy", command) == "about 8 s, P90 12 s of 5 runs, stopped after 1m00s"
