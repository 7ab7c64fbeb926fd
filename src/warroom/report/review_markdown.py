"""A review as one Markdown document, for a wiki or a pull request. It ends with the checkpoint."""

from collections.abc import Iterator

from warroom.core.definitions import Definitions
from warroom.core.review_values import Review
from warroom.report.escaping import fenced, markdown
from warroom.report.excerpt import Sink
from warroom.report.review_sections import facts, sections
from warroom.report.review_words import Cell, Lines, Ref, State, Table, Words, counted


def write_markdown(out: Sink, plan: Definitions, review: Review) -> None:
    """Everything from outside is text here: markup, HTML and control characters are escaped."""
    out.writelines(f"{line}\n" for line in _lines(Words(plan, review)))


def _lines(words: Words) -> Iterator[str]:
    review = words.review
    rehearsal = "REHEARSAL of " if review.facts.rehearsal else ""
    yield f"# Review of {rehearsal}{markdown(review.facts.release)} to {markdown(review.facts.environment)}"
    yield ""
    yield f"**{markdown(review.standing)}**"
    yield ""
    for name, value in facts(words):
        yield f"- {name}: {markdown(value)}"
    for section in sections(words):
        yield ""
        yield f"## {section.title}"
        for sentence in section.said:
            yield ""
            yield markdown(sentence)
        for table in section.tables:
            yield from _table(table)
    yield from _journal(review)


def _table(table: Table) -> Iterator[str]:
    if not table.rows:
        return
    if table.caption:
        yield ""
        yield f"### {markdown(table.caption)}"
    yield ""
    yield f"| {' | '.join(map(markdown, table.head))} |"
    yield f"|{' --- |' * len(table.head)}"
    for row in table.rows:
        yield f"| {' | '.join(map(_cell, row))} |"
    if table.more:
        yield ""
        yield f"And {counted(table.more, 'more', 'more')}; the journal has them."


def _cell(cell: Cell) -> str:
    match cell:
        case Ref(seq=seq):
            return "" if seq is None else str(seq)
        case State(word=word):
            return markdown(word)
        case Lines(texts=texts):
            return "<br>".join(map(markdown, texts))
    return markdown(cell)


def _journal(review: Review) -> Iterator[str]:
    proof = review.proof
    yield ""
    yield "## The journal"
    yield ""
    yield f"**{proof.answer}**: {markdown(proof.why)}"
    for remark in proof.notes:
        yield ""
        yield f"Note: {markdown(remark)}"
    yield ""
    yield from fenced(proof.checkpoint)
