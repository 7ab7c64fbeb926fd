"""The branches of `fold` for triggers and the decisions that they ask for."""

from warroom.core import events as ev
from warroom.core.release import Release
from warroom.core.states import OpenDecision


def trigger_armed(body: ev.TriggerArmed, state: Release, _event: ev.Event) -> Release:
    return state.with_trigger(body.trigger, armed=True, held_until_us=0)


def decision_asked(body: ev.DecisionAsked, state: Release, event: ev.Event) -> Release:
    asks = OpenDecision(
        rule=body.rule,
        broke=body.broke,
        asked_us=event.at_us,
        role=body.role,
        deadline_us=event.at_us + round(body.within_s * 1e6),
    )
    return state.with_trigger(body.trigger, armed=False, asks=asks, held_until_us=0)


def decision_escalated(body: ev.DecisionEscalated, state: Release, event: ev.Event) -> Release:
    before = state.trigger(body.trigger).asks
    if before is None:
        return state
    deadline_us = event.at_us + round(body.within_s * 1e6)
    asks = {"role": body.role, "deadline_us": deadline_us, "roles_asked": before.roles_asked + 1}
    return state.with_trigger(body.trigger, asks=before.model_copy(update=asks))


def decision_taken(body: ev.DecisionTaken, state: Release, event: ev.Event) -> Release:
    until_us = event.at_us + round(body.hold_s * 1e6) if body.hold_s else 0
    return state.with_trigger(body.trigger, asks=None, held_until_us=until_us)


BRANCHES = (trigger_armed, decision_asked, decision_escalated, decision_taken)
