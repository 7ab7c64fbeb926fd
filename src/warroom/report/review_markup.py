"""HTML made of text: what comes from outside is shown and never obeyed.

Every piece is a `Markup`, made here and nowhere else, so that no text gets into a page by an oversight.
"""

import html
from collections.abc import Iterable

from warroom.report.escaping import visible

_INLINE = 300  # characters of a text that stand where they are; longer ones are folded away
_WHOLE = 64 * 1024  # characters of a text that a page has at most
_FIRST = 120  # characters of a long text that show what it is


class Markup(str):
    """HTML, as it goes into a page."""

    __slots__ = ()


def text(said: str) -> Markup:
    """Text from outside as text: markup escaped, control and invisible characters spelled out."""
    return Markup(html.escape(visible(said), quote=True))


def outside(said: str) -> Markup:
    """The same, kept from reordering what stands beside it by its own direction."""
    return Markup(f"<bdi>{text(said)}</bdi>") if said else Markup("")


def joined(parts: Iterable[Markup], between: str = "") -> Markup:
    return Markup(between.join(parts))


def tag(name: str, *inside: Markup, **attributes: str | float | None) -> Markup:
    """An element. A trailing `_` of an attribute's name is dropped, other ones become `-`; None leaves it out."""
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{text(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{told}>{''.join(inside)}</{name}>")


def long(said: str) -> Markup:
    """A text of any length: a long one is folded away behind its beginning, and a very long one is cut, and says so."""
    if len(said) <= _INLINE and said.count("\n") < 3:
        return outside(said)
    shown, cut = said[:_WHOLE], len(said) - _WHOLE
    first = outside(said[:_FIRST].replace("\n", " ⏎ ") + ("…" if len(said) > _FIRST else ""))
    rest = text(f"… and {cut} more characters, which the journal has") if cut > 0 else Markup("")
    return tag("details", tag("summary", first), tag("pre", outside(shown)), rest)
