"""Small pure drawing functions: text in, `Content` out. They know no widget, no state and no colour value.

Every part is a plain string or (string, style). Strings are never read as markup, and whatever in them could move a
terminal's cursor is made harmless here, so that text from outside is safe wherever it is drawn.
"""

from collections.abc import Sequence
from itertools import groupby

from textual.content import Content

from warroom.core.plain import one_line

Part = str | tuple[str, str] | Content

_DOTS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))  # left and right dots of a Braille cell, bottom to top
_LONGEST = 2000
_RANK = ["", "$fill", "$unsure", "$warn", "$fail"]


def line(*parts: Part) -> Content:
    """One line out of parts."""
    return Content.assemble(*(_safe(part) for part in parts))


def row(width: int, left: Part, right: Part = "", style: str = "") -> Content:
    """Left part clipped with an ellipsis, right part kept whole and flush right, exactly `width` cells."""
    tail = line(right)
    room = max(0, width - tail.cell_length - (1 if tail else 0))
    head = line(left).truncate(room, ellipsis=True)
    gap = width - head.cell_length - tail.cell_length
    whole = Content.assemble(head, " " * max(0, gap), tail)
    return whole.stylize_before(style) if style else whole


def cell(text: str, width: int, style: str = "", *, right: bool = False) -> Content:
    """One table cell of exactly `width` cells."""
    content = line(text).truncate(width, ellipsis=True)
    pad = " " * (width - content.cell_length)
    content = Content.assemble(pad, content) if right else Content.assemble(content, pad)
    return content.stylize(style) if style else content


def lines(parts: Sequence[Content]) -> Content:
    """Lines under each other."""
    return Content("\n").join(parts)


def wrap(text: str, width: int, style: str = "") -> list[Content]:
    """Text in lines of at most `width` cells."""
    content = line((text, style) if style else text)
    return list(content.wrap(max(1, width))) or [content]


def plot(
    samples: Sequence[float | None],
    roles: Sequence[str],
    *,
    width: int,
    height: int,
    limit: float | None,
) -> list[Content]:
    """A thin line of Braille dots, two samples a cell, over a dashed line at the limit. Missing samples leave a gap.

    The limit always stands at the middle, so "above or below the dashes" is read at a glance whatever the unit. Each
    cell takes the colour of its worst sample.
    """
    if width < 1:
        return [Content("")] * height
    low, high = _range(samples, limit)
    top = height * 4 - 1
    kept = samples[-2 * width :]
    pad = 2 * width - len(kept)
    levels = [None] * pad + [None if v is None else round((v - low) / (high - low) * top) for v in kept]
    colours = [""] * pad + list(roles[-2 * width :])
    dots = [[0] * width for _ in range(height)]
    worst = [[""] * width for _ in range(height)]
    before: int | None = None
    for x, level in enumerate(levels):
        if level is not None:
            for y in _stroke(before, level):
                r, c = height - 1 - y // 4, x // 2
                dots[r][c] |= _DOTS[x % 2][y % 4]
                worst[r][c] = max(worst[r][c], colours[x], key=_RANK.index)
        before = level
    dashed = height // 2 if limit is not None else -1
    return [_plot_row(dots[r], worst[r], dashed=r == dashed) for r in range(height)]


def _range(samples: Sequence[float | None], limit: float | None) -> tuple[float, float]:
    known = [value for value in samples if value is not None]
    if limit is None:
        low, high = min(known, default=0.0), max(known, default=1.0)
        return (low, high) if high > low else (low - 1, high + 1)
    reach = max((abs(value - limit) for value in known), default=1.0) or 1.0
    return limit - reach, limit + reach


def _stroke(before: int | None, level: int) -> range:
    """The dots of one sample: from just beside the sample before to its own level, so that the line is joined."""
    start = level if before is None else before + (level > before) - (level < before)
    return range(min(start, level), max(start, level) + 1)


def _plot_row(dots: Sequence[int], roles: Sequence[str], *, dashed: bool) -> Content:
    cells = [
        (chr(0x2800 + bits), role) if bits else ("╌" if dashed else " ", "$limit")
        for bits, role in zip(dots, roles, strict=True)
    ]
    runs = [("".join(text for text, _ in run), style) for style, run in groupby(cells, key=lambda pair: pair[1])]
    return Content.assemble(*runs)


def _safe(part: Part) -> Part:
    if isinstance(part, Content):
        return part
    if isinstance(part, tuple):
        return (_harmless(part[0]), part[1])
    return _harmless(part)


def _harmless(text: str) -> str:
    """No row is wider than a few hundred cells, so what is far beyond that need not be looked at.

    Variation selectors go: a glyph that one makes wider is cut in two where a box is drawn over it.
    """
    shown = text[:_LONGEST].replace("\ufe0e", "").replace("\ufe0f", "")
    return shown if shown.isprintable() else one_line(shown)
