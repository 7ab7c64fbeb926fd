"""What can be said of an item, as pure decisions: figures, two people, dispositions, probes, evidence."""

from collections.abc import Callable
from functools import partial

import pytest
from pydantic import ValidationError

from release_kit import Story, finish, reopen, skip, start_step
from release_kit import tick as bare_tick
from warroom.core import decisions
from warroom.core import events as ev
from warroom.core.bindings import Bindings, Expect, ItemBinding
from warroom.core.decisions import Wish
from warroom.core.evidence import Evidence
from warroom.core.item_decisions import LEAST_ACCEPTED
from warroom.core.probe import Verdict, Word
from warroom.core.rules import Value

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


# --- a figure


@pytest.mark.parametrize("value", ["98.5", "99", "99 %", "99%", " 100.0 ", "1e2", "৯৯"])
def test_a_figure_that_keeps_the_rule_ticks_the_item(value: str) -> None:
    it = story(backup=ItemBinding(expect=PERCENT))
    it.does(tick(value))
    assert (done(it).value, done(it).accepted) == (value.strip(), "")
    assert it.state.item("backup").value == value.strip()


@pytest.mark.parametrize("value", ["98.4", "98.499999999999999999999", "0", "-99", "-99 %"])
def test_one_that_breaks_it_does_not(value: str) -> None:
    it = story(backup=ItemBinding(expect=PERCENT))
    said = it.refuses(tick(value))
    assert said == f"{value} is not >= 98.5 %; accept it with a reason, or say that it failed"


@pytest.mark.parametrize("value", ["", "%", "good", "98,5", "nan", "inf", "-Infinity", "99 ms", "9 9", "0x63"])
def test_what_is_no_figure_is_refused_with_what_is_asked_for(value: str) -> None:
    it = story(backup=ItemBinding(expect=COUNTED))
    assert it.refuses(tick(value, n=50, accept=REASON)) == "it asks for a figure: >= 98.5 %, n >= 30"


@pytest.mark.parametrize(("n", "said"), [(None, "no number"), (0, "no number"), (29, "29"), (-30, "-30")])
def test_a_figure_of_too_few_cases_is_refused(n: int | None, said: str) -> None:
    it = story(backup=ItemBinding(expect=COUNTED))
    assert it.refuses(tick("99", n=n)) == (
        f"it needs at least 30 cases, and {said} was given; accept it with a reason, or say that it failed"
    )
    it.does(tick("99", n=30))
    assert it.state.item("backup").n == 30


@pytest.mark.parametrize("said", [partial(tick, "91.2"), partial(tick, "99", n=3)])
def test_a_failing_figure_counts_with_a_reason_that_is_kept(said: Callable[..., Wish]) -> None:
    it = story(backup=ItemBinding(expect=COUNTED))
    assert it.refuses(said(accept="x" * (LEAST_ACCEPTED - 1) + " ")) == (
        "accepting it needs a reason of at least 10 characters"
    )
    it.does(said(accept=f" {REASON} "))
    assert done(it).accepted == it.state.item("backup").accepted == REASON
    assert f"ACCEPTED: {REASON}" in done(it).detail


def test_a_reason_that_nothing_needed_is_not_kept() -> None:
    it = story(backup=ItemBinding(expect=PERCENT))
    it.does(tick("99", accept=REASON))
    assert done(it).accepted == ""


def test_nothing_is_accepted_where_no_figure_is_asked_for() -> None:
    it = story()
    assert it.refuses(tick("91.2", accept=REASON)) == "it asks for no figure, so there is none to accept"
    it.does(tick("91.2"))


def test_a_machine_accepts_nothing() -> None:
    it = story(backup=ItemBinding(expect=PERCENT))
    assert "a machine cannot accept" in it.refuses(tick("91", accept=REASON, by="ci:1882"))
    it.does(tick("99", by="ci:1882"))


@pytest.mark.parametrize("rule", ['== "ok"', "== true"])
def test_a_figure_is_compared_with_a_number(rule: str) -> None:
    with pytest.raises(ValidationError, match="compares no number"):
        Expect(rule=rule)


# --- two people


def test_the_second_confirms_the_figure_of_the_first() -> None:
    it = story(backup=ItemBinding(people=2, expect=COUNTED))
    assert "is not >= 98.5" in it.refuses(tick("91", n=40))
    signed = it.does(tick("99.1", n=40)).body
    assert isinstance(signed, ev.ItemSigned)
    assert (signed.value, signed.n, it.state.item("backup").status) == ("99.1", 40, "open")
    assert it.refuses(tick("97", by="ben")) == "ada has signed 99.1, not 97; confirm that, or reopen the item"
    it.does(tick(by="ben"), "ben")
    assert (done(it).value, done(it).n, it.state.item("backup").by) == ("99.1", 40, "ben")


def test_what_the_first_accepted_the_second_confirms_with_it() -> None:
    it = story(backup=ItemBinding(people=2, expect=PERCENT))
    it.does(tick("91", accept=REASON))
    it.does(tick("91", by="ben"), "ben")
    assert done(it).accepted == REASON


def test_a_signature_and_the_wish_to_skip_can_be_taken_back() -> None:
    it = story(backup=ItemBinding(people=2, required=True))
    it.does(tick())
    it.does(partial(decisions.skip, item="backup", reason="no disk", by="ben"), "ben")
    it.does(reopen("backup"))
    assert (it.state.item("backup").signed, it.state.item("backup").skip_signed) == (None, None)
    assert it.refuses(reopen("backup")) == "it is open already"
    assert it.count(ev.ItemSigned) == it.count(ev.SkipSigned) == 1, "the events stay"


# --- dispositions


def test_an_item_in_hand_says_since_when_and_by_whom() -> None:
    it = story()
    begun = it.does(partial(decisions.begin, item="backup"), "ben")
    now = it.state.item("backup")
    assert (now.status, now.by, now.at_us, now.is_closed) == ("doing", "ben", begun.at_us, False)
    assert it.refuses(partial(decisions.begin, item="backup")) == "it is doing already"
    it.does(bare_tick("backup"))
    assert it.refuses(partial(decisions.begin, item="backup")) == "it is done already"


@pytest.mark.parametrize(
    ("wish", "needs", "status"),
    [
        (partial(decisions.not_applicable, item="backup"), "say why it does not apply", "n/a"),
        (partial(decisions.block, item="backup"), "say what blocks it", "blocked"),
        (partial(decisions.defer, item="backup", phase="day"), "say why it is put off", "deferred"),
    ],
)
def test_a_disposition_needs_its_reason(wish: Callable[..., decisions.Decision], needs: str, status: str) -> None:
    it = story()
    assert it.refuses(partial(wish, reason=" ")) == needs
    it.does(partial(wish, reason=" because "))
    assert (it.state.item("backup").status, it.state.item("backup").text) == (status, "because")


@pytest.mark.parametrize(
    "close",
    [
        bare_tick("backup"),
        skip("backup"),
        partial(decisions.not_applicable, item="backup", reason="no data"),
        partial(decisions.defer, item="backup", phase="day", reason="slow"),
    ],
)
def test_what_is_closed_is_reopened_first(close: Wish) -> None:
    it = story()
    it.does(close)
    others: list[Wish] = [
        skip("backup"),
        partial(decisions.not_applicable, item="backup", reason="x"),
        partial(decisions.defer, item="backup", phase="day", reason="x"),
        partial(decisions.block, item="backup", reason="x"),
    ]
    for other in others:
        assert it.refuses(other).endswith("; reopen it first")
    it.does(reopen("backup"))
    assert it.state.item("backup").deferred_to == ""
    for other in others[-1:]:
        it.does(other)


@pytest.mark.parametrize("say", ["skip", "n/a", "defer", "block", "tick", "fail"])
def test_nothing_is_said_of_an_item_while_its_step_runs(say: str) -> None:
    it = Story()
    started = it.does(start_step("deploy")).body
    assert isinstance(started, ev.StepStarted)
    wishes: dict[str, Wish] = {
        "skip": skip("deploy"),
        "n/a": partial(decisions.not_applicable, item="deploy", reason="x"),
        "defer": partial(decisions.defer, item="deploy", phase="day", reason="x"),
        "block": partial(decisions.block, item="deploy", reason="x"),
        "tick": bare_tick("deploy"),
        "fail": partial(decisions.fail, item="deploy", reason="x", seen=()),
    }
    assert it.refuses(wishes[say]) == "its step is still running"
    it.does(finish(started))


def test_an_item_is_put_off_to_a_phase_that_exists_and_is_later() -> None:
    it = story()
    put_off = partial(decisions.defer, item="backup", reason="x")
    assert it.refuses(partial(put_off, phase="dya")) == 'there is no phase "dya"; the phases are before, day'
    assert it.refuses(partial(put_off, phase="before")) == "an item is put off to a later phase"
    before, day = it.plan.checklist.phases
    ready = it.plan.checklist.model_copy(update={"phases": (before, day.model_copy(update={"kind": "emergency"}))})
    it.plan = it.plan.model_copy(update={"checklist": ready})
    assert it.refuses(partial(put_off, phase="day")) == "nothing is put off to what stands ready for an emergency"


@pytest.mark.parametrize("wish", ["tick", "sign", "skip", "wish to skip", "n/a", "defer", "fail"])
def test_what_closes_an_item_keeps_what_could_be_seen(wish: str) -> None:
    seen = (ev.Seen(probe="health", word="ok", value=1, age_s=0.5),)
    required = wish == "wish to skip"
    it = story(backup=ItemBinding(people=2 if wish == "sign" else 1, required=required))
    wishes: dict[str, Wish] = {
        "tick": partial(decisions.tick, item="backup", note="", value="", seen=seen),
        "skip": partial(decisions.skip, item="backup", reason="x", seen=seen),
        "n/a": partial(decisions.not_applicable, item="backup", reason="x", seen=seen),
        "defer": partial(decisions.defer, item="backup", phase="day", reason="x", seen=seen),
        "fail": partial(decisions.fail, item="backup", reason="x", seen=seen),
    }
    wishes |= {"sign": wishes["tick"], "wish to skip": wishes["skip"]}
    assert getattr(it.does(wishes[wish]).body, "seen") == seen  # noqa: B009  # each of these kinds has it


# --- evidence


def test_evidence_is_counted_and_survives_whatever_is_said() -> None:
    it = story()
    file = Evidence(form="file", ref="dump.sql", sha256="00ff", size=12, copied_to="j.evidence/00ff-dump.sql", note="n")
    added = it.does(partial(decisions.attach, item="backup", evidence=file)).body
    it.does(bare_tick("backup"))
    it.does(partial(decisions.attach, item="backup", evidence=Evidence(form="link", ref="https://x.test/1")))
    it.does(reopen("backup"))
    assert it.state.item("backup").evidence == 2
    assert added.detail == "file: dump.sql, n, 12 bytes, SHA-256 00ff, copied to j.evidence/00ff-dump.sql"
    assert it.refuses(partial(decisions.attach, item="backup", evidence=Evidence(form="note"))).startswith("evidence")
