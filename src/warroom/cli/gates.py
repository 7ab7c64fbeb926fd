"""Going on, from the shell: gates, polls, the T-clock. Nothing here answers for a person who was not asked."""

from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from warroom.cli.options import (
    act_once,
    journal_option,
    json_option,
    key_option,
    operator_name,
    operator_option,
    reading,
    writing,
)
from warroom.core.errors import BadInput, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from warroom.core.definitions import Definitions
    from warroom.core.events import Vote
    from warroom.room import Room

HOLD, NO_GO, UNKNOWN = 10, 11, 12
"""Exit statuses of a gate that does not say go."""

_STATUS = {"go": 0, "hold": HOLD, "no-go": NO_GO, "unknown": UNKNOWN}
_LOOK_S = 1.0  # verdicts grow old by themselves, so news alone do not do


@click.command()
@click.argument("phase")
@click.option("--wait", is_flag=True, help="Wait until it says go.")
@click.option("--timeout", metavar="DURATION", help='With --wait: for at most so long, such as "10m".')
@click.option("--open", "opens", is_flag=True, help="Open the phase when its gate says go.")
@click.option("--accept-risk", "risk", metavar="TEXT", help="With --open: open it all the same; why, in your name.")
@journal_option
@operator_option
@json_option
def gate(
    phase: str,
    wait: bool,
    timeout: str | None,
    opens: bool,
    risk: str | None,
    journal: Path | None,
    operator: str | None,
    as_json: bool,
) -> int:
    """Say whether PHASE may begin, and what stands in the way. Exits 0 for go, 10 hold, 11 no-go, 12 unknown.

    Without --open it only reads. It never votes and never accepts a risk by itself.
    """
    if risk is not None and (wait or not opens):
        raise click.UsageError("--accept-risk goes with --open, and not with --wait: a risk is accepted as it is now")
    if timeout is not None and not wait:
        raise click.UsageError("--timeout goes with --wait")
    patience_s = _seconds(timeout)
    with writing(journal) if opens else _reading(journal) as room:
        known(room.plan, phase)
        found = _waited(room, phase, patience_s) if wait else _gate(room, phase)
        closed = opens and found["gated"] and not found["passed"]
        if not closed or (found["standing"] != "go" and risk is None):
            if closed:
                click.echo(f"warroom: {phase} stays closed; its gate says {found['standing']}", err=True)
            return _said(found, as_json)
        _open(room, phase, operator_name(operator), risk or "", as_json)
        return 0


@click.command()
@click.argument("phase")
@click.option(
    "--vote", "votes", metavar="ROLE=SAY", multiple=True, required=True,
    help='What a role says: "sre=go", "sre=no-go:the disk is full", "sre=go@ben" when ben speaks for it.',
)  # fmt: skip
@journal_option
@operator_option
@key_option
@json_option
def poll(
    phase: str, votes: tuple[str, ...], journal: Path | None, operator: str | None, key: str | None, as_json: bool
) -> None:
    """Keep what every role says about PHASE, as one decision. Any no-go holds the T-clock."""
    from warroom.cli.output import echo_stored, stored_verdicts
    from warroom.core import decisions, views

    actor = operator_name(operator)
    with writing(journal) as room:
        known(room.plan, phase)
        said = _votes(votes, room.plan.bindings.gate[phase].roles if phase in room.plan.bindings.gate else ())
        wish = partial(decisions.poll, phase=phase, votes=said, seen=views.seen(stored_verdicts(room)), by=actor)
        event = act_once(room, wish, actor, key, ("polled",), {"phase": phase, "votes": said})
    echo_stored(event, as_json)


@click.command()
@click.option("--reason", required=True, help="What everybody waits for.")
@click.option("--planned", is_flag=True, help="It was agreed on beforehand.")
@journal_option
@operator_option
@key_option
@json_option
def hold(
    reason: str, planned: bool, journal: Path | None, operator: str | None, key: str | None, as_json: bool
) -> None:
    """Hold the T-clock: it stands still, and T-0 moves by as long as that lasts."""
    from warroom.cli.output import echo_stored
    from warroom.core import decisions

    actor = operator_name(operator)
    with writing(journal) as room:
        wish = partial(decisions.hold_clock, reason=reason, planned=planned)
        event = act_once(room, wish, actor, key, ("clock_held",), {"reason": reason, "planned": planned})
    echo_stored(event, as_json)


@click.command()
@journal_option
@operator_option
@key_option
@json_option
def resume(journal: Path | None, operator: str | None, key: str | None, as_json: bool) -> None:
    """Let the T-clock go on. What the hold has cost stays in the journal, with its reason."""
    from warroom.cli.output import echo_stored
    from warroom.clock import SystemClock
    from warroom.core import decisions

    actor = operator_name(operator)
    with writing(journal) as room:
        wish = partial(decisions.resume_clock, now_us=SystemClock().utc_us())
        event = act_once(room, wish, actor, key, ("clock_resumed",), {})
    echo_stored(event, as_json)


@click.command()
@click.argument("phase")
@click.option("--reason", required=True, help="Why it goes back.")
@journal_option
@operator_option
@key_option
@json_option
def recycle(
    phase: str, reason: str, journal: Path | None, operator: str | None, key: str | None, as_json: bool
) -> None:
    """Go back to PHASE: what was done from there on is open again, every gate is closed, and T-0 moves."""
    from warroom.cli.output import echo_stored
    from warroom.clock import SystemClock
    from warroom.core import decisions

    actor = operator_name(operator)
    with writing(journal) as room:
        known(room.plan, phase)
        wish = partial(decisions.recycle, phase=phase, reason=reason, now_us=SystemClock().utc_us())
        event = act_once(room, wish, actor, key, ("recycled",), {"phase": phase, "reason": reason})
    echo_stored(event, as_json)


def known(plan: "Definitions", phase: str) -> None:
    """Raises `BadInput` for a phase that the checklist does not have."""
    ids = [each.id for each in plan.checklist.phases]
    if phase not in ids:
        raise BadInput(f'there is no phase "{phase}"', nearest(phase, ids) or f"the phases are {', '.join(ids)}")


@contextmanager
def _reading(journal: Path | None) -> "Iterator[Room]":
    with reading(journal) as (_, room):
        yield room


def _open(room: "Room", phase: str, actor: str, risk: str, as_json: bool) -> None:
    from warroom.cli.output import echo_stored, stored_verdicts
    from warroom.core import decisions

    wish = partial(decisions.open_gate, phase=phase, verdicts=stored_verdicts(room), risk=risk, by=actor)
    echo_stored(room.act(wish, actor=actor)[0], as_json)


def _gate(room: "Room", phase: str) -> "dict[str, Any]":
    """The gate as a document; `report.going` says what is in it."""
    from warroom.cli.output import stored_verdicts
    from warroom.report.going import gate_document

    return gate_document(room.plan, room.release, stored_verdicts(room), phase)


def _waited(room: "Room", phase: str, patience_s: float | None) -> "dict[str, Any]":
    """The gate once it says go, or as it is when patience ends."""
    import time

    end_s = None if patience_s is None else time.monotonic() + patience_s
    with closing(room.journal.news()) as news:
        while True:
            room.catch_up()
            found = _gate(room, phase)
            left_s = _LOOK_S if end_s is None else end_s - time.monotonic()
            if found["standing"] == "go" or left_s <= 0:
                return found
            news.wait(min(left_s, _LOOK_S))


def _said(found: "dict[str, Any]", as_json: bool) -> int:
    """Prints it; gives the exit status."""
    from warroom.cli.output import echo_json
    from warroom.report.going import gate_lines

    if as_json:
        echo_json(found)
    else:
        click.echo("\n".join(gate_lines(found)))
    return _STATUS[found["standing"]]


def _seconds(timeout: str | None) -> float | None:
    from warroom.core.base import parse_duration

    if timeout is None:
        return None
    try:
        seconds = parse_duration(timeout)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    assert isinstance(seconds, float)
    return seconds


def _votes(written: "Iterable[str]", roles: tuple[str, ...]) -> "tuple[Vote, ...]":
    votes = tuple(_vote(each, roles) for each in written)
    asked = [vote.role for vote in votes]
    if twice := {role for role in asked if asked.count(role) > 1}:
        raise BadInput(f"asked twice: {', '.join(sorted(twice))}", "each role has one vote")
    return votes


def _vote(written: str, roles: tuple[str, ...]) -> "Vote":
    """`ROLE=SAY`, where SAY is `go` or `no-go`, then `@NAME` for a delegate, then `:REASON`."""
    from warroom.core.events import Vote

    role, equals, rest = written.partition("=")
    said, _, reason = rest.partition(":")
    say, at, delegate = said.partition("@")
    if not equals or say not in ("go", "no-go") or (at and not delegate.strip()):
        raise BadInput(f'"{written}" is no vote', 'write "sre=go", "sre=no-go:why" or "sre=go@NAME"')
    if roles and role not in roles:
        raise BadInput(f'"{role}" is not polled', nearest(role, roles) or f"the roles are {', '.join(roles)}")
    by = delegate.strip() if at else role
    return Vote(role=role, say="go" if say == "go" else "no-go", by=by, delegate=bool(at), reason=reason.strip())
