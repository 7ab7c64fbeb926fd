"""What takes people, and what takes two of them: rules that several kinds of decisions share."""

from collections.abc import Iterable

from warroom.core import events as ev
from warroom.core.seat_events import TwoHanded
from warroom.core.states import Signature
from warroom.core.wish import JournaledRefusal, Refusal

MACHINE = "ci:"
"""How the names of operators begin that are programs."""


OBSERVER = "warroom"
"""The actor of what nobody did: verdict changes, recovery, interruption, a clock that jumped."""


def is_machine(operator: str) -> bool:
    return operator.startswith(MACHINE)


def people(operators: Iterable[str]) -> tuple[str, ...]:
    """Those of them that are people."""
    return tuple(each for each in operators if each != OBSERVER and not is_machine(each))


def only_people(by: str, what: str) -> Refusal | None:
    """A refusal when `by` is a machine; `what` follows "a machine cannot"."""
    return Refusal(f"{by} is a machine, and a machine cannot {what}") if is_machine(by) else None


def by_oneself(first: Signature, act: TwoHanded, reason: str, item: str = "") -> Refusal:
    """Whoever signed first wants to be the second as well. That this was tried is journaled, once a signature."""
    if first.tried:
        return Refusal(reason)
    return JournaledRefusal(reason, ev.SelfConfirmationRefused(act=act, item=item))
