"""Text from outside, written so that what reads an export takes it for text and nothing else."""

import re
from collections.abc import Iterator

_JOINERS = "\u200c\u200d"  # Bengali and other Indic scripts, Persian and emoji are spelt with them

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~&$])")

_FORMULA = tuple("=+-@\t\r＝＋－＠")  # how a formula begins, in East Asian spreadsheets too
_NUMBER = re.compile(r"-\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
# Some spreadsheets end a cell at a tab, and at a semicolon where numbers are written with a comma.
_NEW_CELL = re.compile(r"([;\t])(?=\s*+[=+\-@＝＋－＠])")


def visible(text: str) -> str:
    """Control and invisible characters as what they are called: a viewer shows them, a terminal obeys none.

    They are spelt as JSON spells them, so JSON stays the JSON that it was. Newlines and tabs stay.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\n\t" or c in _JOINERS else _called(c) for c in text)


def _called(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def on_one_line(text: str) -> str:
    """`visible`, with ` ⏎ ` for line breaks. Nothing is cut off."""
    return visible(text.replace("\r\n", "\n")).replace("\n", " ⏎ ")


def markdown(text: str) -> str:
    """One line of Markdown in which nothing is markup."""
    return _MARKDOWN.sub(r"\\\1", on_one_line(text))


def fenced(text: str) -> Iterator[str]:
    """The lines of a Markdown fence with the text as it is; nothing in it can close the fence."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}text"
    yield from visible(text).rstrip("\n").split("\n")
    yield fence


def comment(text: str) -> str:
    """The inside of an HTML comment on one line, which nothing in the text can end."""
    return re.sub("-(?=-)", "- ", on_one_line(text))


def csv_text(text: str) -> str:
    """A cell on one line that no spreadsheet takes for a formula: behind `'` when it begins like one.

    A negative number stays one. What follows a semicolon or a tab may begin a cell too, so it gets its `'` as well.
    """
    if text.isprintable() and ";" not in text and not text.startswith(_FORMULA):
        return text  # nearly all, and three times as fast
    shown = _NEW_CELL.sub(r"\1'", on_one_line(text))
    return f"'{shown}" if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text) else shown


def csv_json(text: str) -> str:
    """JSON as a cell: the same value, but for a spreadsheet no formula behind a semicolon."""
    return _NEW_CELL.sub(r"\\u003b", visible(text)) if ";" in text else visible(text)
