"""Reads a checklist from GitHub-flavoured Markdown.

Nothing that people read in the file gets lost: what is no heading and no item is kept, as it was written, as a note of
what it stands under. Front matter, which is for other programs, and rules are passed over.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from warroom.core.checklist import Checklist
from warroom.core.errors import BadInput
from warroom.files.headings import Timing, timing
from warroom.files.items import LISTS, ItemReader, is_task, tasks_in
from warroom.files.markdown import MAX_DEPTH, Document, end_of, is_bold, plain_text, start_of
from warroom.files.outline import BOLD_LEVEL, LIST_LEVEL, Outline
from warroom.files.text import read_text

_NEAR_BOX = re.compile(r"\s*(?:[-*+•–—]|\d{1,9}[.)])?\s*\[\s*[xXvVoO✓✔✗✘~/!?*.+>-]?\s*\](?![(\[:])")
_NO_BOXES_IN = ("fence", "blockquote", "front_matter")


def read_checklist(path: Path) -> Checklist:
    """The checklist in a file.

    Raises `BadInput` when the file cannot be read or is not UTF-8, and for whatever `parse_checklist` refuses.
    """
    return parse_checklist(read_text(path), str(path))


def parse_checklist(text: str, source: str) -> Checklist:
    """The checklist in `text`. `source` is the file's name: for errors, and for the title of a file that has none.

    Raises `BadInput` for a text without items, a malformed anchor, an id used twice, or lists nested too deep to read.
    """
    document = Document.parse(text)
    if document.cut_at:
        raise BadInput(f"{source}:{document.cut_at}: nested more than {MAX_DEPTH} levels deep", hint="use headings")
    checklist = _Reader(document, source).read()
    if next(checklist.walk(), None) is None:
        raise BadInput(f"{source} has no checklist items", hint='an item is a line such as "- [ ] Run smoke tests"')
    return checklist


def near_misses(text: str) -> tuple[tuple[int, str], ...]:
    """Lines that look like an item and are none, such as `- [~] x`, `-[ ] x` or `- [x]done`: 1-based line and its text.

    Not in fenced code, block quotes, comments and front matter: what stands there is not meant to be an item.
    """
    document = Document.parse(text)
    cleared: set[int] = set()
    for block in document.tree.walk():
        if block.type in _NO_BOXES_IN or (block.type == "html_block" and block.content.lstrip().startswith("<!--")):
            cleared.update(range(start_of(block), end_of(block)))
        elif is_task(block):
            cleared.add(start_of(block.children[0]))
    return tuple(
        (at + 1, line.strip()) for at, line in enumerate(document.lines) if at not in cleared and _NEAR_BOX.match(line)
    )


class _Reader:
    """Walks the blocks of one document from top to bottom and tells an outline what it meets."""

    def __init__(self, document: Document, source: str) -> None:
        self._document = document
        self._items = ItemReader(document, source)
        self._at = 0
        """The first line, 0-based, that is not accounted for yet."""
        self._title_block = _title_block(document.tree.children)
        title = plain_text(self._inline(self._title_block)) if self._title_block else ""
        headings = [block for block in document.tree.children if block.type == "heading"]
        levels = [_level(block) for block in headings if block is not self._title_block]
        name = title or PurePath(source).stem or "Checklist"
        # A title names a time only where it is the heading of all items.
        outside = timing(name) if title and not levels else Timing("plain", name)
        self._outline = Outline(name, min(levels, default=1), outside)

    def read(self) -> Checklist:
        self._walk(self._document.tree.children)
        self._note_until(len(self._document.lines), indent=0)
        return self._outline.checklist()

    def _walk(self, blocks: Sequence[SyntaxTreeNode]) -> None:
        for block, follower in zip(blocks, [*blocks[1:], None], strict=False):
            if block.type in ("hr", "front_matter"):
                self._pass(block, indent=0)
            elif block is self._title_block:
                self._pass(block, indent=0)
                self._keep_links(block, self._inline(block))
            elif block.type == "heading":
                self._open(block, _level(block), indent=0)
            elif block.type == "paragraph" and self._is_subheading(block, follower):
                self._open(block, BOLD_LEVEL, indent=0)
            else:
                self._walk_list(block, LIST_LEVEL, indent=0)

    def _walk_list(self, block: SyntaxTreeNode, level: int, indent: int) -> None:
        """The items of a list and of lists in it. Any other block, and a list without a box, stays for the notes."""
        for entry in block.children if block.type in LISTS else ():
            if is_task(entry):
                self._pass(entry, indent)
                self._outline.item(self._items.read(entry))
            elif any(tasks_in([entry])):
                self._walk_group(entry, level, indent)

    def _walk_group(self, entry: SyntaxTreeNode, level: int, indent: int) -> None:
        """A list item without a box over items is a sub-heading in all but form: `1. Prepare` over three boxes."""
        head = entry.children[0]
        if head.type in ("paragraph", "heading"):
            self._open(head, level, indent)
            indent = self._document.column(head)
        for block in entry.children:
            self._walk_list(block, level + 1, indent)
        self._note_until(end_of(entry), indent)
        self._outline.close(level)

    def _open(self, block: SyntaxTreeNode, level: int, indent: int) -> None:
        self._pass(block, indent)
        tokens = self._inline(block)
        title = plain_text(tokens)
        self._outline.open(level, title.rstrip(" :：") if level >= BOLD_LEVEL else title, start_of(block) + 1)
        self._keep_links(block, tokens)

    def _pass(self, block: SyntaxTreeNode, indent: int) -> None:
        self._note_until(start_of(block), indent)
        self._at = end_of(block)

    def _note_until(self, end: int, indent: int) -> None:
        if note := self._document.source(self._at, end, indent):
            self._outline.note(note, self._at + 1)
        self._at = max(self._at, end)

    def _keep_links(self, block: SyntaxTreeNode, tokens: Iterable[Token]) -> None:
        """A title is plain text; where its heading links to is kept as a note."""
        if any(token.type in ("link_open", "image") for token in tokens):
            self._outline.note(block.children[0].content, start_of(block) + 1)

    def _inline(self, block: SyntaxTreeNode) -> list[Token]:
        """The inline tokens of a heading or a paragraph."""
        return self._document.inline(block.children[0].content)

    def _is_subheading(self, block: SyntaxTreeNode, follower: SyntaxTreeNode | None) -> bool:
        """A bold title with something under it to be the title of."""
        if follower is None or follower.type in ("heading", "hr"):
            return False
        return self._is_bold_title(block) and not self._is_bold_title(follower)

    def _is_bold_title(self, block: SyntaxTreeNode) -> bool:
        """A paragraph all in bold, like `**T-15 minutes**:`. A whole sentence in bold is a warning, not a title."""
        if block.type != "paragraph":
            return False
        tokens = self._inline(block)
        return is_bold(tokens) and not plain_text(tokens).endswith((".", "!", "?", "。", "।"))


def _title_block(blocks: Sequence[SyntaxTreeNode]) -> SyntaxTreeNode | None:
    """The only H1, if it comes before any other heading and any item."""
    headings = [block for block in blocks if block.type == "heading"]
    if [_level(block) for block in headings].count(1) != 1 or _level(headings[0]) != 1:
        return None
    before = blocks[: blocks.index(headings[0])]
    return None if any(tasks_in(before)) else headings[0]


def _level(heading: SyntaxTreeNode) -> int:
    return int(heading.tag.removeprefix("h"))
