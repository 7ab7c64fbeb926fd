"""Wishes in any order: the state is always what was journaled, and there is always a way on."""

from functools import partial, reduce

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from release_kit import (
    NAME,
    Story,
    arm_rollback,
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
from warroom.core import decisions, trigger_decisions
from warroom.core import events as ev
from warroom.core.decisions import Refusal, Wish
from warroom.core.fold import fold
from warroom.core.outcome import Ended
from warroom.core.probe import Word
from warroom.core.release import Release

_ITEMS = st.sampled_from(["backup", "deploy", "pay", "card", "cash"])
_TEXTS = st.sampled_from(["", " ", "because", "[/b] \x1b[31m"])
_ENDINGS = st.sampled_from(["done", "failed", "stopped", "timeout", "not_started"])
_WORDS = st.sampled_from(["pending", "ok", "warn", "fail", "unknown", "stale"])


class AnyRelease(RuleBasedStateMachine):
    """A release that anything may be wished of."""

    def __init__(self) -> None:
        super().__init__()
        self.story = Story()

    @property
    def run(self) -> str:
        return f"run-{len(self.story.events)}"

    def wish(self, wish: Wish) -> None:
        before, written = self.story.state, len(self.story.events)
        frozen = before.model_dump_json()
        decision = self.story.wish(wish)
        assert before.model_dump_json() == frozen
        if isinstance(decision, Refusal):
            assert decision.reason
            assert (self.story.state, len(self.story.events)) == (before, written)
        else:
            assert len(self.story.events) == written + len(decision)

    @rule(item=_ITEMS, text=_TEXTS, how=st.sampled_from(["tick", "skip", "fail", "reopen"]))
    def say(self, item: str, text: str, how: str) -> None:
        wishes = {"tick": tick(item, text, text), "skip": skip(item, text), "fail": fail(item, text)}
        self.wish(wishes.get(how, reopen(item, text)))
        self.wish(note(text, item))

    @rule()
    def run_step(self) -> None:
        self.wish(start_step("deploy", self.run))

    @rule(ended=_ENDINGS)
    @precondition(lambda self: any(isinstance(event.body, ev.StepStarted) for event in self.story.events))
    def end_last_command(self, ended: Ended) -> None:
        started = [event.body for event in self.story.events if isinstance(event.body, ev.StepStarted)]
        self.wish(finish(started[-1], ended))

    @rule()
    def start_anew_after_a_crash(self) -> None:
        self.wish(decisions.interrupted)
        assert not self.story.state.running()
        assert self.story.state.rollback.status != "running"

    @rule(by=st.sampled_from(["ada", "ben", "cleo"]))
    def arm(self, by: str) -> None:
        self.wish(arm_rollback(by))

    @rule(typed=st.sampled_from([NAME, NAME, NAME, "", "shop"]), reason=_TEXTS)
    def begin_rollback(self, typed: str, reason: str) -> None:
        begun, armed = self.story.count(ev.RollbackStarted), self.story.state.rollback.is_armed
        self.wish(start_rollback(typed, reason))
        if self.story.count(ev.RollbackStarted) != begun:
            assert typed == NAME
            assert armed or (reason.strip() and self.story.state.rollback.emergency)

    @rule(text=_TEXTS)
    def answer(self, text: str) -> None:
        self.wish(skip_step(text))

    @rule(text=_TEXTS)
    def do_it_by_hand(self, text: str) -> None:
        self.wish(partial(decisions.rollback_step_by_hand, reason=text))

    @rule()
    def go_on(self) -> None:
        self.wish(next_step(self.run))
        self.wish(retry_step(self.run))

    @rule()
    def stop(self) -> None:
        self.wish(stop_rollback())

    @rule(mono_us=st.integers(0, 10**9))
    def end(self, mono_us: int) -> None:
        self.wish(end_rollback(mono_us))
        rollback = self.story.state.rollback
        assert rollback.took_s is None or rollback.took_s >= 0

    @rule(word=_WORDS, age_s=st.floats(0, 100), mono_us=st.integers(0, 10**9))
    def probe(self, word: Word, age_s: float, mono_us: int) -> None:
        self.wish(changed(verdict(word, age_s)))
        self.wish(restored(verdict(word, age_s), mono_us=mono_us))

    @rule(how=st.sampled_from(["arm", "ask", "escalate", "hold", "override"]), text=_TEXTS)
    def decide(self, how: str, text: str) -> None:
        wishes: dict[str, Wish] = {
            "arm": partial(trigger_decisions.arm, name="sick"),
            "ask": partial(trigger_decisions.ask, name="sick", broke=(text,), seen=()),
            "escalate": partial(trigger_decisions.escalate, name="sick"),
            "hold": partial(trigger_decisions.hold, name="sick", minutes=1, seen=()),
            "override": partial(trigger_decisions.override, name="sick", reason=text * 2, seen=()),
        }
        self.wish(wishes[how])

    @invariant()
    def what_is_asked_stays_asked_until_somebody_answers(self) -> None:
        told = [
            event.body for event in self.story.events if isinstance(event.body, ev.DecisionAsked | ev.DecisionTaken)
        ]
        assert bool(self.story.state.asks) == bool(told and isinstance(told[-1], ev.DecisionAsked))

    @invariant()
    def the_state_is_what_the_events_say(self) -> None:
        assert reduce(fold, self.story.events, Release()) == self.story.state

    @invariant()
    def one_command_at_a_time(self) -> None:
        assert len(self.story.state.running()) <= 1

    @invariant()
    def a_rollback_is_never_stuck(self) -> None:
        plan, state = self.story.plan, self.story.state
        if state.running():
            return
        ways = {
            "running": (next_step(), end_rollback(0)),
            "asking": (retry_step(),),
            "stopped": (retry_step(),),
        }.get(state.rollback.status, (start_rollback(),))
        assert any(not isinstance(way(plan, state), Refusal) for way in ways)

    @invariant()
    def it_ends_only_with_every_step_done_or_skipped(self) -> None:
        rollback = self.story.state.rollback
        if rollback.status in ("recovering", "restored"):
            assert rollback.current is None


TestAnyRelease = AnyRelease.TestCase
TestAnyRelease.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)
