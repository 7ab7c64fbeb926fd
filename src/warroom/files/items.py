"""Reads one task list item: its box, its anchor, its text, and what is nested in it. Knows no headings."""

import re
from collections.abc import Iterator, Sequence

from markdown_it.tree import SyntaxTreeNode

from warroom.core.checklist import Item
from warroom.core.errors import BadInput
from warroom.files.markdown import Document, anchors, end_of, leading_anchor, plain_text, start_of
from warroom.files.slugs import is_id

LISTS = ("bullet_list", "ordered_list")

# The parser trims what follows the box, and `\s` counts no-break and ideographic spaces too.
_BOX = re.compile(r"\[([ xX])\]\s+")
_ANCHOR_ID = re.compile(r"<!--\s*wr\s*:\s*(\S+?)\s*-->", re.IGNORECASE)
_ANCHOR_HINT = 'write it as <!-- wr: some-id -->, the id of letters, digits, "_", "-" and "."'


def is_task(block: SyntaxTreeNode) -> bool:
    """Whether the block is a list item whose text begins with a box."""
    if block.type != "list_item" or not block.children or block.children[0].type != "paragraph":
        return False
    return _BOX.match(block.children[0].children[0].content) is not None


def tasks_in(blocks: Sequence[SyntaxTreeNode]) -> Iterator[SyntaxTreeNode]:
    """The outermost items with a box, through lists and list items without one, but not into block quotes."""
    for block in blocks:
        if is_task(block):
            yield block
        elif block.type in LISTS or block.type == "list_item":
            yield from tasks_in(block.children)


class ItemReader:
    """Reads items of one document and remembers their explicit ids, which must differ."""

    def __init__(self, document: Document, source: str) -> None:
        self._document = document
        self._source = source
        self._line_of: dict[str, int] = {}

    def read(self, entry: SyntaxTreeNode) -> Item:
        """The item with everything nested in it, without numbers; its id is the explicit one or "".

        Boxes under a nested list item without one become children of the item; that list item's own words, notes.
        """
        paragraph = entry.children[0]
        content, line = paragraph.children[0].content, start_of(paragraph) + 1
        box = _BOX.match(content)
        assert box, "only called for task items"
        source = content[box.end() :]
        tokens = self._document.inline(source)
        spans = anchors(tokens)
        marks = [(line + content.count("\n", 0, box.end() + start), source[start:end]) for start, end in spans]
        # On a line of its own an anchor is an HTML block to the parser, but the item's anchor to people.
        marks += [(start_of(block) + 1, mark) for block in entry.children if (mark := _mark(block))]
        explicit = self._explicit_id(marks)
        text = _without(source, spans)
        notes, children = self._inside(entry)
        return Item(
            id=explicit,
            text=text,
            title=plain_text(tokens) or text or explicit,
            number="",
            line=line,
            checked=box[1] != " ",
            notes=notes,
            children=children,
        )

    def _inside(self, entry: SyntaxTreeNode) -> tuple[str, tuple[Item, ...]]:
        """Notes and children: what stands between the nested items is notes."""
        indent = self._document.column(entry.children[0])
        at = end_of(entry.children[0])
        notes: list[str] = []
        children: list[Item] = []
        for block in _parts(entry):
            notes.append(self._document.source(at, start_of(block), indent))
            if is_task(block):
                children.append(self.read(block))
            else:
                notes.append(block.content.strip().removeprefix(_mark(block)).strip())
            at = end_of(block)
        notes.append(self._document.source(at, end_of(entry), indent))
        return "\n\n".join(filter(None, notes)), tuple(children)

    def _explicit_id(self, marks: Sequence[tuple[int, str]]) -> str:
        """The id in the item's only anchor, or ""; `marks` are anchors with their 1-based lines."""
        if not marks:
            return ""
        line, mark = marks[0]
        found = _ANCHOR_ID.fullmatch(mark)
        if not found or not is_id(found[1]):
            shown = " ".join(mark.split())[:60]
            raise BadInput(f'{self._source}:{line}: the anchor "{shown}" holds no id', hint=_ANCHOR_HINT)
        if len(marks) > 1:
            raise BadInput(f"{self._source}:{marks[1][0]}: the item has two anchors", hint="remove one of them")
        earlier = self._line_of.setdefault(found[1], line)
        if earlier != line:
            message = f'{self._source}:{line}: the id "{found[1]}" is used twice (also at line {earlier})'
            raise BadInput(message, hint="give one of them another anchor")
        return found[1]


def _parts(entry: SyntaxTreeNode) -> Iterator[SyntaxTreeNode]:
    for block in entry.children[1:]:
        if _mark(block):
            yield block
        else:
            yield from tasks_in([block])


def _mark(block: SyntaxTreeNode) -> str:
    """The anchor that an HTML block begins with, or ""."""
    return leading_anchor(block.content) if block.type == "html_block" else ""


def _without(source: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in reversed(spans):
        before, after = source[:start], source[end:]
        source = (before.rstrip(" \t") if not after or after[0].isspace() else before) + after
    return source.strip()
