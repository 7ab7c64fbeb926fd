"""Wishes about items, gates and the T-clock in any order: what a gate promises holds, and nothing said goes away."""

from collections.abc import Iterator
from functools import partial, reduce
from typing import Literal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from release_kit import Story, fail, note, reopen, verdict
from warroom.core import decisions
from warroom.core import events as ev
from warroom.core.bindings import Bindings, Expect, Gate, ItemBinding
from warroom.core.checklist import Checklist
from warroom.core.decisions import Refusal, Wish
from warroom.core.evidence import Evidence
from warroom.core.fold import fold
from warroom.core.gates import gate
from warroom.core.item_views import facts
from warroom.core.probe import Word
from warroom.core.rapid import rapid_items
from warroom.core.release import Release
from warroom.core.tree import tree

_ITEMS = st.sampled_from(["backup", "card", "cash", "pay"])
_PEOPLE = st.sampled_from(["ada", "ben", "ada", "ben", "ci:1882"])
_TEXTS = st.sampled_from(["because", "[/b] \x1b[31m", "no", " "])
_REASONS = st.sampled_from(["because", "because it is so", ""])
_FIGURES = st.sampled_from(["99", "12", "", "many"])
_WORDS = st.sampled_from(["ok", "ok", "fail", "pending", "warn", "unknown", "stale"])


def rich(*, gate: bool) -> Story:
    """`backup` asks for a figure, `card` takes two people, `cash` is ticked by its probe, `pay` is skipped by two.

    With a `gate`, that before `day` wants `backup` closed, the probe ok and one role's word.
    """
    it = Story()
    before, day = it.plan.checklist.phases
    phases = (
        before.model_copy(update={"kind": "timed", "offset_s": -3600}),
        day.model_copy(update={"kind": "timed", "offset_s": 0}),
    )
    items = {
        "backup": ItemBinding(required=True, probe="health", expect=Expect(rule=">= 90", n=30)),
        "card": ItemBinding(people=2),
        "cash": ItemBinding(probe="health", auto=True),
        "pay": ItemBinding(required=True),
    }
    gates = {"day": Gate(probes=("health",), roles=("lead",))} if gate else {}
    bindings = Bindings(item=items, gate=gates, rollback=it.plan.bindings.rollback)
    checklist = Checklist(title=it.plan.checklist.title, phases=phases)
    it.plan = it.plan.model_copy(update={"checklist": checklist, "bindings": bindings})
    return it


class AnyChecklist(RuleBasedStateMachine):
    """A release of whose items anything may be said, by anybody."""

    def __init__(self) -> None:
        super().__init__()
        self.story = Story()

    @initialize(gate=st.booleans())
    def begin(self, gate: bool) -> None:
        self.story = rich(gate=gate)

    def wish(self, wish: Wish, actor: str = "ada") -> Iterator[ev.Body]:
        """What came of it. A refusal says why, and changes nothing but what it puts on record."""
        before, past = self.story.state, tuple(self.story.events)
        decision = self.story.wish(wish, actor)
        now = self.story.events[len(past) :]
        assert tuple(self.story.events[: len(past)]) == past, "nothing that was said goes away"
        if isinstance(decision, Refusal):
            assert decision.reason
            assert not now
            assert self.story.state == before
        return (event.body for event in now)

    @rule(item=_ITEMS, by=_PEOPLE, figure=_FIGURES, n=st.sampled_from([50, 3, None]), accept=_REASONS)
    def tick(self, item: str, by: str, figure: str, n: int | None, accept: str) -> None:
        asks = self.story.plan.binding(item).expect is not None
        said = {"value": figure, "n": n, "accept": accept} if asks else {"value": ""}
        for body in self.wish(partial(decisions.tick, item=item, note="", by=by, seen=(), **said), by):
            if isinstance(body, ev.ItemDone) and asks:
                well = body.value == "99" and body.n == 50
                assert well or len(body.accepted) >= 10, "a figure that falls short counts only with a reason"
                assert by != "ci:1882" or well, "no machine accepts one"

    @rule(item=_ITEMS, text=_TEXTS, by=_PEOPLE)
    def skip(self, item: str, text: str, by: str) -> None:
        self.wish(partial(decisions.skip, item=item, reason=text, by=by), by)

    @rule(item=_ITEMS, by=_PEOPLE)
    def undo(self, item: str, by: str) -> None:
        self.wish(reopen(item, "once more"), by)

    @rule(
        item=_ITEMS,
        text=_TEXTS,
        by=_PEOPLE,
        how=st.sampled_from(["fail", "begin", "n/a", "defer", "block", "note", "attach"]),
    )
    def say(self, item: str, text: str, by: str, how: str) -> None:
        wishes: dict[str, Wish] = {
            "fail": fail(item, text),
            "begin": partial(decisions.begin, item=item),
            "n/a": partial(decisions.not_applicable, item=item, reason=text),
            "defer": partial(decisions.defer, item=item, phase="day", reason=text),
            "block": partial(decisions.block, item=item, reason=text),
            "note": note(text, item),
            "attach": partial(decisions.attach, item=item, evidence=Evidence(form="note", note=text)),
        }
        self.wish(wishes[how], by)

    @rule(item=_ITEMS, word=_WORDS, flapping=st.booleans())
    def sense(self, item: str, word: Word, flapping: bool) -> None:
        said = verdict(word).model_copy(update={"flapping": flapping})
        untouched = self.story.state.item(item).at_us == 0
        for _ in self.wish(partial(decisions.tick_by_probe, item=item, verdict=said, seen=()), "warroom"):
            assert (item, word, flapping, untouched) == ("cash", "ok", False, True)
        if word == "fail":
            self.wish(partial(decisions.stale, item=item, probe="health", why=word), "warroom")
        elif word == "ok":
            self.wish(partial(decisions.true_again, item=item), "warroom")

    @rule(by=_PEOPLE, holds=st.booleans())
    def get_ready(self, by: str, holds: bool) -> None:
        """What the gate asks for, and perhaps the tick no longer `holds`; at random it would be rare."""
        self.tick(item="backup", by=by, figure="99", n=50, accept="")
        self.poll(say="go", text="", by=by)
        self.sense(item="cash" if holds else "backup", word="ok" if holds else "fail", flapping=False)

    @rule(word=_WORDS, risk=_REASONS, by=_PEOPLE)
    def open_the_gate(self, word: Word, risk: str, by: str) -> None:
        before = self.story.state
        said = () if word == "pending" else (verdict(word),)
        for body in self.wish(partial(decisions.open_gate, phase="day", verdicts=said, risk=risk, by=by), by):
            assert isinstance(body, ev.GatePassed)
            backup = before.item("backup")
            if body.risk:
                assert len(body.risk) >= 10
                assert by != "ci:1882"
                continue
            assert backup.is_closed, "a required item was open"
            assert not backup.stale
            assert not backup.deferred_to, "what was put off to it was open"
            assert word == "ok"
            assert before.polls["day"].go

    @rule(say=st.sampled_from(["go", "no-go"]), text=_TEXTS, by=_PEOPLE)
    def poll(self, say: Literal["go", "no-go"], text: str, by: str) -> None:
        vote = ev.Vote(role="lead", say=say, by=by, reason=text)
        self.wish(partial(decisions.poll, phase="day", votes=(vote,), seen=()), by)

    @rule(
        how=st.sampled_from(["reopen", "hold", "resume", "recycle"]),
        text=_TEXTS,
        phase=st.sampled_from(["before", "day"]),
    )
    def move_the_clock(self, how: str, text: str, phase: str) -> None:
        now_us, t0_us = self.story.events[-1].at_us + 60_000_000, self.story.state.t0_us
        wishes: dict[str, Wish] = {
            "reopen": partial(decisions.reopen_gate, phase=phase, why=text),
            "hold": partial(decisions.hold_clock, reason=text),
            "resume": partial(decisions.resume_clock, now_us=now_us),
            "recycle": partial(decisions.recycle, phase=phase, reason=text, now_us=now_us),
        }
        self.wish(wishes[how])
        assert self.story.state.t0_us >= t0_us, "T-0 is never moved to an earlier time"

    @invariant()
    def what_takes_two_people_was_said_by_two(self) -> None:
        first: dict[tuple[str, str], str] = {}
        for event in self.story.events:
            match event.body:
                case ev.ItemSigned(item=item):
                    first["done", item] = event.actor
                case ev.SkipSigned(item=item):
                    first["skipped", item] = event.actor
                case ev.ItemDone(item="card"):
                    assert first["done", "card"] not in ("", event.actor)
                case ev.ItemSkipped(item=item) if self.story.plan.binding(item).required:
                    assert first["skipped", item] not in ("", event.actor)
                case ev.ItemReopened(item=item) | ev.ItemFailed(item=item):
                    first["done", item] = first["skipped", item] = ""

    @invariant()
    def the_state_is_what_the_events_say(self) -> None:
        assert reduce(fold, self.story.events, Release()) == self.story.state

    def teardown(self) -> None:
        """A reader may stop after any event, and all of it can be shown from there."""
        plan, state = self.story.plan, Release()
        for event in self.story.events:
            state = fold(state, event)
            assert Release.model_validate_json(state.model_dump_json()) == state
            assert tree(plan, state, frozenset({"before", "day"}))
            for item in plan.places:
                assert all(len(fact.label) <= 7 and fact.text for fact in facts(plan, state, item))
            assert rapid_items(state) <= plan.places.keys()
            gate(plan, state, (), "day")


TestAnyChecklist = AnyChecklist.TestCase
TestAnyChecklist.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
