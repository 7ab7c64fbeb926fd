"""A review as one HTML file: no network, no script, its own style, and a policy that forbids everything else.

It is shown by a browser as it is, read by a screen reader, and printed. Its last lines are the journal's checkpoint.
"""

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

from warroom.core.definitions import Definitions
from warroom.core.events import Event
from warroom.core.review_plots import Plot, Plotter, charts
from warroom.core.review_values import Review
from warroom.core.store import Sample
from warroom.report import review_timeline as timeline
from warroom.report.charts import HATCH, all_figures, legend
from warroom.report.escaping import comment
from warroom.report.excerpt import Sink
from warroom.report.review_markup import Markup, long, outside, tag, text
from warroom.report.review_sections import facts, sections
from warroom.report.review_style import STYLE
from warroom.report.review_words import Cell, Lines, Ref, Section, State, Table, Words, counted


class Shown(NamedTuple):
    """The events that the timeline shows, one by one."""

    seqs: Sequence[int]
    events: Iterable[Event]
    more: Mapping[str, int]
    """How many of which kind it leaves out."""
    only: str = ""
    """By what it was filtered, or ""."""


def write_html(
    out: Sink, plan: Definitions, review: Review, readings: Callable[[], Iterable[tuple[int, Sample]]], shown: Shown
) -> None:
    """`readings` gives all of them anew, in order."""
    words = Words(plan, review)
    plots = charts(plan, review)
    plotter = Plotter(plan, plots)
    for number, reading in readings() if plots else ():
        plotter.hear(number, reading)
    page = _Page(words, [plot for plot in plots if plot.dots], shown)
    out.writelines(f"{part}\n" for part in page.parts())


class _Page:
    """The parts of the page, one after the other."""

    def __init__(self, words: Words, plots: Sequence[Plot], shown: Shown) -> None:
        self._words = words
        self._review = words.review
        self._plots = plots
        self._shown = shown
        self._linked = frozenset(shown.seqs)
        self._operators = [person.name for person in words.review.people[: timeline.OPERATORS]]

    def parts(self) -> Iterator[Markup]:
        yield self._head()
        yield Markup("<body>")
        yield HATCH
        yield from self._top()
        for section in sections(self._words):
            yield self._section(section)
            if section.id == "incidents":
                yield from self._charts()
        yield from self._timeline()
        yield self._journal()
        yield Markup("</body>\n</html>")
        yield Markup(f"<!-- warroom checkpoint\n{_checkpoint(self._review)}-->")

    def _head(self) -> Markup:
        told = self._review.facts
        style = STYLE + timeline.filter_style(self._operators)
        digest = b64encode(sha256(style.encode()).digest()).decode()
        policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
        title = text(f"Review of {told.release} to {told.environment}")
        return Markup(
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="referrer" content="no-referrer">\n'
            f"<title>{title}</title>\n<style>{style}</style>\n</head>"
        )

    def _top(self) -> Iterator[Markup]:
        review = self._review
        if review.facts.rehearsal:
            yield tag("div", text("REHEARSAL: nothing of this was production"), class_="banner")
        yield tag("h1", outside(f"{review.facts.release} to {review.facts.environment}"))
        yield tag("div", text(review.standing), class_=f"standing {'ok' if review.final else 'fail'}")
        told = (tag("div", tag("dt", text(name)), tag("dd", outside(value))) for name, value in facts(self._words))
        yield tag("dl", *told)
        names = [(section.id, section.title) for section in sections(self._words)]
        names[4:4] = [("charts", "Charts")] if self._plots else []
        links = (*names, ("timeline", "Timeline"), ("journal", "The journal"))
        yield tag("nav", *(tag("a", text(title), href=f"#{name}") for name, title in links))

    def _section(self, section: Section) -> Markup:
        said = (tag("p", outside(sentence)) for sentence in section.said)
        tables = (self._table(table) for table in section.tables if table.rows)
        return tag("section", tag("h2", text(section.title)), *said, *tables, id=section.id)

    def _table(self, table: Table) -> Markup:
        caption = outside(table.caption)
        head = tag("thead", tag("tr", *(tag("th", text(name), scope="col") for name in table.head)))
        rows = (tag("tr", *(tag("td", self._cell(cell), class_=_width(cell)) for cell in row)) for row in table.rows)
        more = f"And {table.more} more; the journal has them." if table.more else ""
        title = () if table.folded or not caption else (tag("caption", caption),)
        wide = tag("div", tag("table", *title, head, tag("tbody", *rows)), text(more), class_="wide")
        if not table.folded:
            return wide
        return tag("details", tag("summary", tag("h3", caption)), wide)

    def _cell(self, cell: Cell) -> Markup:
        match cell:
            case Ref(seq=None):
                return Markup("")
            case Ref(seq=seq) if seq in self._linked:
                return tag("a", text(str(seq)), href=f"#e{seq}")
            case Ref(seq=seq):
                return text(str(seq))
            case State(word=word, role=role):
                return tag("b", outside(word), class_=role)
            case Lines(texts=texts):
                return tag("ul", *(tag("li", long(each)) for each in texts))
        return long(cell)

    def _charts(self) -> Iterator[Markup]:
        if not self._plots:
            return
        yield Markup('<section id="charts">')
        yield tag("h2", text("Charts"))
        yield legend()
        for number in sorted({plot.incident for plot in self._plots if plot.incident is not None}):
            yield tag("h3", text(f"Around incident {number + 1}"))
            yield all_figures(self._words, (plot for plot in self._plots if plot.incident == number))
        whole = [plot for plot in self._plots if plot.incident is None]
        main, rest = whole[:_UNFOLDED], whole[_UNFOLDED:]
        if len(whole) < len(self._plots):
            yield tag("h3", text("The whole release"))
        yield all_figures(self._words, main)
        if rest:
            yield tag(
                "details",
                tag("summary", text(f"{counted(len(rest), 'more probe')}")),
                all_figures(self._words, rest),
            )
        yield Markup("</section>")

    def _timeline(self) -> Iterator[Markup]:
        shown = self._shown
        yield Markup('<section id="timeline">')
        yield tag("h2", text("Timeline"))
        if shown.only:
            yield tag("p", text(f"Filtered: {shown.only}. What the review points to is shown as well."))
        if said := timeline.left_out(shown.more, len(shown.seqs)):
            yield tag("p", text(said))
        yield timeline.filters(self._operators)
        head = (tag("th", text(name), scope="col") for name in ("", "UTC", "T-clock", "Who", "What", ""))
        yield Markup(f'<div class="wide"><table><thead>{tag("tr", *head)}</thead><tbody>')
        yield from timeline.rows(self._words, shown.events, self._operators)
        yield Markup("</tbody></table></div></section>")

    def _journal(self) -> Markup:
        proof = self._review.proof
        role = {"intact": "ok", "unanchored": "warn"}.get(proof.answer, "fail")
        return tag(
            "section",
            tag("h2", text("The journal")),
            tag("p", tag("b", text(proof.answer), class_=role), text(": "), outside(proof.why)),
            *(tag("p", text("Note: "), outside(remark)) for remark in proof.notes),
            tag(
                "p",
                text(
                    "Its checkpoint: journal, number of events, hash of the last one. "
                    "warroom verify --checkpoint takes this file."
                ),
            ),
            tag("pre", text(proof.checkpoint), class_="checkpoint"),
            id="journal",
        )


_UNFOLDED = 12
"""So many charts of the whole release are shown at once."""


def _width(cell: Cell) -> str | None:
    """Numbers, states and short words stay on one line."""
    if isinstance(cell, Lines):
        return None
    return "n" if not isinstance(cell, str) or len(cell) <= 20 else None


def _checkpoint(review: Review) -> str:
    """A comment cannot be ended by what stands in it."""
    return "".join(f"{comment(line)}\n" for line in review.proof.checkpoint.splitlines())
