"""Earlier releases side by side, for programs and for people."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from warroom.core import history, views
from warroom.core.definitions import Definitions
from warroom.core.history import Past
from warroom.core.plain import one_line
from warroom.core.spread import Spread

_COLUMNS = 6
"""So many releases, the newest, stand side by side on a screen; the figures count all."""

_TITLE = 34


def history_document(plan: Definitions, pasts: Sequence[Past], files: Sequence[str]) -> dict[str, Any]:
    """Every release with its file, oldest first, and the spread of phases, items, steps, rollbacks and decisions.

    All times are seconds. Titles are those of `plan`, the newest.
    """
    return {
        "releases": [
            {"file": file, **past.model_dump(mode="json", exclude={"t0_us"}), "t0": views.utc(past.t0_us)}
            for file, past in zip(files, pasts, strict=True)
        ],
        "phases": _named(_phase_titles(plan), history.spread_of_phases(pasts)),
        "items": _named(_item_titles(plan), history.spread_of_items(pasts)),
        "steps": _named({}, history.expected(pasts), plan),
        **{what: told.model_dump() if told else None for what, told in _overall(pasts).items()},
    }


def history_lines(plan: Definitions, pasts: Sequence[Past], files: Sequence[str]) -> Iterator[str]:
    """The same for people, without what never took place."""
    shown = list(enumerate(pasts, 1))[-_COLUMNS:]
    for number, past in enumerate(pasts, 1):
        yield _release(number, past, files[number - 1])
    for what, told in _overall(pasts).items():
        if told:
            yield f"{what:<20} {told.n:>3}  P50 {views.span(told.p50_s)}, P90 {views.span(told.p90_s)}"
    phases, items = _phase_titles(plan), _item_titles(plan)
    yield from _table("phase", phases, history.spread_of_phases(pasts), [(n, past.phases) for n, past in shown])
    yield from _table("item", items, history.spread_of_items(pasts), [(n, past.items) for n, past in shown])
    steps = history.expected(pasts)
    titles = {target: plan.title(target) for target in steps}
    yield from _table("step", titles, steps, [(n, {run.target: run.took_s for run in past.runs}) for n, past in shown])


def _overall(pasts: Sequence[Past]) -> dict[str, Spread | None]:
    rollbacks = [rollback for past in pasts for rollback in past.rollbacks]
    return {
        "rollbacks": history.spread([each.took_s for each in rollbacks if each.took_s is not None]),
        "restored": history.spread([each.restored_s for each in rollbacks if each.restored_s is not None]),
        "decisions": history.spread([answer.took_s for past in pasts for answer in past.answers]),
    }


def _phase_titles(plan: Definitions) -> dict[str, str]:
    return {phase.id: phase.name for phase in plan.checklist.phases}


def _item_titles(plan: Definitions) -> dict[str, str]:
    return {item_id: place.item.title for item_id, place in plan.places.items()}


def _named(
    titles: Mapping[str, str], spreads: Mapping[str, Spread], plan: Definitions | None = None
) -> list[dict[str, object]]:
    """In the order of the newest checklist; what it no longer has comes last."""
    return [
        {"id": name, "title": titles.get(name) or (plan.title(name) if plan else name), **spreads[name].model_dump()}
        for name in _ordered(titles, spreads)
    ]


def _ordered(titles: Mapping[str, str], spreads: Mapping[str, Spread]) -> list[str]:
    return [name for name in titles if name in spreads] + [name for name in spreads if name not in titles]


def _release(number: int, past: Past, file: str) -> str:
    rollbacks = f"{len(past.rollbacks)} rollbacks" if len(past.rollbacks) != 1 else "1 rollback"
    decisions = f"{len(past.answers)} decisions" if len(past.answers) != 1 else "1 decision"
    name = f"{one_line(past.release)} to {one_line(past.environment)}"
    what = f"T-0 {views.utc(past.t0_us)[:16]}Z  {past.events:>5} events in {views.span(past.took_s):<7}"
    return f"#{number:<3} {name:<28} {what} {rollbacks}, {decisions}  {one_line(file)}"


def _table(
    what: str,
    titles: Mapping[str, str],
    spreads: Mapping[str, Spread],
    releases: Sequence[tuple[int, Mapping[str, float]]],
) -> Iterator[str]:
    if not spreads:
        return
    yield ""
    numbers = "".join(f"{f'#{number}':>8}" for number, _ in releases)
    yield f"{what:<{_TITLE}}   n{'P50':>8}{'P90':>8}{numbers}"
    for name in _ordered(titles, spreads):
        told = spreads[name]
        title = one_line(titles.get(name, name), _TITLE)
        each = "".join(f"{views.span(took.get(name)):>8}" for _, took in releases)
        yield f"{title:<{_TITLE}}{told.n:>4}{views.span(told.p50_s):>8}{views.span(told.p90_s):>8}{each}"
