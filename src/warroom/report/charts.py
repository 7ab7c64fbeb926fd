"""Charts of probes as SVG: values over time, with limits, phases, ticks, decisions and rollbacks drawn on them.

They need neither script nor network, take their colours from the page, and say as a text what they show.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from warroom.core.probe import Outcome, ProbeSpec, show
from warroom.core.review_plots import COLUMNS, Axis, Dot, Plot
from warroom.core.review_values import Review
from warroom.core.rules import parse_rule
from warroom.report.review_markup import Markup, joined, outside, tag, text
from warroom.report.review_scales import Scale, clock_steps
from warroom.report.review_words import Words, lasting

WIDTH, HEIGHT = 980, 214
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 14, 46, 52
_PLOT_W, _PLOT_H = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
_FLOOR = _TOP + _PLOT_H
_STRIP = 6
_CLOSE = 3.0  # marks of one kind nearer than this are drawn once

_STRIPS: dict[Outcome, str] = {"ok": "strip", "warn": "strip warn", "fail": "strip fail", "no_data": "strip unsure",
    "error": "strip unsure"}  # fmt: skip

HATCH = Markup(
    '<svg width="0" height="0" aria-hidden="true"><defs><pattern id="hatch" width="6" height="6"'
    ' patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line class="hatch" x1="0" y1="0" x2="0" y2="6"/>'
    "</pattern></defs></svg>"
)
"""What all charts of a page share."""


class Limit(NamedTuple):
    """A rule of a probe that is a line on its chart: those that compare the order of numbers."""

    role: str
    rule: str
    value: float


def figure(words: Words, plot: Plot, spec: ProbeSpec) -> Markup:
    """The chart with its caption."""
    scale = _scale(plot.dots, _limits(spec))
    unit = spec.check[0].unit
    said = [
        tag("strong", outside(spec.title)),
        tag("span", text(spec.pane or ""), class_="quiet"),
        *(tag("span", text(f"{limit.role} {limit.rule} {unit}"), class_=limit.role) for limit in _limits(spec)),
        tag("span", text(_range(plot.dots, unit)), class_="quiet"),
    ]
    drawing = tag(
        "svg",
        tag("title", text(f"{spec.title}: {_range(plot.dots, unit)}")),
        *_frame(words, plot.axis, scale),
        *_periods(words.review, plot),
        *_values(plot.dots, scale),
        *_lines_of_limits(_limits(spec), scale),
        *_marks(words, plot),
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
    )
    return tag("figure", tag("figcaption", *said), drawing)


def _limits(spec: ProbeSpec) -> list[Limit]:
    check = spec.check[0]
    found = []
    for role, rule in (("warn", check.warn), ("fail", check.fail)):
        parsed = parse_rule(rule) if rule else None
        value = parsed.number() if parsed and parsed.op not in ("==", "!=") else None
        if rule and value is not None:
            found.append(Limit(role, rule.strip(), value))
    return found


def _range(dots: Sequence[Dot], unit: str) -> str:
    numbers = [number for dot in dots for number in (dot.low, dot.high) if number is not None]
    if not numbers:
        return "no numbers"
    low, high = show(min(numbers)), show(max(numbers))
    return f"{low} {unit}".strip() if low == high else f"{low} to {high} {unit}".strip()


def _scale(dots: Sequence[Dot], limits: Iterable[Limit]) -> Scale | None:
    """Limits stand on the scale unless they are so far away that the values would be a flat line."""
    numbers = [number for dot in dots for number in (dot.low, dot.high) if number is not None]
    if not numbers:
        return None
    low, high = min(numbers), max(numbers)
    reach = 1.5 * (high - low) or float("inf")  # what is flat anyhow loses nothing
    near = [limit.value for limit in limits if low - reach <= limit.value <= high + reach]
    return Scale.over(min(low, *near) if near else low, max(high, *near) if near else high)


def _x(at: float) -> float:
    return _LEFT + at * _PLOT_W


def _y(scale: Scale, value: float) -> float:
    return _FLOOR - scale.share(value) * _PLOT_H


def _line(x1: float, y1: float, x2: float, y2: float, class_: str, *inside: Markup) -> Markup:
    return tag("line", *inside, class_=class_, x1=_n(x1), y1=_n(y1), x2=_n(x2), y2=_n(y2))


def _n(number: float) -> str:
    """With one decimal: a chart has no finer places."""
    return f"{number:.1f}".removesuffix(".0")


def _words(x: float, y: float, said: str, anchor: str = "start", class_: str | None = None) -> Markup:
    return tag("text", text(said), x=_n(x), y=_n(y), text_anchor=anchor, class_=class_)


def _box(x: float, y: float, width: float, height: float, class_: str, *inside: Markup) -> Markup:
    return tag("rect", *inside, class_=class_, x=_n(x), y=_n(y), width=_n(max(width, 0.7)), height=_n(height))


def _frame(words: Words, axis: Axis, scale: Scale | None) -> Iterator[Markup]:
    for value in scale.steps if scale else ():
        y = _y(scale, value) if scale else 0
        yield _line(_LEFT, y, WIDTH - _RIGHT, y, "grid")
        yield _words(_LEFT - 6, y + 4, show(value), "end")
    parts = axis.parts()
    for (_, begin, width), (_, after, _) in pairwise(parts):
        yield _box(_x(begin + width), _TOP, (after - begin - width) * _PLOT_W, _PLOT_H, "break")
    for at_us, at in clock_steps(parts, words.review.facts.t0_us):
        yield _line(_x(at), _FLOOR, _x(at), _FLOOR + 4, "grid")
        yield _words(_x(at), HEIGHT - 18, words.utc(at_us)[11:], "middle")
        yield _words(_x(at), HEIGHT - 5, words.clock(at_us), "middle")
    yield _box(_LEFT, _TOP, _PLOT_W, _PLOT_H, "frame")


def _periods(review: Review, plot: Plot) -> Iterator[Markup]:
    """Rollbacks, recoveries, and where the verdict was not known."""
    axis = plot.axis
    for incident in review.incidents:
        began, ended, well = (incident.first(step) for step in ("rollback started", "rolled back", "restored"))
        if began:
            until = ended or well or incident.moments[-1]
            yield from _shade(axis, began.at_us, until.at_us, "back", "rolling back")
        if ended:
            yield from _shade(axis, ended.at_us, (well or incident.moments[-1]).at_us, "recovering", "recovering")
    for spell in review.blind:
        if spell.probe == plot.probe:
            yield from _shade(axis, spell.since_us, spell.until_us, "blind", spell.word)
    for gap in review.gaps:
        if plot.probe in gap.probes:
            yield from _shade(axis, gap.since_us, gap.until_us, "blind", "no readings")


def _shade(axis: Axis, since_us: int, until_us: int, class_: str, said: str) -> Iterator[Markup]:
    if until_us >= axis.stretches[0][0] and since_us <= axis.stretches[-1][1]:
        x = _x(axis.near(since_us))
        title = tag("title", text(f"{said}, {lasting((until_us - since_us) / 1e6)}"))
        yield _box(x, _TOP, _x(axis.near(until_us)) - x, _PLOT_H, class_, title)


def _values(dots: Sequence[Dot], scale: Scale | None) -> Iterator[Markup]:
    """A line through the last values, an upright one where a column has several, and how the readings were judged."""
    for dot, after in zip(dots, [*dots[1:], None], strict=True):
        until = after.x if after and not after.broken else min(1.0, dot.x + 1.0 / COLUMNS)
        yield _box(_x(dot.x), _FLOOR + 5, (until - dot.x) * _PLOT_W + 0.3, _STRIP, _STRIPS[dot.worst])
    if scale:
        for run in _runs(dots):
            if len(run) == 1 and run[0].low == run[0].high and run[0].last is not None:
                yield tag("circle", class_="dot", cx=_n(_x(run[0].x)), cy=_n(_y(scale, run[0].last)), r="2")
            else:
                yield tag("path", class_="line", d=" ".join(_path(run, scale)))


def _runs(dots: Sequence[Dot]) -> Iterator[list[Dot]]:
    """Dots that follow each other without a hole and have numbers."""
    run: list[Dot] = []
    for dot in dots:
        if run and (dot.broken or dot.last is None):
            yield run
            run = []
        if dot.last is not None:
            run.append(dot)
    if run:
        yield run


def _path(run: Sequence[Dot], scale: Scale) -> Iterator[str]:
    sign = "M"
    for dot in run:
        assert dot.low is not None
        assert dot.high is not None
        assert dot.last is not None
        values = [dot.last] if dot.low == dot.high else [dot.low, dot.high, dot.last]
        for value in values:
            yield f"{sign}{_n(_x(dot.x))},{_n(_y(scale, value))}"
            sign = "L"


def _lines_of_limits(limits: Sequence[Limit], scale: Scale | None) -> Iterator[Markup]:
    if scale is None:
        return
    drawn = [limit for limit in limits if 0 <= scale.share(limit.value) <= 1]
    lowest = min((limit.value for limit in drawn), default=0.0)
    for limit in drawn:
        y = _y(scale, limit.value)
        below = len(drawn) > 1 and limit.value == lowest  # so that two that are near can both be read
        yield _line(_LEFT, y, WIDTH - _RIGHT, y, f"limit {limit.role}")
        yield _words(_LEFT + 4, y + (11 if below else -3), f"{limit.role} {limit.rule}", "start", limit.role)
    for place, limit in enumerate(limit for limit in limits if limit not in drawn):
        above = scale.share(limit.value) > 1
        said = f"{limit.role} {limit.rule} {'↑' if above else '↓'}"
        yield _words(_LEFT + 4 + 100 * place, _TOP + 12 if above else _FLOOR - 4, said, "start", limit.role)


def _marks(words: Words, plot: Plot) -> Iterator[Markup]:
    yield from _phases(words, plot.axis)
    yield from _ticks(words, plot.axis)
    yield from _moments(words, plot.axis)


def _phases(words: Words, axis: Axis) -> Iterator[Markup]:
    """Where a phase began, with its name as far as there is room."""
    begun = [(phase.begun.at_us, phase.id) for phase in words.review.phases if phase.begun]
    placed = sorted((axis.near(at_us), phase, axis.at(at_us) is not None) for at_us, phase in begun)
    for (at, phase, inside), after in zip(placed, [*(at for at, _, _ in placed[1:]), 1.0], strict=True):
        if not inside and at == 1.0:
            continue
        name, room = words.title(f"phase:{phase}"), int((after - at) * _PLOT_W / 6.3)
        if inside:
            yield _line(_x(at), _TOP - 32, _x(at), _FLOOR, "phase-line", tag("title", text(f"{name} began")))
        if room > 3:
            yield _words(_x(at) + 3, 11, name if len(name) <= room else f"{name[: room - 1]}…", "start", "phase")


def _ticks(words: Words, axis: Axis) -> Iterator[Markup]:
    """What was last said of items, as strokes at the bottom."""
    roles = {"done": "tick", "failed": "tick fail", "blocked": "tick fail"}
    placed: dict[str, float] = {}
    said = sorted((item.said.at_us, item) for item in words.review.items if item.said) if words.review.items else []
    for at_us, item in said:
        at, class_ = axis.at(at_us), roles.get(item.status, "tick warn")
        if at is not None and _x(at) - placed.get(class_, -9) >= _CLOSE:
            placed[class_] = _x(at)
            title = tag("title", text(f"{item.status}: {words.title(item.id)}, {words.clock(at_us)}"))
            yield _line(_x(at), _FLOOR - 9, _x(at), _FLOOR, class_, title)


_CLASSES = {"first bad reading": "decision bad", "restored": "restored", "well again": "restored"}
_ROWS = (_TOP - 4, _TOP - 16)


def _moments(words: Words, axis: Axis) -> Iterator[Markup]:
    """The steps of incidents: a line for each, with its name above in the first row that has room."""
    free = dict.fromkeys(_ROWS, 0.0)
    for moment in (each for incident in words.review.incidents for each in incident.moments):
        at = axis.at(moment.at_us)
        if at is None or moment.step == "overdue":
            continue
        x, class_, width = _x(at), _CLASSES.get(moment.step, "decision"), 6.4 * len(moment.step)
        title = f"{moment.step}, {words.clock(moment.at_us)}" + (f", event {moment.seq}" if moment.seq else "")
        yield _line(x, _TOP, x, _FLOOR, class_, tag("title", text(title)))
        if moment.step in ("asked", "decided", "rollback started"):
            yield tag("path", class_="decision-mark", d=f"M{_n(x)},{_n(_TOP - 1)} l5,5 l-5,5 l-5,-5 z")
        row = next((row for row in _ROWS if x >= free[row]), None)
        if row is not None:
            fits = x + width < WIDTH
            colour = "restored" if class_ == "restored" else "fail"
            yield _words(x + 2 if fits else x - 2, row, moment.step, "start" if fits else "end", colour)
            free[row] = x + (width if fits else 0) + 8


LEGEND: tuple[tuple[Markup, str], ...] = (
    (_line(1, 6, 25, 6, "line"), "value"),
    (_line(1, 6, 25, 6, "limit fail"), "limit"),
    (_line(13, 1, 13, 11, "decision"), "decision, step of an incident"),
    (_line(13, 1, 13, 11, "decision bad"), "first bad reading"),
    (_box(1, 1, 24, 10, "back"), "rolling back"),
    (_box(1, 1, 24, 10, "recovering"), "recovering"),
    (_line(13, 2, 13, 11, "tick"), "item ticked"),
    (_box(1, 1, 24, 10, "blind"), "not known"),
    (_box(1, 4, 24, 5, "strip fail"), "how readings were judged"),
    (_box(1, 1, 24, 10, "break"), "nothing measured for long"),
)


def legend() -> Markup:
    return tag(
        "div",
        *(tag("span", tag("svg", sign, viewBox="0 0 26 12", aria_hidden="true"), text(said)) for sign, said in LEGEND),
        class_="legend",
    )


def all_figures(words: Words, plots: Iterable[Plot]) -> Markup:
    specs = words.plan.probes_by_id
    return joined(figure(words, plot, specs[plot.probe]) for plot in plots)
