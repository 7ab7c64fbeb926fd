"""Wishes about triggers: arm, ask, ask the next role, answer. Pure, as all decisions are."""

from collections.abc import Mapping, Sequence
from functools import partial

from warroom.core import events as ev
from warroom.core import views
from warroom.core.body import Seen
from warroom.core.decision_events import Choice
from warroom.core.definitions import Definitions
from warroom.core.probe import Verdict, Word
from warroom.core.release import Release
from warroom.core.signing import only_people
from warroom.core.trigger import TriggerSpec, Watch, watch
from warroom.core.wish import Decision, Refusal, Wish

LEAST_REASON = 10
"""Characters that going on in spite of a trigger must be worth."""

_ANSWER = "answer what a trigger asks"
_TAKING_BACK = ("running", "asking", "recovering")


def arm(_plan: Definitions, state: Release, name: str) -> Decision:
    """All probes of a trigger are ok together."""
    now = state.trigger(name)
    if now.armed or now.asks:
        return Refusal("it is armed already, or asks for a decision")
    return (ev.TriggerArmed(trigger=name),)


def ask(plan: Definitions, state: Release, name: str, *, broke: tuple[str, ...], seen: tuple[Seen, ...]) -> Decision:
    """Its rule has been broken for long enough, or still is when a hold ends."""
    spec, now = plan.bindings.trigger[name], state.trigger(name)
    if now.asks:
        return Refusal("it asks already")
    if not (now.armed or now.held_until_us):
        return Refusal("it is not armed")
    if state.rollback.status in _TAKING_BACK:
        return Refusal("a rollback is under way")
    asked = ev.DecisionAsked(
        trigger=name, rule=spec.rule, broke=broke, role=spec.decides, within_s=spec.within, seen=seen
    )
    return (asked,)


def escalate(plan: Definitions, state: Release, name: str) -> Decision:
    """Nobody has answered in time: the next role is asked. Silence never chooses."""
    spec, asks = plan.bindings.trigger[name], state.trigger(name).asks
    if asks is None or asks.roles_asked >= len(spec.roles):
        return Refusal("there is nobody else to ask")
    return (ev.DecisionEscalated(trigger=name, role=spec.roles[asks.roles_asked], within_s=spec.within),)


def hold(
    _plan: Definitions, state: Release, name: str, *, minutes: float, seen: tuple[Seen, ...], by: str = ""
) -> Decision:
    """Somebody, `by`, waits to see; if the rule is still broken then, it asks again. Meanwhile the T-clock stands
    still, and until somebody resumes it.
    """
    if refusal := only_people(by, _ANSWER) or _asks_nothing(state, name):
        return refusal
    if not 0 < minutes <= 24 * 60:
        return Refusal("a hold lasts more than 0 minutes and at most a day")
    taken = ev.DecisionTaken(trigger=name, answer="hold", hold_s=minutes * 60, seen=seen)
    if state.hold:
        return (taken,)
    return (taken, ev.ClockHeld(reason=f"{name}: wait and see for {minutes:g} min"))


def override(
    _plan: Definitions, state: Release, name: str, *, reason: str, seen: tuple[Seen, ...], by: str = ""
) -> Decision:
    """Somebody, `by`, goes on in spite of it. The trigger stays quiet until its probes were ok again."""
    if refusal := only_people(by, _ANSWER) or _asks_nothing(state, name):
        return refusal
    if len(reason.strip()) < LEAST_REASON:
        return Refusal(f"going on in spite of it needs a reason of at least {LEAST_REASON} characters")
    return (ev.DecisionTaken(trigger=name, answer="override", reason=reason.strip(), seen=seen),)


def answered_by_rollback(state: Release, *, reason: str, seen: tuple[Seen, ...]) -> tuple[ev.Body, ...]:
    """A rollback answers all that is asked."""
    answer: Choice = "rollback"
    return tuple(ev.DecisionTaken(trigger=name, answer=answer, reason=reason, seen=seen) for name in state.asks)


def due(
    plan: Definitions,
    state: Release,
    watches: Mapping[str, Watch],
    verdicts: Sequence[Verdict],
    *,
    now_us: int,
    mono_us: int,
) -> tuple[Wish, ...]:
    """What is to be done about the triggers now. `watches` are by the monotonic clock, holds and deadlines by UTC."""
    wishes: list[Wish] = []
    for name, spec in plan.bindings.trigger.items():
        now, watched = state.trigger(name), watches[name]
        held_over = bool(now.held_until_us) and now_us >= now.held_until_us and watched.bad
        if now.asks:
            if now_us > now.asks.deadline_us and now.asks.roles_asked < len(spec.roles):
                wishes.append(partial(escalate, name=name))
        elif held_over or (now.armed and watched.lasted(spec, mono_us)):
            wishes.append(partial(ask, name=name, broke=_broke(plan, spec, verdicts), seen=views.seen(verdicts)))
        elif watched.well and not now.armed:
            wishes.append(partial(arm, name=name))
    return tuple(wishes) if state.rollback.status not in _TAKING_BACK else ()


def resumed(spec: TriggerSpec, state: Release, *, now_us: int, mono_us: int) -> Watch:
    """What a new driver knows of a trigger: for how long its probes have been failing, by the verdicts on record."""
    failing = {probe: state.probes[probe] for probe in spec.watched if probe in state.probes}
    words: dict[str, Word] = {}
    for probe, last in sorted(failing.items(), key=lambda each: each[1].at_us):
        if last.word == "fail":
            words[probe] = "fail"
            found = watch(spec, Watch(), words, mono_us - max(0, now_us - last.at_us))
            if found.bad:
                return found
    return Watch()


def _broke(plan: Definitions, spec: TriggerSpec, verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    failing = (v for v in verdicts if v.probe in spec.watched and v.word == "fail")
    return tuple(f"{plan.title(v.probe)}: {v.text}" for v in failing)


def _asks_nothing(state: Release, name: str) -> Refusal | None:
    return None if state.trigger(name).asks else Refusal(f'no decision is asked for by "{name}"')
