"""The checklist as it is shown: its lines, how each item stands, how much is closed. Pure."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from warroom.core.checklist import Item, Phase, Section
from warroom.core.definitions import Definitions
from warroom.core.release import Release
from warroom.core.states import ItemState
from warroom.core.views import clock_time


class Progress(NamedTuple):
    """Items that are closed, of all."""

    closed: int
    total: int

    def __str__(self) -> str:
        return f"{self.closed}/{self.total}"


class TreeRow(NamedTuple):
    """One line of the checklist as it is shown."""

    kind: Literal["phase", "section", "item"]
    id: str
    """The item's id, or `phase:ID`; sections have none, for nothing is done to them."""
    title: str
    when: str
    """A phase's time word."""
    status: str
    """How an item stands, see `standing`; for a phase `done`, `now`, `later`."""
    mark: str
    """What stands flush right: the time of a tick, counts, or how many people have signed."""
    depth: int
    opened: bool
    gated: bool = False
    """Whether it is a phase that has not begun, because its gate is closed."""


def progress(state: Release, items: Iterable[Item]) -> Progress:
    closed = [state.item(item.id).is_closed for item in items]
    return Progress(sum(closed), len(closed))


def tree(
    plan: Definitions, state: Release, opened: frozenset[str], proposed: frozenset[str] = frozenset()
) -> tuple[TreeRow, ...]:
    """The lines of the checklist; only the phases in `opened` show their items. `proposed` are ticked by their probes'
    word, which no person has confirmed.
    """
    now = state.phase_id(plan)
    rows: list[TreeRow] = []
    for phase in plan.checklist.phases:
        gated = phase.id in plan.bindings.gate and phase.id not in state.opened
        rows.append(_phase_row(state, phase, now, opened=phase.id in opened, gated=gated))
        if phase.id in opened:
            for section in phase.sections:
                rows.extend(_section_rows(plan, state, section, proposed))
    return tuple(rows)


def _phase_row(state: Release, phase: Phase, now: str, *, opened: bool, gated: bool) -> TreeRow:
    done = progress(state, phase.walk())
    status = "done" if done.closed == done.total else "now" if phase.id == now else "later"
    return TreeRow("phase", f"phase:{phase.id}", phase.name, phase.when, status, str(done), 0, opened, gated)


def _section_rows(plan: Definitions, state: Release, section: Section, proposed: frozenset[str]) -> Iterable[TreeRow]:
    if section.title:
        yield TreeRow("section", "", section.title, "", "", str(progress(state, section.walk())), 1, True)
    for item in section.items:
        yield from _item_rows(plan, state, item, 1, proposed)


def _item_rows(
    plan: Definitions, state: Release, item: Item, depth: int, proposed: frozenset[str]
) -> Iterable[TreeRow]:
    now = state.item(item.id)
    status = standing(now, proposed=item.id in proposed)
    yield TreeRow("item", item.id, item.title, "", status, _mark(plan, now, item.id, status), depth, True)
    for child in item.children:
        yield from _item_rows(plan, state, child, depth + 1, proposed)


def standing(now: ItemState, *, proposed: bool) -> str:
    """An item's shown status, told apart by who says so: `sensed` by its probe only, `by probe` ticked by it."""
    if now.shown == "done" and now.sensed:
        return "by probe"
    return "sensed" if proposed and now.shown == "open" else now.shown


def _mark(plan: Definitions, now: ItemState, item: str, status: str) -> str:
    if now.shown == "done":
        return clock_time(now.at_us)[:5]
    if now.is_closed:
        return "not now" if now.stale else status
    signatures = "skip 1/2" if now.skip_signed else "1/2" if now.signed else ""
    signatures = signatures or ("2p" if plan.binding(item).signers == 2 else "")
    return signatures or ("" if status == "open" else status)
