"""Decisions from the shell: answers to what a trigger asks, and arming the rollback. It is pulled where it runs."""

from functools import partial
from pathlib import Path

import click

from warroom.cli.options import (
    act_once,
    journal_option,
    json_option,
    key_option,
    operator_name,
    operator_option,
    writing,
)
from warroom.core.errors import BadInput, nearest


@click.command()
@click.argument("trigger")
@click.option(
    "--hold", "minutes", type=float, metavar="MINUTES", help="Wait and see; if it still fails then, it asks again."
)
@click.option("--override", "reason", metavar="REASON", help="Go on in spite of it.")
@journal_option
@operator_option
@key_option
@json_option
def decide(
    trigger: str,
    minutes: float | None,
    reason: str | None,
    journal: Path | None,
    operator: str | None,
    key: str | None,
    as_json: bool,
) -> None:
    """Answer what TRIGGER asks, with --hold or --override. To roll back, press R in the cockpit that drives."""
    from warroom.cli.output import echo_stored, stored_verdicts
    from warroom.core import trigger_decisions, views

    if (minutes is None) == (reason is None):
        raise click.UsageError("give one answer: --hold MINUTES or --override REASON")
    actor = operator_name(operator)
    with writing(journal) as room:
        if trigger not in room.plan.bindings.trigger:
            known = room.plan.bindings.trigger
            raise BadInput(
                f'there is no trigger "{trigger}"', nearest(trigger, known) or f"triggers: {', '.join(known)}"
            )
        seen = views.seen(stored_verdicts(room))
        said: dict[str, object] = {"trigger": trigger}
        if minutes is not None:
            wish = partial(trigger_decisions.hold, name=trigger, minutes=minutes, seen=seen, by=actor)
            said |= {"answer": "hold", "hold_s": minutes * 60}
        else:
            wish = partial(trigger_decisions.override, name=trigger, reason=reason or "", seen=seen, by=actor)
            said |= {"answer": "override", "reason": reason}
        event = act_once(room, wish, actor, key, ("decision_taken",), said)
    echo_stored(event, as_json)


@click.command()
@journal_option
@operator_option
@key_option
@json_option
def arm(journal: Path | None, operator: str | None, key: str | None, as_json: bool) -> None:
    """Sign that the rollback plan is right. When two operators have signed, one person may pull it without a reason."""
    from warroom.cli.output import echo_stored
    from warroom.core import decisions

    actor = operator_name(operator)
    with writing(journal) as room:
        event = act_once(room, partial(decisions.arm_rollback, by=actor), actor, key, ("rollback_armed",), {})
    echo_stored(event, as_json)
